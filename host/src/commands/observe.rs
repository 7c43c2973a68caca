//! `observe`: films of episodes.

mod camera_work;
mod cast;

use super::output::check_free;
use super::print_json;
use crate::args::ObserveArguments;
use crate::error::HostError;
use crate::recording::ending_word;
use angora_core::file;
use angora_gathering::{Actor, Player};
use angora_simulation::compose::ComposedScene;
use angora_simulation::render::Viewpoint;
use camera_work::CameraWork;
use cast::Cast;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What was filmed.
#[derive(Debug, Serialize)]
struct Report {
    task: String,
    body: Option<String>,
    /// Absent of an untrained brain.
    run: Option<String>,
    checkpoint: Option<String>,
    deterministic: bool,
    seed: u64,
    episodes: Vec<EpisodeReport>,
    films: Vec<FilmReport>,
}

#[derive(Debug, Serialize)]
struct EpisodeReport {
    number: u64,
    steps: u64,
    ending: &'static str,
    episode_return: f64,
}

#[derive(Debug, Serialize)]
struct FilmReport {
    path: PathBuf,
    viewpoints: Vec<String>,
    width: usize,
    height: usize,
    frames: u64,
    seconds: f64,
    bytes: usize,
}

/// Films episodes of a run, or of an untrained brain.
pub fn observe(arguments: &ObserveArguments) -> Result<(), HostError> {
    let cast = Cast::find(arguments)?;
    let blueprint = cast.blueprint()?;
    let task = &cast.experiment().task;
    let Some(scene) = blueprint.scene() else {
        return Err(HostError::Run(format!(
            "the task {task} steps itself, and the host has no picture of it; \
             `angora record` keeps what happens in it"
        )));
    };
    if arguments.list_viewpoints {
        return list(arguments, scene);
    }
    if blueprint.spec().max_episode_steps.is_none() && arguments.max_steps.is_none() {
        return Err(HostError::Usage(format!(
            "the task {task} has no time limit, so an episode need not end; give --max-steps"
        )));
    }
    let folder = arguments.to.clone().unwrap_or_else(|| cast.folder());
    let name = arguments
        .name
        .clone()
        .unwrap_or_else(|| cast.name(arguments));
    let mut work = CameraWork::new(arguments, scene, blueprint.spec().control_timestep)?;
    let paths: Vec<PathBuf> = work
        .titles()
        .map(|title| folder.join(format!("{name}-{title}.{}", arguments.format.extension())))
        .collect();
    for path in &paths {
        check_free(path, "--name", arguments.overwrite)?;
    }

    let (brain, parameters) = cast.brain(blueprint.spec())?;
    let mut actor = cast.actor(&blueprint, arguments.seed)?;
    let mut player = Player::new(&brain, &parameters, cast.manner(!arguments.sampled));
    let mut episodes = Vec::new();
    for number in 0..arguments.episodes {
        let most = arguments.max_steps;
        player.begin(&mut actor, arguments.seed, number)?;
        episodes.push(play(&mut player, &mut actor, &mut work, number, most)?);
    }
    std::fs::create_dir_all(&folder).map_err(HostError::io(&folder))?;
    let films = develop(work, &paths)?;
    let report = Report {
        task: task.clone(),
        body: blueprint.body().map(str::to_owned),
        run: cast.run(),
        checkpoint: cast.checkpoint(),
        deterministic: !arguments.sampled,
        seed: arguments.seed,
        episodes,
        films,
    };
    if arguments.json {
        return print_json(&report);
    }
    print(&report);
    Ok(())
}

fn list(arguments: &ObserveArguments, scene: &ComposedScene) -> Result<(), HostError> {
    let names = Viewpoint::names(scene);
    if arguments.json {
        return print_json(&names);
    }
    let usual = Viewpoint::usual(scene);
    for name in names {
        let remark = if name == usual { "  (by default)" } else { "" };
        println!("{name}{remark}");
    }
    Ok(())
}

/// Plays an episode that has begun before the cameras. The first picture is that after the first
/// control step: before it, tasks have not put the goals where they are seen.
fn play(
    player: &mut Player<'_>,
    actor: &mut Actor,
    work: &mut CameraWork,
    number: u64,
    max_steps: Option<u64>,
) -> Result<EpisodeReport, HostError> {
    let ending = loop {
        player.act(actor);
        let acted = player.advance(actor)?;
        work.shoot(actor)?;
        let steps = actor.environment().steps();
        if acted.ending.is_end() || max_steps.is_some_and(|most| steps >= most) {
            break acted.ending;
        }
    };
    Ok(EpisodeReport {
        number,
        steps: actor.environment().steps(),
        ending: ending_word(ending),
        episode_return: actor.episode_return(),
    })
}

/// Writes the films, each under a temporary name first.
fn develop(work: CameraWork, paths: &[PathBuf]) -> Result<Vec<FilmReport>, HostError> {
    let write = |path: &Path, bytes: &[u8]| file::write(path, bytes).map_err(HostError::io(path));
    let mut films = Vec::new();
    for (reel, path) in work.wrap().zip(paths) {
        let frames = reel.film.frames();
        let bytes = reel.film.finish().map_err(cast::film_error)?;
        write(path, &bytes)?;
        films.push(FilmReport {
            path: path.clone(),
            viewpoints: reel.viewpoints,
            width: reel.size.1,
            height: reel.size.0,
            frames,
            seconds: frames as f64 * reel.shown.as_secs_f64(),
            bytes: bytes.len(),
        });
    }
    Ok(films)
}

fn print(report: &Report) {
    let actions = if report.deterministic {
        "deterministic"
    } else {
        "sampled"
    };
    let player = match &report.checkpoint {
        Some(checkpoint) => format!("checkpoint {checkpoint}"),
        None => "an untrained brain".to_owned(),
    };
    println!(
        "{} episodes of {} with {player}, {actions} actions",
        report.episodes.len(),
        report.task
    );
    for episode in &report.episodes {
        println!(
            "episode {:<4} return {:.2}  {} steps, {}",
            episode.number, episode.episode_return, episode.steps, episode.ending
        );
    }
    for film in &report.films {
        println!(
            "filmed      {} ({:.1} s, {} frames of {} x {}, {:.1} MB)",
            film.path.display(),
            film.seconds,
            film.frames,
            film.width,
            film.height,
            film.bytes as f64 / 1e6
        );
    }
}
