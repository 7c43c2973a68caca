//! The bridge to Gymnasium, from the command line: runs, their locks, and workers that die.

use angora_tests::{Host, Outcome, repository, target};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const RUN: [&str; 13] = [
    "run",
    "--task",
    "gym:CartPole-v1",
    "--runs",
    "runs",
    "--environments",
    "2",
    "--horizon",
    "64",
    "--set",
    "ppo.minibatch_size=64",
    "--preset",
    "none",
];

/// Only the workers of training.
const NO_EVALUATION: [&str; 2] = ["--set", "evaluation.every_cycles=0"];

/// Python processes that a process has started.
fn workers(host: u32) -> Vec<u32> {
    let listed = Command::new("pgrep")
        .args(["-P", &host.to_string(), "python"])
        .output()
        .unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

fn kill(process: u32) {
    let killed = Command::new("kill")
        .args(["-9", &process.to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "not {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a run has begun and gone on for a while.
fn trains(host: &Host) -> bool {
    let runs = std::fs::read_dir(host.folder().join("runs"));
    let metrics = runs
        .into_iter()
        .flatten()
        .filter_map(|run| std::fs::read_to_string(run.ok()?.path().join("metrics.jsonl")).ok());
    metrics.map(|text| text.lines().count()).any(|n| n > 3)
}

fn failed(outcome: &Outcome, said: &[&str]) {
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    for part in said {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}

#[test]
fn a_run_in_python_keeps_what_it_was_made_of() {
    let host = Host::new();
    let more = ["--quiet", "--cycles", "2"];
    let outcome = host.call(&[&RUN[..], &more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let run = host.only_run("runs");
    let lock = std::fs::read_to_string(run.join("angora.lock")).unwrap();
    let (_, provenance) = lock.split_once("[plugin.provenance]").expect(&lock);
    for part in [
        "gymnasium = \"1.4",
        "python = \"3.",
        "numpy = \"2",
        "environment = \"CartPole-v1\"",
    ] {
        assert!(provenance.contains(part), "{lock}");
    }
    // It goes on with new episodes.
    let resumed = host.call(&[
        "run",
        "--quiet",
        "--resume",
        &run.display().to_string(),
        "--cycles",
        "3",
    ]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
}

#[test]
fn the_preset_is_that_of_the_task_of_the_same_id() {
    let host = Host::new();
    let shown = |task: &str| host.call(&["env", "show", task]).stdout;
    assert!(shown("gym:CartPole-v1").contains("threshold     475"));
    let outcome = host.call(&[
        "run",
        "--task",
        "gym:CartPole-v1",
        "--cycles",
        "1",
        "--quiet",
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let settings = std::fs::read_to_string(host.only_run("runs").join("experiment.toml")).unwrap();
    assert!(
        settings.contains("task = \"gym:CartPole-v1\""),
        "{settings}"
    );
}

#[test]
fn what_there_is_not_is_said() {
    let host = Host::new();
    let show = |task: &str| host.call(&["env", "show", task]);
    failed(
        &show("gym:CartPol-v1"),
        &[
            "task-gymnasium",
            "refused its configuration (id)",
            "CartPole",
        ],
    );
    let python = ["--set", "task_config.python=/no/such/python"];
    let outcome = host.call(&[&["env", "show", "gym:CartPole-v1"], &python[..]].concat());
    failed(
        &outcome,
        &["(python)", "\"/no/such/python\"", "task_config.python"],
    );
}

#[test]
fn a_worker_that_is_killed_ends_the_run_with_its_checkpoint() {
    let host = Host::new();
    let long = ["--quiet", "--cycles", "1000000"];
    let child = host.start_aloud(&[&RUN[..], &long, &NO_EVALUATION].concat());
    until("training", || {
        trains(&host) && workers(child.id()).len() == 2
    });
    let mine = workers(child.id());
    kill(mine[0]);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    for part in [
        "task-gymnasium",
        "call step",
        "signal: 9",
        "on_worker_death",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(host.only_run("runs").join("checkpoints/latest").exists());
    until("gone", || !alive(mine[1]));
}

#[test]
fn a_worker_that_is_killed_is_replaced_where_that_is_asked() {
    let host = Host::new();
    let restart = [
        "--quiet",
        "--cycles",
        "1000000",
        "--set",
        "task_config.on_worker_death=restart",
    ];
    let mut child = host.start(&[&RUN[..], &restart, &NO_EVALUATION].concat());
    until("training", || {
        trains(&host) && workers(child.id()).len() == 2
    });
    let first = workers(child.id());
    kill(first[0]);
    until("replaced", || {
        let now = workers(child.id());
        now.len() == 2 && now.iter().any(|worker| !first.contains(worker))
    });
    assert!(child.try_wait().unwrap().is_none());
    // A host that is killed leaves no worker behind.
    let now = workers(child.id());
    kill(child.id());
    child.wait().unwrap();
    until("gone", || now.iter().all(|worker| !alive(*worker)));
}

/// Whether a process is there and not only waiting to be buried.
fn alive(process: u32) -> bool {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat"));
    status.is_ok_and(|text| !text.contains(") Z "))
}

/// Python with the package and Gymnasium.
fn python(host: &Host, script: &str) -> Command {
    let package = repository().join("sdk/python");
    let gymnasium = repository().join("native/gymnasium");
    let places = format!("{}:{}", gymnasium.display(), package.display());
    let mut command = Command::new("python3");
    command
        .arg(package.join(script))
        .env("PYTHONPATH", places)
        .env("ANGORA_HOST", target().join("angora-host"))
        .env("ANGORA_PLUGIN_PATH", host.folder().join("plugins"));
    command
}

/// A task of one sense, one over a scene, and one of several senses.
#[test]
fn our_tasks_pass_the_checks_of_gymnasium() {
    let tasks = ["CartPole-v1", "HalfCheetah-v5", "Reach-v1"];
    let host = Host::new();
    let output = python(&host, "tests/check.py")
        .args(tasks)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let checked = String::from_utf8_lossy(&output.stdout);
    assert!(
        checked.contains("checked CartPole-v1 HalfCheetah-v5 Reach-v1"),
        "{checked}"
    );
    // No more is remarked on than that senses have no bounds.
    let remarks = said.lines().filter(|line| line.contains("WARN"));
    for remark in remarks {
        assert!(remark.contains("infinity"), "{remark}");
    }
}

#[test]
fn python_is_told_that_there_is_no_host() {
    let host = Host::new();
    let mut command = python(&host, "tests/check.py");
    let output = command
        .arg("CartPole-v1")
        .env("ANGORA_HOST", "/no/host")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    for part in [
        "no task of Angora is registered",
        "ANGORA_HOST names '/no/host', which is no program",
    ] {
        assert!(said.contains(part), "{said}");
    }
}
