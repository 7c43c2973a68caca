//! Tests of the public interface, in one binary.

mod activity;
mod declared;
mod distributions;
mod gradients;
mod graph;
mod pytorch;
mod reference;
mod sequences;
mod tensor;
