//! The settings of a reward: a configuration, what it inherits, and the user's changes.

use crate::blueprint::TaskChoice;
use crate::error::SimulationError;
use angora_core::suggest;
use angora_loader::Catalogue;
use angora_plugin_api::RewardConfiguration;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The configuration of this name is the reward's defaults, unless somebody defines it.
const DEFAULT: &str = "default";

/// The settings with which the reward of an id is made.
///
/// # Errors
/// A plugin that does not load, a configuration that there is not, or that inherits itself.
pub(crate) fn settings(
    catalogue: &Catalogue,
    choice: &TaskChoice,
    id: &str,
) -> Result<Value, SimulationError> {
    let Some(name) = &choice.reward_configuration else {
        return Ok(choice.reward_config.clone());
    };
    let mut known = catalogue.reward_configurations(id)?;
    // The user's own come first, so that one may change one of the plugin's.
    known.extend(choice.reward_configurations.clone());
    let mut settings = inherited(&known, name)
        .map_err(|problem| SimulationError::Setting(format!("reward {id:?}: {problem}")))?;
    if let Value::Object(changes) = &choice.reward_config {
        settings.extend(changes.clone());
    }
    Ok(Value::Object(settings))
}

/// Refuses settings of a reward where there is none that could take them.
pub(crate) fn refuse_settings(choice: &TaskChoice) -> Result<(), SimulationError> {
    let set = match &choice.reward_config {
        Value::Object(table) => !table.is_empty(),
        other => !other.is_null(),
    };
    if choice.reward_configuration.is_none() && !set {
        return Ok(());
    }
    Err(SimulationError::Setting(format!(
        "reward settings: the task {:?} computes its reward itself; name one that takes settings with --reward",
        choice.task
    )))
}

/// The settings of a configuration with all that it inherits: the nearer wins.
fn inherited(
    known: &BTreeMap<String, RewardConfiguration>,
    name: &str,
) -> Result<Map<String, Value>, String> {
    let mut chain = Vec::new();
    let mut next = Some(name);
    while let Some(name) = next {
        let Some(configuration) = known.get(name) else {
            if name == DEFAULT {
                break;
            }
            let names = known.keys().map(String::as_str).chain([DEFAULT]);
            let hint = suggest::hint(name, names);
            let by = chain.last().map_or(String::new(), |(by, _)| {
                format!(", from which {by:?} inherits")
            });
            return Err(format!("there is no configuration {name:?}{by}; {hint}"));
        };
        if chain.iter().any(|(seen, _)| *seen == name) {
            return Err(format!("the configuration {name:?} inherits from itself"));
        }
        chain.push((name, configuration));
        next = configuration.inherits.as_deref();
    }
    let mut settings = Map::new();
    for (_, configuration) in chain.iter().rev() {
        settings.extend(configuration.settings.clone());
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn known() -> BTreeMap<String, RewardConfiguration> {
        let all = json!({
            "base": { "bonus": 5.0, "force": 0.0 },
            "penalized": { "inherits": "base", "force": 0.001 },
            "gentle": { "inherits": "penalized", "bonus": 1.0, "description": "less of all" },
            "lost": { "inherits": "nowhere" },
            "a": { "inherits": "b" },
            "b": { "inherits": "a" },
        });
        serde_json::from_value(all).expect("configurations")
    }

    #[test]
    fn a_configuration_takes_over_what_it_does_not_change() {
        let settings = |name| Value::Object(inherited(&known(), name).expect("known"));
        assert_eq!(
            settings("penalized"),
            json!({ "bonus": 5.0, "force": 0.001 })
        );
        assert_eq!(settings("gentle"), json!({ "bonus": 1.0, "force": 0.001 }));
        assert_eq!(settings("default"), json!({}));
    }

    #[test]
    fn what_there_is_not_and_circles_are_named() {
        let problem = |name| inherited(&known(), name).expect_err("refused");
        let text = problem("penalised");
        assert!(
            text.contains("did you mean") && text.contains("penalized"),
            "{text}"
        );
        assert!(problem("lost").contains("from which \"lost\" inherits"));
        assert_eq!(problem("a"), "the configuration \"a\" inherits from itself");
    }
}
