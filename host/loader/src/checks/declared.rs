//! Names that a task declares: of elements, conditions and events.

use angora_plugin_api::{ConditionSpec, ElementSpec, TaskSpec};
use std::collections::BTreeSet;

/// What is wrong with them: the field, and a sentence.
pub fn problem(spec: &TaskSpec) -> Option<(&'static str, String)> {
    let sensations = spec.sensations.iter().find_map(|sensation| {
        let name = sensation.sense.name();
        Some((
            "sensations",
            elements(name, &sensation.elements, sensation.len())?,
        ))
    });
    let signals = || {
        let mut signals = spec.signals.iter();
        signals.find_map(|s| Some(("signals", elements(&s.name, &s.elements, s.len)?)))
    };
    let conditions = || {
        let names = spec.conditions.iter().map(|condition| &condition.name);
        let named = twice("condition", names);
        let problem = named.or_else(|| spec.conditions.iter().find_map(condition));
        Some(("conditions", problem?))
    };
    let events = || {
        let names = spec.events.iter().map(|event| &event.name);
        Some(("events", twice("event", names)?))
    };
    sensations
        .or_else(signals)
        .or_else(conditions)
        .or_else(events)
}

/// Elements are all named, once each, or none is.
fn elements(of: &str, elements: &[ElementSpec], len: usize) -> Option<String> {
    if elements.is_empty() {
        return None;
    }
    if elements.len() != len {
        let named = elements.len();
        return Some(format!(
            "{of} has {len} values and names for {named}; name each of them, or none"
        ));
    }
    twice("element", elements.iter().map(|element| &element.name))
        .map(|problem| format!("{of}: {problem}"))
}

/// A name that is empty or given twice.
fn twice<'n>(what: &str, names: impl Iterator<Item = &'n String>) -> Option<String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() {
            return Some(format!("there is a {what} without a name"));
        }
        if !seen.insert(name) {
            return Some(format!("the {what} {name:?} is declared twice"));
        }
    }
    None
}

fn condition(spec: &ConditionSpec) -> Option<String> {
    let name = &spec.name;
    let bounds = [spec.low, spec.high].into_iter().flatten();
    let numbers = bounds.chain(spec.values.iter().copied());
    if let Some(number) = numbers.chain([spec.default]).find(|n| !n.is_finite()) {
        return Some(format!(
            "the condition {name:?} holds {number}; use finite numbers"
        ));
    }
    if !spec.labels.is_empty() && spec.labels.len() != spec.values.len() {
        return Some(format!(
            "the condition {name:?} has {} labels for {} values; give one for each, or none",
            spec.labels.len(),
            spec.values.len()
        ));
    }
    let problem = spec.refusal(spec.default)?;
    Some(format!(
        "the default of the condition {name:?} is not allowed: {problem}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_plugin_api::{EventSpec, SignalSpec};

    fn named(names: &[&str]) -> Vec<ElementSpec> {
        let element = |name: &&str| ElementSpec {
            name: (*name).to_owned(),
            unit: String::new(),
        };
        names.iter().map(element).collect()
    }

    fn said(spec: &TaskSpec) -> String {
        problem(spec).map_or(String::new(), |(field, said)| format!("{field}: {said}"))
    }

    #[test]
    fn elements_are_named_once_each_or_not_at_all() {
        let spec = |names: &[&str]| TaskSpec {
            signals: vec![SignalSpec {
                name: "hand".into(),
                len: 2,
                unit: "m".into(),
                elements: named(names),
            }],
            ..TaskSpec::default()
        };
        assert_eq!(said(&spec(&[])), "");
        assert_eq!(said(&spec(&["x", "y"])), "");
        assert!(said(&spec(&["x"])).contains("hand has 2 values and names for 1"));
        assert!(said(&spec(&["x", "x"])).contains("hand: the element \"x\" is declared twice"));
        assert!(said(&spec(&["x", ""])).contains("without a name"));
    }

    #[test]
    fn a_condition_allows_its_default() {
        let spec = |condition: ConditionSpec| TaskSpec {
            conditions: vec![ConditionSpec {
                name: "load".into(),
                ..condition
            }],
            ..TaskSpec::default()
        };
        let given = |default, high, values: &[f64]| {
            said(&spec(ConditionSpec {
                default,
                high,
                values: values.to_vec(),
                ..ConditionSpec::default()
            }))
        };
        assert_eq!(given(1.0, Some(2.0), &[]), "");
        assert!(given(3.0, Some(2.0), &[]).contains("\"load\" is not allowed: 3 is above 2"));
        assert!(given(1.0, None, &[0.0, 2.0]).contains("1 is not one of 0, 2"));
        assert!(given(f64::NAN, None, &[]).contains("holds NaN"));
        let labels = vec!["none".to_owned()];
        let labelled = said(&spec(ConditionSpec {
            values: vec![0.0, 1.0],
            labels,
            ..ConditionSpec::default()
        }));
        assert!(labelled.contains("1 labels for 2 values"), "{labelled}");
    }

    #[test]
    fn events_have_names_of_their_own() {
        let event = |name: &str| EventSpec {
            name: name.into(),
            description: String::new(),
        };
        let spec = TaskSpec {
            events: vec![event("go"), event("go")],
            ..TaskSpec::default()
        };
        assert_eq!(said(&spec), "events: the event \"go\" is declared twice");
    }
}
