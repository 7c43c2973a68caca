//! The row of conditions that a task is given before each episode.

use crate::SimulationError;
use angora_core::suggest;
use angora_plugin_api::{ConditionSpec, TaskSpec};
use serde_json::{Map, Value};

/// The row that a user's settings give: each declared condition has what was set, else its
/// default.
///
/// # Errors
/// A name that the task does not declare, or a value that the condition may not have.
pub fn row(
    task: &str,
    spec: &TaskSpec,
    set: &Map<String, Value>,
) -> Result<Vec<f64>, SimulationError> {
    let names = || {
        spec.conditions
            .iter()
            .map(|condition| condition.name.as_str())
    };
    if let Some(name) = set.keys().find(|name| !names().any(|known| known == *name)) {
        let problem = if spec.conditions.is_empty() {
            format!("the task {task:?} declares no conditions; leave the table [conditions] out")
        } else {
            let hint = suggest::hint(name, names());
            format!("the task {task:?} has no such condition; {hint}")
        };
        return Err(SimulationError::Setting(format!(
            "conditions.{name}: {problem}"
        )));
    }
    let value = |condition: &ConditionSpec| match set.get(&condition.name) {
        None => Ok(condition.default),
        Some(value) => read(condition, value).map_err(|problem| {
            SimulationError::Setting(format!("conditions.{}: {problem}", condition.name))
        }),
    };
    spec.conditions.iter().map(value).collect()
}

fn read(condition: &ConditionSpec, value: &Value) -> Result<f64, String> {
    let labels = || condition.labels.iter().map(String::as_str);
    let number = match value {
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::Bool(yes) => f64::from(u8::from(*yes)),
        Value::String(text) => {
            let at = labels().position(|label| label == text);
            let found = at.and_then(|at| condition.values.get(at));
            return found.copied().ok_or_else(|| {
                if condition.labels.is_empty() {
                    format!("{text:?} is not a number; this condition takes numbers only")
                } else {
                    let hint = suggest::hint(text, labels());
                    format!("{text:?} is not a label of this condition; {hint}")
                }
            });
        }
        other => return Err(format!("{other} is not a number or a label")),
    };
    match condition.refusal(number) {
        None => Ok(number),
        Some(problem) => {
            let unit = if condition.unit.is_empty() {
                String::new()
            } else {
                format!(" (in {})", condition.unit)
            };
            Err(format!(
                "{problem}{unit}; the default is {}",
                condition.default
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec() -> TaskSpec {
        TaskSpec {
            conditions: vec![
                ConditionSpec {
                    name: "field".into(),
                    values: vec![0.0, 1.0],
                    labels: vec!["none".into(), "curl".into()],
                    ..ConditionSpec::default()
                },
                ConditionSpec {
                    name: "viscosity".into(),
                    unit: "N s/m".into(),
                    default: 13.0,
                    low: Some(0.0),
                    high: Some(40.0),
                    ..ConditionSpec::default()
                },
            ],
            ..TaskSpec::default()
        }
    }

    fn given(set: &Value) -> Result<Vec<f64>, String> {
        let set = set.as_object().expect("a table");
        row("Reach-v9", &spec(), set).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        assert_eq!(given(&json!({})), Ok(vec![0.0, 13.0]));
        assert_eq!(given(&json!({"viscosity": 20})), Ok(vec![0.0, 20.0]));
        assert_eq!(given(&json!({"field": "curl"})), Ok(vec![1.0, 13.0]));
        assert_eq!(given(&json!({"field": true})), Ok(vec![1.0, 13.0]));
    }

    #[test]
    fn a_refusal_names_the_condition_and_what_it_takes() {
        for (set, parts) in [
            (
                json!({"viscosty": 1}),
                &["conditions.viscosty", "viscosity"][..],
            ),
            (
                json!({"viscosity": -1}),
                &["-1 is below 0 (in N s/m)", "default is 13"],
            ),
            (json!({"viscosity": "strong"}), &["takes numbers only"]),
            (json!({"field": "crul"}), &["conditions.field", "curl"]),
            (json!({"field": 0.5}), &["0.5 is not one of 0, 1"]),
            (json!({"field": []}), &["not a number or a label"]),
        ] {
            let said = given(&set).expect_err("refused");
            assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        }
        let set = json!({"field": 1});
        let set = set.as_object().expect("a table");
        let said = row("Reach-v9", &TaskSpec::default(), set).expect_err("none");
        assert!(
            said.to_string().contains("declares no conditions"),
            "{said}"
        );
    }
}
