//! `run`: train, or go on with a run.

use crate::args::RunArguments;
use crate::config::{ConfigError, Layers, Source, preset_for, resolve};
use crate::error::HostError;
use crate::run::{Run, RunFolder, discover, is_recurrent};
use angora_loader::Catalogue;
use angora_plugin_api::ActionSpec;
use angora_simulation::{Blueprint, TaskChoice};
use toml::Value;

/// Runs to the end, or until it is interrupted.
pub fn run(arguments: &RunArguments) -> Result<u8, HostError> {
    let run = match &arguments.resume {
        Some(id) => resume(arguments, id)?,
        None => {
            if arguments.checkpoint.is_some() {
                let problem = "it says where to go on from: give --resume ID too";
                let error = ConfigError::new(Source::CommandLine, "--checkpoint", problem);
                return Err(error.into());
            }
            begin(arguments)?
        }
    };
    run.train(arguments.quiet)
}

fn begin(arguments: &RunArguments) -> Result<Run, HostError> {
    let mut layers = Layers::default();
    if let Some(file) = &arguments.file {
        layers.file(file)?;
    }
    apply_flags(&mut layers, arguments)?;
    let written = layers.written()?;
    let catalogue = Catalogue::new(discover(&written.plugins.clone().unwrap_or_default())?);
    let task = written.task.clone().unwrap_or_default();
    // Resolving says where it is missing.
    let spec = if task.is_empty() {
        None
    } else {
        let choice = TaskChoice {
            task: task.clone(),
            task_config: serde_json::Value::Object(written.task_config.clone()),
            body: written.body.clone(),
            body_config: serde_json::Value::Object(written.body_config.clone()),
            ..TaskChoice::default()
        };
        Some(Blueprint::new(&catalogue, choice)?.spec().clone())
    };
    // What the task takes decides on the preset and the distribution, and whether the brain is
    // recurrent on how the batch is cut.
    let nothing = ActionSpec::Discrete { n: 1 };
    let action = spec.as_ref().map_or(&nothing, |spec| &spec.action);
    let preset = written.preset.as_deref().unwrap_or("auto");
    let layers = layers.over(preset_for(preset, &task, action)?);
    let recurrent = match &spec {
        None => false,
        Some(spec) => is_recurrent(&catalogue, &layers.written()?, spec)?,
    };
    let experiment = resolve(&layers, action, recurrent)?;
    Run::begin(catalogue, experiment, &arguments.runs)
}

fn resume(arguments: &RunArguments, id: &str) -> Result<Run, HostError> {
    let folder = RunFolder::find(&arguments.runs, id)?;
    refuse_other_flags(arguments)?;
    let checkpoint = arguments.checkpoint.as_deref().unwrap_or("latest");
    Run::resume(folder, checkpoint, |experiment| {
        if let Some(cycles) = arguments.cycles {
            experiment.cycles = cycles;
        }
        if let Some(threads) = arguments.threads {
            experiment.threads = threads.max(1) as usize;
        }
        // Who goes on with a run that has reached its threshold wants to go on.
        experiment.stop_at_threshold = arguments.stop_at_threshold;
    })
}

/// Settings that would make it another run.
fn refuse_other_flags(arguments: &RunArguments) -> Result<(), HostError> {
    let given = [
        ("a settings file", arguments.file.is_some()),
        ("--plugin", !arguments.plugin.is_empty()),
        ("--task", arguments.task.is_some()),
        ("--body", arguments.body.is_some()),
        ("--reward", arguments.reward.is_some()),
        ("--brain", arguments.brain.is_some()),
        ("--distribution", arguments.distribution.is_some()),
        ("--preset", arguments.preset.is_some()),
        ("--environments", arguments.environments.is_some()),
        ("--horizon", arguments.horizon.is_some()),
        ("--seed", arguments.seed.is_some()),
        ("--device", arguments.device.is_some()),
        ("--set", !arguments.set.is_empty()),
    ];
    match given.iter().find(|(_, present)| *present) {
        None => Ok(()),
        Some((flag, _)) => Err(ConfigError::new(
            Source::CommandLine,
            *flag,
            "a resumed run keeps its settings; only --cycles, --threads, --checkpoint and --stop-at-threshold may be given with --resume",
        )
        .into()),
    }
}

fn apply_flags(layers: &mut Layers, arguments: &RunArguments) -> Result<(), ConfigError> {
    let text = |value: &Option<String>| value.clone().map(Value::String);
    let number = |value: Option<u64>| value.map(|n| Value::Integer(n as i64));
    let flags = [
        ("task", text(&arguments.task)),
        ("body", text(&arguments.body)),
        ("reward", text(&arguments.reward)),
        ("brain", text(&arguments.brain)),
        ("distribution.kind", text(&arguments.distribution)),
        ("preset", text(&arguments.preset)),
        ("device", text(&arguments.device)),
        ("cycles", number(arguments.cycles)),
        ("environments", number(arguments.environments)),
        ("horizon", number(arguments.horizon)),
        ("seed", number(arguments.seed)),
        ("threads", number(arguments.threads)),
    ];
    if !arguments.plugin.is_empty() {
        let plugins = arguments.plugin.iter().cloned().map(Value::String);
        layers.set("plugins", Value::Array(plugins.collect()))?;
    }
    for (key, value) in flags {
        if let Some(value) = value {
            layers.set(key, value)?;
        }
    }
    if arguments.stop_at_threshold {
        layers.set("stop_at_threshold", Value::Boolean(true))?;
    }
    for assignment in &arguments.set {
        layers.assign(assignment)?;
    }
    Ok(())
}
