//! What can be found wrong with an experiment without beginning it, and without the memory and
//! time of its environments: before it waits in a queue.

use crate::config::Experiment;
use crate::error::HostError;
use crate::run::regions;
use crate::run::setup::{build_brain_of, build_graph, build_preprocessors, task_choice};
use angora_loader::Catalogue;
use angora_simulation::Blueprint;
use std::path::Path;

/// Builds what a run builds, but its environments. Regions are loaded from where they would be,
/// with `runs` for the names of runs.
///
/// # Errors
/// Something cannot be built.
pub fn check(catalogue: &Catalogue, experiment: &Experiment, runs: &Path) -> Result<(), HostError> {
    let blueprint = Blueprint::new(catalogue, task_choice(experiment))?;
    let spec = blueprint.spec();
    let graph = build_graph(catalogue, experiment, spec)?;
    let brain = build_brain_of(catalogue, experiment, spec, &graph)?;
    regions::frozen(brain.parameters(), &experiment.freeze)?;
    if !experiment.load_regions.is_empty() {
        regions::load_regions(
            &graph,
            brain.parameters(),
            &brain.initialise(experiment.seed),
            &experiment.load_regions,
            runs,
        )?;
    }
    build_preprocessors(catalogue, experiment, spec)?;
    Ok(())
}
