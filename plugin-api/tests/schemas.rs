//! The JSON half of the contract: the schema of each type that crosses the boundary as text is a
//! file of the repository, and the present types read what contract 1 wrote.

use angora_plugin_api as present;
use angora_plugin_api::v1::payload as v1;
use serde_json::Value;
use std::path::PathBuf;

macro_rules! schemas {
    ($($name:literal => $type:ty),* $(,)?) => {
        vec![$(($name, schemars::schema_for!($type).to_value())),*]
    };
}

/// What crossed the boundary in contract 1. This list is closed.
fn of_contract_1() -> Vec<(&'static str, Value)> {
    schemas! {
        "body-spec" => v1::scene::BodySpec,
        "brain-request" => v1::brain::BrainRequest,
        "brain-spec" => v1::brain::BrainSpec,
        "manifest" => v1::manifest::Manifest,
        "preprocessor-context" => v1::spec::PreprocessorContext,
        "preprocessor-spec" => v1::spec::PreprocessorSpec,
        "reward-configuration" => v1::spec::RewardConfiguration,
        "reward-context" => v1::spec::RewardContext,
        "reward-spec" => v1::spec::RewardSpec,
        "scene-model" => v1::scene::SceneModel,
        "scene-spec" => v1::scene::SceneSpec,
        "settings-spec" => v1::settings::SettingsSpec,
        "task-spec" => v1::spec::TaskSpec,
    }
}

/// The same things as the host and the sdk of this version write them.
fn of_today() -> Vec<(&'static str, Value)> {
    schemas! {
        "body-spec" => present::BodySpec,
        "brain-request" => present::BrainRequest,
        "brain-spec" => present::BrainSpec,
        "manifest" => present::Manifest,
        "preprocessor-context" => present::PreprocessorContext,
        "preprocessor-spec" => present::PreprocessorSpec,
        "reward-configuration" => present::RewardConfiguration,
        "reward-context" => present::RewardContext,
        "reward-spec" => present::RewardSpec,
        "scene-model" => present::scene::SceneModel,
        "scene-spec" => present::SceneSpec,
        "settings-spec" => present::SettingsSpec,
        "task-spec" => present::TaskSpec,
    }
}

/// What kinds write that came after contract 1.
fn of_later_kinds() -> Vec<(&'static str, Value)> {
    schemas! {
        "distribution-request" => present::DistributionRequest,
        "distribution-spec" => present::DistributionSpec,
    }
}

fn is_as_written(folder: &str, name: &str, schema: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("schema")
        .join(folder)
        .join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(schema).expect("is JSON") + "\n";
    if std::env::var_os("ANGORA_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "schema/{folder}/{name}.json is not the schema of the type. A released type never changes; \
         of one that is not released yet, `ANGORA_UPDATE=1 cargo test -p angora-plugin-api --test \
         schemas` writes it"
    );
}

#[test]
fn the_schemas_of_contract_1_are_as_released() {
    for (name, schema) in of_contract_1() {
        is_as_written("v1", name, &schema);
    }
}

/// A type that has grown since contract 1 has a schema of its own; another has only the first.
#[test]
fn the_schemas_of_the_second_revision_are_as_written() {
    for ((name, old), (_, new)) in of_contract_1().iter().zip(of_today()) {
        if *old != new {
            is_as_written("v2", name, &new);
        }
    }
    for (name, schema) in of_later_kinds() {
        is_as_written("v2", name, &schema);
    }
}

/// What `angora.preprocessor/2` carries, beside the types of the first revision.
#[test]
fn the_schemas_of_second_preprocessors_are_as_written() {
    for (name, schema) in schemas! {
        "preprocessor-2-context" => present::v2::PreprocessorContext,
        "preprocessor-2-spec" => present::v2::PreprocessorSpec,
    } {
        is_as_written("v2", name, &schema);
    }
}

/// Where a schema points to.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let Some(place) = schema["$ref"].as_str() else {
        return schema;
    };
    let pointer = place.trim_start_matches('#');
    root.pointer(pointer).unwrap_or(schema)
}

/// Everything that keeps the new type from reading what the old one wrote.
fn differences(old: (&Value, &Value), new: (&Value, &Value), at: &str, found: &mut Vec<String>) {
    let (old_root, new_root) = (old.0, new.0);
    let (old, new) = (resolved(old_root, old.1), resolved(new_root, new.1));
    if let (Some(a), Some(b)) = (old["type"].as_str(), new["type"].as_str())
        && a != b
    {
        found.push(format!("{at}: was {a}, is {b}"));
    }
    let known = |schema: &Value, name: &str| -> Vec<String> {
        let names = schema[name].as_array().cloned().unwrap_or_default();
        names.iter().map(ToString::to_string).collect()
    };
    for name in known(new, "required") {
        if !known(old, "required").contains(&name) {
            found.push(format!("{at}: {name} is required now"));
        }
    }
    for value in known(old, "enum") {
        if !known(new, "enum").contains(&value) {
            found.push(format!("{at}: {value} is gone"));
        }
    }
    if let Some(fields) = old["properties"].as_object() {
        for (name, field) in fields {
            let path = format!("{at}.{name}");
            match new["properties"].get(name) {
                None => found.push(format!("{path}: is gone")),
                Some(now) => differences((old_root, field), (new_root, now), &path, found),
            }
        }
    }
    for part in ["items", "additionalProperties"] {
        if old[part].is_object() && new[part].is_object() {
            let path = format!("{at}.{part}");
            differences((old_root, &old[part]), (new_root, &new[part]), &path, found);
        }
    }
    for part in ["oneOf", "anyOf"] {
        let list = |schema: &Value| schema[part].as_array().cloned().unwrap_or_default();
        for (i, (a, b)) in list(old).iter().zip(&list(new)).enumerate() {
            differences(
                (old_root, a),
                (new_root, b),
                &format!("{at}.{part}[{i}]"),
                found,
            );
        }
        if list(new).len() < list(old).len() {
            found.push(format!("{at}.{part}: a variant is gone"));
        }
    }
}

#[test]
fn the_present_types_read_what_contract_1_wrote() {
    for ((name, old), (_, new)) in of_contract_1().iter().zip(of_today()) {
        let mut found = Vec::new();
        differences((old, old), (&new, &new), name, &mut found);
        assert!(found.is_empty(), "{found:#?}");
    }
}

/// The comparison itself finds what would break a plugin.
#[test]
fn a_field_that_is_gone_or_newly_required_is_a_difference() {
    let old = schemars::schema_for!(v1::spec::TaskSpec).to_value();
    let mut new = old.clone();
    new["properties"]
        .as_object_mut()
        .expect("fields")
        .remove("signals");
    let required = new["required"].as_array_mut().expect("a list");
    required.push("max_episode_steps".into());
    let mut found = Vec::new();
    differences((&old, &old), (&new, &new), "task", &mut found);
    assert_eq!(
        found,
        [
            "task: \"max_episode_steps\" is required now",
            "task.signals: is gone"
        ]
    );
}
