//! `env`: what tasks exchange, and how fast they step.

use angora_tests::Host;
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let outcome = Host::new().call(arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn every_task_is_listed_with_what_it_exchanges() {
    let rows = json(&["env", "list", "--json"]);
    let rows = rows.as_array().unwrap();
    // Task, receptors, type of the action, step limit.
    let expected = [
        ("CartPole-v1", 4, "discrete", 500),
        ("HalfCheetah-v5", 17, "box", 1000),
        ("Ant-v5", 105, "box", 1000),
        ("Ant-v4", 27, "box", 1000),
        ("Humanoid-v5", 348, "box", 1000),
        ("Humanoid-v4", 376, "box", 1000),
        ("InvertedDoublePendulum-v5", 9, "box", 1000),
        ("Pusher-v5", 23, "box", 100),
        ("Reacher-v5", 10, "box", 50),
        ("LunarLander-v3", 8, "discrete", 1000),
        ("LunarLanderContinuous-v3", 8, "box", 1000),
        ("BipedalWalker-v3", 24, "box", 1600),
    ];
    for (task, receptors, action, limit) in expected {
        let row = rows.iter().find(|row| row["task"] == task);
        let row = row.unwrap_or_else(|| panic!("{task} is not listed"));
        assert_eq!(row["sensations"][0]["shape"][0], receptors, "{task}");
        assert_eq!(row["action"]["type"], action, "{task}");
        assert_eq!(row["max_episode_steps"], limit, "{task}");
    }
    let refused = rows.iter().filter(|row| row.get("error").is_some());
    assert_eq!(refused.count(), 0);
    let text = Host::new().call(&["env", "list"]).stdout;
    let line = text.lines().find(|line| line.starts_with("HalfCheetah-v5"));
    let line = line.unwrap();
    for part in ["proprioception 17", "6 in [-1, 1]", "1000 steps"] {
        assert!(line.contains(part), "{line}");
    }
}

#[test]
fn a_task_is_shown_with_its_body_and_settings() {
    let shown = json(&["env", "show", "Walker2d-v5", "--json"]);
    assert_eq!(shown["body"], "walker2d");
    assert_eq!(shown["control_timestep"], 0.008);
    assert_eq!(
        shown["reward_terms"],
        serde_json::json!(["forward", "healthy", "control"])
    );
    let still = json(&[
        "env",
        "show",
        "Walker2d-v5",
        "--set",
        "task_config.velocity=false",
        "--json",
    ]);
    assert_eq!(still["sensations"][0]["shape"][0], 8);
    let text = Host::new().call(&["env", "show", "LunarLander-v3"]).stdout;
    for part in ["1 of 4", "threshold     200", "proprioception 8", "success"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn steps_are_counted_against_the_clock() {
    let measured = json(&[
        "env",
        "step",
        "CartPole-v1",
        "--seconds",
        "0.2",
        "--threads",
        "2",
        "--json",
    ]);
    assert!(measured["seconds"].as_f64().unwrap() >= 0.2);
    assert!(measured["steps"].as_u64().unwrap() > 1000);
    // Two threads cannot have worked for longer than both ran; a busy machine lets them work less.
    let cpu = measured["cpu_seconds"].as_f64().unwrap();
    assert!(cpu > 0.0 && cpu <= 2.1 * measured["seconds"].as_f64().unwrap());
    // Random actions: about 22 steps (Gymnasium), each with a reward of 1.
    let length = measured["mean_length"].as_f64().unwrap();
    assert!((18.0..27.0).contains(&length), "{length}");
    assert_eq!(measured["mean_return"], measured["mean_length"]);
}

#[test]
fn unknown_tasks_and_settings_get_their_nearest_names() {
    let cases: &[(&[&str], i32, &str)] = &[
        (
            &["env", "show", "LunarLandr-v3"],
            4,
            "error: there is no task \"LunarLandr-v3\"; did you mean LunarLander-v3?",
        ),
        (
            &[
                "env",
                "step",
                "Ant-v5",
                "--set",
                "task_confg.velocity=false",
            ],
            2,
            "error: command line: task_confg",
        ),
        (
            &["env", "step", "Ant-v5", "--seconds", "0"],
            2,
            "error: invalid value '0'",
        ),
    ];
    for (arguments, code, message) in cases {
        let outcome = Host::new().call(arguments);
        assert_eq!(outcome.code, Some(*code), "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with(message), "{}", outcome.stderr);
    }
}

#[test]
fn what_composition_leaves_out_of_a_body_is_said() {
    let host = Host::new();
    host.add_plugin("faulty");
    // The world has another gravity; the body's is left out.
    let scene = ["--task", "InvertedPendulum-v5", "--body", "heavy"];
    let of = "warning: body heavy in task InvertedPendulum-v5: ";
    let shown = host.call(&[&["env", "show"], &scene[1..]].concat());
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let is_said = |text: &str| {
        text.lines()
            .any(|line| line.contains(of) && line.contains("gravity"))
    };
    assert!(is_said(&shown.stderr), "{}", shown.stderr);
    let json = host.call(&[&["env", "show", "--json"], &scene[1..]].concat());
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["remarks"].as_array().unwrap().len(), 1, "{json}");
    let run = host.call(&[&["run", "--cycles", "1", "--preset", "none"], &scene[..]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(is_said(&run.stderr), "{}", run.stderr);
    let events = std::fs::read_to_string(host.only_run("runs").join("events.jsonl")).unwrap();
    let warning = |line: &str| line.contains(r#""event":"warning""#) && line.contains("gravity");
    assert!(events.lines().any(warning), "{events}");
    let evaluated = host.call(&["evaluate", "--episodes", "1"]);
    assert!(is_said(&evaluated.stderr), "{}", evaluated.stderr);
}
