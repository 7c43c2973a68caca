//! Regions that start with parameters from elsewhere: all of a region, or nothing.

use super::{Tensors, name_within, parameters_of_region};
use crate::config::RegionLoad;
use crate::error::HostError;
use angora_brain::{Parameter, ParameterLayout};
use angora_checkpoint::NamedTensor;
use angora_plugin_api::{BrainSpec, Op};
use std::collections::BTreeMap;
use std::path::Path;

/// Loads regions, in order; later ones win. Returns the parameters, and the loads with the
/// checkpoint or file that each came from.
///
/// # Errors
/// A region or source that is not there, or a region that does not fit.
pub fn load_regions(
    graph: &BrainSpec,
    layout: &ParameterLayout,
    parameters: &[f32],
    loads: &[RegionLoad],
    runs: &Path,
) -> Result<(Vec<f32>, Vec<RegionLoad>), HostError> {
    let setting = |problem: String| HostError::Setting {
        key: "load_regions",
        problem,
    };
    let mut loaded = parameters.to_vec();
    let mut done = Vec::new();
    for load in loads {
        let source = Tensors::read(runs, &load.source).map_err(|error| match error {
            HostError::Run(problem) => setting(problem),
            other => other,
        })?;
        let sha256 = source.sha256()?;
        if !load.sha256.is_empty() && load.sha256 != sha256 {
            return Err(setting(format!(
                "{} has sha256 {sha256}, expected {}; name the file with that digest, or leave sha256 out to take this one",
                source.path.display(),
                load.sha256
            )));
        }
        copy_region(layout, load, &source, &mut loaded).map_err(setting)?;
        done.push(RegionLoad {
            source: source.path.display().to_string(),
            sha256,
            ..load.clone()
        });
    }
    check_masks(graph, layout, &loaded).map_err(setting)?;
    Ok((loaded, done))
}

/// Copies a region into flat parameters, if all of it fits.
pub(super) fn copy_region(
    layout: &ParameterLayout,
    load: &RegionLoad,
    source: &Tensors,
    parameters: &mut [f32],
) -> Result<(), String> {
    let here = parameters_of_region(layout, &load.region)?;
    let there: BTreeMap<&str, &NamedTensor> = source
        .of_region(&load.source_region)?
        .into_iter()
        .map(|tensor| (name_within(&tensor.name, &load.source_region), tensor))
        .collect();
    let pairs: Vec<(&Parameter, Option<&NamedTensor>)> = here
        .into_iter()
        .map(|parameter| {
            let name = name_within(&parameter.name, &load.region);
            (parameter, there.get(name).copied())
        })
        .collect();
    let mut problems: Vec<String> = pairs
        .iter()
        .filter_map(|(parameter, tensor)| problem(parameter, *tensor))
        .collect();
    let used = pairs.iter().filter_map(|(_, tensor)| *tensor);
    let used: Vec<&str> = used.map(|tensor| tensor.name.as_str()).collect();
    let extra = there.values().filter(|t| !used.contains(&t.name.as_str()));
    problems
        .extend(extra.map(|tensor| format!("{} {:?} is only there", tensor.name, tensor.shape)));
    if !problems.is_empty() {
        return Err(report(load, source, &problems));
    }
    for (parameter, tensor) in pairs {
        if let Some(tensor) = tensor {
            parameters[parameter.range()].copy_from_slice(&tensor.values);
        }
    }
    Ok(())
}

/// Why a parameter cannot take a tensor.
fn problem(parameter: &Parameter, tensor: Option<&NamedTensor>) -> Option<String> {
    let Parameter { name, shape, .. } = parameter;
    match tensor {
        None => Some(format!("{name} {shape:?} is missing there")),
        Some(tensor) if tensor.shape != *shape => Some(format!(
            "{name} is {shape:?} here and {:?} there",
            tensor.shape
        )),
        Some(tensor) if !tensor.values.iter().all(|value| value.is_finite()) => {
            Some(format!("{name} has values there that are not finite"))
        }
        Some(_) => None,
    }
}

fn report(load: &RegionLoad, source: &Tensors, problems: &[String]) -> String {
    const MOST: usize = 12;
    let mut text = format!(
        "region {:?} of {} does not fit region {:?} of this brain, so nothing is loaded:",
        load.source_region,
        source.path.display(),
        load.region
    );
    for problem in problems.iter().take(MOST) {
        text.push_str("\n    ");
        text.push_str(problem);
    }
    if problems.len() > MOST {
        text.push_str(&format!("\n    and {} more", problems.len() - MOST));
    }
    text
}

/// Parameters of another region know nothing of this one's fixed connectivity and signs.
pub(super) fn check_masks(
    graph: &BrainSpec,
    layout: &ParameterLayout,
    parameters: &[f32],
) -> Result<(), String> {
    for node in &graph.nodes {
        let Op::MaskedDense {
            mask, signs, units, ..
        } = &node.op
        else {
            continue;
        };
        // A node that nothing needs has no parameters.
        let Some(kernel) = layout.get(&format!("{}.kernel", node.name)) else {
            continue;
        };
        let (mut unconnected, mut wrong_sign) = (0, 0);
        let rows = parameters[kernel.range()].chunks(*units).zip(mask);
        for (i, (weights, connected)) in rows.enumerate() {
            let sign = f32::from(signs.get(i).copied().unwrap_or(0));
            for (weight, connected) in weights.iter().zip(connected) {
                unconnected += usize::from(*weight != 0.0 && !connected);
                wrong_sign += usize::from(weight * sign < 0.0);
            }
        }
        let problem = if unconnected > 0 {
            format!("connections that the node's mask does not have: {unconnected} of them")
        } else if wrong_sign > 0 {
            format!(
                "weights of another sign than the node gives their inputs: {wrong_sign} of them"
            )
        } else {
            continue;
        };
        return Err(format!("what is loaded into {} has {problem}", kernel.name));
    }
    Ok(())
}
