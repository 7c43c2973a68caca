//! Kills and signals.

use crate::determinism::latest_checkpoint;
use angora_tests::Host;
use std::path::Path;
use std::time::{Duration, Instant};

const SETTINGS: [&str; 12] = [
    "run",
    "--quiet",
    "--task",
    "CartPole-v1",
    "--preset",
    "none",
    "--cycles",
    "40",
    "--horizon",
    "64",
    "--set",
    "checkpoint.interval_secs=0",
];

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "waiting for {what}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn has_checkpoint(runs: &Path) -> bool {
    std::fs::read_dir(runs).is_ok_and(|mut entries| {
        entries.any(|e| e.is_ok_and(|e| e.path().join("checkpoints/latest").exists()))
    })
}

#[test]
fn killed_at_any_moment_and_resumed_equals_uninterrupted() {
    killed_and_resumed_equals_uninterrupted(&[]);
}

/// What a recurrent brain remembers in the middle of an episode is part of the checkpoint.
#[test]
fn killed_and_resumed_with_a_memory_equals_uninterrupted() {
    killed_and_resumed_equals_uninterrupted(&["--set", "brain_config.cell=gru"]);
}

fn killed_and_resumed_equals_uninterrupted(more: &[&str]) {
    let host = Host::new();
    let outcome = host.call(&[&SETTINGS[..], more, &["--runs", "whole"]].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let whole = latest_checkpoint(&host.only_run("whole"));

    let mut child = host.start(&[&SETTINGS[..], more, &["--runs", "killed"]].concat());
    wait_for("the first checkpoint", || {
        has_checkpoint(&host.folder().join("killed"))
    });
    let mut kills = 0;
    // A clock is as good a die as any: each round hits another phase of the cycle.
    for round in 0..6 {
        std::thread::sleep(Duration::from_millis(7 + 13 * round));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
        let run = host.only_run("killed").display().to_string();
        child = host.start(&["run", "--quiet", "--resume", &run]);
    }
    assert!(child.wait().unwrap().success());
    assert!(kills > 0, "the run was over before the first kill");
    let run = host.only_run("killed");
    assert!(
        latest_checkpoint(&run) == whole,
        "the killed run differs after {kills} kills"
    );

    let metrics = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let cycles: Vec<u64> = metrics
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["cycle"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(
        cycles,
        (1..=40).collect::<Vec<_>>(),
        "each cycle is recorded once"
    );
}

#[test]
fn ctrl_c_sigterm_and_sighup_finish_the_cycle_and_save() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        if signal == "-HUP" && hangups_are_ignored() {
            println!("skipped: SIGHUP, which what nohup starts ignores");
            continue;
        }
        let host = Host::new();
        let many = [
            "run",
            "--quiet",
            "--task",
            "CartPole-v1",
            "--cycles",
            "1000000",
        ];
        let mut child = host.start(&many);
        wait_for("the run", || {
            std::fs::read_dir(host.folder().join("runs")).is_ok_and(|mut entries| {
                entries.any(|e| {
                    let metrics = e.map(|e| e.path().join("metrics.jsonl"));
                    metrics.is_ok_and(|m| std::fs::metadata(m).is_ok_and(|m| m.len() > 0))
                })
            })
        });
        let status = std::process::Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let run = host.only_run("runs");
        assert_eq!(latest_checkpoint(&run).len(), 4);
    }
}

/// As what nohup starts: children inherit it, and the host leaves it so.
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn a_run_has_one_writer() {
    let host = Host::new();
    let mut child = host.start(&[
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1000000",
        "--set",
        "checkpoint.interval_secs=0",
    ]);
    wait_for("a checkpoint", || {
        has_checkpoint(&host.folder().join("runs"))
    });
    let run = host.only_run("runs").display().to_string();
    let outcome = host.call(&["run", "--quiet", "--resume", &run]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stderr
            .contains("is being written by another process"),
        "{}",
        outcome.stderr
    );
}

/// Also where no checkpoint was due yet: the one of the beginning is there.
#[test]
fn a_run_that_is_killed_early_goes_on() {
    let host = Host::new();
    let mut child = host.start(&[
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1000000",
    ]);
    wait_for("the run", || has_checkpoint(&host.folder().join("runs")));
    child.kill().unwrap();
    child.wait().unwrap();
    let run = host.only_run("runs");
    let latest = std::fs::read_to_string(run.join("checkpoints/latest")).unwrap();
    assert_eq!(latest, "cycle-000000");
    let outcome = host.call(&["run", "--quiet", "--resume", "latest", "--cycles", "2"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    // The new length is the run's from now on.
    let list = host.call(&["runs", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(
        (&rows[0]["cycle"], &rows[0]["cycles"]),
        (&2.into(), &2.into())
    );
}

/// A diverged cycle is taken back: what is saved is what was learned before it.
#[test]
fn divergence_keeps_the_cycles_before_it() {
    let host = Host::new();
    let settings = [
        "run",
        "--quiet",
        "--task",
        "Pendulum-v1",
        "--preset",
        "none",
        "--horizon",
        "64",
        "--set",
        "ppo.learning_rate=1.0",
        "--set",
        "ppo.max_gradient_norm=0",
        "--set",
        "preprocessors=[]",
        "--set",
        "ppo.epochs=60",
        "--cycles",
        "200",
        "--set",
        "checkpoint.every=1",
    ];
    let outcome = host.call(&settings);
    assert_eq!(outcome.code, Some(5), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("the learning has diverged"),
        "{}",
        outcome.stderr
    );
    let run = host.only_run("runs");
    let latest = std::fs::read_to_string(run.join("checkpoints/latest")).unwrap();
    let cycle = latest
        .strip_prefix("cycle-")
        .and_then(|n| n.strip_suffix("-fault"))
        .unwrap();
    // The exact checkpoint of that cycle is beside it, with the same parameters.
    let brain = |name: &str| {
        std::fs::read(run.join("checkpoints").join(name).join("brain.safetensors")).unwrap()
    };
    assert!(brain(&latest) == brain(&format!("cycle-{cycle}")));
    let path = run.display().to_string();
    let again = host.call(&[
        "evaluate",
        &path,
        "--checkpoint",
        &format!("cycle-{cycle}"),
        "-n",
        "1",
    ]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
}

#[test]
fn a_damaged_checkpoint_is_refused_by_name() {
    let host = Host::new();
    let outcome = host.call(&[
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--horizon",
        "64",
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let run = host.only_run("runs");
    std::fs::write(run.join("checkpoints/cycle-000001/state.json"), "{}").unwrap();
    let outcome = host.call(&["run", "--resume", "latest", "--cycles", "2"]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stderr
            .contains("state.json is damaged: its digest is not the one in MANIFEST.json"),
        "{}",
        outcome.stderr
    );
}
