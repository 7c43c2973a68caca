//! What comes out of a plugin, whatever its form, is checked by the same rules and refused in the
//! same words.

mod declared;
pub mod preprocessor;
pub mod spec;

use crate::error::{PluginFault, Who};
use angora_plugin_api::{Ending, Fault, FaultCode, capability};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;

pub type Result<T, E = PluginFault> = std::result::Result<T, E>;

pub fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    // Our own plain types, without maps of odd keys: serialising them cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

/// What a plugin has answered. A capability that it requires and this host does not know is
/// refused; a field that this host does not know is noted, and left out.
pub fn from_json<T: DeserializeOwned + Serialize>(
    who: &Arc<Who>,
    call: &'static str,
    bytes: &[u8],
) -> Result<T> {
    let wrong = |at: &str, error: &dyn std::fmt::Display| {
        let message = format!(
            "its answer is not what the contract says{at}: {error}; if the plugin needs a newer angora-host, install that"
        );
        fault(who, call, Fault::new(FaultCode::Invalid, message))
    };
    let given: Value = serde_json::from_slice(bytes).map_err(|e| wrong("", &e))?;
    let required = given["requires"].as_array().into_iter().flatten();
    let required: Vec<String> = required
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    capability::check(&required, capability::KNOWN)
        .map_err(|unknown| unsupported(who, call, &unknown))?;
    let answer: T = serde_path_to_error::deserialize(&given).map_err(|error| {
        let path = error.path().to_string();
        wrong(&format!(", at {path}"), error.inner())
    })?;
    let mut unknown = Vec::new();
    if let Ok(known) = serde_json::to_value(&answer) {
        unknown_fields(&given, &known, "", &mut unknown);
    }
    for field in unknown {
        who.note(&format!(
            "it has the field {field}, which this angora-host does not know and leaves out; a newer angora-host may use it"
        ));
    }
    Ok(answer)
}

#[cold]
fn unsupported(who: &Arc<Who>, call: &'static str, unknown: &capability::Unknown) -> PluginFault {
    let message = unknown.to_string();
    fault(
        who,
        call,
        Fault::new(FaultCode::Unsupported, message).on("requires"),
    )
}

/// Fields of what was given that are not in what was understood of it; empty ones say nothing.
fn unknown_fields(given: &Value, known: &Value, at: &str, found: &mut Vec<String>) {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            for (key, value) in given {
                let path = if at.is_empty() {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                match known.get(key) {
                    Some(known) => unknown_fields(value, known, &path, found),
                    None if says_nothing(value) || path == "requires" => {}
                    None => found.push(path),
                }
            }
        }
        (Value::Array(given), Value::Array(known)) => {
            for (i, (given, known)) in given.iter().zip(known).enumerate() {
                let path = match given["name"].as_str() {
                    Some(name) => format!("{at}[{i} {name:?}]"),
                    None => format!("{at}[{i}]"),
                };
                unknown_fields(given, known, &path, found);
            }
        }
        _ => {}
    }
}

/// Whether a value is what a field has that is left out.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cold]
pub fn fault(who: &Arc<Who>, call: &'static str, fault: Fault) -> PluginFault {
    PluginFault {
        who: who.clone(),
        call,
        fault,
    }
}

/// The first value that is not finite.
pub fn not_finite<T: Copy + Into<f64>>(values: &[T]) -> Option<usize> {
    // A sum of finite values may overflow, so the search decides; the sum only makes it rare.
    let sum: f64 = values.iter().map(|v| (*v).into() * 0.0).sum();
    if sum == 0.0 {
        return None;
    }
    values.iter().position(|v| !(*v).into().is_finite())
}

#[cold]
pub fn not_finite_fault(
    who: &Arc<Who>,
    call: &'static str,
    name: String,
    value: f64,
) -> PluginFault {
    let message = if value.is_nan() {
        "it is NaN, or was not written".to_owned()
    } else {
        format!("it is {value}")
    };
    fault(
        who,
        call,
        Fault::new(FaultCode::NonFinite, message).on(name),
    )
}

