//! Regions of a brain by name: which parameters are theirs, which of them do not learn.
//!
//! A name stands for the region of that name and for those below it: `mc` for `mc.pmc` and `mc.m1`.

mod load;
mod source;
mod summary;

pub use load::load_regions;
pub use source::{Facts, Tensors};
pub use summary::summary;

use crate::config::{PreprocessorChoice, RegionLoad};
use crate::error::HostError;
use crate::run::engine::Engine;
use crate::run::ranks::from_leader;
use crate::run::setup::build_graph;
use angora_brain::{Parameter, ParameterLayout};
use angora_core::suggest;
use angora_loader::Catalogue;
use angora_optimisation::Frozen;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The parameters' names, by region.
pub type RegionNames = BTreeMap<String, Vec<String>>;

/// Whether a name stands for a region.
#[must_use]
pub fn covers(name: &str, region: &str) -> bool {
    match region.strip_prefix(name) {
        Some(rest) => rest.is_empty() || rest.starts_with('.'),
        None => false,
    }
}

/// What a parameter is called within the region that a name stands for: `m1.kernel` of
/// `mc.m1.kernel` in `mc`.
fn name_within<'p>(parameter: &'p str, region: &str) -> &'p str {
    let rest = parameter.strip_prefix(region);
    rest.and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(parameter)
}

/// The parameters of the regions that a name stands for.
///
/// # Errors
/// There are none; the text says which regions there are.
pub fn parameters_of_region<'l>(
    layout: &'l ParameterLayout,
    name: &str,
) -> Result<Vec<&'l Parameter>, String> {
    let entries = layout.entries().iter();
    let found: Vec<&Parameter> = entries
        .filter(|entry| covers(name, &entry.region))
        .collect();
    if found.is_empty() {
        let regions = layout.entries().iter().map(|entry| entry.region.as_str());
        return Err(no_region(name, "this brain", regions.collect()));
    }
    Ok(found)
}

/// There is no such region in a place.
pub(crate) fn no_region(name: &str, place: &str, regions: BTreeSet<&str>) -> String {
    let nearest = suggest::nearest_first(name, regions);
    format!(
        "there is no region {name:?} in {place}; it has, nearest first: {}",
        nearest.join(", ")
    )
}

/// The parameters that do not learn.
///
/// # Errors
/// A region that the brain does not have, or nothing would learn.
pub fn frozen(layout: &ParameterLayout, freeze: &[String]) -> Result<Frozen, HostError> {
    let setting = |problem: String| HostError::Setting {
        key: "freeze",
        problem,
    };
    let mut ranges = Vec::new();
    for name in freeze {
        let parameters = parameters_of_region(layout, name).map_err(setting)?;
        ranges.extend(parameters.into_iter().map(Parameter::range));
    }
    let frozen = Frozen::new(ranges);
    if !frozen.is_empty() && frozen.len() == layout.len() {
        let problem = "that is every region of the brain, and nothing would learn; leave one out";
        return Err(setting(problem.into()));
    }
    Ok(frozen)
}

/// The parameters' names by region, as checkpoints keep them.
#[must_use]
pub fn region_names(layout: &ParameterLayout) -> RegionNames {
    let mut names = RegionNames::new();
    for entry in layout.entries() {
        let of_region = names.entry(entry.region.clone()).or_default();
        of_region.push(entry.name.clone());
    }
    names
}

/// What a run is told that loads regions and has preprocessors; a picture goes through none.
#[must_use]
pub fn note_of_statistics(
    loads: &[RegionLoad],
    preprocessors: &[PreprocessorChoice],
) -> Option<String> {
    if loads.is_empty() || preprocessors.is_empty() {
        return None;
    }
    let ids: Vec<&str> = preprocessors.iter().map(|p| p.id.as_str()).collect();
    Some(format!(
        "regions come without the statistics of preprocessors: {} begin anew, so a loaded region that reads other senses than pictures first meets them on another scale than it learned on",
        ids.join(", ")
    ))
}

impl Engine {
    /// Puts the regions that the experiment names into the parameters, before the first cycle;
    /// the loads with what each turned out to be.
    ///
    /// # Errors
    /// A region or source that is not there, or a region that does not fit; the parameters are
    /// then as they were.
    pub(super) fn load_regions(
        &mut self,
        catalogue: &Catalogue,
        runs: &Path,
    ) -> Result<Vec<RegionLoad>, HostError> {
        if self.experiment.load_regions.is_empty() {
            return Ok(Vec::new());
        }
        let Self {
            experiment,
            spec,
            brain,
            learner,
            world,
            ..
        } = self;
        // Only rank 0 needs to see the files.
        let loads = from_leader(world, "loading regions", || {
            let graph = build_graph(catalogue, experiment, spec)?;
            let (parameters, loads) = load_regions(
                &graph,
                brain.parameters(),
                &learner.parameters,
                &experiment.load_regions,
                runs,
            )?;
            learner.parameters = parameters;
            Ok(loads)
        })?;
        learner.share_parameters(world)?;
        experiment.load_regions.clone_from(&loads);
        Ok(loads)
    }
}

#[cfg(test)]
mod tests;
