//! The fields of a run that can be filtered, sorted, grouped and shown by.

use crate::index::Summary;
use crate::query::value::Value;
use angora_core::suggest;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By patterns.
    Text,
    /// By size.
    Number,
    /// By date.
    Time,
    /// A setting, which is a number in one run and a text in another.
    Any,
}

type Get = for<'r> fn(&'r Summary) -> Value<'r>;

/// A field.
#[derive(Debug, Clone)]
pub enum Field {
    /// One that all runs have.
    Known(&'static Known),
    /// A setting by its dotted key.
    Setting(String),
    /// A metric of the last line.
    Metric(String),
}

/// A field that all runs have.
#[derive(Debug)]
pub struct Known {
    /// Its name, and what it is called in a row.
    pub names: [&'static str; 2],
    /// How it is compared.
    pub kind: Kind,
    /// In one line.
    pub help: &'static str,
    get: Get,
}

const fn known(
    name: &'static str,
    row: &'static str,
    kind: Kind,
    help: &'static str,
    get: Get,
) -> Known {
    Known {
        names: [name, row],
        kind,
        help,
        get,
    }
}

/// All fields that all runs have.
pub static KNOWN: &[Known] = &[
    known("task", "task", Kind::Text, "id of the task", |r| {
        text(r, "task")
    }),
    known("brain", "brain", Kind::Text, "id of the brain", |r| {
        text(r, "brain")
    }),
    known("body", "body", Kind::Text, "id of the body", |r| {
        text(r, "body")
    }),
    known(
        "reward",
        "reward",
        Kind::Text,
        "id of a reward that replaces the task's own",
        |r| text(r, "reward"),
    ),
    known("preset", "preset", Kind::Text, "preset", |r| {
        text(r, "preset")
    }),
    known(
        "device",
        "device",
        Kind::Text,
        "where the brain learns",
        |r| text(r, "device"),
    ),
    known(
        "state",
        "state",
        Kind::Text,
        "running, stalled, finished, interrupted, killed, failed, unknown",
        |r| Value::of_text(Some(r.state.word())),
    ),
    known("id", "id", Kind::Text, "name of the run's folder", |r| {
        Value::of_text(Some(&r.id))
    }),
    known(
        "key",
        "key",
        Kind::Text,
        "id, with @2 in the second folder of runs",
        |r| Value::of_text(Some(&r.key)),
    ),
    known("folder", "folder", Kind::Text, "where the run lies", |r| {
        Value::of_text(Some(&r.folder))
    }),
    known(
        "config",
        "config",
        Kind::Text,
        "equal for runs that differ only in their seed",
        |r| Value::of_text(Some(&r.facts.config)),
    ),
    known(
        "plugin",
        "plugins",
        Kind::Text,
        "a plugin, as name or name@version",
        plugins,
    ),
    known("tag", "tags", Kind::Text, "tag", tags),
    known(
        "group",
        "group",
        Kind::Text,
        "group that a person put the run into",
        |r| Value::of_text(r.marks.group.as_deref()),
    ),
    known(
        "title",
        "title",
        Kind::Text,
        "title that a person gave",
        |r| Value::of_text(r.marks.title.as_deref()),
    ),
    known("note", "note", Kind::Text, "note", |r| {
        Value::of_text(
            Some(&r.marks.note)
                .filter(|n| !n.is_empty())
                .map(String::as_str),
        )
    }),
    known(
        "return",
        "last_return",
        Kind::Number,
        "mean return of the last 100 episodes",
        |r| Value::of_number(r.last_return),
    ),
    known(
        "best",
        "best_return",
        Kind::Number,
        "mean return that the checkpoint best was chosen by",
        |r| Value::of_number(r.best_return),
    ),
    known(
        "best_cycle",
        "best_cycle",
        Kind::Number,
        "cycles done when the parameters of the checkpoint best were as they are",
        |r| Value::of_number(r.best_cycle.map(|n| n as f64)),
    ),
    known("cycle", "cycle", Kind::Number, "cycles done", |r| {
        Value::Number(r.cycle as f64)
    }),
    known(
        "cycles",
        "cycles",
        Kind::Number,
        "cycles after which the run is complete",
        |r| number(r, "cycles"),
    ),
    known("steps", "steps", Kind::Number, "control steps done", |r| {
        Value::of_number(r.steps)
    }),
    known(
        "progress",
        "progress",
        Kind::Number,
        "part of the cycles that is done, 0..1",
        |r| Value::of_number(r.progress),
    ),
    known("seed", "seed", Kind::Number, "seed", |r| number(r, "seed")),
    known(
        "environments",
        "environments",
        Kind::Number,
        "environments",
        |r| number(r, "environments"),
    ),
    known(
        "horizon",
        "horizon",
        Kind::Number,
        "control steps per environment and cycle",
        |r| number(r, "horizon"),
    ),
    known("threads", "threads", Kind::Number, "threads", |r| {
        number(r, "threads")
    }),
    known(
        "length",
        "episode_length",
        Kind::Number,
        "mean length of the last 100 episodes, control steps",
        |r| Value::of_number(r.episode_length),
    ),
    known(
        "success",
        "success_rate",
        Kind::Number,
        "part of the last 100 episodes that succeeded",
        |r| Value::of_number(r.success_rate),
    ),
    known(
        "episodes",
        "episodes",
        Kind::Number,
        "episodes in these means",
        |r| Value::of_number(r.episodes),
    ),
    known(
        "segments",
        "segments",
        Kind::Number,
        "how often the run was begun or resumed",
        |r| Value::Number(r.segments as f64),
    ),
    known(
        "fps",
        "steps_per_second",
        Kind::Number,
        "control steps per second in the last cycle",
        |r| Value::of_number(r.steps_per_second),
    ),
    known(
        "pace",
        "secs_per_cycle",
        Kind::Number,
        "seconds of a cycle",
        |r| Value::of_number(r.secs_per_cycle),
    ),
    known(
        "left",
        "secs_left",
        Kind::Number,
        "seconds left at the present pace",
        |r| Value::of_number(r.secs_left),
    ),
    known(
        "elapsed",
        "elapsed_secs",
        Kind::Number,
        "seconds since the segment began",
        |r| Value::of_number(r.elapsed_secs),
    ),
    known(
        "began",
        "began_ms",
        Kind::Time,
        "when the run was begun: began>2026-11-01, began>2d",
        |r| Value::of_number(r.facts.began_ms.map(|ms| ms as f64)),
    ),
    known(
        "updated",
        "updated_ms",
        Kind::Time,
        "when it was last written: updated>2h",
        |r| Value::of_number(r.updated_ms.map(|ms| ms as f64)),
    ),
];

fn text<'r>(run: &'r Summary, key: &str) -> Value<'r> {
    Value::of_text(run.facts.text(key))
}

