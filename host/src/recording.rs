//! Episodes with everything that is worth seeing again, as a folder of a run.
//!
//! `docs/recordings.md` describes the format. A [`Plan`] says which channels there are, a
//! [`Recorder`] fills them while episodes are played, a [`Shelf`] is where recordings lie.

mod channel;
mod header;
pub mod meshes;
mod plan;
mod recorder;
mod shelf;

pub use channel::{Axis, Channel, Omitted, Part, Precision};
pub(crate) use header::ending_word;
pub use header::{CheckpointFacts, EpisodeFacts, FORMAT, Header};
pub use plan::{Plan, Preprocessed};
pub use recorder::Recorder;
pub use shelf::{Draft, Shelf, Shelved};
