//! `env show`.

use crate::args::EnvShowArguments;
use crate::commands::{print_json, show_remarks};
use crate::error::HostError;
use angora_loader::LockedPlugin;
use angora_plugin_api::TaskSpec;
use angora_simulation::Blueprint;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Shown<'s> {
    task: &'s str,
    body: Option<&'s str>,
    /// A reward that is not the task's own terms.
    reward: Option<&'s str>,
    /// What it is made of.
    plugins: Vec<String>,
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
            sensation.unit
        );
        println!("{}", line.trim_end());
    }
    println!("signals");
    for signal in &spec.signals {
        let line = format!("  {:<32} {:<3} {}", signal.name, signal.len, signal.unit);
        println!("{}", line.trim_end());
    }
}
