//! Preprocessors.

use crate::{
    Abilities, Ending, MotorContext, PreprocessorContext, PreprocessorSpec, Progress, Random,
    Result,
};
use serde::de::DeserializeOwned;

/// What a host that knows revision 1 alone is told.
pub(crate) const TOO_OLD: &str = "it changes actions, is random or has a schedule, which this host \
     does not know (angora.preprocessor/2); use a newer angora-host";

/// A transformation of sensations, actions or rewards with statistics that merge exactly.
///
/// The first preprocessor of a chain is nearest to the body: sensations and rewards pass the chain
/// from first to last, actions from last to first.
///
/// One object per environment: it transforms with the shared *statistics* and gathers a *delta*
/// of its own, which the host merges between cycles in the order of the environments.
pub trait Preprocessor: Send + Sized + 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`](crate::NoConfig) for none.
    type Config: DeserializeOwned + Default;

    /// Makes the preprocessor that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense.
    fn new(id: &str, config: Self::Config, context: PreprocessorContext) -> Result<Self>;

    /// What it changes, and the length of its statistics.
    fn spec(&self) -> PreprocessorSpec;

    /// What it does beyond changing sensations and rewards. The host calls
    /// [`action`](Self::action) only where `actions` is declared, and compares noise across seeds
    /// where `random` is. A host that knows nothing of this refuses a preprocessor that declares
    /// any of it.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    /// Called once after [`new`](Self::new): the action that it may change, with its bounds, and
    /// the seconds between two control steps.
    ///
    /// # Errors
    /// Settings that do not fit the action.
    fn attach(&mut self, _motor: &MotorContext) -> Result<()> {
        Ok(())
    }

    /// How far the training is, for preprocessors with schedules: at the start of each cycle. An
    /// episode that is evaluated or recorded begins with the end of the training.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn set_progress(&mut self, _progress: Progress) -> Result<()> {
        Ok(())
    }

    /// An episode begins: forget what belongs to the last one (a stack of frames, a filter).
    fn begin(&mut self) {}

    /// An episode begins, with the random stream of this episode: keep it, draw from it and from
    /// nothing else, and save it with the state. Each preprocessor of a chain has its own. Without
    /// randomness implement [`begin`](Self::begin), which this calls.
    fn begin_episode(&mut self, _random: Random) {
        self.begin();
    }

    /// Transforms a sensation in place; with `learn`, adds it to the delta first. Pictures stay
    /// within 0 to 255 ([`is_picture`](crate::SensationSpec::is_picture)): they are kept as bytes.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn sensation(&mut self, _sensation: &mut [f32], _learn: bool) -> Result<()> {
        Ok(())
    }

    /// Transforms an action in place on its way to the body, before the control step that it leads
    /// to. What comes out is what preprocessors nearer to the body, the task and the reward see;
    /// the policy learns from the action that it chose. Values of a box stay finite and are clipped
    /// to its bounds by the host; of choices each stays the index of one.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn action(&mut self, _action: &mut [f32], _learn: bool) -> Result<()> {
        Ok(())
    }

    /// The transformed reward of a step; with `learn`, adds it to the delta first.
    ///
    /// # Errors
    /// Ends the run; its checkpoint is kept.
    fn reward(&mut self, reward: f64, _ending: Ending, _learn: bool) -> Result<f64> {
        Ok(reward)
    }

    /// Writes the delta and forgets it.
    fn take_delta(&mut self, delta: &mut [f64]);

    /// Merges a delta into the statistics.
    fn merge(&mut self, delta: &[f64]);

    /// Writes the statistics.
    fn statistics(&self, statistics: &mut [f64]);

    /// Takes over statistics.
    fn set_statistics(&mut self, statistics: &[f64]);

    /// What is the environment's own, the random stream with it; see [`state::save`](crate::state::save).
    ///
    /// # Errors
    /// A state that cannot be saved.
    fn save(&self) -> Result<Vec<u8>>;

    /// Continues from a saved state.
    ///
    /// # Errors
    /// A state that does not fit.
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}
