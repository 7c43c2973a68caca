//! What the pages ask for.

mod catalogue;
mod compare;
mod csv;
mod files;
mod groups;
mod marks;
mod overview;
mod run;
mod series;

pub(super) use files::range;

use super::error::ApiError;
use super::parameters::Parameters;
use super::{Shared, body, live};
use crate::index::Summary;
use crate::index::now_ms;
use crate::query::Query;
use crate::reading::RunFiles;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use std::sync::Arc;

/// Runs whose curves may be asked for at once.
const MOST_RUNS: usize = 500;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/session", get(catalogue::session))
        .route("/catalogue", get(catalogue::catalogue))
        .route("/overview", get(overview::overview))
        .route("/events", get(live::events))
        .route("/runs/{key}", get(run::run))
        .route("/runs/{key}/brain", get(run::brain))
        .route("/runs/{key}/events", get(run::events))
        .route("/runs/{key}/log", get(files::log))
        .route("/runs/{key}/files/{*path}", get(files::file))
        .route("/runs/{key}/marks", post(marks::one))
        .route("/marks", post(marks::many))
        .route("/series", get(series::series))
        .route("/series.csv", get(csv::csv))
        .route("/compare", get(compare::compare))
        .route("/scatter", get(compare::scatter))
        .route("/groups", get(groups::groups))
        .route("/bands", get(groups::bands))
        .route("/test", get(groups::test))
        .fallback(async || ApiError::not_found("there is nothing at this address"))
        .layer(DefaultBodyLimit::max(body::LARGEST))
}

/// A run by its key.
fn find(shared: &Shared, key: &str) -> Result<Arc<Summary>, ApiError> {
    let run = shared.index.run(key);
    run.ok_or_else(|| ApiError::not_found(format!("there is no run {key:?}")))
}

fn files_of(shared: &Shared, run: &Summary) -> Result<RunFiles, ApiError> {
    let files = shared.index.files(run);
    files.ok_or_else(|| ApiError::not_found(format!("the folder of run {:?} is gone", run.key)))
}

/// The runs that an address names, or that match its filter; names of runs that are not there.
type Chosen = (Vec<Arc<Summary>>, Vec<String>);

fn choose(
    shared: &Shared,
    parameters: &Parameters,
    runs: &str,
    query: &str,
) -> Result<Chosen, ApiError> {
    let keys = parameters.all(runs);
    let filter = parameters.one(query);
    if keys.is_empty() && filter.is_none() {
        return Err(ApiError::bad_request(format!(
            "expected runs: {runs}=KEY, repeated, or {query}=FILTER"
        )));
    }
    let (mut chosen, mut missing) = (Vec::new(), Vec::new());
    for key in keys {
        match shared.index.run(key) {
            Some(run) => chosen.push(run),
            None => missing.push(key.to_owned()),
        }
    }
    if let Some(filter) = filter {
        chosen.extend(matching(shared, filter)?);
    }
    if chosen.len() > MOST_RUNS {
        return Err(ApiError::bad_request(format!(
            "these are {} runs, more than {MOST_RUNS}; choose fewer",
            chosen.len()
        )));
    }
    Ok((chosen, missing))
}

/// Runs that match a filter; those in the trash only where it asks for them.
fn matching(shared: &Shared, filter: &str) -> Result<Vec<Arc<Summary>>, ApiError> {
    let query = Query::parse(filter, now_ms())?;
    let (_, all) = shared.index.all();
    let matching = all
        .into_iter()
        .filter(|run| (query.wants_trash || !run.marks.trashed) && query.matches(run));
    Ok(matching.collect())
}

/// Work that waits for a disk or computes for long, off the thread that answers.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::failed)
}

fn json<T: Serialize>(value: T) -> Result<Json<T>, ApiError> {
    Ok(Json(value))
}
