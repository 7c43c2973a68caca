//! From settings to the parts of a run.

use crate::config::{Experiment, Written};
use crate::error::HostError;
use crate::run::engine::Engine;
use crate::run::evaluation::Evaluator;
use crate::run::processes::same_everywhere;
use crate::run::ranks::agree;
use crate::run::regions;
use crate::run::scheduled::{Scheduled, scheduled};
use angora_brain::{Brain, Distribution, DistributionKind, DistributionSettings};
use angora_comm::{World, share};
use angora_core::SensationLayout;
use angora_gathering::{Actor, Chain, Rank, Statistics};
use angora_loader::{Catalogue, LoadedPreprocessor};
use angora_plugin_api::{
    BrainRequest, BrainSpec, DistributionRequest, TaskSpec, v2::PreprocessorContext,
};
use angora_simulation::{Blueprint, TaskChoice};
use std::time::Duration;

/// The task of an experiment.
pub fn task_choice(experiment: &Experiment) -> TaskChoice {
    TaskChoice {
        task: experiment.task.clone(),
        task_config: experiment.task_config.clone(),
        body: experiment.body.clone(),
        body_config: experiment.body_config.clone(),
        reward: experiment.reward.clone(),
        reward_configuration: experiment.reward_configuration.clone(),
        reward_configurations: experiment.reward_configurations.clone(),
        reward_config: experiment.reward_config.clone(),
        physics: experiment.physics.clone(),
        conditions: experiment.conditions.clone(),
    }
}

/// Whether the brain that settings choose remembers anything from one control step to the next.
/// What it has no say in, the distribution, is its task's own.
///
/// # Errors
/// A brain plugin that does not load or refuses, or a graph that cannot be built.
pub fn is_recurrent(
    catalogue: &Catalogue,
    written: &Written,
    spec: &TaskSpec,
) -> Result<bool, HostError> {
    let config = serde_json::Value::Object(written.brain_config.clone());
    let distribution = DistributionSettings {
        kind: DistributionKind::default_for(&spec.action),
        bins: 2,
        state_dependent_std: false,
    };
    let graph = graph(catalogue, written.brain(), config, spec)?;
    let layout = SensationLayout::new(&spec.sensations);
    let brain = Brain::build(&graph, &layout, &spec.action, &distribution)?;
    Ok(brain.state_len() > 0)
}

/// The graph of an experiment's brain.
///
/// # Errors
/// A brain plugin that does not load or refuses.
pub fn build_graph(
    catalogue: &Catalogue,
    experiment: &Experiment,
    spec: &TaskSpec,
) -> Result<BrainSpec, HostError> {
    let config = experiment.brain_config.clone();
    graph(catalogue, &experiment.brain, config, spec)
}

fn graph(
    catalogue: &Catalogue,
    id: &str,
    config: serde_json::Value,
    spec: &TaskSpec,
) -> Result<BrainSpec, HostError> {
    let request = BrainRequest {
        sensations: spec.sensations.clone(),
        action: spec.action.clone(),
        config,
    };
    Ok(catalogue.brain(id, &request)?)
}

/// The brain of an experiment.
///
/// # Errors
/// A brain plugin that does not load or refuses, or a graph that cannot be built.
pub fn build_brain(
    catalogue: &Catalogue,
    experiment: &Experiment,
    spec: &TaskSpec,
) -> Result<Brain, HostError> {
    let graph = build_graph(catalogue, experiment, spec)?;
    build_brain_of(catalogue, experiment, spec, &graph)
}

/// The brain of an experiment from its graph.
///
/// # Errors
/// As [`build_brain`].
pub fn build_brain_of(
    catalogue: &Catalogue,
    experiment: &Experiment,
    spec: &TaskSpec,
    graph: &BrainSpec,
) -> Result<Brain, HostError> {
    let layout = SensationLayout::new(&spec.sensations);
    let distribution = build_distribution(catalogue, experiment, spec)?;
    Ok(Brain::with_distribution(graph, &layout, distribution)?)
}

/// The action distribution of an experiment; the declaration of a plugin is tried with numbers.
///
/// # Errors
/// A plugin that does not load or refuses, a declaration that is wrong, or a distribution that does
/// not fit the task's action.
pub fn build_distribution(
    catalogue: &Catalogue,
    experiment: &Experiment,
    spec: &TaskSpec,
) -> Result<Distribution, HostError> {
    let DistributionKind::Plugin(id) = &experiment.distribution.kind else {
        return Ok(Distribution::new(&experiment.distribution, &spec.action)?);
    };
    let request = DistributionRequest {
        action: spec.action.clone(),
        config: experiment.distribution_config.clone(),
    };
    let declared = catalogue.distribution(id, &request)?;
    let distribution = Distribution::declared(id, declared, &spec.action)?;
    distribution.try_numbers()?;
    Ok(distribution)
}

