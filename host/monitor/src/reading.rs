//! Reading of run folders that others write: never a lock, never a write, nothing outside.

pub mod digest;
pub mod events;
pub mod facts;
pub mod line;
pub mod listing;
pub mod root;
pub mod sparse;
pub mod tail;

pub use digest::Digest;
pub use facts::Facts;
pub use root::{Root, RunFiles};
