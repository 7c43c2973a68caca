//! Seeds of one setting as one curve with a band, and tests between two groups.

use super::super::parameters::Parameters;
use super::super::{Shared, State, error::ApiError};
use super::{choose, files_of, json, matching, off_thread};
use crate::index::Summary;
use crate::query::{Field, Value as Shown};
use crate::reading::facts::tells_apart;
use crate::series::Axis;
use angora_statistics::bootstrap::{self, Draws, RESAMPLES};
use angora_statistics::centre::{mean, variance};
use angora_statistics::{Centre, compare, grid};
use axum::Json;
use axum::http::Uri;
use serde_json::{Value, json as object};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const POINTS: usize = 200;
const MOST_POINTS: usize = 2_000;
/// Places of the grid times runs: what a band is computed for in about a second.
const MOST_WORK: usize = 20_000;

/// `GET api/groups`.
pub(super) async fn groups(shared: State, uri: Uri) -> Result<Json<Value>, ApiError> {
    let parameters = Parameters::read(&uri, &["q", "by"])?;
    let by = parameters.one("by").unwrap_or("config");
    let field = Field::named(by).map_err(ApiError::bad_request)?;
    let runs = matching(&shared, parameters.one("q").unwrap_or_default())?;
    let mut groups: BTreeMap<String, Vec<&Summary>> = BTreeMap::new();
    for run in &runs {
        let values = match field.of(run) {
            Shown::None => Vec::new(),
            Shown::Texts(texts) => texts.into_iter().map(|text| text.into_owned()).collect(),
            value => value.words().into_iter().collect(),
        };
        for value in values {
            groups.entry(value).or_default().push(run);
        }
    }
    let firsts: Vec<&Summary> = groups.values().map(|runs| runs[0]).collect();
    let differing = differing(&firsts);
    let mut answer: Vec<(usize, Value)> = groups
        .iter()
        .map(|(value, runs)| (runs.len(), describe(by, value, runs, &differing)))
        .collect();
    // Large groups first: single runs are no group yet.
    answer.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let answer: Vec<Value> = answer.into_iter().map(|(_, group)| group).collect();
    json(object!({ "by": by, "groups": answer }))
}

/// Settings that differ between runs of the same task, by task.
fn differing<'r>(runs: &[&'r Summary]) -> BTreeMap<&'r str, BTreeSet<&'r str>> {
    let mut by_task: BTreeMap<&str, Vec<&Summary>> = BTreeMap::new();
    for run in runs {
        let task = run.facts.text("task").unwrap_or_default();
        by_task.entry(task).or_default().push(run);
    }
    let differing = by_task.into_iter().map(|(task, runs)| {
        let keys = runs.iter().flat_map(|run| run.facts.settings.keys());
        let keys: BTreeSet<&str> = keys
            .map(String::as_str)
            .filter(|k| tells_apart(k))
            .collect();
        let differ = |key: &&str| {
            let mut values = runs.iter().map(|run| run.facts.settings.get(*key));
            let first = values.next();
            values.any(|value| Some(value) != first)
        };
        (task, keys.into_iter().filter(differ).collect())
    });
    differing.collect()
}

fn describe(
    by: &str,
    value: &str,
    runs: &[&Summary],
    differing: &BTreeMap<&str, BTreeSet<&str>>,
) -> Value {
    let first = runs[0];
    let task = first.facts.text("task").unwrap_or_default();
    let keys = differing.get(task).into_iter().flatten();
    let same_in_all = keys.filter(|key| {
        let value = first.facts.settings.get(**key);
        runs.iter()
            .all(|run| run.facts.settings.get(**key) == value)
    });
    let differs: BTreeMap<&str, Option<&Value>> = same_in_all
        .map(|key| (*key, first.facts.settings.get(*key)))
        .collect();
    let label = if by == "config" {
        let brain = first.facts.text("brain").unwrap_or_default();
        let settings = differs.iter().filter_map(|(key, value)| match value {
            Some(Value::String(text)) => Some(format!(", {key}={text}")),
            Some(value) => Some(format!(", {key}={value}")),
            None => None,
        });
        format!("{task} {brain}{}", settings.collect::<String>())
    } else {
        value.to_owned()
    };
    let keys: Vec<&str> = runs.iter().map(|run| run.key.as_str()).collect();
    let seeds: Vec<Option<f64>> = runs.iter().map(|run| run.facts.number("seed")).collect();
    object!({
        "id": format!("{by}:{value}"),
        "value": value,
        "label": label,
        "n": runs.len(),
        "runs": keys,
        "seeds": seeds,
        "task": task,
        "differs": differs,
    })
}