/// The preprocessors of an experiment, new.
///
/// # Errors
/// A plugin that does not load or refuses.
pub fn build_preprocessors(
    catalogue: &Catalogue,
    experiment: &Experiment,
    spec: &TaskSpec,
) -> Result<Vec<Box<dyn LoadedPreprocessor>>, HostError> {
    let context = PreprocessorContext {
        sensations: spec.sensations.clone(),
        discount: experiment.ppo.discount,
        action: spec.action.clone(),
        control_timestep: spec.control_timestep,
    };
    experiment
        .preprocessors
        .iter()
        .map(|choice| Ok(catalogue.preprocessor(&choice.id, &choice.config, &context)?))
        .collect()
}

/// The actor of an index, not begun.
///
/// # Errors
/// A plugin that refuses.
pub fn build_actor(
    catalogue: &Catalogue,
    experiment: &Experiment,
    blueprint: &Blueprint<'_>,
    seed: u64,
    index: u64,
) -> Result<Actor, HostError> {
    let environment = blueprint.build(seed, index)?;
    let chain = Chain::new(build_preprocessors(
        catalogue,
        experiment,
        blueprint.spec(),
    )?);
    Ok(Actor::new(seed, environment, chain).planned(experiment.schedule_steps))
}

/// Everything that a run computes with, before its first episode.
///
/// # Errors
/// A plugin, scene or brain that cannot be built.
pub fn build_engine(
    catalogue: &Catalogue,
    experiment: &Experiment,
    mut world: World,
) -> Result<Engine, HostError> {
    let timeout = Duration::from_secs_f64(experiment.rank_timeout_secs);
    world.set_patience(timeout, experiment.threads);
    let parts = build_parts(catalogue, experiment, &world);
    let parts = agree(&mut world, "building the run", parts)?;
    same_everywhere(&mut world, catalogue, experiment)?;
    let Parts {
        spec,
        brain,
        ranks,
        statistics,
        evaluator,
        scheduled,
        remarks,
    } = parts;
    let mut engine = Engine::new(experiment, spec, brain, ranks, statistics, evaluator, world)?;
    engine.scheduled = scheduled;
    engine.remarks = remarks;
    engine.learner.frozen = regions::frozen(engine.brain.parameters(), &experiment.freeze)?;
    Ok(engine)
}

struct Parts {
    spec: TaskSpec,
    brain: Brain,
    ranks: Vec<Rank>,
    statistics: Statistics,
    evaluator: Evaluator,
    /// Settings that follow a schedule.
    scheduled: Vec<Scheduled>,
    /// MuJoCo's warnings on the composition of body and world.
    remarks: Vec<String>,
}

/// What this process computes with.
fn build_parts(
    catalogue: &Catalogue,
    experiment: &Experiment,
    world: &World,
) -> Result<Parts, HostError> {
    let environments = share(experiment.environments, world.size(), world.rank());
    let blueprint = Blueprint::new(catalogue, task_choice(experiment))?;
    let spec = blueprint.spec().clone();
    let brain = build_brain(catalogue, experiment, &spec)?;
    let statistics = Statistics::new(build_preprocessors(catalogue, experiment, &spec)?);
    // More ranks than environments would only wait.
    let count = experiment.threads.min(environments.len());
    let mut ranks = Vec::new();
    for rank in 0..count {
        let actors = share(environments.len(), count, rank)
            .map(|local| {
                let index = (environments.start + local) as u64;
                build_actor(catalogue, experiment, &blueprint, experiment.seed, index)
            })
            .collect::<Result<Vec<_>, _>>()?;
        ranks.push(Rank::new(&brain, actors));
    }
    let evaluator = Evaluator::new(experiment, &spec, world, |index| {
        build_actor(catalogue, experiment, &blueprint, experiment.seed, index)
    })?;
    let scheduled = scheduled(experiment, blueprint.reward_settings());
    Ok(Parts {
        spec,
        brain,
        ranks,
        statistics,
        evaluator,
        scheduled,
        remarks: blueprint.remarks(),
    })
}
