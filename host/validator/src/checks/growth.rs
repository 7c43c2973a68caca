//! Memory that is held for good.

use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::measure::held_bytes;

/// Most that may be kept of a long exercise: allocators and caches settle within it.
const SPARE_BYTES: u64 = 2 << 20;

/// Long exercises after which more must be held each time before it is called growth. What is lost
/// is lost in each of them; what an allocator keeps for later it keeps once.
const ROUNDS: usize = 3;

/// Does a short exercise, in which caches fill, and long ones until one of them ends with at most
/// [`SPARE_BYTES`] more held than before. `exercise` is told how often to call `what`, and answers
/// how often it has.
pub fn judge(
    what: &str,
    (short, long): (u64, u64),
    exercise: impl Fn(u64) -> Result<u64, Stop>,
) -> Judgement {
    let held = || {
        let bytes = held_bytes();
        bytes.ok_or_else(|| skip("this system does not say how much memory a process has"))
    };
    held()?;
    exercise(short)?;
    let mut round = 0;
    loop {
        round += 1;
        let before = held()?;
        let times = exercise(long)?;
        let grown = held()?.saturating_sub(before);
        let kib = grown as f64 / 1024.0;
        if grown <= SPARE_BYTES {
            return Ok(Finding::passed().with("growth", kib, "KiB"));
        }
        if round == ROUNDS {
            return Err(fail(format!(
                "{kib:.0} KiB more are held after {times} {what}"
            )));
        }
    }
}
