//! Statistics: of one sample, of a group of runs (a centre with a band), and tests between two groups.
//!
//! In come numbers, one per run, or curves, one per run; out comes a [`Centre`] with its interval, or
//! the result of a test. Nothing here reads files or knows what a run is.

pub mod bootstrap;
pub mod centre;
pub mod compare;
pub mod grid;
pub mod sample;

pub use centre::Centre;
