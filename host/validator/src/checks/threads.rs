//! Eight objects at once.

use crate::finding::{Stop, fail};
use crate::trace::Trace;

/// How many.
pub const OBJECTS: usize = 8;

/// Moves each object to a thread of its own, where `work` traces what it does, and compares with
/// what was traced of one alone.
pub fn same_on_threads<T: Send>(
    alone: &Trace,
    objects: Vec<T>,
    work: impl Fn(T) -> Result<Trace, Stop> + Sync,
) -> Result<(), Stop> {
    let work = &work;
    let traces: Vec<Result<Trace, Stop>> = std::thread::scope(|scope| {
        let threads: Vec<_> = objects
            .into_iter()
            .map(|object| scope.spawn(move || work(object)))
            .collect();
        let lost = || Err(fail("a thread of it panicked"));
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| lost()))
            .collect()
    });
    for trace in traces {
        // Alone it did not fail: here it does.
        let trace = trace.map_err(Stop::judged)?;
        if let Some(difference) = alone.difference(&trace) {
            return Err(fail(format!(
                "one object alone and one of {OBJECTS} on threads differ: {difference}"
            )));
        }
    }
    Ok(())
}
