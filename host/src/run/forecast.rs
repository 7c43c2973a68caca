//! How long cycles and saving take: what another cycle needs of the wall clock.

use std::time::Duration;

/// The longest cycle and the longest save so far. The first cycle counts too, in which memory is
/// touched for the first time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forecast {
    cycle: Duration,
    save: Duration,
}

/// Bytes that a slow shared disk takes in a second.
const SLOW_DISK: u64 = 10 << 20;

/// For what happens after the last save: messages, the end of the process.
const REST: Duration = Duration::from_secs(1);

impl Forecast {
    /// A cycle was done.
    pub fn cycle(&mut self, took: Duration) {
        self.cycle = self.cycle.max(took);
    }

    /// A checkpoint was written.
    pub fn save(&mut self, took: Duration) {
        self.save = self.save.max(took);
    }

    /// How long a cycle may take: the longest until now.
    #[must_use]
    pub fn longest_cycle(&self) -> Duration {
        self.cycle
    }

    /// How long a save of so many bytes may take: the longest until now, and no less than a slow
    /// shared disk needs for them.
    #[must_use]
    pub fn longest_save(&self, bytes: u64) -> Duration {
        self.save.max(Duration::from_secs(bytes / SLOW_DISK))
    }

    /// What another cycle and the save after it may take: the longest cycle and half of it, and
    /// twice the longest save, for shared disks are slow at times.
    #[must_use]
    pub fn needed(&self) -> Duration {
        self.cycle + self.cycle / 2 + 2 * self.save + REST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_counts() {
        let mut forecast = Forecast::default();
        for secs in [10, 20, 4] {
            forecast.cycle(Duration::from_secs(secs));
            forecast.save(Duration::from_secs(secs / 4));
        }
        assert_eq!(forecast.longest_cycle(), Duration::from_secs(20));
        assert_eq!(forecast.longest_save(1), Duration::from_secs(5));
        assert_eq!(
            forecast.longest_save(SLOW_DISK * 60),
            Duration::from_secs(60)
        );
        assert_eq!(forecast.needed(), Duration::from_secs(20 + 10 + 2 * 5 + 1));
    }
}
