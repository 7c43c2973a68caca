//! Ranks: who computes what, and how their results are summed.
//!
//! Within a process ranks are threads of one [`Team`]. Work is cut into *slices* whose number
//! depends on the settings alone; sums over slices follow one fixed tree ([`reduction`]). That is
//! why the same seed gives the same run, bitwise, for any number of threads.

pub mod reduction;
mod team;

pub use team::{Team, TeamError, share};
