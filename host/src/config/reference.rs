//! The reference page, from the code: every setting, every metric.

use crate::config::layers::{Layers, Source};
use crate::config::resolve::resolve;
use crate::config::written::Written;
use angora_monitor::metric;
use angora_plugin_api::ActionSpec;
use serde_json::Value;

/// A setting.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Dotted key; ends in `.*` where a plugin checks what is below it.
    pub key: String,
    /// Default, in words where it depends on something.
    pub default: String,
    /// Meaning.
    pub meaning: String,
}

/// What `run --help` ends with.
#[must_use]
pub fn help() -> String {
    let mut help = String::from(
        "Settings (in a TOML file, or with --set KEY=VALUE; presets change some of the defaults):\n",
    );
    for setting in settings() {
        let default = match setting.default.as_str() {
            "" => String::new(),
            default => format!(" [{default}]"),
        };
        help.push_str(&format!(
            "  {:<34}{}{default}\n",
            setting.key, setting.meaning
        ));
    }
    help
}

/// `host/docs/reference.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Settings and metrics\n\nMade from the code; `ANGORA_UPDATE=1 cargo test -p angora-host --test reference` writes it anew.\n\n## Settings\n\nKeys as in a TOML file, or dotted for `--set`. A key that ends in `.*` belongs to a plugin, which\nchecks it. Defaults are those without a\npreset; `auto` presets change some by task (`host/src/presets/`).\n\n| key | default | meaning |\n| --- | --- | --- |\n",
    );
    for setting in settings() {
        page.push_str(&format!(
            "| `{}` | {} | {} |\n",
            setting.key, setting.default, setting.meaning
        ));
    }
    page.push_str("\n## Metrics\n\nOne object a cycle in `metrics.jsonl`, beside `cycle` and `segment` (how often the run was resumed);\nthe same numbers are in TensorBoard's event files, where the step is `time/total_timesteps`. A part of a\nname in angle brackets stands for the name of a reward term, a region or a sense. A metric that has no\nvalue in a cycle is left out, and one that is not finite is `null`. All but `time/` and `system/` are\nbitwise the same for the same seed.\n\n| name | unit | meaning |\n| --- | --- | --- |\n");
    for metric in metric::ALL {
        page.push_str(&format!(
            "| `{}` | {} | {} |\n",
            metric.name, metric.unit, metric.meaning
        ));
    }
    page
}

/// All settings, from the types.
#[must_use]
pub fn settings() -> Vec<Setting> {
    let schema = schemars::schema_for!(Written).to_value();
    let mut settings = Vec::new();
    collect(&schema, &schema, "", &defaults(), &mut settings);
    settings
}

fn collect(root: &Value, node: &Value, prefix: &str, defaults: &Value, found: &mut Vec<Setting>) {
    let Some(properties) = node["properties"].as_object() else {
        return;
    };
    for (name, property) in properties {
        let key = format!("{prefix}{name}");
        let section = property["$ref"]
            .as_str()
            .and_then(|reference| root.pointer(reference.strip_prefix('#')?));
        if let Some(section) = section {
            collect(root, section, &format!("{key}."), defaults, found);
            continue;
        }
        let free = property["additionalProperties"] == Value::Bool(true);
        let meaning = property["description"].as_str().unwrap_or_default();
        found.push(Setting {
            default: if free {
                String::new()
            } else {
                default(&key, defaults)
            },
            key: if free { format!("{key}.*") } else { key },
            meaning: meaning.replace('\n', " "),
        });
    }
}

/// What an empty file resolves to.
fn defaults() -> Value {
    let mut layers = Layers::default();
    let resolved = layers
        .text("task = \"\"", Source::Default)
        .and_then(|()| resolve(&layers, &ActionSpec::Discrete { n: 2 }, true));
    resolved.map_or(Value::Null, |experiment| {
        serde_json::to_value(experiment).unwrap_or_default()
    })
}

/// The default of a key, in words where it depends on something.
fn default(key: &str, defaults: &Value) -> String {
    match key {
        "task" => return "needed".into(),
        "body" | "reward" => return "the task's own".into(),
        "reward_configuration" => return "the reward's defaults".into(),
        "distribution.kind" => return "by the task's action".into(),
        "threads" => return "all cores, or this process's part of them".into(),
        "optimizers" => return "all".into(),
        "schedule_steps" => return "cycles x horizon x environments".into(),
        "evaluation.every_cycles" => return "as share allows".into(),
        "evaluation.episodes" => return "as many as environments, 5 to 32".into(),
        "ppo.learning_rate_decay" => return "0.99".into(),
        "preprocessors" => return "normalise-sensations, normalise-rewards".into(),
        _ => {}
    }
    let mut value = defaults;
    for part in key.split('.') {
        value = &value[part];
    }
    match value {
        Value::Null if key.starts_with("physics.") => "the task's and body's own".into(),
        Value::Null if key.starts_with("ppo.") || key == "wasm.fuel" => "0".into(),
        Value::Object(tagged) => tagged["type"].as_str().unwrap_or_default().to_owned(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Array(_) => String::new(),
        other => other.to_string(),
    }
}
