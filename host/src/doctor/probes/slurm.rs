//! SLURM, and the sites that the user has described.

use crate::doctor::ask::{Answer, ask, find_program};
use crate::doctor::{Finding, Subject};
use crate::slurm::{site_folder, site_names};

pub fn probe(_: &Subject) -> Vec<Finding> {
    let missing: Vec<&str> = ["sbatch", "srun", "scontrol"]
        .into_iter()
        .filter(|name| find_program(name).is_none())
        .collect();
    let version = find_program("sbatch").and_then(|sbatch| match ask(&sbatch, &["--version"]) {
        Answer::Said(text) => Some(text),
        _ => None,
    });
    let job = std::env::var("SLURM_JOB_ID").ok();
    let sites = site_names();
    let here = match (missing.as_slice(), &version) {
        ([], Some(version)) => version.clone(),
        ([], None) => "SLURM".to_owned(),
        (missing, _) => format!("no {}", missing.join(", ")),
    };
    let inside = job.as_ref().map(|job| format!(", inside job {job}"));
    let known = match &sites {
        Ok(sites) if sites.is_empty() => "no site".to_owned(),
        Ok(sites) => format!("sites {}", sites.join(", ")),
        Err(error) => format!("sites that cannot be read ({error})"),
    };
    let folder = site_folder().map(|folder| folder.display().to_string());
    let summary = format!(
        "{here}{}; {known} in {}",
        inside.unwrap_or_default(),
        folder.as_deref().unwrap_or("~/.config/angora/sites")
    );
    let finding = if missing.is_empty() {
        Finding::ok("slurm", summary)
    } else {
        let fix = "on a cluster, log in to a node from which jobs are submitted; elsewhere `submit` writes the script only";
        Finding::absent("slurm", summary).fix(fix)
    };
    vec![
        finding
            .fact("version", version)
            .fact("job", job)
            .fact("sites", sites.ok()),
    ]
}
