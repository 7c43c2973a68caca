//! What a person sees of a run: numbers in `metrics.jsonl` and TensorBoard's event files, what
//! happened in `events.jsonl`, progress on the terminal, pages in the browser.
//!
//! Sinks only read what a cycle reports; no stage of the engine depends on them. The pages' server
//! only reads what runs have written.

mod backwards;
pub mod events;
#[doc(hidden)]
pub mod fuzzing;
pub mod heartbeat;
mod index;
pub mod jsonl;
mod labels;
mod lines;
pub mod metric;
pub mod numbers;
pub mod process;
mod query;
mod reading;
mod series;
pub mod server;
pub mod state;
pub mod tensorboard;
pub mod terminal;

pub use events::{End, Event, EventLog};
pub use heartbeat::Heartbeat;
pub use jsonl::Jsonl;
pub use state::RunState;
pub use tensorboard::TensorBoard;
pub use terminal::Terminal;

/// The time now, RFC 3339, UTC; the nearest one that the calendar has if the clock is past the
/// year 9999.
#[must_use]
pub fn now() -> String {
    time_of(std::time::SystemTime::now())
}

fn time_of(clock: std::time::SystemTime) -> String {
    let past = clock > std::time::UNIX_EPOCH;
    let nearest = match past {
        true => jiff::Timestamp::MAX,
        false => jiff::Timestamp::MIN,
    };
    jiff::Timestamp::try_from(clock)
        .unwrap_or(nearest)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn any_clock_has_a_time() {
        assert_eq!(time_of(UNIX_EPOCH), "1970-01-01T00:00:00Z");
        let year = Duration::from_secs(365 * 24 * 3600);
        assert!(time_of(UNIX_EPOCH - 10 * year).starts_with("1960-"));
        assert!(time_of(UNIX_EPOCH + 9000 * year).starts_with("9999-12-30"));
    }
}
