//! Memory and time of this process.

use std::time::{Duration, Instant};

/// Memory of this process that is no file's, in bytes; `None` where the system does not say. Pages
/// of its program come and go as the system likes, and what it has swapped out is held all the same.
pub fn held_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(1024 * (kib("RssAnon:")? + kib("VmSwap:").unwrap_or(0)))
}

/// Repeats work until it has been done so often, or for so long; how often.
pub fn repeat<E>(
    times: u64,
    time: Duration,
    mut work: impl FnMut(u64) -> Result<(), E>,
) -> Result<u64, E> {
    let start = Instant::now();
    for i in 0..times {
        if start.elapsed() > time {
            return Ok(i);
        }
        work(i)?;
    }
    Ok(times)
}

/// Seconds of one call: the median of batches, each as long as the clock can see.
pub fn secs_per_call<E>(mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    const BATCHES: usize = 21;
    const BATCH_SECS: f64 = 0.005;
    let mut calls = 1_u32;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            work()?;
        }
        let secs = start.elapsed().as_secs_f64();
        if secs >= BATCH_SECS || calls >= 1 << 20 {
            break;
        }
        calls *= 2;
    }
    let mut batches = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let start = Instant::now();
        for _ in 0..calls {
            work()?;
        }
        batches.push(start.elapsed().as_secs_f64() / f64::from(calls));
    }
    batches.sort_by(f64::total_cmp);
    Ok(batches[BATCHES / 2])
}
