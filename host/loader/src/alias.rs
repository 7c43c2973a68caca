//! Short names of tasks: `gym:CartPole-v1` is the task of the bridge to Gymnasium with that id.

use serde_json::{Value, json};
use std::borrow::Cow;

/// What ids of Gymnasium's environments begin with.
pub const GYMNASIUM: &str = "gym:";
/// The task that has them, and the plugin that has the task.
const TASK: &str = "Gymnasium-v0";
const PLUGIN: &str = "task-gymnasium";

/// The id of a contribution.
#[must_use]
pub fn contribution(id: &str) -> &str {
    if id.starts_with(GYMNASIUM) { TASK } else { id }
}

/// Whether a task is the bridge to Gymnasium, whose settings name code in Python.
#[must_use]
pub fn is_gymnasium(id: &str) -> bool {
    contribution(id) == TASK
}

/// The settings of a task, with what its short name says.
#[must_use]
pub fn settings<'c>(id: &str, config: &'c Value) -> Cow<'c, Value> {
    let Some(environment) = id.strip_prefix(GYMNASIUM) else {
        return Cow::Borrowed(config);
    };
    let mut config = match config {
        Value::Null => json!({}),
        other => other.clone(),
    };
    if let Some(settings) = config.as_object_mut() {
        settings.insert("id".into(), environment.into());
    }
    Cow::Owned(config)
}

/// What to do where there is no plugin for a short name.
#[must_use]
pub fn hint(id: &str) -> Option<String> {
    id.starts_with(GYMNASIUM).then(|| {
        format!(
            "environments of Gymnasium come with the plugin {PLUGIN}, which was not found: name it with --plugin, or add its folder to ANGORA_PLUGIN_PATH"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_a_setting_of_the_bridge() {
        assert_eq!(contribution("gym:ALE/Pong-v5"), TASK);
        assert_eq!(contribution("CartPole-v1"), "CartPole-v1");
        let given = json!({ "kwargs": { "gravity": 9.0 } });
        let expected = json!({ "kwargs": { "gravity": 9.0 }, "id": "pkg.envs:Arm-v0" });
        assert_eq!(*settings("gym:pkg.envs:Arm-v0", &given), expected);
        assert_eq!(*settings("CartPole-v1", &given), given);
        assert_eq!(*settings("gym:A-v0", &Value::Null), json!({ "id": "A-v0" }));
    }

    #[test]
    fn a_short_name_without_the_bridge_says_what_is_missing() {
        let catalogue = crate::Catalogue::new(crate::Discovery::default());
        let error = catalogue.task_kind("gym:A-v0").err();
        let said = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(
            said.contains("plugin task-gymnasium, which was not found"),
            "{said}"
        );
        assert_eq!(hint("CartPole-v1"), None);
    }
}
