//! `pretrain`: a region learns from pictures of random states, before the brain acts.

mod words;

use super::choose::{Choice, settings};
use super::output::{check_extension, check_free};
use super::show_remarks;
use crate::args::PretrainArguments;
use crate::config::{ConfigError, Experiment, Source};
use crate::error::HostError;
use crate::pretrain::{Lesson, Objective, Outcome, Part, Pupil, Schedule, Shape, States, Training};
use crate::run::regions::{self, Facts};
use crate::run::{Interrupt, build_brain_of, build_graph, task_choice};
use angora_checkpoint::{NamedTensor, TensorFile};
use angora_comm::Team;
use angora_core::{SensationLayout, file};
use angora_plugin_api::Sense;
use angora_simulation::{Blueprint, Quantity, SimulationError};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use words::{announce, conclusion, say, told};

/// Trains to the end, or until it is interrupted; returns the exit code.
pub fn pretrain(arguments: &PretrainArguments) -> Result<u8, HostError> {
    let output = Output::new(arguments)?;
    let choice = Choice::new(
        settings(&arguments.settings)?,
        arguments.settings.trust_plugins,
    )?;
    begin(arguments, &choice, &output).map_err(choice.origins())
}

/// The files that are written.
struct Output {
    tensors: PathBuf,
    report: PathBuf,
}

impl Output {
    fn new(arguments: &PretrainArguments) -> Result<Self, HostError> {
        let name = || {
            let regions = arguments.region.join("+");
            format!(
                "pretrained/{regions}-{}.safetensors",
                arguments.objective.name()
            )
        };
        let tensors = arguments.to.clone().unwrap_or_else(|| name().into());
        check_extension(&tensors, "--to", "safetensors")?;
        let report = tensors.with_extension("json");
        for path in [&tensors, &report] {
            check_free(path, "--to", arguments.overwrite)?;
        }
        Ok(Self { tensors, report })
    }

    /// Makes the folder, so that what cannot be written is found out before there is anything to
    /// lose.
    fn prepare(&self) -> Result<(), HostError> {
        match self.tensors.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => {
                std::fs::create_dir_all(folder).map_err(HostError::io(folder))
            }
            _ => Ok(()),
        }
    }
}

fn begin(arguments: &PretrainArguments, choice: &Choice, output: &Output) -> Result<u8, HostError> {
    let experiment = &choice.experiment;
    if experiment.device != "cpu" {
        return Err(HostError::Setting {
            key: "device",
            problem: "regions are pretrained on the cpu; leave it out".into(),
        });
    }
    let blueprint = Blueprint::new(&choice.catalogue, task_choice(experiment))?;
    show_remarks(&blueprint);
    let image = image(experiment, &blueprint)?;
    let pupil = pupil(arguments, choice, &blueprint)?;
    let quantities = quantities(arguments, &blueprint)?;
    let team = Team::new(experiment.threads)?;
    let interrupt = Interrupt::listen(None)?;
    output.prepare()?;
    announce(arguments, experiment, &pupil);

    let start = Instant::now();
    let (learned, held_out) = (arguments.states, arguments.held_out);
    let states = States::draw(
        &blueprint,
        &quantities,
        experiment.seed,
        learned + held_out,
        &team,
    )?;
    say(arguments, || {
        format!(
            "states    {learned} to learn from and {held_out} held out, drawn in {:.1} s",
            start.elapsed().as_secs_f64()
        )
    });
    if let Some(code) = interrupt.code(Duration::ZERO) {
        say(arguments, || {
            "interrupted before anything was learned".into()
        });
        return Ok(code);
    }
    let shape = Shape {
        kind: arguments.objective,
        bins: arguments.bins,
        pixels: arguments.pixels,
        image,
    };
    let objective = Objective::new(&shape, &quantities, &states, learned)
        .map_err(|problem| ConfigError::new(Source::CommandLine, "--label", problem))?;
    say(arguments, || format!("objective {}", told(&objective)));
    let lesson = Lesson {
        objective: &objective,
        states: &states,
    };
    train(
        arguments, experiment, pupil, lesson, &team, &interrupt, output,
    )
}

/// The brain that a run of these settings would begin with.
fn pupil(
    arguments: &PretrainArguments,
    choice: &Choice,
    blueprint: &Blueprint<'_>,
) -> Result<Pupil, HostError> {
    let experiment = &choice.experiment;
    let spec = blueprint.spec();
    let layout = SensationLayout::new(&spec.sensations);
    let graph = build_graph(&choice.catalogue, experiment, spec)?;
    let brain = build_brain_of(&choice.catalogue, experiment, spec, &graph)?;
    let shapes = brain.node_shapes();
    let hidden = arguments.objective.hidden();
    let mut part = Part::new(&graph, shapes, &arguments.region, hidden)
        .map_err(|problem| ConfigError::new(Source::CommandLine, "--region", problem))?;
    // A region without parameters has nothing to learn and to load.
    let sizes = brain.region_sizes();
    part.regions.retain(|region| sizes.contains_key(region));
    let start = brain.initialise(experiment.seed);
    let loads = &experiment.load_regions;
    let (parameters, _) =
        regions::load_regions(&graph, brain.parameters(), &start, loads, &arguments.runs)?;
    Ok(Pupil {
        frozen: regions::frozen(brain.parameters(), &experiment.freeze)?,
        brain,
        parameters,
        part,
        layout,
    })
}

