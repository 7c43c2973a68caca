//! `brain save`: parameters of regions in a file of their own.

use crate::args::SaveArguments;
use crate::commands::output::{check_extension, check_free};
use crate::config::{ConfigError, Source};
use crate::error::HostError;
use crate::run::regions::{Facts, RegionNames, Tensors};
use angora_checkpoint::{NamedTensor, TensorFile};

/// Writes the file.
pub fn save(arguments: &SaveArguments) -> Result<(), HostError> {
    let to = &arguments.to;
    check_extension(to, "--to", "safetensors")?;
    check_free(to, "--to", arguments.overwrite)?;
    let source = Tensors::read(&arguments.runs, &arguments.source)?;
    let chosen = choose(&source, &arguments.region)
        .map_err(|problem| ConfigError::new(Source::CommandLine, "--region", problem))?;
    let mut regions = RegionNames::new();
    for tensor in &chosen {
        let region = source.region_of(&tensor.name).to_owned();
        regions.entry(region).or_default().push(tensor.name.clone());
    }
    let count: usize = chosen.iter().map(|tensor| tensor.values.len()).sum();
    let names: Vec<String> = regions.keys().cloned().collect();
    let facts = Facts {
        regions,
        ..source.facts.clone()
    };
    let file = TensorFile {
        tensors: chosen,
        facts: serde_json::to_value(facts).map_err(|e| HostError::Run(format!("JSON: {e}")))?,
    };
    file.write(to)?;
    eprintln!(
        "saved     {} ({count} parameters) of {} to {}",
        names.join(", "),
        source.path.display(),
        to.display()
    );
    Ok(())
}

/// The parameters of the regions that are named, of all where none is.
fn choose(source: &Tensors, names: &[String]) -> Result<Vec<NamedTensor>, String> {
    if names.is_empty() {
        return Ok(source.tensors.clone());
    }
    let mut chosen: Vec<NamedTensor> = Vec::new();
    for name in names {
        for tensor in source.of_region(name)? {
            if !chosen.iter().any(|other| other.name == tensor.name) {
                chosen.push(tensor.clone());
            }
        }
    }
    Ok(chosen)
}