fn number<'r>(run: &'r Summary, key: &str) -> Value<'r> {
    Value::of_number(run.facts.number(key))
}

fn tags(run: &Summary) -> Value<'_> {
    let tags = run.marks.tags.iter().map(|tag| tag.as_str().into());
    Value::Texts(tags.collect())
}

fn plugins(run: &Summary) -> Value<'_> {
    let names = run.facts.plugins.iter().flat_map(|plugin| {
        let versioned = format!("{}@{}", plugin.name, plugin.version);
        [plugin.name.as_str().into(), versioned.into()]
    });
    Value::Texts(names.collect())
}

impl Field {
    /// A field by its name: `task`, `set:ppo.epochs`, `metric:train/loss`.
    ///
    /// # Errors
    /// There is none of that name, with the nearest.
    pub fn named(name: &str) -> Result<Self, String> {
        if let Some(key) = name.strip_prefix("set:") {
            return Ok(Self::Setting(key.to_owned()));
        }
        if let Some(metric) = name.strip_prefix("metric:") {
            return Ok(Self::Metric(metric.to_owned()));
        }
        let found = KNOWN.iter().find(|known| known.names.contains(&name));
        found.map(Self::Known).ok_or_else(|| {
            let names = KNOWN.iter().map(|known| known.names[0]);
            format!(
                "there is no field {name:?}; {}",
                suggest::hint(name, names.chain(["set:KEY", "metric:NAME", "is"]))
            )
        })
    }

    /// How it is compared.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Known(known) => known.kind,
            Self::Setting(_) => Kind::Any,
            Self::Metric(_) => Kind::Number,
        }
    }

    /// What a run has there.
    #[must_use]
    pub fn of<'r>(&self, run: &'r Summary) -> Value<'r> {
        match self {
            Self::Known(known) => (known.get)(run),
            Self::Setting(key) => run
                .facts
                .settings
                .get(key)
                .map_or(Value::None, Value::of_json),
            Self::Metric(name) => Value::of_number(run.metric(name)),
        }
    }
}
