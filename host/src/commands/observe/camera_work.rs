//! Takes the pictures.

use super::cast::film_error;
use crate::args::ObserveArguments;
use crate::error::HostError;
use crate::video::{Film, Grid};
use angora_gathering::Actor;
use angora_simulation::SimulationError;
use angora_simulation::compose::ComposedScene;
use angora_simulation::render::{Dress, Quality, RenderError, Renderer, Viewpoint};
use std::time::Duration;

/// Control steps of tasks that do not say how long one is, s.
const UNKNOWN_STEP: f64 = 0.04;
/// Most pictures in a second; more than that neither GIF nor an eye needs.
const MOST_PER_SECOND: f64 = 50.0;

/// A film and what it shows.
pub(super) struct Reel {
    pub film: Film,
    pub viewpoints: Vec<String>,
    /// Height and width, pixels.
    pub size: (usize, usize),
    /// How long each picture is shown.
    pub shown: Duration,
}

/// Films a scene from several viewpoints.
pub(super) struct CameraWork {
    renderer: Renderer,
    dress: Option<Dress>,
    viewpoints: Vec<Viewpoint>,
    grid: Option<Grid>,
    reels: Vec<Reel>,
    /// Control steps from one picture to the next.
    every: u64,
}

impl CameraWork {
    /// Sets up the cameras that the arguments name.
    ///
    /// # Errors
    /// A viewpoint that is not there; a machine that cannot draw; a film that cannot be made.
    pub fn new(
        arguments: &ObserveArguments,
        scene: &ComposedScene,
        control_step: Option<f64>,
    ) -> Result<Self, HostError> {
        let usual = [Viewpoint::usual(scene)];
        let named = match arguments.viewpoint.as_slice() {
            [] => usual.as_slice(),
            named => named,
        };
        let viewpoints: Vec<Viewpoint> = named
            .iter()
            .map(|name| Viewpoint::new(scene, name))
            .collect::<Result<_, _>>()
            .map_err(|error| HostError::Usage(format!("--viewpoint: {error}")))?;
        let (width, height) = arguments.size;
        let renderer = Renderer::new(&scene.model, height, width, Quality::Fine);
        let step = control_step.unwrap_or(UNKNOWN_STEP) / arguments.speed;
        // A hair less, so that 0.02 s is not taken for more than the most.
        let every = (1.0 / (step * MOST_PER_SECOND) - 1e-9).ceil().max(1.0);
        let grid = (arguments.grid).then(|| Grid::new(viewpoints.len(), (height, width)));
        let shown = Duration::from_secs_f64(step * every);
        let shots: Vec<&[Viewpoint]> = match grid {
            Some(_) => vec![&viewpoints],
            None => viewpoints.chunks(1).collect(),
        };
        let size = grid.as_ref().map_or((height, width), Grid::size);
        let reel = |shots: &[Viewpoint]| {
            let film = Film::new(arguments.format, size, shown).map_err(film_error)?;
            let names = shots.iter().map(|viewpoint| viewpoint.name().to_owned());
            Ok(Reel {
                film,
                viewpoints: names.collect(),
                size,
                shown,
            })
        };
        Ok(Self {
            reels: shots
                .into_iter()
                .map(reel)
                .collect::<Result<_, HostError>>()?,
            renderer: renderer.map_err(drawing)?,
            dress: (!arguments.bare).then(|| Dress::new(scene)),
            viewpoints,
            grid,
            every: every as u64,
        })
    }

    /// What tells the films apart.
    pub fn titles(&self) -> impl Iterator<Item = String> {
        self.reels.iter().map(|reel| match &*reel.viewpoints {
            [one] => one.clone(),
            _ => "grid".to_owned(),
        })
    }

    /// Takes a picture from each viewpoint, where one is due.
    ///
    /// # Errors
    /// A renderer or an encoder that fails.
    pub fn shoot(&mut self, actor: &mut Actor) -> Result<(), HostError> {
        let environment = actor.environment_mut();
        let due = environment.steps().is_multiple_of(self.every);
        let Some(physics) = environment.physics_mut().filter(|_| due) else {
            return Ok(());
        };
        for (index, viewpoint) in self.viewpoints.iter().enumerate() {
            let camera = viewpoint.camera(physics).map_err(drawing)?;
            let picture = match &self.dress {
                Some(dress) => self.renderer.draw_dressed(physics, &camera, dress),
                None => self.renderer.draw(physics, &camera),
            };
            let picture = picture.map_err(drawing)?;
            match &mut self.grid {
                Some(grid) => grid.put(index, picture),
                None => self.reels[index].film.add(picture).map_err(film_error)?,
            }
        }
        if let Some(grid) = &self.grid {
            self.reels[0].film.add(grid.picture()).map_err(film_error)?;
        }
        Ok(())
    }

    /// The films.
    pub fn wrap(self) -> impl Iterator<Item = Reel> {
        self.reels.into_iter()
    }
}

fn drawing(error: RenderError) -> HostError {
    HostError::Simulation(SimulationError::from(error))
}
