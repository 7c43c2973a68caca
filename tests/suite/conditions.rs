//! Conditions, events and names of elements: shown, set, refused, recorded.

use angora_tests::Host;
use serde_json::{Value, json};

fn host() -> Host {
    let host = Host::new();
    host.add_plugin("tiny-tasks");
    host
}

#[test]
fn a_task_is_shown_with_its_conditions_events_and_names() {
    let outcome = host().call(&[
        "env",
        "show",
        "Cued-v0",
        "--set",
        "conditions.side=\"left\"",
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let lines: Vec<&str> = outcome.stdout.lines().map(str::trim).collect();
    let has = |parts: &[&str]| {
        let found = lines
            .iter()
            .any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "{parts:?} in {lines:#?}");
    };
    has(&["side, go"]);
    has(&["delay", "steps", "2 in [0, 8]"]);
    has(&["side", "-1 (0 random, -1 left, 1 right)"]);
    has(&["answer", "an answer is given"]);
}

#[test]
fn a_condition_that_is_not_one_is_refused_with_what_is_meant() {
    let host = host();
    for (set, parts) in [
        ("conditions.dealy=1", &["conditions.dealy", "delay"][..]),
        ("conditions.delay=9", &["conditions.delay", "9 is above 8"]),
        ("conditions.side=\"lef\"", &["conditions.side", "left"]),
    ] {
        let outcome = host.call(&["env", "show", "Cued-v0", "--set", set]);
        assert_ne!(outcome.code, Some(0), "{set}");
        let said = outcome.stderr;
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    }
}

/// The same row in training, evaluation and recording; events in the order in which they happened.
#[test]
fn conditions_reach_every_episode_and_events_the_recording() {
    let host = host();
    let train = "run --quiet --task Cued-v0 --cycles 1 --horizon 32 --environments 4 --preset none \
                 --set ppo.minibatch_size=32 --set conditions.delay=4 --set conditions.side=\"right\"";
    let train: Vec<&str> = train.split_whitespace().collect();
    let outcome = host.call(&train);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let evaluation = host.call(&["evaluate", "--json", "--episodes", "3"]);
    let evaluation: Value = serde_json::from_str(&evaluation.stdout).unwrap();
    assert_eq!(evaluation["lengths"], json!([5, 5, 5]));
    let recorded = host.call(&["record", "--json", "--name", "r", "--episodes", "2"]);
    assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    let header: Value = serde_json::from_str(&recorded.stdout).unwrap();
    for episode in header["episodes"].as_array().unwrap() {
        assert_eq!(episode["conditions"], json!({"delay": 4.0, "side": 1.0}));
        let events = episode["events"].as_array().unwrap().iter();
        let events: Vec<(&str, f64, u64)> = events
            .map(|event| {
                let name = event["event"].as_str().unwrap();
                let time = event["time"].as_f64().unwrap();
                (name, time, event["step"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(
            events,
            [("cue", 0.0, 0), ("go", 0.2, 4), ("answer", 0.25, 5)]
        );
    }
    let channels = header["channels"].as_array().unwrap().iter();
    let mut senses = channels.filter(|channel| channel["name"] == "sensation.proprioception");
    assert_eq!(senses.next().unwrap()["components"], json!(["side", "go"]));
}
