//! What a person sees of a run: numbers in `metrics.jsonl`, progress on the terminal, pages in the
//! browser.
//!
//! Sinks only read what a cycle reports; no stage of the engine depends on them. The pages' server
//! only reads what runs have written.

mod index;
pub mod jsonl;
mod labels;
pub mod metric;
mod query;
mod reading;
mod series;
pub mod server;
mod statistics;
pub mod terminal;

pub use jsonl::Jsonl;
pub use terminal::Terminal;
