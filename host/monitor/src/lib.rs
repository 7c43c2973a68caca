//! What a person sees of a run: numbers in `metrics.jsonl`, progress on the terminal.
//!
//! Sinks only read what a cycle reports; no stage of the engine depends on them.

pub mod jsonl;
pub mod metric;
pub mod terminal;

pub use jsonl::Jsonl;
pub use terminal::Terminal;
