//! Curves of any metrics of any runs.

use super::super::parameters::Parameters;
use super::super::{Shared, State, error::ApiError};
use super::{choose, files_of, json, off_thread};
use crate::index::Summary;
use crate::query::glob;
use crate::series::cache::Cursor;
use crate::series::downsample::{Curve, downsample};
use crate::series::{Axis, Columns};
use ::glob::Pattern;
use axum::Json;
use axum::http::Uri;
use serde::Serialize;
use serde_json::{Value, json as object};
use std::collections::BTreeMap;
use std::sync::Arc;

const PARAMETERS: [&str; 8] = ["runs", "q", "metrics", "x", "points", "from", "to", "after"];
const POINTS: usize = 1_000;
const MOST_POINTS: usize = 20_000;

#[derive(Serialize)]
struct Named {
    run: String,
    metric: String,
    #[serde(flatten)]
    curve: Curve,
}

#[derive(Serialize)]
struct RunPart {
    cursor: String,
    rows: usize,
    reset: bool,
    marks: Vec<Value>,
}

#[derive(Clone, Copy)]
struct Window {
    axis: Axis,
    points: usize,
    from: f64,
    to: f64,
}

/// `GET api/series`.
pub(super) async fn series(shared: State, uri: Uri) -> Result<Json<Value>, ApiError> {
    let parameters = Parameters::read(&uri, &PARAMETERS)?;
    let window = Window {
        axis: parameters.choice("x", &Axis::ALL)?,
        points: parameters.whole("points", POINTS, 16, MOST_POINTS)?,
        from: parameters.number("from")?.unwrap_or(f64::NEG_INFINITY),
        to: parameters.number("to")?.unwrap_or(f64::INFINITY),
    };
    let metrics = wanted(&parameters)?;
    let (runs, missing) = choose(&shared, &parameters, "runs", "q")?;
    let cursors = cursors(&parameters)?;
    let shared = shared.0;
    let mut reading = Vec::new();
    for run in runs {
        let after = cursors.get(&run.key).copied();
        let (shared, metrics) = (shared.clone(), metrics.clone());
        let key = run.key.clone();
        let task = off_thread(move || curves(&shared, &run, &metrics, window, after));
        reading.push((key, tokio::spawn(task)));
    }
    let (mut all, mut parts) = (Vec::new(), BTreeMap::new());
    for (key, task) in reading {
        let (curves, part) = task.await.map_err(ApiError::failed)???;
        all.extend(curves);
        parts.insert(key, part);
    }
    json(object!({
        "x": parameters.one("x").unwrap_or("steps"),
        "unit": window.axis.unit(),
        "curves": all,
        "runs": parts,
        "missing": missing,
    }))
}

/// Names or patterns of metrics.
pub(super) fn wanted(parameters: &Parameters) -> Result<Vec<String>, ApiError> {
    let names = parameters.all("metrics");
    if names.is_empty() {
        return Err(ApiError::bad_request(
            "expected metrics=NAME, repeated; NAME may be a pattern like train/*",
        ));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Where the browser is, by run; runs that it does not know have `-`.
fn cursors(parameters: &Parameters) -> Result<BTreeMap<String, Cursor>, ApiError> {
    let (keys, after) = (parameters.all("runs"), parameters.all("after"));
    if !after.is_empty() && after.len() != keys.len() {
        return Err(ApiError::bad_request(format!(
            "{} cursors for {} runs: expected after=CURSOR for each of them, - for none",
            after.len(),
            keys.len()
        )));
    }
    let known = keys.iter().zip(after);
    let known = known.filter_map(|(key, text)| Some(((*key).to_owned(), Cursor::parse(text)?)));
    Ok(known.collect())
}

/// The metrics of a run that names and patterns mean.
pub(super) fn expand(wanted: &[String], run: &Summary) -> Vec<String> {
    let mut names = Vec::new();
    for wanted in wanted {
        let pattern = match Pattern::new(wanted) {
            Ok(pattern) if wanted.contains(['*', '?', '[']) => pattern,
            _ => {
                names.push(wanted.clone());
                continue;
            }
        };
        let all = run.metrics.iter().map(|(name, _)| &**name);
        names.extend(all.filter(|name| glob(&pattern, name)).map(str::to_owned));
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn curves(
    shared: &Arc<Shared>,
    run: &Summary,
    wanted: &[String],
    window: Window,
    after: Option<Cursor>,
) -> Result<(Vec<Named>, RunPart), ApiError> {
    let files = files_of(shared, run)?;
    let names = expand(wanted, run);
    let outcome = shared.cache.with(&run.key, &files, &names, |columns, now| {
        let new = after.filter(|cursor| {
            cursor.continues(&now, columns) && columns.rows() - cursor.rows <= window.points
        });
        let first = new.map_or(0, |cursor| cursor.rows);
        let x = &columns.axis(window.axis)[first..];
        let curves = names.iter().filter_map(|name| {
            let y = &columns.metric(name)?[first..];
            let curve = match new {
                Some(_) => downsample(x, y, f64::NEG_INFINITY, f64::INFINITY, usize::MAX),
                None => downsample(x, y, window.from, window.to, window.points),
            };
            (!curve.x.is_empty()).then(|| Named {
                run: run.key.clone(),
                metric: name.clone(),
                curve,
            })
        });
        let part = RunPart {
            cursor: now.to_string(),
            rows: columns.rows(),
            reset: new.is_none(),
            marks: resumptions(columns, window.axis),
        };
        (curves.collect(), part)
    });
    Ok(outcome?)
}

/// Where the run was resumed.
fn resumptions(columns: &Columns, axis: Axis) -> Vec<Value> {
    let x = columns.axis(axis);
    let rows = 1..columns.rows();
    let starts = rows.filter(|row| columns.segments[*row] != columns.segments[*row - 1]);
    let marks = starts.map(|row| {
        object!({
            "x": x[row],
            "kind": "resumed",
            "segment": columns.segments[row],
            "cycle": columns.cycles[row],
        })
    });
    marks.collect()
}
