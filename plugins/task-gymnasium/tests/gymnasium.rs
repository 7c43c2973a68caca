//! Against Gymnasium itself, in the Python of this machine.

use angora_sdk::testing::TaskHarness;
use angora_sdk::{ActionSpec, Ending, FaultCode, Random, Sense, Task};
use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use task_gymnasium::{Config, Gymnasium, OnDeath};

/// A Python that has the Gymnasium that `./angora test` fetches, and the environments beside this.
fn python() -> &'static Path {
    static PYTHON: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PYTHON.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let gymnasium = here.join("../../native/gymnasium");
        assert!(
            gymnasium.exists(),
            "`./angora test` fetches Gymnasium into native/"
        );
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("python");
        let places = format!("{}:{}", gymnasium.display(), here.join("tests").display());
        let script = format!("#!/bin/sh\nPYTHONPATH={places} exec python3 \"$@\"\n");
        std::fs::write(&path, script).expect("a script");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, executable).expect("executable");
        (folder, path)
    });
    path
}

fn config(id: &str, more: &Value) -> Config {
    let mut config = json!({ "id": id, "python": python() });
    for (key, value) in more.as_object().expect("a table") {
        config[key] = value.clone();
    }
    serde_json::from_value(config).expect("settings")
}

fn made(id: &str, more: &Value) -> TaskHarness<Gymnasium> {
    TaskHarness::of(Gymnasium::new("Gymnasium-v0", config(id, more)).expect("makes"))
}

fn odd(name: &str) -> String {
    format!("odd_spaces:odd/{name}-v0")
}

/// Field and message of a refusal.
fn refused(id: &str, more: &Value) -> (String, String) {
    let fault = Gymnasium::new("Gymnasium-v0", config(id, more)).expect_err("refused");
    assert_eq!(fault.code, FaultCode::Config, "{fault}");
    (fault.field, fault.message)
}

