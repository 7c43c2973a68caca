//! What a run was begun with: settings, plugins, circumstances.

use crate::reading::root::{EXPERIMENT, RunFiles};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Dotted keys with their values.
pub type Settings = BTreeMap<String, Value>;

/// Settings that do not make a run another experiment: its seed, and what the result does not
/// depend on.
const NOT_THE_SETTING: &[&str] = &[
    "seed",
    "threads",
    "plugins",
    "device",
    "tensorboard",
    "checkpoint.",
    "stop_at_threshold",
];

/// A plugin that a run was begun with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plugin {
    /// Name.
    pub name: String,
    /// Version.
    #[serde(default)]
    pub version: String,
    /// Digest of the library.
    #[serde(default)]
    pub digest: String,
    /// Where it was found.
    #[serde(default)]
    pub source: String,
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    plugin: Vec<Plugin>,
}

/// What does not change while a run is written.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Settings of `experiment.toml`.
    pub settings: Settings,
    /// `experiment.toml` as it is.
    pub experiment: Value,
    /// Plugins of `angora.lock`.
    pub plugins: Vec<Plugin>,
    /// `meta.json` as it is.
    pub meta: Value,
    /// When the run was begun, Unix milliseconds.
    pub began_ms: Option<i64>,
    /// Equal for runs of one setting.
    pub config: String,
    /// What cannot be read, in words.
    pub problems: Vec<String>,
}

impl Facts {
    /// Reads them; what is damaged is said in `problems`.
    #[must_use]
    pub fn read(files: &RunFiles) -> Self {
        let mut facts = Self::default();
        facts.read_experiment(files);
        if let Some(text) = facts.keep(files, "angora.lock") {
            match toml::from_str::<Lock>(&text) {
                Ok(lock) => facts.plugins = lock.plugin,
                Err(error) => facts.problem("angora.lock", error.message()),
            }
        }
        if let Some(text) = facts.keep(files, "meta.json") {
            match serde_json::from_str(&text) {
                Ok(meta) => facts.meta = meta,
                Err(error) => facts.problem("meta.json", &error.to_string()),
            }
        }
        let began = facts.meta["began"].as_str();
        facts.began_ms = began
            .and_then(|text| text.parse::<jiff::Timestamp>().ok())
            .map(jiff::Timestamp::as_millisecond);
        facts.config = config(&facts.settings, &facts.plugins);
        facts
    }

    fn read_experiment(&mut self, files: &RunFiles) {
        let Some(text) = self.keep(files, EXPERIMENT) else {
            return;
        };
        let value = toml::from_str::<toml::Table>(&text)
            .map_err(|e| e.message().to_owned())
            .and_then(|table| serde_json::to_value(table).map_err(|e| e.to_string()));
        match value {
            Ok(value) => {
                self.settings = flatten(&value);
                self.experiment = value;
            }
            Err(error) => self.problem(EXPERIMENT, &error),
        }
    }

    fn keep(&mut self, files: &RunFiles, name: &str) -> Option<String> {
        files.text(name).unwrap_or_else(|error| {
            self.problem(name, &error.to_string());
            None
        })
    }

    fn problem(&mut self, name: &str, what: &str) {
        self.problems.push(format!("{name}: {what}"));
    }

    /// A setting that is a text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.settings.get(key)?.as_str()
    }

    /// A setting that is a number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        self.settings.get(key)?.as_f64()
    }
}

/// Dotted keys of nested settings. Preprocessors become a list of ids and, as a person writes them,
/// `preprocessor_config.<id>.<key>`.
#[must_use]
pub fn flatten(experiment: &Value) -> Settings {
    let mut settings = Settings::new();
    let Some(object) = experiment.as_object() else {
        return settings;
    };
    for (key, value) in object {
        match (key.as_str(), value) {
            ("preprocessors", Value::Array(items)) => {
                let ids = items.iter().map(|item| match &item["id"] {
                    Value::Null => item.clone(),
                    id => id.clone(),
                });
                settings.insert(key.clone(), ids.collect());
                for item in items {
                    let id = item["id"].as_str().unwrap_or_default();
                    if let Some(config) = item["config"].as_object() {
                        nested(&mut settings, &format!("preprocessor_config.{id}"), config);
                    }
                }
            }
            (_, Value::Object(inner)) => nested(&mut settings, key, inner),
            _ => {
                settings.insert(key.clone(), value.clone());
            }
        }
    }
    settings
}

fn nested(settings: &mut Settings, prefix: &str, object: &Map<String, Value>) {
    for (key, value) in object {
        let key = format!("{prefix}.{key}");
        match value {
            Value::Object(inner) => nested(settings, &key, inner),
            value => {
                settings.insert(key, value.clone());
            }
        }
    }
}

fn config(settings: &Settings, plugins: &[Plugin]) -> String {
    let mut hash = Sha256::new();
    for (key, value) in settings {
        if tells_apart(key) {
            hash.update(format!("{key}={value}\n"));
        }
    }
    for plugin in plugins {
        hash.update(format!("{}@{}\n", plugin.name, plugin.version));
    }
    let mut text = String::with_capacity(16);
    for byte in &hash.finalize()[..8] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether a setting belongs to what makes runs differ as experiments.
#[must_use]
pub fn tells_apart(key: &str) -> bool {
    !NOT_THE_SETTING
        .iter()
        .any(|name| key == *name || (name.ends_with('.') && key.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_have_the_keys_that_a_person_writes() {
        let settings = flatten(&json!({
            "seed": 1,
            "ppo": {"epochs": 3, "learning_rate_schedule": {"type": "exponential", "decay": 0.99}},
            "preprocessors": [{"id": "normalise-rewards", "config": {"clip": 10.0}}],
            "task_config": {},
        }));
        let keys: Vec<&str> = settings.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "ppo.epochs",
                "ppo.learning_rate_schedule.decay",
                "ppo.learning_rate_schedule.type",
                "preprocessor_config.normalise-rewards.clip",
                "preprocessors",
                "seed"
            ]
        );
        assert_eq!(settings["preprocessors"], json!(["normalise-rewards"]));
    }

    #[test]
    fn seeds_of_one_setting_have_the_same_config() {
        let of = |seed: u64, rate: f64| {
            config(
                &flatten(&json!({"seed": seed, "threads": seed, "ppo": {"learning_rate": rate}})),
                &[],
            )
        };
        assert_eq!(of(1, 0.1), of(2, 0.1));
        assert_ne!(of(1, 0.1), of(1, 0.2));
    }
}
