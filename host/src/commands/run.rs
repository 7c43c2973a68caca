//! `run`: train, or go on with a run.

use super::choose::{Choice, given, settings};
use crate::args::RunArguments;
use crate::config::{ConfigError, Experiment, Source};
use crate::error::HostError;
use crate::run::ranks::agree;
use crate::run::{Run, RunFolder};
use angora_comm::World;
use toml::Value;

/// Runs to the end, or until it is interrupted.
pub fn run(arguments: &RunArguments) -> Result<u8, HostError> {
    let world = World::join()?;
    let run = match &arguments.resume {
        Some(id) => resume(arguments, id, world)?,
        None => {
            if arguments.checkpoint.is_some() {
                let problem = "it says where to go on from: give --resume ID too";
                let error = ConfigError::new(Source::CommandLine, "--checkpoint", problem);
                return Err(error.into());
            }
            begin(arguments, world)?
        }
    };
    run.train(arguments.quiet)
}

fn begin(arguments: &RunArguments, mut world: World) -> Result<Run, HostError> {
    let choice = choose(arguments, world.fair_threads());
    let choice = agree(&mut world, "reading the settings", choice)?;
    let origins = choice.origins();
    Run::begin(choice.catalogue, choice.experiment, &arguments.runs, world).map_err(origins)
}

/// What the settings choose, with so many threads where they do not say.
fn choose(arguments: &RunArguments, threads: usize) -> Result<Choice, HostError> {
    let mut layers = settings(&arguments.settings)?;
    if arguments.stop_at_threshold {
        layers.set("stop_at_threshold", Value::Boolean(true))?;
    }
    if layers.written()?.threads.is_none() {
        layers.set("threads", Value::Integer(threads as i64))?;
    }
    Choice::new(layers)
}

fn resume(arguments: &RunArguments, id: &str, mut world: World) -> Result<Run, HostError> {
    agree(
        &mut world,
        "reading the settings",
        refuse_other_flags(arguments),
    )?;
    let checkpoint = arguments.checkpoint.as_deref().unwrap_or("latest");
    let find = || RunFolder::find(&arguments.runs, id);
    let change = |experiment: &mut Experiment| {
        if let Some(cycles) = arguments.settings.cycles {
            experiment.cycles = cycles;
        }
        if let Some(threads) = arguments.settings.threads {
            experiment.threads = threads.max(1) as usize;
        }
        // Who goes on with a run that has reached its threshold wants to go on.
        experiment.stop_at_threshold = arguments.stop_at_threshold;
    };
    Run::resume(find, checkpoint, change, world)
}

/// Settings that would make it another run.
fn refuse_other_flags(arguments: &RunArguments) -> Result<(), HostError> {
    let allowed = ["--cycles", "--threads"];
    let given = given(&arguments.settings);
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
