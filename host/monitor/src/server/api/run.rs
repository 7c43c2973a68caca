//! One run.

use super::super::parameters::Parameters;
use super::super::{Shared, State, error::ApiError};
use super::overview::Row;
use super::{files_of, find, json, off_thread};
use crate::index::Summary;
use crate::reading::facts::{Plugin, flatten};
use crate::reading::listing::{self, Checkpoint, Listed, Recording};
use crate::reading::root::METRICS;
use crate::reading::{RunFiles, events as log};
use crate::series::Columns;
use crate::state::EVENTS;
use axum::Json;
use axum::extract::Path;
use axum::http::Uri;
use serde::Serialize;
use serde_json::{Value, json as object};
use std::io::Read as _;
use std::sync::Arc;

const MOST_EVENTS: usize = 10_000;
/// Of a log of events.
const LARGEST_LOG: u64 = 64 << 20;

#[derive(Serialize)]
struct Setting<'s> {
    key: &'s str,
    value: &'s Value,
    default: &'s Value,
    changed: bool,
    meaning: &'s str,
}

#[derive(Serialize)]
struct Segment {
    segment: u32,
    first_cycle: f64,
    last_cycle: f64,
    first_steps: f64,
    last_steps: f64,
    secs: f64,
    began_ms: Option<i64>,
}

#[derive(Serialize)]
struct Answer<'r> {
    row: Row<'r>,
    settings: Vec<Setting<'r>>,
    plugins: &'r [Plugin],
    meta: &'r Value,
    metrics: Vec<String>,
    checkpoints: Vec<Checkpoint>,
    videos: Vec<Listed>,
    recordings: Vec<Recording>,
    files: Vec<Listed>,
    segments: Vec<Segment>,
    warnings: Vec<String>,
    brain: Value,
}

/// `GET api/runs/KEY`.
pub(super) async fn run(
    shared: State,
    Path(key): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    Parameters::read(&uri, &[])?;
    let run = find(&shared, &key)?;
    let files = files_of(&shared, &run)?;
    let shared = shared.0;
    off_thread(move || describe(&shared, &run, &files)).await?
}

fn describe(shared: &Shared, run: &Summary, files: &RunFiles) -> Result<Json<Value>, ApiError> {
    let facts = &run.facts;
    let defaults = (shared.knowledge.defaults)(&facts.experiment);
    let defaults = defaults
        .map(|defaults| flatten(&defaults))
        .unwrap_or_default();
    let settings = facts.settings.iter().map(|(key, value)| {
        let default = defaults.get(key).unwrap_or(&Value::Null);
        Setting {
            key,
            value,
            default,
            changed: !defaults.is_empty() && !same(value, default),
            meaning: meaning(shared, key),
        }
    });
    let began = begun(files);
    let curves = shared.cache.with(&run.key, files, &[], |columns, _| {
        let names: Vec<String> = columns.names().map(str::to_owned).collect();
        let flaws = columns.flaws().sentence(METRICS);
        (names, segments(columns, &began), flaws)
    })?;
    let mut others = Vec::new();
    for name in listing::SHOWN_FILES {
        if let Some(stamp) = files.stamp(name) {
            others.push(Listed {
                path: name.to_owned(),
                bytes: stamp.size,
                written_ms: stamp.modified_ms(),
            });
        }
    }
    others.extend(listing::files_below(files, "logs"));
    others.extend(listing::files_below(files, "tensorboard"));
    let answer = Answer {
        row: Row::plain(run),
        settings: settings.collect(),
        plugins: &facts.plugins,
        meta: &facts.meta,
        metrics: curves.0,
        checkpoints: listing::checkpoints(files),
        videos: listing::files_below(files, "videos"),
        recordings: listing::recordings(files),
        files: others,
        segments: curves.1,
        warnings: curves.2.into_iter().collect(),
        brain: graph(files).unwrap_or_default(),
    };
    json(serde_json::to_value(answer).map_err(ApiError::failed)?)
}

/// Numbers are equal whether written as whole ones or not.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// The meaning of a setting, or of the table that it lies in.
pub(super) fn meaning<'s>(shared: &'s Shared, key: &str) -> &'s str {
    let mut key = key;
    loop {
        let meaning = shared.knowledge.meaning(key);
        match key.rsplit_once('.') {
            Some((table, _)) if meaning.is_empty() => key = table,
            _ => return meaning,
        }
    }
}

