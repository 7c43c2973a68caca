//! Our models and their physics against recordings of the originals.
//!
//! The recordings are not part of the repository: they lie in `../shared/reference` beside it,
//! or where `ANGORA_REFERENCE` points. Without them the tests say so and pass.
#![allow(clippy::unwrap_used, reason = "a test")]

mod arrays;
mod hand;
mod hand_motion;
mod locomotion;
mod recordings;
