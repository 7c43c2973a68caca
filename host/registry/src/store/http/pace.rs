//! How slow a transfer may be: a server that drips is not waited for without end.

use std::io::{self, Read};
use std::time::{Duration, Instant};

/// A transfer of n bytes has `grace` + n / `least` seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Time before the rate counts.
    pub grace: Duration,
    /// Least rate after that, bytes/s.
    pub least: u64,
}

impl Default for Pace {
    /// Slower than any modem.
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(30),
            least: 4096,
        }
    }
}

impl Pace {
    /// Time for a transfer of so many bytes.
    pub fn deadline(&self, bytes: u64) -> Duration {
        self.grace + Duration::from_secs(bytes / self.least.max(1))
    }
}

/// A transfer that was too slow.
#[derive(Debug, thiserror::Error)]
#[error(
    "the transfer is too slow: {bytes} bytes in {:.1} s ({} bytes/s), expected at least {} bytes/s after {:.0} s; try again later, or use another registry",
    .elapsed.as_secs_f64(),
    (*.bytes as f64 / .elapsed.as_secs_f64().max(1e-3)).round(),
    .pace.least,
    .pace.grace.as_secs_f64()
)]
pub(super) struct TooSlow {
    bytes: u64,
    elapsed: Duration,
    pace: Pace,
}

impl TooSlow {
    /// Whether an error of a reader is this one.
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

/// Reads while what comes keeps the pace. A single read must have a time limit of its own.
pub(super) struct Paced<R> {
    reader: R,
    pace: Pace,
    begin: Instant,
    bytes: u64,
}

impl<R> Paced<R> {
    pub fn new(reader: R, pace: Pace) -> Self {
        Self {
            reader,
            pace,
            begin: Instant::now(),
            bytes: 0,
        }
    }
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.bytes += n as u64;
        let elapsed = self.begin.elapsed();
        if n > 0 && elapsed > self.pace.deadline(self.bytes) {
            let slow = TooSlow {
                bytes: self.bytes,
                elapsed,
                pace: self.pace,
            };
            return Err(io::Error::new(io::ErrorKind::TimedOut, slow));
        }
        Ok(n)
    }
}
