//! What a person sees of a run: numbers in `metrics.jsonl` and TensorBoard's event files, what
//! happened in `events.jsonl`, progress on the terminal, pages in the browser.
//!
//! Sinks only read what a cycle reports; no stage of the engine depends on them. The pages' server
//! only reads what runs have written.

mod backwards;
pub mod events;
pub mod heartbeat;
mod index;
pub mod jsonl;
mod labels;
pub mod metric;
pub mod numbers;
pub mod process;
mod query;
mod reading;
mod series;
pub mod server;
pub mod state;
pub mod statistics;
pub mod tensorboard;
pub mod terminal;

pub use events::{End, Event, EventLog};
pub use heartbeat::Heartbeat;
pub use jsonl::Jsonl;
pub use state::RunState;
pub use tensorboard::TensorBoard;
pub use terminal::Terminal;

/// The time now, RFC 3339, UTC.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().to_string()
}
