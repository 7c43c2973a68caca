//! Titles, tags, groups, notes, bookmarks, trash: the only thing that can be changed.

use super::super::{State, error::ApiError};
use super::{find, json, off_thread};
use crate::labels::Change;
use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use serde::Deserialize;
use serde_json::{Value, json as object};

/// The same change for several runs.
#[derive(Deserialize)]
pub(super) struct Many {
    runs: Vec<String>,
    #[serde(flatten)]
    change: Value,
}

fn checked(change: Change) -> Result<Change, ApiError> {
    change.check().map_err(ApiError::bad_request)?;
    Ok(change)
}

fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, ApiError> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) => Err(ApiError::bad_request(rejection.body_text())),
    }
}

/// `POST api/runs/KEY/marks`.
pub(super) async fn one(
    shared: State,
    Path(key): Path<String>,
    change: Result<Json<Change>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let change = checked(body(change)?)?;
    let run = find(&shared, &key)?;
    let index = shared.index.clone();
    let marks = off_thread(move || index.mark(&run, &change)).await??;
    json(object!({ "marks": marks }))
}

/// `POST api/marks`.
pub(super) async fn many(
    shared: State,
    many: Result<Json<Many>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let many = body(many)?;
    let change =
        Change::deserialize(many.change).map_err(|e| ApiError::bad_request(e.to_string()))?;
    let change = checked(change)?;
    // All of them must be there before the first is changed.
    let runs: Result<Vec<_>, ApiError> = many.runs.iter().map(|key| find(&shared, key)).collect();
    let runs = runs?;
    let index = shared.index.clone();
    let n = runs.len();
    off_thread(move || {
        for run in &runs {
            index.mark(run, &change)?;
        }
        Ok::<(), ApiError>(())
    })
    .await??;
    json(object!({ "changed": n }))
}
