//! Words that all stages of Angora's engine share; no I/O but atomic files.

pub mod anchor;
pub mod blob;
pub mod event;
pub mod file;
pub mod folder;
pub mod layout;
pub mod limits;
pub mod private;
pub mod seed;
pub mod suggest;

pub use anchor::Anchor;
pub use blob::Blob;
pub use event::{CycleReport, Metric};
pub use folder::NewFolder;
pub use layout::SensationLayout;
pub use seed::{Purpose, Stream};
