//! How to wait for another process.

use std::time::{Duration, Instant};

/// A way to wait: at full attention first, since others are mostly about to come; then giving way
/// to whoever has work on this processor; then asleep for moments; and not for ever.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    timeout: Duration,
    attentive: Duration,
}

/// Until then others are let through without sleep.
const YIELDING: Duration = Duration::from_millis(5);
const NAP: Duration = Duration::from_micros(200);

impl Patience {
    /// Waits at most so long. Where it is `crowded`, more threads than processors, full attention
    /// would keep back those that are waited for.
    #[must_use]
    pub fn new(timeout: Duration, crowded: bool) -> Self {
        let attentive = if crowded {
            Duration::ZERO
        } else {
            Duration::from_micros(300)
        };
        Self { timeout, attentive }
    }

    /// The same with another longest wait.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The longest wait.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Waits until `done` says so; false where it does not within the time.
    pub fn wait(&self, mut done: impl FnMut() -> bool) -> bool {
        if done() {
            return true;
        }
        let start = Instant::now();
        loop {
            let waited = start.elapsed();
            if waited < self.attentive {
                // The clock costs more than a look at the memory.
                for _ in 0..32 {
                    if done() {
                        return true;
                    }
                    std::hint::spin_loop();
                }
                continue;
            }
            if waited < YIELDING {
                std::thread::yield_now();
            } else {
                std::thread::sleep(NAP);
            }
            if done() {
                return true;
            }
            if waited > self.timeout {
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn waits_until_it_is_done_and_not_longer_than_it_may() {
        let patience = Patience::new(Duration::from_millis(30), false);
        assert!(!patience.wait(|| false));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(10));
                done.store(true, Ordering::Release);
            });
            let patience = Patience::new(Duration::from_secs(60), true);
            assert!(patience.wait(|| done.load(Ordering::Acquire)));
        });
    }
}
