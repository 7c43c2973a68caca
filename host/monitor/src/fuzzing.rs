//! What the fuzz targets call and nothing else outside of this crate: see `tests/fuzz`.

use crate::labels::{Change, Marks};
use crate::query::Query;
use crate::reading::facts;
use crate::series::Columns;
use crate::series::cache::Cursor;
pub use crate::server::fuzzing::{parameters, range};
use serde_json::{Map, Value};

/// Rows that are read from the lines of a `metrics.jsonl`; values of all columns are as many.
#[must_use]
pub fn rows(text: &[u8], metrics: &[&str]) -> usize {
    let mut columns = Columns::of(metrics.iter().copied());
    let lines = text.split(|byte| *byte == b'\n');
    lines.for_each(|line| columns.push(line));
    let rows = columns.rows();
    let whole = |name: &&str| columns.metric(name).is_none_or(|m| m.len() == rows);
    assert!(metrics.iter().all(whole), "a column has another length");
    assert!(
        columns.cycles.is_sorted_by(|a, b| a < b),
        "cycles do not increase"
    );
    rows
}

/// Reads a filter; the bytes that an error names lie in the text.
///
/// # Errors
/// The message of an error.
pub fn query(text: &str) -> Result<(), String> {
    let Err(error) = Query::parse(text, 1_700_000_000_000) else {
        return Ok(());
    };
    let place = text.get(error.start..error.end);
    assert!(place.is_some(), "{error:?} is no place in the text");
    Err(error.message)
}

/// Reads a change of labels as the pages send it.
///
/// # Errors
/// What is wrong with it.
pub fn change(json: &[u8]) -> Result<(), String> {
    let change: Change = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    change.check()
}

/// Reads the labels of a run.
#[must_use]
pub fn marks(labels: &Map<String, Value>, fixed: &Value) -> usize {
    Marks::from_parts(labels, fixed).tags.len()
}

/// Reads the settings of a run as the pages list them.
#[must_use]
pub fn settings(experiment: &Value) -> usize {
    facts::flatten(experiment).len()
}

/// Reads where a reader of curves has come to; what is shown is read again.
#[must_use]
pub fn cursor(text: &str) -> bool {
    let Some(cursor) = Cursor::parse(text) else {
        return false;
    };
    assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
    true
}
