//! `run`: train, or go on with a run.

use super::choose::{Choice, given, settings};
use crate::args::RunArguments;
use crate::config::{ConfigError, Experiment, Source};
use crate::error::HostError;
use crate::report::program;
use crate::run::{Interrupt, Run, RunFolder};
use crate::slurm::TimeLimit;
use toml::Value;

const LATEST: &str = "latest";

/// Runs to the end, or until it is interrupted.
pub fn run(arguments: &RunArguments) -> Result<u8, HostError> {
    // First of all: a signal that comes while things are built must not be lost.
    let interrupt = Interrupt::listen(arguments.wall_clock.map(TimeLimit::duration))?;
    let run = match (&arguments.resume, &arguments.resume_or_begin) {
        (Some(id), _) => resume(arguments, id)?,
        (None, name) => {
            if arguments.checkpoint.is_some() {
                let problem = "it says where to go on from: give --resume ID too";
                let error = ConfigError::new(Source::CommandLine, "--checkpoint", problem);
                return Err(error.into());
            }
            let choice = choose(arguments)?;
            match name {
                Some(name) => resume_or_begin(arguments, choice, name)?,
                None => begin(arguments, choice, None)?,
            }
        }
    };
    run.train(&interrupt, arguments.quiet)
}

/// What the settings of a run choose.
///
/// # Errors
/// A plugin that does not load, or a setting that cannot be used.
pub fn choose(arguments: &RunArguments) -> Result<Choice, HostError> {
    let mut layers = settings(&arguments.settings)?;
    if arguments.stop_at_threshold {
        layers.set("stop_at_threshold", Value::Boolean(true))?;
    }
    Choice::new(layers)
}

fn begin(arguments: &RunArguments, choice: Choice, name: Option<&str>) -> Result<Run, HostError> {
    let origins = choice.origins();
    Run::begin(choice.catalogue, choice.experiment, &arguments.runs, name).map_err(origins)
}

fn resume(arguments: &RunArguments, id: &str) -> Result<Run, HostError> {
    let folder = RunFolder::find(&arguments.runs, id)?;
    refuse_other_flags(arguments)?;
    let checkpoint = arguments.checkpoint.as_deref().unwrap_or(LATEST);
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

/// However often it is called: one run.
fn resume_or_begin(arguments: &RunArguments, choice: Choice, name: &str) -> Result<Run, HostError> {
    match RunFolder::begun(&arguments.runs, name)? {
        None => begin(arguments, choice, Some(name)),
        Some(folder) => {
            refuse_other_settings(&folder, &choice.experiment)?;
            Run::resume(folder, LATEST, |experiment| {
                experiment.go_on_as(&choice.experiment);
            })
        }
    }
}

/// A run of this name with settings that would make it another run.
///
/// # Errors
/// The first setting that differs.
pub fn refuse_other_settings(folder: &RunFolder, wanted: &Experiment) -> Result<(), HostError> {
    let Some(difference) = folder.experiment()?.difference(wanted) else {
        return Ok(());
    };
    let problem = format!(
        "the run {} has been begun with {}, not with {}; take another name, or go on with it as it is: `{} run --resume {}`",
        folder.id(),
        difference.first,
        difference.second,
        program(),
        folder.path().display()
    );
    Err(ConfigError::new(Source::CommandLine, difference.key, problem).into())
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
            "a resumed run keeps its settings; only --cycles, --threads, --checkpoint, --wall-clock and --stop-at-threshold may be given with --resume",
        )
        .into()),
    }
}
