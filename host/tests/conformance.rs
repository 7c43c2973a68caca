//! MuJoCo tasks through their plugins against recorded episodes: one step from each stored state.
//!
//! The recordings lie in `ANGORA_REFERENCE`, by default `../shared/reference` beside the
//! repository; whatever files of our scene tasks stand there are read.

use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::Ending;
use angora_simulation::{Blueprint, TaskChoice};
use serde_json::Value;
use std::path::PathBuf;

/// f64 against f64, where sums have the same order.
const EXACT: f64 = 1e-9;
/// Sensations are f32 at the contract: the recorded observation, rounded. That the f64 behind them
/// agrees is tested where it is at hand, in `angora-simulation`.
const ROUNDED: f64 = 1e-6;

fn reference() -> PathBuf {
    std::env::var_os("ANGORA_REFERENCE").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/reference"
            ))
        },
        PathBuf::from,
    )
}

fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().expect("a path");
    let debug = exe.ancestors().nth(2).expect("the target folder");
    let mut discovery = Discovery::default();
    for plugin in [
        "task_locomotion",
        "task_inverted_pendulum",
        "body_half_cheetah",
        "body_hopper",
        "body_inverted_pendulum",
    ] {
        let path = debug.join(format!("lib{plugin}.so"));
        let path = path.display().to_string();
        discovery
            .name(&path)
            .expect("built by `cargo build --workspace`");
    }
    Catalogue::new(discovery)
}

/// The numbers of a field that must be there.
fn numbers(value: &Value) -> Vec<f64> {
    let number = |item: &Value| item.as_f64().expect("a number in the recording");
    match value {
        Value::Array(items) => items.iter().map(number).collect(),
        single => vec![number(single)],
    }
}

/// The largest difference; NaN is the largest of all.
fn apart(found: &[f64], recorded: &[f64], relative: bool) -> f64 {
    assert_eq!(found.len(), recorded.len(), "as many numbers as recorded");
    let mut largest = 0.0_f64;
    for (a, b) in found.iter().zip(recorded) {
        let scale = if relative { b.abs().max(1.0) } else { 1.0 };
        let difference = (a - b).abs() / scale;
        if difference.is_nan() {
            return f64::INFINITY;
        }
        largest = largest.max(difference);
    }
    largest
}

#[test]
fn scene_tasks_step_as_recorded() {
    let catalogue = catalogue();
    for task in ["HalfCheetah-v5", "Hopper-v5", "InvertedPendulum-v5"] {
        let path = reference().join(format!("trajectories/{task}.json"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!(
                "skipped: no recording {} (set ANGORA_REFERENCE)",
                path.display()
            );
            continue;
        };
        let file: Value = serde_json::from_str(&text).expect("JSON");
        let choice = TaskChoice {
            task: task.into(),
            ..TaskChoice::default()
        };
        let blueprint = Blueprint::new(&catalogue, choice).expect("composes");
        let mut environment = blueprint.build(1, 0).expect("builds");
        let mut sensation = vec![0.0_f32; blueprint.spec().sensation_len()];
        let (mut steps, mut ends) = (0, 0);
        let (mut senses, mut rewards, mut states) = (0.0_f64, 0.0_f64, 0.0_f64);
        for episode in file["episodes"].as_array().expect("episodes") {
            for (t, action) in episode["actions"]
                .as_array()
                .expect("actions")
                .iter()
                .enumerate()
            {
                let state = |field: &str, t: usize| numbers(&episode["state"][field][t]);
                environment.reset(&mut sensation).expect("resets");
                let physics = environment.physics_mut().expect("a scene");
                let warm_start = state("qacc_warmstart", t);
                physics
                    .place(
                        state("time", t)[0],
                        &state("qpos", t),
                        &state("qvel", t),
                        &warm_start,
                    )
                    .expect("fits");
                let action: Vec<f32> = numbers(action).iter().map(|a| *a as f32).collect();
                let outcome = environment.step(&action, &mut sensation).expect("steps");

                let observed = numbers(&episode["obs"][t + 1]);
                let sensed: Vec<f64> = sensation.iter().map(|x| f64::from(*x)).collect();
                senses = senses.max(apart(&sensed, &observed, true));
                let reward = numbers(&episode["reward_f64"][t]);
                rewards = rewards.max(apart(&[outcome.reward], &reward, false));
                let physics = environment.physics_mut().expect("a scene");
                let qpos = apart(physics.qpos(), &state("qpos", t + 1), false);
                let qvel = apart(physics.qvel(), &state("qvel", t + 1), false);
                states = states.max(qpos).max(qvel);
                let flag = |name: &str| episode[name][t].as_bool().expect("a flag");
                let terminated = flag("terminated");
                // Each step here is the first of an episode, so the limit is never reached; the
                // recordings are shorter than it too.
                assert!(!flag("truncated") && outcome.ending != Ending::Truncated);
                assert_eq!(
                    outcome.ending == Ending::Terminated,
                    terminated,
                    "{task} step {t}"
                );
                ends += usize::from(terminated);
                steps += 1;
            }
        }
        println!(
            "{task}: {steps} steps, {ends} endings; greatest difference of senses {senses:e}, reward {rewards:e}, next state {states:e}"
        );
        assert!(steps > 100 && (task == "HalfCheetah-v5" || ends > 0));
        assert!(senses <= ROUNDED && rewards <= EXACT && states <= EXACT);
    }
}
