//! `benchmark report`: tables and curves of what is there.

use super::words;
use crate::args::ReportArguments;
use crate::error::HostError;
use angora_benchmark::{CellState, Plan, folder, recorded};
use std::path::Path;

/// Writes the files of a benchmark anew, and runs nothing; 1 where a run is not done.
pub fn report(arguments: &ReportArguments) -> Result<u8, HostError> {
    let folder = &arguments.folder;
    let Some(mut plan) = plan(folder)? else {
        return Err(HostError::Usage(format!(
            "{} is not the folder of a benchmark: it has no plan.json",
            folder.display()
        )));
    };
    if let Some(runs) = &arguments.runs {
        plan.runs = std::path::absolute(runs).map_err(HostError::io(runs))?;
    }
    if !arguments.compare.is_empty() {
        plan.recorded.clear();
    }
    for path in &arguments.compare {
        plan.recorded.extend(recorded::read(path)?);
    }
    plan.write(folder).map_err(HostError::io(folder))?;
    let results = folder::write(folder, &plan).map_err(HostError::io(folder))?;
    if !arguments.quiet {
        words::tables(folder, &results);
    }
    Ok(u8::from(
        results.count(CellState::Done) < results.cells.len(),
    ))
}

/// The plan of a folder; `None` where there is none.
pub fn plan(folder: &Path) -> Result<Option<Plan>, HostError> {
    Plan::read(folder).map_err(HostError::io(&folder.join("plan.json")))
}
