//! `env list`.

use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::{catalogue, discover};
use angora_loader::Catalogue;
use angora_plugin_api::{ActionSpec, PluginKind, SensationSpec, TaskSpec};
use angora_simulation::{Blueprint, TaskChoice};
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Row {
    task: String,
    plugin: String,
    /// `task` or `scene_task`.
    kind: &'static str,
    #[serde(flatten)]
    exchanges: Exchanges,
}

/// What a task exchanges, or why it cannot be built.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Exchanges {
    Known {
        sensations: Vec<SensationSpec>,
        action: ActionSpec,
        max_episode_steps: Option<u64>,
        reward_threshold: Option<f64>,
    },
    Refused {
        error: String,
    },
}

pub fn list(named: &[String], json: bool) -> Result<(), HostError> {
    let discovery = discover(named, &[])?;
    for refused in discovery.refused() {
        eprintln!("refused   {refused}");
    }
    let mut rows = Vec::new();
    for plugin in discovery.plugins() {
        for contribution in &plugin.manifest.contributions {
            if matches!(contribution.kind, PluginKind::Task | PluginKind::SceneTask) {
                rows.push((
                    contribution.id.clone(),
                    plugin.manifest.name.clone(),
                    contribution.kind.name(),
                ));
            }
        }
    }
    rows.sort();
    let catalogue = catalogue(discovery);
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|(task, plugin, kind)| Row {
            exchanges: exchanges(&catalogue, &task),
            task,
            plugin,
            kind,
        })
        .collect();
    if json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        eprintln!("no tasks on the search path; set ANGORA_PLUGIN_PATH or name one with --plugin");
    }
    for row in rows {
        println!("{}", line(&row));
    }
    Ok(())
}

fn exchanges(catalogue: &Catalogue, task: &str) -> Exchanges {
    let choice = TaskChoice {
        task: task.to_owned(),
        ..TaskChoice::default()
    };
    match Blueprint::new(catalogue, choice) {
        Ok(blueprint) => {
            let TaskSpec {
                sensations,
                action,
                max_episode_steps,
                reward_threshold,
                ..
            } = blueprint.spec().clone();
            Exchanges::Known {
                sensations,
                action,
                max_episode_steps,
                reward_threshold,
            }
        }
        Err(error) => Exchanges::Refused {
            error: error.to_string(),
        },
    }
}

fn line(row: &Row) -> String {
    let exchanges = match &row.exchanges {
        Exchanges::Refused { error } => format!("cannot be built: {error}"),
        Exchanges::Known {
            sensations,
            action,
            max_episode_steps,
            ..
        } => {
            let senses: Vec<String> = sensations.iter().map(super::sense).collect();
            let limit = match max_episode_steps {
                Some(steps) => format!("{steps} steps"),
                None => "no limit".into(),
            };
            let (senses, action) = (senses.join(", "), super::action(action));
            format!("{senses:<36}  {action:<22}  {limit}")
        }
    };
    format!("{:<32}  {exchanges}", row.task)
}
