//! Whether scenes can be drawn: cameras of tasks, videos. A driver may take the process down
//! with it, so another one draws.

use crate::doctor::ask::{Answer, ask, install};
use crate::doctor::{Finding, Subject};
use crate::error::HostError;
use angora_simulation::render;
use serde_json::{Value, json};

pub fn probe(_: &Subject) -> Vec<Finding> {
    let display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let program = std::env::current_exe().unwrap_or_default();
    let finding = match ask(&program, &["doctor", "--alone", "pictures"]) {
        Answer::Said(text) => {
            let facts: Value = serde_json::from_str(&text).unwrap_or_default();
            let renderer = facts["renderer"].as_str().unwrap_or("an unnamed driver");
            let summary = format!("scenes are drawn off the screen by {renderer}");
            Finding::ok("pictures", summary).fact("renderer", renderer)
        }
        Answer::Failed { ended, said } => {
            let said = said.strip_prefix("error: ").unwrap_or(&said);
            let reason = if said.is_empty() { &ended } else { said };
            absent(&format!("no scene can be drawn: {reason}"))
        }
        Answer::Silent => absent("the driver does not come to an end"),
        Answer::Missing => absent("this program cannot be started a second time"),
    };
    vec![finding.fact("display", display)]
}

/// Tasks without cameras do not need it.
fn absent(summary: &str) -> Finding {
    let fix = install(
        "libegl1 libgl1-mesa-dri",
        "EGL and Mesa's software renderer",
    );
    Finding::absent("pictures", summary).fix(fix)
}

/// What the other process does: draws, and prints by what.
///
/// # Errors
/// There is no OpenGL, or the picture is empty.
pub fn draw_alone() -> Result<(), HostError> {
    let renderer = render::try_out().map_err(|e| HostError::Run(e.to_string()))?;
    println!("{}", json!({ "renderer": renderer }));
    Ok(())
}
