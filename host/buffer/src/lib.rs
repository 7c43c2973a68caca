//! Memory and arithmetic of a rollout.
//!
//! Everything is f32 in time-major slices that are allocated once; letters as in the glossary:
//! T horizon, E environments, S receptors, A action numbers.

mod advantage;
mod rollout;

pub use advantage::generalised_advantages;
pub use rollout::{Finished, Rollout};
