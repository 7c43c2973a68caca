//! Episodes that Python plays through `angora_gym` against the same in this process, bit for bit.
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_core::{Purpose, Stream};
use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::ActionSpec;
use angora_simulation::{Blueprint, TaskChoice};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where everything is built.
fn debug() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    exe.ancestors().nth(2).unwrap().to_owned()
}

/// The episode in Python; its plugins are named, none is searched for.
fn in_python(task: &str, plugins: &[String], seed: u64, actions: &[Vec<f32>]) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let gymnasium = root.join("native/gymnasium");
    assert!(
        gymnasium.exists(),
        "`./angora test` fetches Gymnasium into native/"
    );
    let package = root.join("sdk/python");
    let mut child = Command::new("python3")
        .arg(package.join("tests/episode.py"))
        .env(
            "PYTHONPATH",
            format!("{}:{}", gymnasium.display(), package.display()),
        )
        .env("ANGORA_HOST", debug().join("angora-host"))
        .env("ANGORA_PLUGIN_PATH", "")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let order = json!({ "task": task, "plugins": plugins, "seed": seed, "actions": actions });
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(order.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{task}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn bits(sensation: &[f32]) -> Value {
    json!(sensation.iter().map(|x| x.to_bits()).collect::<Vec<u32>>())
}

#[test]
fn python_plays_the_same_episode() {
    for (task, plugins, most) in [
        ("CartPole-v1", &["task_classic_control"][..], 200),
        (
            "HalfCheetah-v5",
            &["task_locomotion", "body_half_cheetah"][..],
            100,
        ),
        (
            "Reach-v1",
            &["task_reach", "body_shadow_hand", "reward_dexterity"][..],
            60,
        ),
    ] {
        let library = |name: &&str| debug().join(format!("lib{name}.so")).display().to_string();
        let plugins: Vec<String> = plugins.iter().map(library).collect();
        let mut discovery = Discovery::default();
        for plugin in &plugins {
            discovery.name(plugin).unwrap();
        }
        let catalogue = Catalogue::new(discovery);
        let choice = TaskChoice {
            task: task.into(),
            ..TaskChoice::default()
        };
        let blueprint = Blueprint::new(&catalogue, choice).unwrap();
        let mut environment = blueprint.build(0, 0).unwrap();
        let mut stream = Stream::new(7, 0, 0, Purpose::Action);
        let mut draw = || match &environment.spec().action {
            ActionSpec::Discrete { n } => vec![stream.index(*n) as f32],
            ActionSpec::MultiDiscrete { n } => n.iter().map(|n| stream.index(*n) as f32).collect(),
            ActionSpec::Box { low, high } => low
                .iter()
                .zip(high)
                .map(|(low, high)| (low + (high - low) * stream.uniform()) as f32)
                .collect(),
        };
        let actions: Vec<Vec<f32>> = (0..most).map(|_| draw()).collect();

        let seed = 11;
        let steps = in_python(task, &plugins, seed, &actions);
        let mut sensation = vec![0.0; environment.spec().sensation_len()];
        environment.reset_with(seed, &mut sensation).unwrap();
        assert_eq!(bits(&sensation), steps[0]["observation"], "{task}");
        assert!(steps.len() > 8, "{task}");
        for (at, (step, action)) in steps[1..].iter().zip(&actions).enumerate() {
            let outcome = environment.step(action, &mut sensation).unwrap();
            assert_eq!(bits(&sensation), step["observation"], "{task}, step {at}");
            assert_eq!(
                json!(outcome.reward.to_bits()),
                step["reward"],
                "{task}, step {at}"
            );
            assert_eq!(
                json!(outcome.ending as u32),
                step["ending"],
                "{task}, step {at}"
            );
        }
        let last = &steps[steps.len() - 1]["ending"];
        assert!(steps.len() == most + 1 || *last != json!(0), "{task}");
    }
}
