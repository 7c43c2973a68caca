//! `observe`: films of episodes, or a window that shows them.

mod cameras;
mod cast;
mod films;
mod window;

use super::{print_json, show_remarks};
use crate::args::ObserveArguments;
use crate::error::HostError;
use crate::packages::PluginBuild;
use crate::recording::ending_word;
use angora_core::file;
use angora_gathering::{Actor, Player};
use angora_simulation::compose::ComposedScene;
use angora_simulation::render::Viewpoint;
use cameras::Cameras;
use cast::Cast;
use films::{FilmReport, Films};
use serde::Serialize;
use std::path::Path;
use window::{Window, Wish};

/// What was seen.
#[derive(Debug, Serialize)]
struct Report {
    task: String,
    body: Option<String>,
    /// The builds that have played.
    plugins: Vec<PluginBuild>,
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

/// Who sees the pictures.
enum Audience {
    Films(Films),
    Window(Box<Window>),
}

/// Shows episodes of a run, or of an untrained brain.
pub fn observe(arguments: &ObserveArguments) -> Result<(), HostError> {
    let cast = Cast::find(arguments)?;
    let blueprint = cast.blueprint()?;
    show_remarks(&blueprint);
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
    let mut cameras = Cameras::new(arguments, scene, blueprint.spec().control_timestep)?;
    let mut audience = if arguments.window {
        let window = Window::open(task, cameras.size(), cameras.shown())?;
        Audience::Window(Box::new(window))
    } else {
        let folder = arguments.to.clone().unwrap_or_else(|| cast.folder());
        let name = arguments
            .name
            .clone()
            .unwrap_or_else(|| cast.name(arguments));
        Audience::Films(Films::new(arguments, &cameras, &folder, &name)?)
    };

    let (brain, parameters) = cast.brain(blueprint.spec())?;
    let mut actor = cast.actor(&blueprint, arguments.seed)?;
    let mut player = Player::new(&brain, &parameters, cast.manner(!arguments.sampled));
    let mut episodes = Vec::new();
    for number in 0..arguments.episodes {
        player.begin(&mut actor, arguments.seed, number)?;
        if let Audience::Window(window) = &mut audience {
            let of = arguments.episodes;
            window.set_title(&format!("{task}, episode {} of {of}", number + 1));
        }
        let most = arguments.max_steps;
        let mut show = |actor: &mut Actor| show(&mut cameras, &mut audience, actor);
        match play(&mut player, &mut actor, &mut show, number, most)? {
            Some(episode) => episodes.push(episode),
            None => break,
        }
    }
    let films = match audience {
        Audience::Films(films) => films.develop(&cameras)?,
        Audience::Window(_) => Vec::new(),
    };
    let report = Report {
        task: task.clone(),
        body: blueprint.body().map(str::to_owned),
        plugins: cast.builds(),
        run: cast.run(),
        checkpoint: cast.checkpoint(),
        deterministic: !arguments.sampled,
        seed: arguments.seed,
        episodes,
        films,
    };
    for film in &report.films {
        write_beside(&film.path, &report)?;
    }
    if arguments.json {
        return print_json(&report);
    }
    print(&report);
    Ok(())
}

/// Writes what a film shows beside it: run, checkpoint, seed and the builds of plugins.
fn write_beside(film: &Path, report: &Report) -> Result<(), HostError> {
    let path = film.with_extension("json");
    let text = serde_json::to_vec_pretty(report);
    let text = text.map_err(|e| HostError::Run(format!("JSON: {e}")))?;
    file::write(&path, &text).map_err(HostError::io(&path))
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

/// Plays an episode that has begun before the cameras; `None` if nobody wants to see its end. The
/// first picture is that after the first control step: before it, tasks have not put the goals
/// where they are seen.
fn play(
    player: &mut Player<'_>,
    actor: &mut Actor,
    show: &mut impl FnMut(&mut Actor) -> Result<bool, HostError>,
    number: u64,
    max_steps: Option<u64>,
) -> Result<Option<EpisodeReport>, HostError> {
    let ending = loop {
        player.act(actor);
        let acted = player.advance(actor)?;
        if !show(actor)? {
            return Ok(None);
        }
        let steps = actor.environment().steps();
        if acted.ending.is_end() || max_steps.is_some_and(|most| steps >= most) {
            break acted.ending;
        }
    };
    Ok(Some(EpisodeReport {
        number,
        steps: actor.environment().steps(),
        ending: ending_word(ending),
        episode_return: actor.episode_return(),
    }))
}

/// Takes the pictures of a moment, where they are due, and shows them; whether to go on.
fn show(
    cameras: &mut Cameras,
    audience: &mut Audience,
    actor: &mut Actor,
) -> Result<bool, HostError> {
    if !cameras.due(actor) {
        return Ok(true);
    }
    let window = match audience {
        Audience::Films(films) => {
            cameras.shoot(actor, |index, picture| films.add(index, picture))?;
            return Ok(true);
        }
        Audience::Window(window) => window,
    };
    if !window.has_time() {
        return Ok(true);
    }
    loop {
        let mut wish = Wish::GoOn;
        cameras.shoot(actor, |_, picture| {
            wish = window.show(picture)?;
            Ok(())
        })?;
        match wish {
            Wish::GoOn => return Ok(true),
            Wish::Close => return Ok(false),
            Wish::Turn {
                azimuth,
                elevation,
                distance,
            } => cameras.turn(azimuth, elevation, distance),
        }
    }
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