/// A curve of a run without gaps.
struct Line {
    run: Arc<Summary>,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Line {
    fn at(&self, x: f64) -> Option<f64> {
        grid::value_at(&self.x, &self.y, x)
    }
}

fn lines(
    shared: &Shared,
    runs: Vec<Arc<Summary>>,
    metric: &str,
    axis: Axis,
) -> Result<Vec<Line>, ApiError> {
    let names = [metric.to_owned()];
    let mut lines = Vec::new();
    for run in runs {
        let files = files_of(shared, &run)?;
        let (x, y) = shared.cache.with(&run.key, &files, &names, |columns, _| {
            let y = columns.metric(metric).unwrap_or_default();
            grid::present(columns.axis(axis), y)
        })?;
        if !x.is_empty() {
            lines.push(Line { run, x, y });
        }
    }
    Ok(lines)
}

fn metric_of(parameters: &Parameters) -> String {
    let metric = parameters
        .one("metric")
        .unwrap_or(crate::reading::digest::RETURN);
    metric.to_owned()
}

/// `GET api/bands`.
pub(super) async fn bands(shared: State, uri: Uri) -> Result<Json<Value>, ApiError> {
    let known = ["runs", "q", "metric", "x", "points", "statistic", "level"];
    let parameters = Parameters::read(&uri, &known)?;
    let metric = metric_of(&parameters);
    let axis = parameters.choice("x", &Axis::ALL)?;
    let points = parameters.whole("points", POINTS, 2, MOST_POINTS)?;
    let centre = parameters.choice("statistic", &Centre::ALL)?;
    let level = parameters.number("level")?.unwrap_or(0.95);
    if !(0.5..1.0).contains(&level) {
        return Err(ApiError::bad_request(format!(
            "level={level}: expected a number from 0.5 to below 1"
        )));
    }
    let (runs, missing) = choose(&shared, &parameters, "runs", "q")?;
    // A run that is named twice is one run.
    let mut seen = BTreeSet::new();
    let runs: Vec<Arc<Summary>> = runs
        .into_iter()
        .filter(|r| seen.insert(r.key.clone()))
        .collect();
    if runs.len() * points > MOST_WORK {
        return Err(ApiError::bad_request(format!(
            "a band over {} runs at {points} places is too much work; choose fewer of either",
            runs.len()
        )));
    }
    let shared = shared.0;
    off_thread(move || {
        let lines = lines(&shared, runs, &metric, axis)?;
        let mut answer = band(&lines, points, centre, level);
        answer["metric"] = metric.into();
        answer["unit"] = axis.unit().into();
        answer["missing"] = object!(missing);
        json(answer)
    })
    .await?
}

fn band(lines: &[Line], points: usize, centre: Centre, level: f64) -> Value {
    let ranges = lines
        .iter()
        .map(|line| (line.x[0], line.x[line.x.len() - 1]));
    let x = grid::common(&ranges.collect::<Vec<_>>(), points);
    let members: Vec<Vec<Option<f64>>> = lines
        .iter()
        .map(|line| x.iter().map(|x| line.at(*x)).collect())
        .collect();
    let mut draws: BTreeMap<usize, Draws> = BTreeMap::new();
    let (mut centres, mut low, mut high, mut n) = (vec![], vec![], vec![], vec![]);
    for place in 0..x.len() {
        let mut values: Vec<f64> = members.iter().filter_map(|member| member[place]).collect();
        let number = values.len();
        n.push(number);
        let band = if number < 2 {
            None
        } else {
            let draws = draws.entry(number).or_insert_with(|| Draws::of(number));
            bootstrap::band(&values, draws, centre, level)
        };
        low.push(band.map(|band| band.0));
        high.push(band.map(|band| band.1));
        centres.push((number > 0).then(|| centre.of(&mut values)));
    }
    let members = lines.iter().zip(members).map(
        |(line, y)| object!({ "run": line.run.key, "seed": line.run.facts.number("seed"), "y": y }),
    );
    let name = Centre::ALL.iter().find(|(_, c)| *c == centre);
    object!({
        "x": x,
        "centre": centres,
        "low": low,
        "high": high,
        "n": n,
        "members": members.collect::<Vec<_>>(),
        "statistic": name.map(|(name, _)| name),
        "level": level,
        "resamples": RESAMPLES,
    })
}

/// Where on a curve runs are compared.
#[derive(Debug, Clone, Copy)]
enum At {
    Last,
    Best,
    Mean,
    X(f64),
}

impl At {
    fn parse(text: &str) -> Result<Self, ApiError> {
        let x = text.strip_prefix("x:").map(str::parse);
        match (text, x) {
            ("last", _) => Ok(Self::Last),
            ("best", _) => Ok(Self::Best),
            ("mean", _) => Ok(Self::Mean),
            (_, Some(Ok(x))) => Ok(Self::X(x)),
            _ => Err(ApiError::bad_request(format!(
                "at={text}: expected last, best (the largest value), mean or x:NUMBER"
            ))),
        }
    }

