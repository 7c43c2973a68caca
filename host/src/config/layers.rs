//! Settings on top of each other, with where each came from.

use crate::config::{ConfigError, Written, depth, known_keys};
use angora_core::suggest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A preset.
    Preset(String),
    /// A file.
    File(PathBuf),
    /// The command line.
    CommandLine,
    /// Nowhere: the default.
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Preset(name) => write!(f, "preset {name}"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::CommandLine => f.write_str("command line"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Merged settings.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    table: Table,
    origins: BTreeMap<String, Source>,
}

impl Layers {
    /// Puts a file on top.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, or an unknown key in it.
    pub fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let origin = Source::File(path.into());
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::new(origin.clone(), "file", e.to_string()))?;
        self.text(&text, origin)
    }

    /// Puts TOML text on top.
    ///
    /// # Errors
    /// Text that is not TOML, or an unknown key in it.
    pub fn text(&mut self, text: &str, origin: Source) -> Result<(), ConfigError> {
        let table: Table = text.parse().map_err(|e: toml::de::Error| {
            ConfigError::new(origin.clone(), "TOML", e.to_string())
        })?;
        for (key, value) in &table {
            depth::check(&origin, key, 1, value)?;
        }
        self.merge("", table, &origin)
    }

    /// Puts one setting of the command line on top.
    ///
    /// # Errors
    /// An unknown key, or one that is nested too deeply.
    pub fn set(&mut self, key: &str, value: Value) -> Result<(), ConfigError> {
        depth::check(&Source::CommandLine, key, key.split('.').count(), &value)?;
        let mut value = value;
        for part in key.rsplit('.') {
            let mut table = Table::new();
            table.insert(part.to_owned(), value);
            value = Value::Table(table);
        }
        match value {
            Value::Table(table) => self.merge("", table, &Source::CommandLine),
            _ => Ok(()),
        }
    }

    /// Replaces the value of a setting by another way to write it: it keeps its origin.
    pub fn rewrite(&mut self, key: &str, value: Value) {
        let origin = self.origin(key);
        self.put(key, value, &origin);
    }

    /// Puts `key=value` on top; the value is TOML, or text where it is not.
    ///
    /// # Errors
    /// No `=`, or an unknown key.
    pub fn assign(&mut self, assignment: &str) -> Result<(), ConfigError> {
        let Some((key, text)) = assignment.split_once('=') else {
            let problem = "expected key=value, for example --set ppo.learning_rate=3e-4";
            return Err(ConfigError::new(Source::CommandLine, assignment, problem));
        };
        self.set(&settings_key(key.trim()), parse_value(text.trim()))
    }

    fn merge(&mut self, prefix: &str, table: Table, origin: &Source) -> Result<(), ConfigError> {
        let known = known_keys();
        self.merge_checked(prefix, table, origin, &known)
    }

    fn merge_checked(
        &mut self,
        prefix: &str,
        table: Table,
        origin: &Source,
        known: &[String],
    ) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            let is_section = known.iter().any(|k| k.starts_with(&format!("{key}.")));
            let is_free = known
                .iter()
                .filter_map(|k| k.strip_suffix('*'))
                .any(|free| key.starts_with(free) && key.len() > free.len());
            match value {
                // A schedule is one value: nothing of another may be left in it.
                Value::Table(inner) if is_section || is_free && !inner.contains_key("schedule") => {
                    self.merge_checked(&format!("{key}."), inner, origin, known)?;
                }
                value if is_free || known.contains(&key) => {
                    if !finite(&value) {
                        let problem = "it is not finite; a setting is a finite number";
                        return Err(ConfigError::new(origin.clone(), key, problem));
                    }
                    self.put(&key, value, origin);
                }
                _ if is_section => {
                    return Err(ConfigError::new(
                        origin.clone(),
                        key,
                        "it is a table of settings, not a value",
                    ));
                }
                _ => {
                    let names = known.iter().map(|k| k.trim_end_matches(".*"));
                    let near = suggest::nearest(&key, names.clone());
                    let near = if near.is_empty() {
                        // A key without its section: ppo.epochs written as epochs.
                        let last = |k: &&str| k.rsplit('.').next() == Some(name.as_str());
                        names.filter(last).collect()
                    } else {
                        near
                    };
                    let hint = if near.is_empty() {
                        "`angora-host run --help` lists the settings".to_owned()
                    } else {
                        format!("did you mean {}?", near.join(" or "))
                    };
                    let problem = format!("there is no such setting; {hint}");
                    return Err(ConfigError::new(origin.clone(), key, problem));
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, key: &str, value: Value, origin: &Source) {
        // What it takes the place of came from nowhere any more.
        let inside = format!("{key}.");
        self.origins.retain(|other, _| !other.starts_with(&inside));
        let mut table = &mut self.table;
        let mut parts: Vec<&str> = key.split('.').collect();
        let last = parts.pop().unwrap_or(key);
        let mut path = String::new();
        for part in parts {
            path.push_str(part);
            let entry = table
                .entry(part.to_owned())
                .or_insert_with(|| Value::Table(Table::new()));
            if !entry.is_table() {
                *entry = Value::Table(Table::new());
                self.origins.remove(&path);
            }
            path.push('.');
            match entry {
                Value::Table(inner) => table = inner,
                _ => return,
            }
        }
        table.insert(last.to_owned(), value);
        self.origins.insert(key.to_owned(), origin.clone());
    }

    /// All of it as a file with settings.
    ///
    /// # Errors
    /// A value that TOML cannot hold.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&self.table)
    }

    /// Puts these settings under what is there already.
    #[must_use]
    pub fn over(self, mut under: Self) -> Self {
        for (key, origin) in &self.origins {
            let mut value = Value::Table(self.table.clone());
            for part in key.split('.') {
                match value.get(part) {
                    Some(inner) => value = inner.clone(),
                    None => break,
                }
            }
            under.put(key, value, origin);
        }
        under
    }

    /// Where a key came from; `preprocessors[1]` came from where `preprocessors` did.
    #[must_use]
    pub fn origin(&self, key: &str) -> Source {
        let key = key.split('[').next().unwrap_or(key);
        self.origins.get(key).cloned().unwrap_or(Source::Default)
    }

    /// The settings, typed.
    ///
    /// # Errors
    /// A value of the wrong type, with its key.
    pub fn written(&self) -> Result<Written, ConfigError> {
        serde_path_to_error::deserialize(Value::Table(self.table.clone())).map_err(|error| {
            let key = error.path().to_string();
            let problem = error.into_inner().to_string();
            // The first line says what was expected; the rest repeats the place.
            let line = problem.lines().next().unwrap_or("").to_owned();
            ConfigError::new(self.origin(&key), key, line)
        })
    }
}