/// The regions of the part that do not learn.
fn frozen_regions(pupil: &Pupil) -> Vec<String> {
    let entries = pupil.brain.parameters().entries();
    let frozen = |region: &&String| {
        let mut own = entries.iter().filter(|entry| entry.region == **region);
        own.any(|entry| pupil.frozen.contains(entry.offset))
    };
    pupil.part.regions.iter().filter(frozen).cloned().collect()
}

/// The shape of what the scene's cameras see.
fn image(experiment: &Experiment, blueprint: &Blueprint<'_>) -> Result<[usize; 3], HostError> {
    let refuse = |problem: &str| HostError::Setting {
        key: "task",
        problem: format!(
            "{} {problem}; regions are pretrained on pictures of a scene, as of ReachPlanarVisual-v1",
            experiment.task
        ),
    };
    if blueprint.joint_ranges().is_none() {
        return Err(refuse(
            "steps a world of its own, whose states cannot be drawn at random",
        ));
    }
    let vision = blueprint.spec().sensations.first();
    match vision.map(|spec| (spec.sense, &spec.shape[..])) {
        Some((Sense::Vision, &[height, width, channels])) => Ok([height, width, channels]),
        _ => Err(refuse("has no camera")),
    }
}

/// What there is to tell from a picture.
fn quantities(
    arguments: &PretrainArguments,
    blueprint: &Blueprint<'_>,
) -> Result<Vec<Quantity>, HostError> {
    blueprint
        .quantities(&arguments.label)
        .map_err(|error| match error {
            SimulationError::Setting(problem) => {
                ConfigError::new(Source::CommandLine, "--label", problem).into()
            }
            other => other.into(),
        })
}

fn train(
    arguments: &PretrainArguments,
    experiment: &Experiment,
    mut pupil: Pupil,
    lesson: Lesson<'_>,
    team: &Team,
    interrupt: &Interrupt,
    output: &Output,
) -> Result<u8, HostError> {
    let schedule = Schedule {
        states: arguments.states,
        minibatch: arguments.minibatch,
        learning_rate: arguments.learning_rate,
        epochs: arguments.epochs,
        seed: experiment.seed,
    };
    let mut training = Training::new(&pupil, lesson, &schedule, team)?;
    let start = Instant::now();
    let mut history = Vec::new();
    let mut score = training.score();
    // The first epoch is done in any case: without one there is nothing to save.
    while history.len() < schedule.epochs
        && (history.is_empty() || interrupt.code(Duration::ZERO).is_none())
    {
        let (epoch, now) = training.epoch()?;
        score = now;
        history.push(epoch);
        say(arguments, || {
            let done = history.len();
            let left =
                start.elapsed().as_secs_f64() / done as f64 * (schedule.epochs - done) as f64;
            format!(
                "epoch {done}/{}  loss {:.4}  held-out error {:.4} (baseline {:.4})  {left:.0} s left",
                schedule.epochs, epoch.loss, score.error, score.baseline
            )
        });
    }
    training.put(&mut pupil);
    let complete = history.len() == schedule.epochs;
    let outcome = Outcome {
        task: experiment.task.clone(),
        brain: experiment.brain.clone(),
        regions: pupil.part.regions.clone(),
        frozen: frozen_regions(&pupil),
        outputs: pupil.part.outputs.clone(),
        senses: pupil.part.senses.iter().map(|s| s.name()).collect(),
        objective: arguments.objective,
        left_out: lesson.objective.left_out.clone(),
        states: schedule.states,
        held_out: arguments.held_out,
        minibatch: schedule.minibatch,
        learning_rate: schedule.learning_rate,
        epochs: schedule.epochs,
        seed: schedule.seed,
        complete,
        score,
        history,
    };
    write(&pupil, &outcome, output)?;
    say(arguments, || conclusion(&outcome, output));
    Ok(match interrupt.code(Duration::ZERO) {
        Some(code) if !complete => code,
        _ => 0,
    })
}

/// Writes the regions, then the report. Each file is wholly there or not at all.
fn write(pupil: &Pupil, outcome: &Outcome, output: &Output) -> Result<(), HostError> {
    let json = |e| HostError::Run(format!("JSON: {e}"));
    let own = |region: &String| pupil.part.regions.contains(region);
    let mut names = regions::region_names(pupil.brain.parameters());
    names.retain(|region, _| own(region));
    let entries = pupil.brain.parameters().entries().iter();
    let tensors = entries
        .filter(|entry| own(&entry.region))
        .map(|entry| NamedTensor {
            name: entry.name.clone(),
            shape: entry.shape.clone(),
            values: pupil.parameters[entry.range()].to_vec(),
        });
    let facts = Facts {
        brain: Some(outcome.brain.clone()),
        task: Some(outcome.task.clone()),
        regions: names,
        pretraining: Some(serde_json::to_value(outcome).map_err(json)?),
        ..Facts::default()
    };
    let tensors = TensorFile {
        tensors: tensors.collect(),
        facts: serde_json::to_value(facts).map_err(json)?,
    };
    tensors.write(&output.tensors)?;
    let mut report = serde_json::to_vec_pretty(outcome).map_err(json)?;
    report.push(b'\n');
    file::write(&output.report, &report).map_err(HostError::io(&output.report))
}
