//! Evaluations during training: they choose `best` and change nothing else.

use crate::determinism::latest_checkpoint;
use angora_tests::Host;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

const SETTINGS: [&str; 16] = [
    "run",
    "--quiet",
    "--preset",
    "none",
    "--task",
    "CartPole-v1",
    "--cycles",
    "6",
    "--environments",
    "4",
    "--horizon",
    "128",
    "--set",
    "checkpoint.every=1",
    "--set",
    "evaluation.episodes=5",
];

fn train(host: &Host, runs: &str, more: &[&str]) -> PathBuf {
    let outcome = host.call(&[&SETTINGS[..], &["--runs", runs], more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    host.only_run(runs)
}

fn metrics(run: &Path) -> Vec<Map<String, Value>> {
    let text = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// What of the metrics does not depend on clocks, of names that `wanted` accepts.
fn timeless(run: &Path, wanted: impl Fn(&str) -> bool) -> Vec<Map<String, Value>> {
    let mut lines = metrics(run);
    for line in &mut lines {
        line.retain(|name, _| {
            let clock = ["time/", "system/", "segment", "crc32c"];
            !clock.iter().any(|clock| name.starts_with(clock)) && wanted(name)
        });
    }
    lines
}

fn pointed(run: &Path, label: &str) -> String {
    std::fs::read_to_string(run.join("checkpoints").join(label)).unwrap()
}

fn file(run: &Path, checkpoint: &str, name: &str) -> Vec<u8> {
    std::fs::read(run.join("checkpoints").join(checkpoint).join(name)).unwrap()
}

#[test]
fn learning_does_not_see_evaluations() {
    let host = Host::new();
    let every = ["--set", "evaluation.every_cycles=2"];
    let with = train(&host, "with", &[&every[..], &["--threads", "1"]].concat());
    let without = train(&host, "without", &["--set", "evaluation.every_cycles=0"]);
    for name in ["brain.safetensors", "optimiser.safetensors"] {
        assert!(
            file(&with, "cycle-000006", name) == file(&without, "cycle-000006", name),
            "{name} differs"
        );
    }
    let learned = |name: &str| !name.starts_with("evaluation/") && !name.starts_with("best/");
    assert_eq!(timeless(&with, learned), timeless(&without, learned));
    let evaluated: Vec<bool> = metrics(&with)
        .iter()
        .map(|line| line.contains_key("evaluation/return_mean"))
        .collect();
    assert_eq!(evaluated, [false, true, false, true, false, true]);

    // Bitwise the same for any number of threads, and over a resume.
    let whole = (latest_checkpoint(&with), timeless(&with, |_| true));
    let threads = train(
        &host,
        "threads",
        &[&every[..], &["--threads", "3"]].concat(),
    );
    assert!((latest_checkpoint(&threads), timeless(&threads, |_| true)) == whole);
    let path = threads.display().to_string();
    let resume = [
        "run",
        "--quiet",
        "--resume",
        &path,
        "--checkpoint",
        "cycle-000003",
    ];
    let outcome = host.call(&resume);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!((latest_checkpoint(&threads), timeless(&threads, |_| true)) == whole);
    assert_eq!(pointed(&threads, "best"), pointed(&with, "best"));
}

/// `evaluate` on the kept checkpoints is the reference: the numbers are of those parameters.
#[test]
fn best_is_the_checkpoint_whose_evaluation_is_best() {
    let host = Host::new();
    let run = train(&host, "runs", &["--set", "evaluation.every_cycles=1"]);
    let path = run.display().to_string();
    let best = pointed(&run, "best");
    let state: Value = serde_json::from_slice(&file(&run, &best, "state.json")).unwrap();
    let chosen = &state["sections"]["chosen"]["data"];
    assert_eq!(
        (&chosen["rule"], &chosen["measure"], &chosen["episodes"]),
        (&"evaluation".into(), &"return".into(), &5.into())
    );
    let seed = chosen["seed"].to_string();
    let evaluate = |checkpoint: &str| -> Value {
        let outcome = host.call(&[
            "evaluate",
            &path,
            "--json",
            "-n",
            "5",
            "--seed",
            &seed,
            "--checkpoint",
            checkpoint,
        ]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        serde_json::from_str(&outcome.stdout).unwrap()
    };
    let mut highest: Option<(f64, u64)> = None;
    for line in metrics(&run) {
        let cycle = line["cycle"].as_u64().unwrap();
        let found = evaluate(&format!("cycle-{cycle:06}"));
        for (metric, name) in [
            ("evaluation/return_mean", "mean_return"),
            ("evaluation/length_mean", "mean_length"),
        ] {
            assert_eq!(line[metric], found[name], "{metric} of cycle {cycle}");
        }
        let value = found["mean_return"].as_f64().unwrap();
        if highest.is_none_or(|(best, _)| value > best) {
            highest = Some((value, cycle));
        }
        assert_eq!(
            line["best/return_mean"].as_f64(),
            highest.map(|(value, _)| value)
        );
        assert_eq!(
            line["best/cycle"].as_f64(),
            highest.map(|(_, cycle)| cycle as f64)
        );
    }
    let (value, cycle) = highest.unwrap();
    assert_eq!(best, format!("best-{cycle:06}"));
    assert_eq!(chosen["value"].as_f64(), Some(value));
    assert!(
        file(&run, &best, "brain.safetensors")
            == file(&run, &format!("cycle-{cycle:06}"), "brain.safetensors")
    );
    let found = evaluate("best");
    assert_eq!(found["mean_return"].as_f64(), Some(value));
    assert_eq!(found["chosen"], *chosen);
}

/// A run that goes on from its best begins another branch: the labels are those of the branch, what
/// came after it is kept under other names.
#[test]
fn a_run_goes_on_from_its_best_with_the_labels_of_that_branch() {
    let host = Host::new();
    // It learns so fast that it forgets: the best is not the last one.
    let more = [
        "--set",
        "evaluation.every_cycles=1",
        "--set",
        "ppo.learning_rate=0.3",
    ];
    let run = train(&host, "runs", &more);
    let path = run.display().to_string();
    let (best, last) = (pointed(&run, "best"), latest_checkpoint(&run));
    assert_ne!(best, "best-000006", "nothing would be abandoned");
    let resume = |checkpoint: &str| {
        let from = ["--resume", &path, "--checkpoint", checkpoint];
        let outcome = host.call(&[&["run", "--quiet"], &from[..]].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    };
    resume("best");
    let lines = metrics(&run);
    let cycles: Vec<_> = lines.iter().map(|line| line["cycle"].as_u64()).collect();
    assert_eq!(cycles, [1, 2, 3, 4, 5, 6].map(Some));
    let chosen = lines[5]["best/cycle"].as_f64().unwrap();
    assert_eq!(pointed(&run, "best"), format!("best-{chosen:06}"));
    let abandoned = run.join("checkpoints/cycle-000006-abandoned-1");
    for (name, bytes) in &last {
        let kept = std::fs::read(abandoned.join(name)).unwrap();
        assert!(kept == *bytes, "{name} differs");
    }
    let events = std::fs::read_to_string(run.join("events.jsonl")).unwrap();
    let said = format!("the run goes on from {best}, before its latest checkpoint");
    assert!(events.contains(&said), "{events}");
    // From an exact checkpoint it is the run of before, with its best.
    resume("cycle-000001");
    assert!(latest_checkpoint(&run) == last, "it differs");
    assert_eq!(pointed(&run, "best"), best);
}

/// A run's own file of settings starts the same run again, also with the plugins of its lock.
#[test]
fn the_settings_of_a_run_start_it_again() {
    let host = Host::new();
    let more = [
        "--set",
        "ppo.learning_rate_schedule=linear",
        "--set",
        "preprocessor_config.normalise-rewards.clip=5.0",
        "--set",
        "evaluation.every_cycles=0",
    ];
    let first = train(&host, "first", &more);
    let settings = first.join("experiment.toml").display().to_string();
    let lock = first.join("angora.lock").display().to_string();
    let again: [&[&str]; 2] = [&[], &["--locked", &lock]];
    for (runs, locked) in ["again", "locked"].into_iter().zip(again) {
        let run = ["run", &settings, "--quiet", "--runs", runs];
        let outcome = host.call(&[&run[..], locked].concat());
        assert_eq!(outcome.code, Some(0), "{runs}: {}", outcome.stderr);
        assert!(
            latest_checkpoint(&host.only_run(runs)) == latest_checkpoint(&first),
            "{runs} is another run"
        );
    }
}
