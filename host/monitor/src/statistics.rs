//! Groups of runs: a centre with a band, and tests between two groups.

pub mod bootstrap;
pub mod centre;
pub mod compare;
pub mod grid;

pub use centre::Centre;
