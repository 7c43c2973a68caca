//! Arithmetic on slices of f32. Nothing here allocates, and nothing depends on the number of
//! threads.
//!
//! Kernels are compiled three times (AVX-512, AVX2 with FMA, and the target's baseline) and the
//! best version that the processor has is taken at run time; see [`multiversion`]. The versions
//! may differ in the last bits from each other, hence from machine to machine; on one machine
//! every call takes the same one.
//!
//! The acting path ([`affine`], [`elementwise`], [`norm`]) computes each row on its own, in an
//! order of operations that does not depend on how many rows there are: the same row gives the
//! same bits in a batch of 1 and of 64. [`product`] (over the gemm crate) gives no such promise
//! and serves training.

pub mod affine;
pub mod cell;
pub mod elementwise;
pub mod image;
pub mod multiversion;
pub mod norm;
pub mod product;
pub mod scalar;
pub mod tiled;
