//! `run`: train, or go on with a run.

use super::choose::{Choice, given, settings};
use crate::args::RunArguments;
use crate::config::{ConfigError, Experiment, Source};
use crate::error::HostError;
use crate::packages::{Admission, Locked, Terms};
use crate::report::{program, shown};
use crate::run::ranks::{agree, from_leader};
use crate::run::{Interrupt, NewRun, Run, RunFolder, new_name};
use crate::slurm::TimeLimit;
use angora_comm::World;
use toml::Value;

const LATEST: &str = "latest";

/// Runs to the end, or until it is interrupted.
pub fn run(arguments: &RunArguments) -> Result<u8, HostError> {
    let arguments = &RunArguments {
        // A plugin may change the working directory.
        runs: std::path::absolute(&arguments.runs).map_err(HostError::io(&arguments.runs))?,
        ..arguments.clone()
    };
    // First of all: a signal that comes while things are built must not be lost.
    let interrupt = Interrupt::listen(arguments.wall_clock.map(TimeLimit::duration))?;
    let Some(mut world) = World::join()? else {
        return Ok(0);
    };
    let run = match (&arguments.resume, &arguments.resume_or_begin) {
        (Some(id), _) => resume(arguments, id, world)?,
        (None, name) => {
            let choice = choose(arguments, Some(world.fair_threads()));
            let choice = agree(&mut world, "reading the settings", choice)?;
            match name {
                Some(name) => resume_or_begin(arguments, choice, name, world)?,
                None => begin(arguments, choice, None, world)?,
            }
        }
    };
    run.train(&interrupt, arguments.quiet)
}

/// What the settings of a new run choose, with so many threads where they do not say.
///
/// # Errors
/// A plugin that does not load, or a setting that cannot be used.
pub fn choose(arguments: &RunArguments, threads: Option<usize>) -> Result<Choice, HostError> {
    if arguments.checkpoint.is_some() {
        let problem = "it says where to go on from: give --resume ID too";
        let error = ConfigError::new(Source::CommandLine, "--checkpoint", problem);
        return Err(error.into());
    }
    let mut layers = settings(&arguments.settings)?;
    if arguments.stop_at_threshold {
        layers.set("stop_at_threshold", Value::Boolean(true))?;
    }
    if let Some(threads) = threads.filter(|_| layers.written().is_ok_and(|w| w.threads.is_none())) {
        layers.set("threads", Value::Integer(threads as i64))?;
    }
    let trust_plugins = arguments.settings.trust_plugins;
    let Some(lock) = &arguments.locked else {
        return Choice::new(layers, trust_plugins);
    };
    let terms = Terms {
        allow_untrusted: arguments.allow_untrusted,
        trust_plugins,
    };
    Choice::locked(layers, lock, &terms)
}

fn begin(
    arguments: &RunArguments,
    choice: Choice,
    name: Option<&str>,
    world: World,
) -> Result<Run, HostError> {
    let origins = choice.origins();
    let name = name.map_or_else(|| new_name(&choice.experiment.task), str::to_owned);
    let (runs, tags) = (&arguments.runs, &arguments.tag);
    let place = NewRun { runs, name, tags };
    Run::begin(choice.catalogue, choice.experiment, place, world).map_err(origins)
}

fn resume(arguments: &RunArguments, id: &str, mut world: World) -> Result<Run, HostError> {
    let refused = refuse_other_flags(arguments);
    agree(&mut world, "reading the settings", refused)?;
    let checkpoint = arguments.checkpoint.as_deref().unwrap_or(LATEST);
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
    Run::resume(find, checkpoint, change, &admission(arguments), world)
}

/// What the user says of the plugins of a run that exists.
fn admission(arguments: &RunArguments) -> Admission {
    Admission {
        plugins: arguments.settings.plugin.clone(),
        locked: arguments.locked.clone().map_or(Locked::No, Locked::To),
        terms: Terms {
            allow_untrusted: arguments.allow_untrusted,
            trust_plugins: arguments.settings.trust_plugins,
        },
    }
}

/// However often it is called: one run.
fn resume_or_begin(
    arguments: &RunArguments,
    choice: Choice,
    name: &str,
    mut world: World,
) -> Result<Run, HostError> {
    let begun = from_leader(&mut world, "looking for the run", || {
        let folder = RunFolder::begun(&arguments.runs, name)?;
        if let Some(folder) = &folder {
            refuse_other_settings(folder, &choice.experiment)?;
        }
        Ok(folder.is_some())
    })?;
    if !begun {
        return begin(arguments, choice, Some(name), world);
    }
    let find = || {
        let folder = RunFolder::begun(&arguments.runs, name)?;
        folder.ok_or_else(|| HostError::Run(format!("the run {name} has just been removed")))
    };
    let change = |experiment: &mut Experiment| experiment.go_on_as(&choice.experiment);
    Run::resume(find, LATEST, change, &admission(arguments), world)
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
        shown(folder.path()).display()
    );
    Err(ConfigError::new(Source::CommandLine, difference.key, problem).into())
}

/// Settings that would make it another run.
fn refuse_other_flags(arguments: &RunArguments) -> Result<(), HostError> {
    let allowed = ["--plugin", "--cycles", "--threads"];
    let mut given = given(&arguments.settings);
    if !arguments.tag.is_empty() {
        given.push("--tag");
    }
    match given.iter().find(|flag| !allowed.contains(flag)) {
        None => Ok(()),
        Some(flag) => Err(ConfigError::new(
            Source::CommandLine,
            *flag,
            "a resumed run keeps its settings; only --cycles, --threads, --checkpoint, --wall-clock, --stop-at-threshold, --plugin, --locked and --trust-plugins may be given with --resume",
        )
        .into()),
    }
}
