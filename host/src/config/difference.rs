//! In what two experiments differ that would make them two runs.

use crate::config::Experiment;
use serde_json::Value;

/// A setting that two experiments do not share.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Dotted key.
    pub key: String,
    /// What the first has.
    pub first: String,
    /// What the second has.
    pub second: String,
}

impl Experiment {
    /// The first setting, by name, in which another experiment would be another run. Length,
    /// threads, stopping and checkpoints may change while a run goes on.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        let comparable = |experiment: &Self| {
            let mut experiment = experiment.clone();
            experiment.go_on_as(self);
            for load in &mut experiment.load_regions {
                // Of a run that has begun, it says where `latest` was found.
                load.source.clear();
                load.sha256.clear();
            }
            serde_json::to_value(experiment).unwrap_or_default()
        };
        difference("", &comparable(self), &comparable(other))
    }

    /// Takes over from another experiment what may change while a run goes on.
    pub fn go_on_as(&mut self, other: &Self) {
        self.cycles = other.cycles;
        self.threads = other.threads;
        self.stop_at_threshold = other.stop_at_threshold;
        self.checkpoint = other.checkpoint.clone();
    }
}

fn difference(key: &str, first: &Value, second: &Value) -> Option<Difference> {
    if let (Value::Object(a), Value::Object(b)) = (first, second) {
        let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
        names.sort();
        names.dedup();
        return names.into_iter().find_map(|name| {
            let key = if key.is_empty() {
                name.clone()
            } else {
                format!("{key}.{name}")
            };
            difference(&key, &first[name], &second[name])
        });
    }
    let text = |value: &Value| match value {
        Value::Null => "not set".to_owned(),
        other => other.to_string(),
    };
    (first != second).then(|| Difference {
        key: key.to_owned(),
        first: text(first),
        second: text(second),
    })
}
