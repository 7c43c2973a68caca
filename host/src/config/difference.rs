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
    /// threads, processes, stopping, checkpoints and the limits of plugins may change while a run
    /// goes on.
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
        self.optimizers = other.optimizers;
        self.rank_timeout_secs = other.rank_timeout_secs;
        self.plugin_timeout_secs = other.plugin_timeout_secs;
        self.wasm = other.wasm.clone();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Source, resolve};
    use angora_plugin_api::ActionSpec;

    fn experiment(text: &str) -> Experiment {
        let mut layers = Layers::default();
        let text = format!("task = \"T\"\n{text}");
        layers.text(&text, Source::Default).expect("known keys");
        resolve(&layers, &ActionSpec::Discrete { n: 2 }, false).expect("valid")
    }

    #[test]
    fn what_may_change_while_a_run_goes_on_is_no_difference() {
        let before = experiment("cycles = 5\nthreads = 1");
        let more = "cycles = 9\nthreads = 2\nstop_at_threshold = true\n[checkpoint]\nevery = 3";
        let after = experiment(more);
        assert_eq!(before.difference(&after), None);
        let mut gone_on = before.clone();
        gone_on.go_on_as(&after);
        assert_eq!(gone_on, after);
    }

    #[test]
    fn the_first_other_setting_is_named() {
        let before = experiment("seed = 1");
        let differs = |text: &str| {
            let d = before.difference(&experiment(text)).expect(text);
            (d.key, d.first, d.second)
        };
        let expect = |key: &str, first: &str, second: &str| {
            (key.to_owned(), first.to_owned(), second.to_owned())
        };
        assert_eq!(differs("seed = 2"), expect("seed", "1", "2"));
        assert_eq!(
            differs("[ppo]\ndiscount = 0.9"),
            expect("ppo.discount", "0.99", "0.9")
        );
        assert_eq!(
            differs("body = \"hopper\""),
            expect("body", "not set", "\"hopper\"")
        );
        assert_eq!(
            differs("[task_config]\ndelay = 3"),
            expect("task_config.delay", "not set", "3")
        );
    }

    /// What a run that has begun says of its loads is where they were found.
    #[test]
    fn loads_differ_by_their_regions_alone() {
        let load = |source: &str| {
            experiment(&format!(
                "[[load_regions]]\nregion = \"policy\"\nsource = \"{source}\""
            ))
        };
        assert_eq!(
            load("latest").difference(&load("runs/a/checkpoints/b")),
            None
        );
        assert!(load("latest").difference(&experiment("")).is_some());
    }
}
