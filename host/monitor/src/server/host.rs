//! What only the host knows.

use serde::Serialize;
use serde_json::Value;

/// A setting, for those who read one.
#[derive(Debug, Clone, Serialize)]
pub struct Setting {
    /// Dotted key.
    pub key: String,
    /// Default, in words where it depends on something.
    pub default: String,
    /// Meaning.
    pub meaning: String,
}

/// The settings that a run of the same task has when nothing is written, given its
/// `experiment.toml`.
pub type Defaults = Box<dyn Fn(&Value) -> Option<Value> + Send + Sync>;

/// What the host knows of settings; the monitor itself depends on no stage of the engine.
pub struct Knowledge {
    /// Version of the host.
    pub version: String,
    /// All settings.
    pub settings: Vec<Setting>,
    /// What is the default for a run.
    pub defaults: Defaults,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: Vec::new(),
            defaults: Box::new(|_| None),
        }
    }
}

impl Knowledge {
    /// The meaning of a setting; of `task_config.x` that of `task_config.*`.
    #[must_use]
    pub fn meaning(&self, key: &str) -> &str {
        let found = self.settings.iter().find(|setting| {
            let free = setting.key.strip_suffix('*');
            setting.key == key || free.is_some_and(|free| key.starts_with(free))
        });
        found.map_or("", |setting| setting.meaning.as_str())
    }
}
