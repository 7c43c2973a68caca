//! Memory that is held for good.

use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::measure::held_bytes;

/// Most that may be kept of a long exercise: allocators and caches settle within it.
const SPARE_BYTES: u64 = 2 << 20;

/// Does a short exercise, in which caches fill, and a long one, and judges what is held after it.
/// `exercise` is told how often to call `what`, and answers how often it has.
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
    let before = held()?;
    let times = exercise(long)?;
    let grown = held()?.saturating_sub(before);
    if grown > SPARE_BYTES {
        let kib = grown / 1024;
        return Err(fail(format!(
            "{kib} KiB more are held after {times} {what}"
        )));
    }
    Ok(Finding::passed().with("growth", grown as f64 / 1024.0, "KiB"))
}
