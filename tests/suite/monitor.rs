//! The monitor's pages in a real browser, over the real server.

mod brain;
mod browser;
mod compare;
mod folder;
mod groups;
mod live;
mod modules;
mod overview;
mod reach;
mod replay;
mod run;
mod safety;
mod server;
mod token;

use browser::Browser;
use folder::{Run, Runs};
pub use server::Monitor;

/// Runs with three seeds of two learning rates, and one alone: the seeds of the second are better.
fn seeds() -> (Runs, Vec<Run>) {
    let runs = Runs::new();
    let settings = [
        (1, 1e-3),
        (2, 1e-3),
        (3, 1e-3),
        (1, 3e-4),
        (2, 3e-4),
        (3, 3e-4),
        (1, 1e-2),
    ];
    let list: Vec<Run> = settings
        .into_iter()
        .enumerate()
        .map(|(i, (seed, learning_rate))| Run {
            seed,
            learning_rate,
            top: 400.0 + 20.0 * i as f64,
            ..Run::new(&format!("cartpole-v1-run-{i}"))
        })
        .collect();
    for run in &list {
        runs.add(run);
    }
    (runs, list)
}
