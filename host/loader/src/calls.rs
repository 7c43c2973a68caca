//! Which plugin each thread is in, so that a call that hangs, crashes, exits or forks is named.
//!
//! [`inside`] wraps every call of native code: it notes the contribution and the call in a slot
//! of the thread, which costs a few plain stores. [`guards`] turns a fatal signal, an exit or a
//! fork inside a call into a message; [`watch`] finds calls that do not return. Both end the
//! process through [`incident`], which lets a run save itself first. A module needs none of it:
//! its engine stops it.
#![allow(
    unsafe_code,
    reason = "signal handlers, exit handlers and a page that forks wipe"
)]

mod fork;
pub mod guards;
pub mod incident;
mod name;
mod owned;
mod slot;
pub mod watch;

pub use incident::{Incident, Kind, fail, set_last_words};
pub use name::Name;
pub use owned::Owned;
pub use slot::{Place, inside, prepare_thread};
pub use watch::{set_ending, set_timeout};

/// Exit code of a process that a plugin has ended.
pub const PLUGIN: u8 = 4;
