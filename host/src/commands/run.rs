//! `run`: train, or go on with a run.

use super::choose::{Choice, given, settings};
use crate::args::RunArguments;
use crate::config::{ConfigError, Source};
use crate::error::HostError;
use crate::run::{Run, RunFolder};
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
    let mut layers = settings(&arguments.settings)?;
    if arguments.stop_at_threshold {
        layers.set("stop_at_threshold", Value::Boolean(true))?;
    }
    let choice = Choice::new(layers)?;
    let origins = choice.origins();
    let (runs, tags) = (&arguments.runs, &arguments.tag);
    Run::begin(choice.catalogue, choice.experiment, runs, tags).map_err(origins)
}

fn resume(arguments: &RunArguments, id: &str) -> Result<Run, HostError> {
    let folder = RunFolder::find(&arguments.runs, id)?;
    refuse_other_flags(arguments)?;
    let checkpoint = arguments.checkpoint.as_deref().unwrap_or("latest");
    Run::resume(folder, checkpoint, |experiment| {
        if let Some(cycles) = arguments.settings.cycles {
            experiment.cycles = cycles;
        }
        if let Some(threads) = arguments.settings.threads {
            experiment.threads = threads.max(1) as usize;
        }
        // Who goes on with a run that has reached its threshold wants to go on.
        experiment.stop_at_threshold = arguments.stop_at_threshold;
    })
}

/// Settings that would make it another run.
fn refuse_other_flags(arguments: &RunArguments) -> Result<(), HostError> {
    let allowed = ["--cycles", "--threads"];
    let mut given = given(&arguments.settings);
    if !arguments.tag.is_empty() {
        given.push("--tag");
    }
    match given.iter().find(|flag| !allowed.contains(flag)) {
        None => Ok(()),
        Some(flag) => Err(ConfigError::new(
            Source::CommandLine,
            *flag,
            "a resumed run keeps its settings; only --cycles, --threads, --checkpoint and --stop-at-threshold may be given with --resume",
        )
        .into()),
    }
}
