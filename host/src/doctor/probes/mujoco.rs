//! The physics engine's library. Without it this program would not have started; the script
//! `angora` says so then.

use crate::doctor::{Finding, Subject};
use angora_simulation::physics::{EXPECTED_MUJOCO, linked_mujoco};

pub fn probe(_: &Subject) -> Vec<Finding> {
    let (linked, expected) = (text(linked_mujoco()), text(EXPECTED_MUJOCO));
    let library = loaded().unwrap_or_else(|| "linked into the program".into());
    let finding = if linked == expected {
        Finding::ok("mujoco", format!("MuJoCo {linked} ({library})"))
    } else {
        let summary = format!("MuJoCo {linked} is loaded ({library}), and {expected} is needed");
        let fix = format!("take LD_LIBRARY_PATH off it, or `pip download mujoco=={expected}`");
        Finding::problem("mujoco", summary).fix(fix)
    };
    vec![finding.fact("version", linked).fact("library", library)]
}

/// 3017000 is 3.17.0.
fn text(version: u32) -> String {
    format!(
        "{}.{}.{}",
        version / 1_000_000,
        version / 1000 % 1000,
        version % 1000
    )
}

/// The file that this process has loaded.
fn loaded() -> Option<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| line.contains("libmujoco."))?;
    // Five columns, then the file.
    let at = line.find('/')?;
    Some(line[at..].to_owned())
}
