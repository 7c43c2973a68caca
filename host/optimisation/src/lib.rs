//! PPO over rollouts (Schulman et al. 2017).
//!
//! A [`Learner`] owns parameters and Adam; [`Learner::update`] runs the epochs of a cycle. Each
//! minibatch is cut into slices whose number depends on its size alone; their gradients are summed
//! in one fixed tree, so the result does not depend on the number of threads and processes.
//!
//! A [`SupervisedLearner`] does the same for a readout and examples of what it should say.

mod adam;
mod deal;
mod diagnostics;
mod frozen;
mod gradient;
mod learner;
mod loss;
mod minibatch;
mod norms;
mod order;
mod outcomes;
mod schedule;
mod settings;
mod supervised;
mod tensor;
#[cfg(test)]
mod tests;
mod tile;

pub use adam::Adam;
pub use diagnostics::explained_variance;
pub use frozen::Frozen;
pub use learner::{Learner, LearnerError, Processes, UpdateReport};
pub use loss::{LossSettings, LossSums, MAX_LOG_RATIO};
pub use minibatch::Rows;
pub use norms::RegionNorms;
pub use schedule::{Course, Schedule};
pub use settings::{AdvantageNormalisation, ChunkStart, PpoSettings};
pub use supervised::{
    EpochReport, Examples, Loss, SupervisedDiverged, SupervisedLearner, SupervisedSettings,
};
pub use tile::{TileRule, TileShape};
