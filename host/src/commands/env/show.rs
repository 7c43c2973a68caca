//! `env show`.

use crate::args::EnvShowArguments;
use crate::commands::{print_json, show_remarks};
use crate::error::HostError;
use angora_loader::LockedPlugin;
use angora_plugin_api::spec::common_unit;
use angora_plugin_api::{ConditionSpec, ElementSpec, TaskSpec};
use angora_simulation::Blueprint;
use serde::Serialize;

/// Width of a line of elements.
const MOST_COLUMNS: usize = 92;

#[derive(Debug, Serialize)]
struct Shown<'s> {
    task: &'s str,
    body: Option<&'s str>,
    /// A reward that is not the task's own terms.
    reward: Option<&'s str>,
    /// What it is made of.
    plugins: Vec<String>,
    /// What the settings make of the conditions, in the order of the spec.
    #[serde(skip)]
    conditions: Vec<f64>,
    /// MuJoCo's warnings on the composition of body and world.
    remarks: Vec<String>,
    #[serde(flatten)]
    spec: &'s TaskSpec,
}

pub fn show(arguments: &EnvShowArguments) -> Result<(), HostError> {
    let (catalogue, choice) = super::chosen(&arguments.choice)?;
    let task = choice.task.clone();
    let blueprint = Blueprint::new(&catalogue, choice)?;
    let plugin = |plugin: LockedPlugin| format!("{} {}", plugin.name, plugin.version);
    let shown = Shown {
        task: &task,
        body: blueprint.body(),
        reward: blueprint.reward(),
        plugins: catalogue.lock().into_iter().map(plugin).collect(),
        conditions: blueprint.conditions()?,
        remarks: blueprint.remarks(),
        spec: blueprint.spec(),
    };
    if arguments.json {
        return print_json(&shown);
    }
    print(&shown);
    show_remarks(&blueprint);
    Ok(())
}

fn print(shown: &Shown<'_>) {
    let spec = shown.spec;
    let or = |value: Option<String>, absent: &str| value.unwrap_or_else(|| absent.to_owned());
    let seconds = |seconds: f64| format!("{seconds} s");
    println!("{}", shown.task);
    if let Some(body) = shown.body {
        println!("  {:<13} {body}", "body");
    }
    let rows = [
        ("plugins", shown.plugins.join(", ")),
        ("action", super::action(&spec.action)),
        (
            "control step",
            or(spec.control_timestep.map(seconds), "without unit"),
        ),
        (
            "step limit",
            or(spec.max_episode_steps.map(|n| n.to_string()), "none"),
        ),
        (
            "threshold",
            or(spec.reward_threshold.map(|r| r.to_string()), "none"),
        ),
        (
            "reward",
            format!(
                "{}: {}",
                shown.reward.unwrap_or("the task's own"),
                spec.reward_terms.join(", ")
            ),
        ),
        (
            "resumes",
            if spec.saves_state {
                "in mid-episode".into()
            } else {
                "with a new episode".to_owned()
            },
        ),
    ];
    for (name, value) in rows {
        println!("  {name:<13} {value}");
    }
    println!("senses");
    for sensation in &spec.sensations {
        let bounds = match (sensation.low, sensation.high) {
            (Some(low), Some(high)) => format!("in [{low}, {high}]"),
            (Some(low), None) => format!("{low} or more"),
            (None, Some(high)) => format!("{high} or less"),
            (None, None) => String::new(),
        };
        let line = format!(
            "  {:<36} {:<16} {bounds}",
            super::sense(sensation),
            common_unit(&sensation.unit, &sensation.elements)
        );
        println!("{}", line.trim_end());
        print_elements(&sensation.unit, &sensation.elements);
    }
    println!("signals");
    for signal in &spec.signals {
        let unit = common_unit(&signal.unit, &signal.elements);
        let line = format!("  {:<32} {:<3} {unit}", signal.name, signal.len);
        println!("{}", line.trim_end());
        print_elements(&signal.unit, &signal.elements);
    }
    if !spec.conditions.is_empty() {
        println!("conditions");
    }
    for (condition, set) in spec.conditions.iter().zip(&shown.conditions) {
        let line = format!(
            "  {:<32} {:<16} {}",
            condition.name,
            condition.unit,
            allowed(condition, *set)
        );
        println!("{}", line.trim_end());
    }
    if !spec.events.is_empty() {
        println!("events");
    }
    for event in &spec.events {
        let line = format!("  {:<32} {}", event.name, event.description);
        println!("{}", line.trim_end());
    }
}

/// Names and units of elements, several in a line; nothing where they have none.
fn print_elements(unit: &str, elements: &[ElementSpec]) {
    let mixed = common_unit(unit, elements) == "mixed";
    let words = elements.iter().map(|element| match element.unit.as_str() {
        "" => element.name.clone(),
        unit if mixed => format!("{} ({unit})", element.name),
        _ => element.name.clone(),
    });
    let words: Vec<String> = words.collect();
    let mut line = String::new();
    for (i, word) in words.iter().enumerate() {
        if !line.is_empty() && line.len() + word.len() + 2 > MOST_COLUMNS {
            println!("    {line}");
            line.clear();
        }
        line.push_str(word);
        if i + 1 < words.len() {
            line.push_str(", ");
        }
    }
    if !line.is_empty() {
        println!("    {line}");
    }
}

/// What a condition is set to and may be: `0 (0 none, 1 curl)`, `13 in [0, 40]`.
fn allowed(condition: &ConditionSpec, set: f64) -> String {
    let range = match (condition.low, condition.high) {
        _ if !condition.values.is_empty() => {
            let values = condition.values.iter().enumerate().map(|(i, value)| {
                let label = condition.labels.get(i).map_or("", String::as_str);
                format!("{value} {label}").trim_end().to_owned()
            });
            format!(" ({})", values.collect::<Vec<_>>().join(", "))
        }
        (Some(low), Some(high)) => format!(" in [{low}, {high}]"),
        (Some(low), None) => format!(", {low} or more"),
        (None, Some(high)) => format!(", {high} or less"),
        (None, None) => String::new(),
    };
    format!("{set}{range}")
}
