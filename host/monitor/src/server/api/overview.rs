//! The table of all runs.

use super::super::parameters::Parameters;
use super::super::{State, error::ApiError};
use crate::index::{State as RunState, Summary, now_ms};
use crate::query::{Field, Query, Value, field};
use axum::Json;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

const PARAMETERS: [&str; 7] = [
    "q", "sort", "group", "columns", "offset", "limit", "trashed",
];
const ROWS: usize = 200;
const MOST_ROWS: usize = 20_000;

/// A row with what was asked for beside what every row has.
#[derive(Serialize)]
pub(super) struct Row<'r> {
    #[serde(flatten)]
    pub summary: &'r Summary,
    pub values: BTreeMap<&'r str, Value<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_value: Option<Value<'r>>,
}

impl<'r> Row<'r> {
    pub fn plain(summary: &'r Summary) -> Self {
        Self {
            summary,
            values: BTreeMap::new(),
            group_value: None,
        }
    }
}

#[derive(Serialize)]
struct Group {
    value: Option<String>,
    n: usize,
    running: usize,
    return_mean: Option<f64>,
    return_min: Option<f64>,
    return_max: Option<f64>,
    best_max: Option<f64>,
}

#[derive(Serialize)]
struct Answer<'r> {
    rev: u64,
    boot: &'r str,
    total: usize,
    matching: usize,
    rows: Vec<Row<'r>>,
    groups: Option<Vec<Group>>,
    facets: BTreeMap<&'static str, BTreeMap<String, usize>>,
    fields: Vec<String>,
}

struct Order {
    field: Field,
    descending: bool,
}

/// `GET api/overview`.
pub(super) async fn overview(
    shared: State,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let parameters = Parameters::read(&uri, &PARAMETERS)?;
    let now = now_ms();
    let (revision, all) = shared.index.all();
    // Within a minute, times like updated>2h mean the same.
    let etag = format!("\"{}.{revision}.{}\"", shared.index.boot, now / 60_000);
    let known = headers.get(IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    let query = Query::parse(parameters.one("q").unwrap_or_default(), now)?;
    let with_trash = query.wants_trash || parameters.one("trashed") == Some("1");
    let orders = orders(parameters.one("sort").unwrap_or("-updated"))?;
    let group = parameters.one("group").map(named).transpose()?;
    let columns = parameters.all("columns");
    let columns: Result<Vec<(&str, Field)>, ApiError> = columns
        .into_iter()
        .map(|name| Ok((name, named(name)?)))
        .collect();
    let columns = columns?;
    let offset = parameters.whole("offset", 0, 0, usize::MAX)?;
    let limit = parameters.whole("limit", ROWS, 0, MOST_ROWS)?;

    let shown = all.iter().filter(|run| with_trash || !run.marks.trashed);
    let shown: Vec<&Arc<Summary>> = shown.collect();
    let matching = shown.iter().filter(|run| query.matches(run));
    let mut matching: Vec<&Summary> = matching.map(|run| &***run).collect();
    sort(&mut matching, group.as_ref(), &orders);
    let page = matching.iter().skip(offset).take(limit);
    let rows = page.map(|summary| Row {
        values: columns
            .iter()
            .map(|(name, field)| (*name, field.of(summary)))
            .collect(),
        group_value: group.as_ref().map(|field| field.of(summary)),
        summary,
    });
    let answer = Answer {
        rev: revision,
        boot: &shared.index.boot,
        total: shown.len(),
        matching: matching.len(),
        rows: rows.collect(),
        groups: group.as_ref().map(|field| groups(&matching, field)),
        facets: facets(&matching),
        fields: fields(&matching, &shared.index.names.all()),
    };
    Ok(([(ETAG, etag)], Json(answer)).into_response())
}

fn named(name: &str) -> Result<Field, ApiError> {
    Field::named(name).map_err(ApiError::bad_request)
}

fn orders(text: &str) -> Result<Vec<Order>, ApiError> {
    let names = text.split(',').filter(|name| !name.is_empty());
    names
        .map(|name| {
            Ok(Order {
                field: named(name.trim_start_matches('-'))?,
                descending: name.starts_with('-'),
            })
        })
        .collect()
}

/// By group, then by the orders, then by key; what has no value comes last either way.
fn sort(runs: &mut [&Summary], group: Option<&Field>, orders: &[Order]) {
    let compare = |field: &Field, descending: bool, a: &Summary, b: &Summary| {
        let (a, b) = (field.of(a), field.of(b));
        match (a == Value::None, b == Value::None) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ if descending => b.order(&a),
            _ => a.order(&b),
        }
    };
    runs.sort_by(|a, b| {
        let by_group = group.map_or(Ordering::Equal, |field| compare(field, false, a, b));
        let by_orders = orders
            .iter()
            .map(|order| compare(&order.field, order.descending, a, b))
            .find(|order| order.is_ne());
        by_group
            .then(by_orders.unwrap_or(Ordering::Equal))
            .then_with(|| a.key.cmp(&b.key))
    });
}

fn groups(sorted: &[&Summary], field: &Field) -> Vec<Group> {
    let same = |a: &&Summary, b: &&Summary| field.of(a).words() == field.of(b).words();
    let chunks = sorted.chunk_by(same);
    chunks
        .map(|runs| {
            let returns: Vec<f64> = runs.iter().filter_map(|run| run.last_return).collect();
            let bests = runs.iter().filter_map(|run| run.best_return);
            let running = runs.iter().filter(|run| run.state == RunState::Running);
            Group {
                value: field.of(runs[0]).words(),
                n: runs.len(),
                running: running.count(),
                return_mean: (!returns.is_empty())
                    .then(|| returns.iter().sum::<f64>() / returns.len() as f64),
                return_min: returns.iter().copied().reduce(f64::min),
                return_max: returns.iter().copied().reduce(f64::max),
                best_max: bests.reduce(f64::max),
            }
        })
        .collect()
}

/// How many of the runs have each value of a few fields.
fn facets(runs: &[&Summary]) -> BTreeMap<&'static str, BTreeMap<String, usize>> {
    let mut facets: BTreeMap<&'static str, BTreeMap<String, usize>> = BTreeMap::new();
    for name in ["state", "task", "brain", "body", "tag", "group"] {
        let counts = facets.entry(name).or_default();
        let Ok(field) = Field::named(name) else {
            continue;
        };
        for run in runs {
            match field.of(run) {
                Value::None => {}
                Value::Texts(texts) => {
                    for text in texts {
                        *counts.entry(text.into_owned()).or_default() += 1;
                    }
                }
                value => *counts.entry(value.words().unwrap_or_default()).or_default() += 1,
            }
        }
    }
    facets
}

/// Everything that can be filtered, sorted, grouped and shown by.
fn fields(runs: &[&Summary], metrics: &[Arc<str>]) -> Vec<String> {
    let keys = runs.iter().flat_map(|run| run.facts.settings.keys());
    let keys: HashSet<&str> = keys.map(String::as_str).collect();
    let keys: BTreeSet<&str> = keys.into_iter().collect();
    let known = field::KNOWN.iter().map(|known| known.names[0].to_owned());
    known
        .chain(keys.into_iter().map(|key| format!("set:{key}")))
        .chain(metrics.iter().map(|name| format!("metric:{name}")))
        .collect()
}