/// When each segment began.
fn begun(files: &RunFiles) -> Vec<(u64, i64)> {
    let events = read_log(files).unwrap_or_default();
    let begun = events
        .into_iter()
        .filter(|event| matches!(event.kind.as_str(), "begun" | "resumed"));
    begun
        .filter_map(|event| Some((event.segment?, event.time_ms?)))
        .collect()
}

fn segments(columns: &Columns, began: &[(u64, i64)]) -> Vec<Segment> {
    let rows: Vec<usize> = (0..columns.rows()).collect();
    let chunks = rows.chunk_by(|a, b| columns.segments[*a] == columns.segments[*b]);
    chunks
        .map(|rows| {
            let (first, last) = (rows[0], rows[rows.len() - 1]);
            let segment = columns.segments[first];
            let before = first.checked_sub(1).map_or(0.0, |row| columns.seconds[row]);
            let begun = began.iter().find(|(s, _)| *s == u64::from(segment));
            Segment {
                segment,
                first_cycle: columns.cycles[first],
                last_cycle: columns.cycles[last],
                first_steps: columns.steps[first],
                last_steps: columns.steps[last],
                secs: columns.seconds[last] - before,
                began_ms: begun.map(|(_, ms)| *ms),
            }
        })
        .collect()
}

fn graph(files: &RunFiles) -> Option<Value> {
    serde_json::from_str(&files.text("brain.json").ok()??).ok()
}

/// `GET api/runs/KEY/brain`.
pub(super) async fn brain(
    shared: State,
    Path(key): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    Parameters::read(&uri, &[])?;
    let run = find(&shared, &key)?;
    let files = files_of(&shared, &run)?;
    let graph = off_thread(move || graph(&files)).await?;
    graph
        .map(Json)
        .ok_or_else(|| ApiError::not_found("this run wrote no graph of its brain"))
}

/// `GET api/runs/KEY/events`.
pub(super) async fn events(
    shared: State,
    Path(key): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let parameters = Parameters::read(&uri, &["after", "limit", "level", "search"])?;
    let after = parameters.whole("after", 0, 0, usize::MAX)? as u64;
    let limit = parameters.whole("limit", 500, 1, MOST_EVENTS)?;
    let levels = [("info", 0), ("warning", 1), ("error", 2)];
    let level = parameters.choice("level", &levels)?;
    let search = parameters.one("search").unwrap_or_default().to_lowercase();
    let run = find(&shared, &key)?;
    let files = files_of(&shared, &run)?;
    off_thread(move || {
        let all = read_log(&files)?;
        let last = all.last().map_or(after, |event| event.n.max(after));
        let wanted = all.into_iter().filter(|event| {
            let rank = levels.iter().find(|(name, _)| *name == event.level);
            event.n > after
                && rank.is_none_or(|(_, rank)| *rank >= level)
                && (search.is_empty() || words(event).contains(&search))
        });
        let mut wanted: Vec<log::Line> = wanted.collect();
        let more = wanted.len() > limit;
        wanted.truncate(limit);
        let next = match wanted.last() {
            Some(event) if more => event.n,
            _ => last,
        };
        let generation = files.stamp(EVENTS).map_or(0, |stamp| stamp.inode);
        json(object!({
            "events": wanted,
            "next": next,
            "more": more,
            "generation": generation.to_string(),
        }))
    })
    .await?
}

fn words(event: &log::Line) -> String {
    let data = Value::Object(event.data.clone());
    format!("{} {} {data}", event.kind, event.message).to_lowercase()
}

/// All whole lines of the log.
fn read_log(files: &RunFiles) -> Result<Vec<log::Line>, ApiError> {
    let file = match files.open(EVENTS) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST_LOG).read_to_end(&mut bytes)?;
    // What has no newline yet is being written.
    let end = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
    let lines = bytes[..end].split(|byte| *byte == b'\n');
    let events = lines.zip(1..).filter_map(|(line, n)| log::read(line, n));
    Ok(events.collect())
}

/// So that a summary can be handed on.
pub(super) fn rows(runs: &[Arc<Summary>]) -> Vec<Row<'_>> {
    runs.iter().map(|run| Row::plain(run)).collect()
}
