//! How runs differ.

use super::super::parameters::Parameters;
use super::super::{State, error::ApiError};
use super::run::{meaning, rows};
use super::{choose, json};
use crate::query::{Field, Value as Shown};
use crate::reading::facts::{Plugin, flatten};
use axum::Json;
use axum::http::Uri;
use serde_json::{Value, json as object};
use std::collections::BTreeSet;

/// `GET api/compare`: settings and plugins that are not the same in all runs.
pub(super) async fn compare(shared: State, uri: Uri) -> Result<Json<Value>, ApiError> {
    let parameters = Parameters::read(&uri, &["runs", "q"])?;
    let (runs, missing) = choose(&shared, &parameters, "runs", "q")?;
    let first = runs.first();
    let defaults = first.and_then(|run| (shared.knowledge.defaults)(&run.facts.experiment));
    let defaults = defaults
        .map(|defaults| flatten(&defaults))
        .unwrap_or_default();
    let keys = runs.iter().flat_map(|run| run.facts.settings.keys());
    let keys: BTreeSet<&String> = keys.collect();
    let mut settings = Vec::new();
    let mut same = 0;
    for key in keys {
        let values: Vec<Option<&Value>> = runs.iter().map(|r| r.facts.settings.get(key)).collect();
        if values.windows(2).all(|pair| pair[0] == pair[1]) {
            same += 1;
            continue;
        }
        settings.push(object!({
            "key": key,
            "meaning": meaning(&shared, key),
            "values": values,
            "default": defaults.get(key),
        }));
    }
    let names = runs.iter().flat_map(|run| &run.facts.plugins);
    let names: BTreeSet<&str> = names.map(|plugin| plugin.name.as_str()).collect();
    let mut plugins = Vec::new();
    for name in names {
        let of = |plugins: &[Plugin]| {
            let plugin = plugins.iter().find(|plugin| plugin.name == name)?;
            let digest: String = plugin.digest.chars().take(8).collect();
            Some(format!("{} ({digest})", plugin.version))
        };
        let values: Vec<Option<String>> = runs.iter().map(|run| of(&run.facts.plugins)).collect();
        if values.windows(2).any(|pair| pair[0] != pair[1]) {
            plugins.push(object!({ "name": name, "values": values }));
        }
    }
    json(object!({
        "runs": rows(&runs),
        "settings": settings,
        "same": same,
        "plugins": plugins,
        "missing": missing,
    }))
}

/// `GET api/scatter`: any fields of many runs.
pub(super) async fn scatter(shared: State, uri: Uri) -> Result<Json<Value>, ApiError> {
    let parameters = Parameters::read(&uri, &["runs", "q", "x", "y", "colour", "fields"])?;
    let field = |name: &str| Field::named(name).map_err(ApiError::bad_request);
    let one = |name: &str| parameters.one(name).map(field).transpose();
    let (x, y, colour) = (one("x")?, one("y")?, one("colour")?);
    let fields = parameters.all("fields").into_iter().map(field);
    let fields: Vec<Field> = fields.collect::<Result<_, ApiError>>()?;
    let (runs, missing) = choose(&shared, &parameters, "runs", "q")?;
    let points: Vec<Value> = runs
        .iter()
        .map(|run| {
            let of = |field: &Option<Field>| field.as_ref().map_or(Shown::None, |f| f.of(run));
            let values: Vec<Shown<'_>> = fields.iter().map(|field| field.of(run)).collect();
            object!({
                "key": run.key,
                "x": of(&x),
                "y": of(&y),
                "colour": of(&colour),
                "values": values,
            })
        })
        .collect();
    json(object!({ "points": points, "missing": missing }))
}
