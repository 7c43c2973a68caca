//! Steps before the first cycle that nothing is learned from, so that it is gathered with the
//! statistics that it is learned with.

use crate::error::HostError;
use crate::run::engine::Engine;
use crate::run::ranks::confer;
use crate::run::together::numbers;

impl Engine {
    /// Gathers a horizon with the brain as it begins, for the statistics of the preprocessors
    /// alone: sensations and rewards of the first cycle would otherwise be on another scale than
    /// those of all others. Its episodes do not go on, its steps are not counted.
    ///
    /// # Errors
    /// A fault.
    pub(super) fn warm_up(&mut self) -> Result<(), HostError> {
        if self.world.size() == 1 {
            self.gather(1)?;
            return self.merge_statistics();
        }
        let mine = self.gather(1).and_then(|()| self.take_deltas());
        for deltas in confer(&mut self.world, "warming up", mine)? {
            self.statistics.merge_deltas(&numbers(&deltas))?;
        }
        self.spread_statistics()
    }
}
