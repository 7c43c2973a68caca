//! Takes the pictures.

use crate::args::ObserveArguments;
use crate::error::HostError;
use angora_film::Grid;
use angora_gathering::Actor;
use angora_simulation::SimulationError;
use angora_simulation::compose::ComposedScene;
use angora_simulation::render::{Dress, Quality, RenderError, Renderer, Viewpoint};
use std::time::Duration;

/// Control steps of tasks that do not say how long one is, s.
const UNKNOWN_STEP: f64 = 0.04;
/// Most pictures in a second; more than that neither GIF nor an eye needs.
const MOST_PER_SECOND: f64 = 50.0;

/// Cameras that look at a scene.
pub(super) struct Cameras {
    renderer: Renderer,
    dress: Option<Dress>,
    viewpoints: Vec<Viewpoint>,
    /// Where all viewpoints are one picture.
    grid: Option<Grid>,
    /// Height and width of a picture, pixels.
    size: (usize, usize),
    /// Control steps from one picture to the next.
    every: u64,
    /// How long each picture is shown.
    shown: Duration,
}

impl Cameras {
    /// Sets up the cameras that the arguments name.
    ///
    /// # Errors
    /// A viewpoint that is not there; a machine that cannot draw.
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
        let together = arguments.grid || (arguments.window && viewpoints.len() > 1);
        let grid = together.then(|| Grid::new(viewpoints.len(), (height, width)));
        Ok(Self {
            renderer: renderer.map_err(drawing)?,
            dress: (!arguments.bare).then(|| Dress::new(scene)),
            viewpoints,
            size: grid.as_ref().map_or((height, width), Grid::size),
            grid,
            every: every as u64,
            shown: Duration::from_secs_f64(step * every),
        })
    }

    /// What the pictures of a moment show: names of the viewpoints of each.
    pub fn pictures(&self) -> Vec<Vec<String>> {
        let names = |shots: &[Viewpoint]| -> Vec<String> {
            shots.iter().map(|shot| shot.name().to_owned()).collect()
        };
        match self.grid {
            Some(_) => vec![names(&self.viewpoints)],
            None => self.viewpoints.chunks(1).map(names).collect(),
        }
    }

    /// Height and width of a picture, pixels.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// How long each picture is shown.
    pub fn shown(&self) -> Duration {
        self.shown
    }

    /// Whether a picture is due.
    pub fn due(&self, actor: &Actor) -> bool {
        actor.environment().steps().is_multiple_of(self.every)
    }

    /// Moves the viewpoints that stand free: by degrees around what they look at, and to a multiple
    /// of their distance.
    pub fn turn(&mut self, azimuth: f64, elevation: f64, distance: f64) {
        for viewpoint in &mut self.viewpoints {
            viewpoint.turn(azimuth, elevation, distance);
        }
    }

    /// Takes the pictures of a moment; each is handed on with its index.
    ///
    /// # Errors
    /// A renderer that fails; those of `show`.
    pub fn shoot(
        &mut self,
        actor: &mut Actor,
        mut show: impl FnMut(usize, &[u8]) -> Result<(), HostError>,
    ) -> Result<(), HostError> {
        let Some(physics) = actor.environment_mut().physics_mut() else {
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
                None => show(index, picture)?,
            }
        }
        match &self.grid {
            Some(grid) => show(0, grid.picture()),
            None => Ok(()),
        }
    }
}

fn drawing(error: RenderError) -> HostError {
    HostError::Simulation(SimulationError::from(error))
}