    fn of(self, line: &Line) -> Option<f64> {
        match self {
            Self::Last => line.y.last().copied(),
            Self::Best => line.y.iter().copied().reduce(f64::max),
            Self::Mean => Some(mean(&line.y)),
            Self::X(x) => line.at(x),
        }
    }
}

/// `GET api/test`.
pub(super) async fn test(shared: State, uri: Uri) -> Result<Json<Value>, ApiError> {
    let known = ["a", "b", "a_q", "b_q", "metric", "at", "xaxis", "pair"];
    let parameters = Parameters::read(&uri, &known)?;
    let metric = metric_of(&parameters);
    let at = At::parse(parameters.one("at").unwrap_or("last"))?;
    let axis = parameters.choice("xaxis", &Axis::ALL)?;
    parameters.choice("pair", &[("seed", ())])?;
    let (a, _) = choose(&shared, &parameters, "a", "a_q")?;
    let (b, _) = choose(&shared, &parameters, "b", "b_q")?;
    if let Some(both) = a
        .iter()
        .find(|run| b.iter().any(|other| other.key == run.key))
    {
        return Err(ApiError::bad_request(format!(
            "run {:?} is in both groups; a test needs groups that have none in common",
            both.key
        )));
    }
    let shared = shared.0;
    off_thread(move || {
        let value = |line: Line| Some((at.of(&line)?, line.run));
        let values = |runs| -> Result<Vec<(f64, Arc<Summary>)>, ApiError> {
            let lines = lines(&shared, runs, &metric, axis)?;
            Ok(lines.into_iter().filter_map(value).collect())
        };
        json(tests(&values(a)?, &values(b)?))
    })
    .await?
}

fn tests(a: &[(f64, Arc<Summary>)], b: &[(f64, Arc<Summary>)]) -> Value {
    let numbers = |group: &[(f64, Arc<Summary>)]| group.iter().map(|(v, _)| *v).collect::<Vec<_>>();
    let (va, vb) = (numbers(a), numbers(b));
    let side = |group: &[(f64, Arc<Summary>)], values: &[f64]| {
        let sd = (values.len() > 1).then(|| variance(values).sqrt());
        let each = group.iter().map(|(value, run)| {
            object!({ "run": run.key, "seed": run.facts.number("seed"), "value": value })
        });
        object!({
            "n": values.len(),
            "mean": (!values.is_empty()).then(|| mean(values)),
            "sd": sd,
            "values": each.collect::<Vec<_>>(),
        })
    };
    let (pairs, unpaired) = pairs(a, b);
    let values: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (a.0, b.0)).collect();
    let paired = compare::paired(&values).map(|test| {
        let mut test = object!(test);
        test["n"] = values.len().into();
        let keys = pairs.iter().map(|(a, b)| [&a.1.key, &b.1.key]);
        test["pairs"] = object!(keys.collect::<Vec<_>>());
        test
    });
    let welch = compare::welch(&va, &vb);
    let note = match (va.len(), vb.len()) {
        (0 | 1, _) | (_, 0 | 1) => Some("a test needs at least two runs in each group"),
        _ if welch.is_none() => Some("the values do not vary within the groups"),
        _ if paired.is_none() => Some(unpaired),
        _ => None,
    };
    object!({
        "a": side(a, &va),
        "b": side(b, &vb),
        "welch": welch,
        "paired": paired,
        "mann_whitney": compare::mann_whitney(&va, &vb),
        "effect": compare::hedges_g(&va, &vb).map(|g| object!({ "hedges_g": g })),
        "note": note,
    })
}

type Pair<'r> = (&'r (f64, Arc<Summary>), &'r (f64, Arc<Summary>));

/// Runs of the same seed, and why there are none: a seed that a group has twice pairs with nothing.
fn pairs<'r>(
    a: &'r [(f64, Arc<Summary>)],
    b: &'r [(f64, Arc<Summary>)],
) -> (Vec<Pair<'r>>, &'static str) {
    let seed = |entry: &(f64, Arc<Summary>)| entry.1.facts.number("seed").map(f64::to_bits);
    let unique = |group: &[(f64, Arc<Summary>)]| {
        let seeds: BTreeSet<_> = group.iter().map(seed).collect();
        seeds.len() == group.len() && !seeds.contains(&None)
    };
    if !unique(a) || !unique(b) {
        return (
            Vec::new(),
            "no paired test: a seed comes twice within a group",
        );
    }
    let pairs = a.iter().filter_map(|one| {
        let other = b.iter().find(|other| seed(other) == seed(one))?;
        Some((one, other))
    });
    (
        pairs.collect(),
        "no paired test: fewer than two seeds are in both groups, or their differences do not vary",
    )
}