/// What Gymnasium gives in its own process.
fn in_process(id: &str, seed: u64, actions: &[Vec<f32>]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/in_process.py");
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let order = json!({ "id": id, "seed": seed, "actions": actions });
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(order.to_string().as_bytes())
        .expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn episodes_are_those_of_gymnasium_bit_for_bit() {
    for (id, seed) in [("CartPole-v1", 3), ("Pendulum-v1", 4)] {
        let mut harness = made(id, &json!({}));
        let mut random = Random::new(seed + 100);
        let actions: Vec<Vec<f32>> = (0..250)
            .map(|_| match harness.spec.action {
                ActionSpec::Discrete { n } => vec![random.index(n) as f32],
                _ => vec![random.uniform(-2.0, 2.0) as f32],
            })
            .collect();
        // The seed that the task hands on.
        let expected = in_process(id, Random::new(seed).index(1 << 31) as u64, &actions);
        harness.reset(seed).expect("resets");
        let bits =
            |sensation: &[f32]| -> Vec<u32> { sensation.iter().map(|x| x.to_bits()).collect() };
        assert_eq!(json!(bits(&harness.sensation)), expected[0]["observation"]);
        for (step, action) in expected[1..].iter().zip(&actions) {
            let (reward, ending) = harness.step(action).expect("steps");
            assert_eq!(json!(bits(&harness.sensation)), step["observation"]);
            assert_eq!(json!(reward.to_bits()), step["reward"]);
            assert_eq!(json!(ending as u32), step["ending"]);
        }
        let last = &expected[expected.len() - 1]["ending"];
        let (length, ends) = (
            expected.len() - 1,
            json!(if id == "CartPole-v1" { 1 } else { 2 }),
        );
        assert!(
            *last == ends && length > 8,
            "{id} ends with {last} after {length}"
        );
    }
}

#[test]
fn limits_and_thresholds_are_those_that_are_registered() {
    let spec = made("CartPole-v1", &json!({})).spec;
    assert_eq!(spec.max_episode_steps, Some(500));
    assert_eq!(spec.reward_threshold, Some(475.0));
    assert!(!spec.saves_state);
    let spec = made("CartPole-v1", &json!({ "max_episode_steps": 9 })).spec;
    assert_eq!(spec.max_episode_steps, Some(9));
    let facts = Gymnasium::provenance();
    let facts: Vec<&str> = facts.keys().map(String::as_str).collect();
    for fact in ["environment", "gymnasium", "numpy", "python"] {
        assert!(facts.contains(&fact), "{facts:?}");
    }
}

#[test]
fn dictionaries_become_senses() {
    let more = json!({ "senses": { "skin": "touch" }, "signals": { "success": "is_success" } });
    let mut harness = made(&odd("Dict"), &more);
    let senses = harness.spec.sensations.iter();
    let senses: Vec<(Sense, &[usize])> = senses.map(|s| (s.sense, &*s.shape)).collect();
    let expected: &[(Sense, &[usize])] = &[
        (Sense::Vision, &[5, 6, 3]),
        (Sense::Touch, &[3]),
        (Sense::Proprioception, &[5]),
        (Sense::Goal, &[2]),
    ];
    assert_eq!(senses, expected);
    assert_eq!(
        harness.spec.action,
        ActionSpec::MultiDiscrete { n: vec![3, 4] }
    );
    let vision = &harness.spec.sensations[0];
    assert!(vision.is_picture() && vision.low == Some(0.0) && vision.high == Some(255.0));
    harness.reset(1).expect("resets");
    assert_eq!(harness.signals, [0.0]);
    let (reward, ending) = harness.step(&[2.0, 1.0]).expect("steps");
    // Choices are counted from the starts of their space.
    assert_eq!((reward, ending), (33.0, Ending::None));
    assert_eq!(harness.signals, [1.0]);
    // Channels come last: the pixel (row 1, column 2) is (8, 38, 68) in the planes.
    assert_eq!(harness.sensation[3 * 8..3 * 9], [8.0, 38.0, 68.0]);
    let rest = [1.0, 0.0, 1.0, 0.25, -0.5, 0.0, 0.0, 1.0, 0.75, 1.0];
    assert_eq!(harness.sensation[90..], rest);
}

#[test]
fn other_types_are_flattened() {
    let mut harness = made(&odd("Ints"), &json!({}));
    harness.reset(1).expect("resets");
    let (reward, _) = harness.step(&[0.5, -2.0]).expect("steps");
    assert_eq!(
        (reward, &*harness.sensation),
        (-1.5, &[0.0, 1.0, 2.0, 3.0][..])
    );
    let mut harness = made(&odd("Bits"), &json!({}));
    harness.reset(1).expect("resets");
    assert_eq!(harness.step(&[1.0, 0.0, 1.0]).expect("steps").0, 2.0);
    assert_eq!(harness.sensation, [0.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(
        made(&odd("Grey"), &json!({})).spec.sensations[0].shape,
        [2, 3, 1]
    );
}

#[test]
fn other_spaces_are_refused_by_name() {
    for (name, space, taken) in [
        (
            "Text",
            "the observation space is Text",
            "taken are Dict of these, Box",
        ),
        (
            "Tuple",
            "'pair' of the observation space is Tuple",
            "taken are Dict of these",
        ),
        (
            "Graph",
            "the observation space is Graph",
            "taken are Dict of these",
        ),
        (
            "Sequence",
            "the action space is Sequence",
            "taken are Box, Discrete",
        ),
        ("Unbounded", "the action space is Box", "RescaleAction"),
    ] {
        let (field, message) = refused(&odd(name), &json!({}));
        assert_eq!(field, "id", "{message}");
        assert!(
            message.contains(space) && message.contains(taken),
            "{message}"
        );
    }
    let (field, message) = refused(&odd("Dict"), &json!({ "senses": { "ski": "touch" } }));
    assert_eq!(field, "senses");
    assert!(
        message.contains("no observation 'ski'; there are ['arm/angle'"),
        "{message}"
    );
}

#[test]
fn what_is_missing_is_said() {
    for (id, more, field, said) in [
        ("CartPol-v1", json!({}), "id", "CartPole"),
        (
            "no_such_package:A-v0",
            json!({}),
            "id",
            "No module named 'no_such_package'",
        ),
        (
            "CartPole-v1",
            json!({ "module": "no_such_module" }),
            "module",
            "No module named",
        ),
        (
            "CartPole-v1",
            json!({ "kwargs": { "gravitas": 1 } }),
            "kwargs",
            "gravitas",
        ),
        (
            "CartPole-v1",
            json!({ "python": "/no/python" }),
            "python",
            "No such file",
        ),
    ] {
        let (on, message) = refused(id, &more);
        assert!(on == field && message.contains(said), "{on}: {message}");
    }
    // A Python without it.
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(
        folder.path().join("gymnasium.py"),
        "raise ModuleNotFoundError(\"No module named 'gymnasium'\")",
    )
    .expect("written");
    let bare = folder.path().join("python");
    let path = format!(
        "{}:{}",
        folder.path().display(),
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../native/gymnasium")
            .display()
    );
    std::fs::write(
        &bare,
        format!("#!/bin/sh\nPYTHONPATH={path} exec python3 \"$@\"\n"),
    )
    .expect("written");
    std::fs::set_permissions(&bare, std::fs::Permissions::from_mode(0o755)).expect("executable");
    let (field, message) = refused("CartPole-v1", &json!({ "python": bare }));
    assert!(
        field == "python" && message.contains("-m pip install gymnasium"),
        "{message}"
    );
}

#[test]
fn exceptions_are_faults_with_their_last_line() {
    let mut harness = made(&odd("Raising"), &json!({}));
    harness.reset(1).expect("resets");
    for _ in 0..2 {
        harness.step(&[0.0]).expect("steps");
    }
    let fault = harness.step(&[0.0]).expect_err("raises").to_string();
    assert!(
        fault.contains("IndexError: list index out of range"),
        "{fault}"
    );
    assert!(fault.contains("odd_spaces.py:"), "{fault}");
    let fault = made(&odd("Misshapen"), &json!({}))
        .reset(1)
        .expect_err("refused");
    assert!(
        fault.message.contains("the shape (3,), its space (1,)"),
        "{fault}"
    );
}

#[test]
fn a_death_is_a_fault_or_a_truncation() {
    let mut harness = made(&odd("Dying"), &json!({}));
    harness.reset(1).expect("resets");
    let mut step = || harness.step(&[0.0]);
    assert!(step().is_ok() && step().is_ok());
    let fault = step().expect_err("dies");
    assert!(
        fault
            .message
            .contains("the process has ended (signal: 9 (SIGKILL))"),
        "{fault}"
    );
    assert!(fault.message.contains("on_worker_death"), "{fault}");

    let mut harness = made(&odd("Dying"), &json!({ "on_worker_death": "restart" }));
    for seed in 0..2 {
        harness.reset(seed).expect("resets");
        let endings: Vec<Ending> = (0..3)
            .map(|_| harness.step(&[1.0]).expect("steps").1)
            .collect();
        assert_eq!(endings, [Ending::None, Ending::None, Ending::Truncated]);
    }
    assert_eq!(Config::default().on_worker_death, OnDeath::End);
}
