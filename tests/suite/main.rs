//! Whole-system tests, in one binary, over the real host.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod authority;
mod benchmark;
mod cli;
mod conditions;
mod conformance;
mod contract;
mod crash;
mod determinism;
mod distributed;
mod doctor;
mod env;
mod evaluation;
mod gymnasium;
mod learning;
mod loading;
mod misbehaviour;
mod monitor;
mod network;
mod observing;
mod orphans;
mod pretraining;
mod readme;
mod recording;
mod recovery;
mod regions;
mod registry;
mod run_files;
mod sandbox;
mod slurm;
mod templates;
mod terminal;
mod tree;
