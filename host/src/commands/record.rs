//! `record`: episodes with poses, senses, rewards and the activity of regions.

use super::trained::Trained;
use super::{print_json, show_remarks};
use crate::args::RecordArguments;
use crate::error::HostError;
use crate::recording::{
    CheckpointFacts, Draft, EpisodeFacts, FORMAT, Header, Plan, Preprocessed, Recorder, Shelf,
    Shelved, meshes,
};
use angora_checkpoint::{Array, BEST, LATEST, array_bytes, digest_of};
use angora_gathering::{Actor, Player};
use angora_simulation::scene::SceneDescription;
use angora_simulation::{Blueprint, SimulationError};

/// Records episodes of a run.
pub fn record(arguments: &RecordArguments) -> Result<(), HostError> {
    let (trained, facts) = find(arguments)?;
    let own_name = || default_name(arguments, &facts);
    let name = arguments.name.clone().unwrap_or_else(own_name);
    let mut draft = Shelf::of(&trained.folder).begin(&name)?;

    let blueprint = trained.blueprint()?;
    show_remarks(&blueprint);
    check_limit(arguments, &trained, &blueprint)?;
    let (brain, parameters) = trained.brain(blueprint.spec())?;
    let mut actors = trained.actors(&blueprint, arguments.seed, 1)?;
    let actor = &mut actors[0];
    let scene = scene(actor, &mut draft)?;
    let plan = Plan::new(
        blueprint.spec(),
        scene.as_ref(),
        &brain,
        Preprocessed {
            sensations: !trained.experiment.preprocessors.is_empty(),
            commands: actor.changes_commands(),
        },
        arguments.limit,
    );
    let mut recorder = Recorder::new(&brain, &plan.channels, actor)?;
    let manner = trained.manner(!arguments.sampled);
    let mut player = Player::new(&brain, &parameters, manner);
    let mut episodes = Vec::new();
    for number in 0..arguments.episodes {
        let (seed, most) = (arguments.seed, arguments.max_steps);
        let (facts, arrays) = recorder.episode(&mut player, actor, seed, number, most)?;
        add(&mut draft, &facts.file, &arrays)?;
        episodes.push(facts);
    }

    let experiment = &trained.experiment;
    let header = Header {
        format: FORMAT,
        name,
        run: trained.folder.id(),
        task: experiment.task.clone(),
        body: blueprint.body().map(str::to_owned),
        reward: experiment.reward.clone(),
        brain: experiment.brain.clone(),
        plugins: trained.builds(),
        checkpoint: facts,
        seed: arguments.seed,
        deterministic: !arguments.sampled,
        max_steps: arguments.max_steps,
        host_version: env!("CARGO_PKG_VERSION"),
        control_timestep: blueprint.spec().control_timestep,
        limit: arguments.limit,
        channels: plan.channels.clone(),
        omitted: plan.omitted.clone(),
        episodes,
        scene,
    };
    let shelved = draft.finish(&header)?;
    if arguments.json {
        return print_json(&header);
    }
    print(&header, &shelved);
    Ok(())
}

fn find(arguments: &RecordArguments) -> Result<(Trained, CheckpointFacts), HostError> {
    let find = || {
        let checkpoint = arguments.checkpoint.as_deref();
        let admission = arguments.plugins.admission();
        Trained::find(&arguments.runs, &arguments.run, checkpoint, &admission)
    };
    let mut trained = find()?;
    let mut facts = checkpoint_facts(&trained);
    if facts.is_err() {
        // A run that goes on may have put another checkpoint in the place of this one.
        trained = find()?;
        facts = checkpoint_facts(&trained);
    }
    Ok((trained, facts?))
}

fn checkpoint_facts(trained: &Trained) -> Result<CheckpointFacts, HostError> {
    let name = trained.path.file_name().unwrap_or_default();
    let asked = trained.checkpoint.as_str();
    Ok(CheckpointFacts {
        name: name.to_string_lossy().into_owned(),
        label: [BEST, LATEST].contains(&asked).then(|| asked.to_owned()),
        cycle: trained.snapshot.cycle,
        digest: digest_of(&trained.path)?,
    })
}

/// Tells apart what plays other episodes.
fn default_name(arguments: &RecordArguments, checkpoint: &CheckpointFacts) -> String {
    let sampled = if arguments.sampled { "-sampled" } else { "" };
    format!("{}-seed-{}{sampled}", checkpoint.name, arguments.seed)
}

fn check_limit(
    arguments: &RecordArguments,
    trained: &Trained,
    blueprint: &Blueprint<'_>,
) -> Result<(), HostError> {
    if blueprint.spec().max_episode_steps.is_none() && arguments.max_steps.is_none() {
        return Err(HostError::Usage(format!(
            "the task {} has no time limit, so an episode need not end; give --max-steps",
            trained.experiment.task
        )));
    }
    Ok(())
}

/// The scene, of a task that has one; its meshes go into the draft.
fn scene(actor: &Actor, draft: &mut Draft) -> Result<Option<SceneDescription>, HostError> {
    let Some(physics) = actor.environment().physics() else {
        return Ok(None);
    };
    let meshes = meshes::arrays(physics);
    if !meshes.is_empty() {
        add(draft, meshes::FILE, &meshes)?;
    }
    let scene = SceneDescription::of(physics).map_err(SimulationError::from)?;
    Ok(Some(scene))
}

fn add(draft: &mut Draft, name: &str, arrays: &[Array]) -> Result<(), HostError> {
    let bytes = array_bytes(arrays).map_err(|e| HostError::Run(format!("{name}: {e}")))?;
    draft.add(name, &bytes)
}

fn print(header: &Header, shelved: &Shelved) {
    let checkpoint = &header.checkpoint;
    println!(
        "{} episodes of {} with checkpoint {} (cycle {}), {} actions",
        header.episodes.len(),
        header.task,
        checkpoint.label.as_ref().unwrap_or(&checkpoint.name),
        checkpoint.cycle,
        if header.deterministic {
            "deterministic"
        } else {
            "sampled"
        }
    );
    for EpisodeFacts {
        number,
        steps,
        ending,
        episode_return,
        ..
    } in &header.episodes
    {
        println!("episode {number:<4} return {episode_return:.2}  {steps} steps, {ending}");
    }
    for omitted in &header.omitted {
        println!(
            "left out    {}: {} values a row ({}; --limit)",
            omitted.channel, omitted.width, omitted.reason
        );
    }
    let megabytes = shelved.bytes as f64 / 1e6;
    println!("recorded    {} ({megabytes:.1} MB)", shelved.path.display());
}