/// `reward.bonus` for `reward_config.bonus`: on the command line the table of a plugin's settings
/// may go by the name of what it belongs to.
fn settings_key(key: &str) -> String {
    let owners = ["task", "body", "reward", "brain"];
    match key.split_once('.') {
        Some((owner, setting)) if owners.contains(&owner) => format!("{owner}_config.{setting}"),
        _ => key.to_owned(),
    }
}

/// Whether a value holds neither NaN nor infinity, which JSON cannot carry to a plugin.
fn finite(value: &Value) -> bool {
    match value {
        Value::Float(number) => number.is_finite(),
        Value::Array(items) => items.iter().all(finite),
        Value::Table(table) => table.values().all(finite),
        _ => true,
    }
}

/// A value as TOML reads it; bare words are text.
fn parse_value(text: &str) -> Value {
    format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_layers_win_and_are_remembered() {
        let mut layers = Layers::default();
        layers
            .text("seed = 1\n[ppo]\nepochs = 4", Source::Preset("p".into()))
            .expect("valid");
        layers.assign("ppo.epochs=7").expect("valid");
        let written = layers.written().expect("typed");
        assert_eq!((written.seed, written.ppo.epochs), (Some(1), Some(7)));
        assert_eq!(layers.origin("ppo.epochs"), Source::CommandLine);
        assert_eq!(layers.origin("seed"), Source::Preset("p".into()));
    }

    #[test]
    fn wrong_keys_and_types_name_their_place() {
        let mut layers = Layers::default();
        let error = layers
            .text("[ppo]\nepocs = 4", Source::File("run.toml".into()))
            .expect_err("unknown");
        assert_eq!(
            error.to_string(),
            "run.toml: ppo.epocs: there is no such setting; did you mean ppo.epochs?"
        );
        let error = layers.assign("epochs=3").expect_err("unknown").to_string();
        assert!(error.contains("ppo.epochs"), "{error}");
        layers.assign("ppo.epochs=many").expect("checked later");
        let error = layers.written().expect_err("not a number").to_string();
        assert!(
            error.starts_with("command line: ppo.epochs: invalid type: string \"many\""),
            "{error}"
        );
    }

    #[test]
    fn what_is_wrong_within_a_list_has_the_place_of_the_list() {
        let mut layers = Layers::default();
        layers
            .text(
                "[[load_regions]]\nregion = \"mc\"\nsorce = \"latest\"",
                Source::File("run.toml".into()),
            )
            .expect("checked later");
        let error = layers.written().expect_err("unknown").to_string();
        assert!(
            error.starts_with("run.toml: load_regions[0].sorce: unknown field `sorce`"),
            "{error}"
        );
    }

    #[test]
    fn plugin_settings_take_any_key() {
        let mut layers = Layers::default();
        layers.assign("task_config.deep.key=[1, 2]").expect("free");
        layers.assign("reward.force=0.002").expect("for short");
        let written = layers.written().expect("typed");
        assert_eq!(written.task_config["deep"]["key"][1], 2);
        assert_eq!(written.reward_config["force"], 0.002);
    }

    #[test]
    fn schedules_and_numbers_take_each_others_place_whole() {
        let bonus = |assignments: &[&str]| {
            let mut under = Layers::default();
            under.assign("reward.bonus=7").expect("free");
            let mut layers = Layers::default();
            for assignment in assignments {
                layers.assign(assignment).expect("free");
            }
            let written = layers.over(under).written().expect("typed");
            written.reward_config["bonus"].to_string()
        };
        let linear = "reward.bonus={ schedule = \"linear\", from = 1.0, to = 0.4 }";
        let stairs = "reward.bonus={ schedule = \"piecewise\", points = [[0.0, 1.0]] }";
        assert_eq!(bonus(&[linear, "reward.bonus=0.4"]), "0.4");
        for (first, last) in [(linear, stairs), ("reward.bonus=0.4", linear)] {
            assert_eq!(bonus(&[first, last]), bonus(&[last]));
        }
        let farther = bonus(&[linear, "reward.bonus.to=0.1"]);
        assert_eq!(farther, bonus(&[linear]).replace("0.4", "0.1"));
    }
}
