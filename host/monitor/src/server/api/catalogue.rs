//! What this monitor is, and what its words mean.

use super::super::host::Setting;
use super::super::security::Changes;
use super::super::{State, error::ApiError};
use super::json;
use crate::index::{now_ms, state};
use crate::query::field;
use crate::{metric, process};
use axum::Json;
use axum::http::HeaderMap;
use serde_json::{Value, json as object};

/// `GET api/session`.
pub(super) async fn session(shared: State, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let changes = shared.gate.changes(&headers);
    // Only pages that may change something are told how.
    let csrf = (changes == Changes::Allowed).then_some(&shared.gate.csrf);
    let roots = shared.index.roots.iter();
    let folders: Vec<String> = roots.map(|root| root.shown.display().to_string()).collect();
    json(object!({
        "version": shared.knowledge.version,
        "csrf": csrf,
        "read_only": changes != Changes::Allowed,
        "changes": changes,
        "folders": folders,
        "boot": shared.index.boot,
        "now_ms": now_ms(),
        "host": process::host(),
    }))
}

/// `GET api/catalogue`.
pub(super) async fn catalogue(shared: State) -> Result<Json<Value>, ApiError> {
    let metrics: Vec<Value> = metric::ALL
        .iter()
        .map(|metric| {
            object!({
                "name": metric.name,
                "unit": metric.unit,
                "meaning": metric.meaning,
                "pattern": metric.name.contains('<'),
            })
        })
        .collect();
    let states: Vec<Value> = state::ALL
        .iter()
        .map(|(state, meaning)| object!({ "state": state, "meaning": meaning }))
        .collect();
    let fields: Vec<Value> = field::KNOWN
        .iter()
        .map(|known| object!({ "name": known.names[0], "row": known.names[1], "help": known.help }))
        .collect();
    let settings: &[Setting] = &shared.knowledge.settings;
    json(object!({
        "metrics": metrics,
        "settings": settings,
        "states": states,
        "query": fields,
    }))
}
