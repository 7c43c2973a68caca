//! Brains from [`BrainSpec`](angora_plugin_api::brain::BrainSpec): parameters, acting, gradients
//! and distributions of actions.
//!
//! A [`Brain`] is a compiled spec; its parameters are one flat vector that the caller keeps. It
//! runs in two ways that agree:
//!
//! - on the CPU over slices ([`Network::act`], [`Network::forward`], [`Network::backward`]), without
//!   allocation, and with acting bitwise independent of the batch;
//! - as a graph of Burn tensors on any device ([`tensor`]).
//!
//! A [`Network`] is the same without an action: a graph with one readout, for training a part of
//! a brain on something else ([`Network::readout`]).
//!
//! It does not learn: losses and optimisers are in `angora-optimisation`.

pub mod brain;
pub mod distribution;
pub mod error;
mod kernels;
pub mod parameters;
mod program;
mod special;
pub mod tensor;

pub use brain::{Acting, Brain, Network, NodeActivity, Region, Sequences, Training};
pub use distribution::{Distribution, DistributionKind, DistributionSettings};
pub use error::BrainError;
pub use kernels::multiversion;
pub use parameters::{Parameter, ParameterLayout};
pub use program::compile::READOUT;
