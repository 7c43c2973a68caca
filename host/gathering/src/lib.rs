//! Fill a rollout with one policy snapshot.
//!
//! A [`Rank`] owns environments and steps them through its own acting memory; no lock and no
//! barrier before the horizon is full. Everything random is keyed by environment, and acting is
//! bitwise independent of how many environments are batched, so the rollout does not depend on
//! how environments are shared among ranks.

mod actor;
mod error;
mod evaluate;
mod moments;
mod player;
mod preprocess;
mod rank;
mod tally;
mod window;

pub use actor::{Acted, Actor, ActorState};
pub use error::GatherError;
pub use evaluate::{EvaluatedEpisode, evaluate};
pub use moments::{Learnt, LearntOf};
pub use player::{Manner, Player};
pub use preprocess::{Chain, Statistics};
pub use rank::Rank;
pub use tally::{SuccessTally, Tally};
pub use window::{EpisodeWindow, Spread, mean_goals, mean_steps_to_goal, success_rate};
