//! Tests of the public interface, in one binary.

mod distributions;
mod gradients;
mod graph;
mod reference;
mod sequences;
mod tensor;
