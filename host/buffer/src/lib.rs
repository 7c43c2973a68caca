//! Memory and arithmetic of a rollout.
//!
//! Everything lies in time-major slices that are allocated once; letters as in the glossary:
//! T horizon, E environments, S receptors, V pixels among them, A action numbers, C chunk length,
//! L numbers of a recurrent state.

mod advantage;
mod image;
mod rollout;

pub use advantage::generalised_advantages;
pub use image::quantise;
pub use rollout::{Finished, Rollout, RolloutForm, Success};
