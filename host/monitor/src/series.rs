//! Curves: whole columns of `metrics.jsonl`, read when they are asked for, kept while there is
//! room, cut into as many buckets as a plot has pixels.

pub mod cache;
pub mod columns;
pub mod downsample;

pub use cache::Cache;
pub use columns::{Axis, Columns};
