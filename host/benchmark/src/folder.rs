//! The files that a benchmark writes into its folder.

use crate::curve::Curve;
use crate::drawing;
use crate::plan::Plan;
use crate::results::Results;
use crate::table;
use angora_core::file;
use std::io;
use std::path::Path;

/// Writes `results.json`, `results.csv`, `runs.csv`, `results.md` and `curves/`, of what there is now.
/// The same runs give the same files.
///
/// # Errors
/// The disk says no.
pub fn write(folder: &Path, plan: &Plan) -> io::Result<Results> {
    let results = Results::collect(folder, plan);
    let mut drawings = Vec::new();
    for task in &results.tasks {
        let curves: Vec<Curve> = plan
            .variants
            .iter()
            .filter_map(|variant| {
                let runs = results.done_of(&task.id, variant);
                let curves: Vec<&[[f64; 2]]> =
                    runs.map(|cell| cell.learning.curve.as_slice()).collect();
                Curve::of(variant, &curves)
            })
            .collect();
        if curves.is_empty() {
            continue;
        }
        let svg = drawing::draw(&task.id, &curves, task.threshold).map_err(io::Error::other)?;
        let name = format!("curves/{}.svg", slug(&task.id));
        std::fs::create_dir_all(folder.join("curves"))?;
        file::write(&folder.join(&name), svg.as_bytes())?;
        drawings.push((task.id.clone(), name));
    }
    let mut json = serde_json::to_vec_pretty(&results)?;
    json.push(b'\n');
    let files = [
        ("results.csv", table::rows_csv(&results).into_bytes()),
        ("runs.csv", table::runs_csv(&results).into_bytes()),
        (
            "results.md",
            table::markdown(&results, &drawings).into_bytes(),
        ),
        ("results.json", json),
    ];
    for (name, bytes) in files {
        file::write(&folder.join(name), &bytes)?;
    }
    Ok(results)
}

/// A task's id as a name of a file, and as a part of the name of a run.
#[must_use]
pub fn slug(id: &str) -> String {
    let letter = |c: char| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
        _ => '-',
    };
    id.chars().map(letter).collect()
}
