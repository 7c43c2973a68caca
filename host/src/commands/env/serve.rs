//! `env serve`: a task for another process, as `angora_gym` for Python uses it.

use crate::args::EnvServeArguments;
use crate::commands::show_remarks;
use crate::error::HostError;
use angora_bridge::{Refusal, Request, Server, refuse};
use angora_loader::Catalogue;
use angora_simulation::render::{Quality, Renderer, Viewpoint};
use angora_simulation::{Blueprint, Environment, SimulationError};
use std::collections::BTreeMap;
use std::io;

/// Pictures for people, of a scene.
struct Pictures<'b, 'c> {
    blueprint: &'b Blueprint<'c>,
    viewpoint: Option<&'b str>,
    /// Width and height, pixels.
    size: (usize, usize),
    /// Made when the first is asked for.
    renderer: Option<(Renderer, Viewpoint)>,
}

/// Serves until the client is gone. What is wrong before that is told to the client alone.
pub fn serve(arguments: &EnvServeArguments) -> Result<(), HostError> {
    let refused = |error: HostError| {
        let field = String::new();
        let message = error.to_string();
        refuse(Refusal { field, message }).map_err(gone)
    };
    let (catalogue, choice) = match super::chosen(&arguments.choice) {
        Ok(chosen) => chosen,
        Err(error) => return refused(error),
    };
    let blueprint = match Blueprint::new(&catalogue, choice) {
        Ok(blueprint) => blueprint,
        Err(error) => return refused(error.into()),
    };
    // Standard output is the client's.
    show_remarks(&blueprint);
    let mut environment = match blueprint.build(0, 0) {
        Ok(environment) => environment,
        Err(error) => return refused(error.into()),
    };
    let (width, height) = arguments.size;
    let frame = blueprint.scene().map(|_| [height, width, 3]);
    let facts = facts(&catalogue);
    let mut server = Server::begin(environment.spec(), frame, facts).map_err(gone)?;
    let mut pictures = Pictures {
        blueprint: &blueprint,
        viewpoint: arguments.viewpoint.as_deref(),
        size: arguments.size,
        renderer: None,
    };
    answer(&mut server, &mut environment, &mut pictures).map_err(gone)
}

fn answer(
    server: &mut Server,
    environment: &mut Environment,
    pictures: &mut Pictures<'_, '_>,
) -> io::Result<()> {
    let spec = environment.spec().clone();
    let mut sensation = vec![0.0; spec.sensation_len()];
    let mut action = vec![0.0; spec.action.len()];
    while let Some(request) = server.request()? {
        let done = match request {
            Request::Reset { seed } => environment.reset_with(seed, &mut sensation).map(|()| {
                server.observe(&sensation, environment.signals());
            }),
            Request::Step => {
                server.action(&mut action);
                environment.step(&action, &mut sensation).map(|outcome| {
                    server.observe(&sensation, environment.signals());
                    server.reward(environment.reward_terms(), outcome.ending);
                })
            }
            Request::Picture => pictures.take(environment, server),
        };
        match done {
            Ok(()) => server.done()?,
            Err(error) => server.failed(&error.to_string())?,
        }
    }
    Ok(())
}

impl Pictures<'_, '_> {
    /// Draws the scene as it is.
    fn take(
        &mut self,
        environment: &mut Environment,
        server: &Server,
    ) -> Result<(), SimulationError> {
        let none = || SimulationError::Task("the host has no picture of this task".into());
        let scene = self.blueprint.scene().ok_or_else(none)?;
        let (renderer, viewpoint) = match &mut self.renderer {
            Some(ready) => ready,
            unready => {
                let usual = Viewpoint::usual(scene);
                let viewpoint = Viewpoint::new(scene, self.viewpoint.unwrap_or(&usual))?;
                let (width, height) = self.size;
                let renderer = Renderer::new(&scene.model, height, width, Quality::Fine)?;
                unready.insert((renderer, viewpoint))
            }
        };
        let physics = environment.physics_mut().ok_or_else(none)?;
        let camera = viewpoint.camera(physics)?;
        server.picture(renderer.draw(physics, &camera)?);
        Ok(())
    }
}

/// The plugins with their versions, and what they were made of.
fn facts(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::from([("angora".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]);
    for plugin in catalogue.lock() {
        facts.insert(plugin.name, plugin.version);
        facts.extend(plugin.provenance);
    }
    facts
}

fn gone(error: io::Error) -> HostError {
    HostError::Run(format!("env serve: {error}"))
}
