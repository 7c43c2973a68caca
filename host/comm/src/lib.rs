//! Ranks: who computes what, and how their results are summed.
//!
//! Within a process ranks are threads of one [`Team`]; processes that a launcher has started make a
//! [`World`]. Work is cut into *slices* whose number depends on the settings alone; sums over slices
//! follow one fixed tree ([`reduction`]), whoever computes them ([`SliceSum`]). That is why the same
//! seed gives the same run, bitwise, for any number of threads and processes.

pub mod reduction;
mod sum;
mod team;
mod world;

pub use sum::{NOTES, SliceSum, Vector};
pub use team::{Team, TeamError, share};
#[doc(hidden)]
pub use world::fuzzing;
pub use world::{
    DEFAULT_TIMEOUT, Gate, Patience, Seat, Window, World, WorldError, abort, finish,
    installed_mpi_libraries, this_rank,
};