/// The ending that a number means.
pub fn ending(who: &Arc<Who>, call: &'static str, code: u32) -> Result<Ending> {
    Ending::from_code(code).ok_or_else(|| {
        let message = format!("{code} is no ending; expected 0, 1 or 2");
        fault(
            who,
            call,
            Fault::new(FaultCode::Invalid, message).on("ending"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remarks::Remarks;
    use angora_plugin_api::{
        BodySpec, BrainSpec, DistributionSpec, PluginKind, RewardSpec, SceneSpec, TaskSpec,
    };

    /// What becomes of an answer, and what is noted of it.
    fn answer<T: DeserializeOwned + Serialize>(json: &str) -> (Result<T>, Vec<String>) {
        let remarks = Arc::new(Remarks::default());
        let who = Who::new("newer", "2.0.0", PluginKind::Brain, "b").noting(remarks.clone());
        let answer = from_json(&Arc::new(who), "design", json.as_bytes());
        (answer, remarks.all())
    }

    /// A brain of an imagined newer plugin.
    const NEWER: &str = r#"{
        "nodes": [{"name": "m1.a", "colour": "red", "inputs": ["goal"],
                   "op": {"type": "gru", "units": 4}}],
        "policy": "m1.a", "value": "m1.a", "licence": {"of": "graph"}, "remarks": []
    }"#;

    #[test]
    fn fields_that_are_not_known_are_noted_with_their_place_and_left_out() {
        let (brain, noted) = answer::<BrainSpec>(NEWER);
        assert_eq!(brain.expect("goes on").nodes.len(), 1);
        assert_eq!(noted.len(), 2, "{noted:?}");
        let said = "plugin newer 2.0.0, brain \"b\": it has the field";
        assert!(
            noted[0].starts_with(&format!("{said} licence,")),
            "{noted:?}"
        );
        assert!(
            noted[1].starts_with(&format!("{said} nodes[0 \"m1.a\"].colour,")),
            "{noted:?}"
        );
        let spec = r#"{"sensations": [], "action": {"type": "discrete", "n": 2, "hint": 1},
            "reward_terms": [], "saves_state": false,
            "signals": [{"name": "distance", "len": 1, "decimals": 3}]}"#;
        let (task, noted) = answer::<TaskSpec>(spec);
        task.expect("goes on");
        let fields = ["action.hint", "signals[0 \"distance\"].decimals"];
        for (noted, field) in noted.iter().zip(fields) {
            assert!(noted.contains(field), "{noted}");
        }
        assert_eq!(noted.len(), fields.len(), "{noted:?}");
    }

    #[test]
    fn a_known_answer_is_not_remarked_on() {
        let spec = TaskSpec::default();
        let (_, noted) = answer::<TaskSpec>(&serde_json::to_string(&spec).expect("JSON"));
        assert!(noted.is_empty(), "{noted:?}");
    }

    #[test]
    fn a_required_capability_that_is_not_known_refuses_every_kind() {
        fn refusal<T: DeserializeOwned + Serialize>(json: &str) -> String {
            let refused = answer::<T>(json).0.map(drop).expect_err("refused");
            refused.to_string()
        }
        let json = r#"{"mjcf": "", "terms": ["a"], "nodes": [], "policy": "", "value": "",
            "requires": ["angora.events/1", "angora.loads/1"]}"#;
        for said in [
            refusal::<BodySpec>(json),
            refusal::<RewardSpec>(json),
            refusal::<BrainSpec>(json),
            refusal::<TaskSpec>(json),
            refusal::<SceneSpec>(json),
            refusal::<DistributionSpec>(json),
        ] {
            for part in [
                "plugin newer 2.0.0",
                "angora.loads/1",
                "install a newer angora-host",
            ] {
                assert!(said.contains(part), "{said}");
            }
        }
    }

    #[test]
    fn what_a_node_computes_has_no_unknown_parts() {
        let json = NEWER.replace("\"units\": 4", "\"units\": 4, \"dropout\": 0.1");
        let (brain, _) = answer::<BrainSpec>(&json);
        let said = brain.expect_err("refused").to_string();
        assert!(
            said.contains("nodes[0].op: unknown field `dropout`"),
            "{said}"
        );
    }
}
