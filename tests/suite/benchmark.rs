//! Benchmarks: many runs side by side, however often they are interrupted, and what is written of them.

use angora_tests::{Host, repository};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Two tasks with two variants and two seeds, a few short cycles each.
const SUITE: &str = r#"
seeds = [1, 2]
compare = ["others.toml"]
[evaluation]
episodes = 3
[settings]
preset = "none"
environments = 2
horizon = 128
tensorboard = false
ppo.epochs = 1
[[variant]]
name = "plain"
[[variant]]
name = "clipped"
settings.ppo.clip_range = 0.1
[[task]]
id = "CartPole-v1"
steps = 2048
threshold = 20
normalise = [0, 500]
[[task]]
id = "Pendulum-v1"
steps = 2100
normalise = [-1600, 0]
"#;

const OTHERS: &str = r#"
[[result]]
task = "CartPole-v1"
algorithm = "PPO"
package = "Another"
measure = "training"
score = 400
steps = 2000
source = "a table"
"#;

/// A folder with the suite `small.toml`.
fn host() -> Host {
    let host = Host::new();
    std::fs::write(host.folder().join("small.toml"), SUITE).unwrap();
    std::fs::write(host.folder().join("others.toml"), OTHERS).unwrap();
    host
}

fn json(host: &Host, file: &str) -> Value {
    let text = std::fs::read_to_string(host.folder().join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What the runs have come to, without what depends on the machine's mood.
fn found(host: &Host) -> Vec<Value> {
    let results = json(host, "benchmarks/small/results.json");
    let cells = results["cells"].as_array().unwrap().iter();
    cells
        .map(|cell| {
            let learning = &cell["learning"];
            serde_json::json!([
                cell["run"],
                cell["state"],
                learning["score"],
                learning["steps"],
                learning["curve"],
                cell["evaluation"]["mean_return"],
            ])
        })
        .collect()
}

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "waiting for {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A file below a run of the benchmark that is there, of whichever run.
fn some_run_has(host: &Host, file: &str) -> bool {
    std::fs::read_dir(host.folder().join("runs")).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.path().join(file).exists()))
    })
}

fn signal(name: &str, child: &Child) {
    let number = child.id().to_string();
    let status = Command::new("kill").args([name, &number]).status();
    assert!(status.unwrap().success());
}

/// Interrupted, killed and called again, with another number of jobs: the same scores, each run once.
#[test]
fn however_it_is_interrupted_the_tables_are_the_same() {
    let undisturbed = host();
    let outcome = undisturbed.call(&["benchmark", "small.toml", "--jobs", "3", "--quiet"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let expected = found(&undisturbed);
    assert_eq!(expected.len(), 8);
    assert!(expected.iter().all(|run| run[1] == "done"), "{expected:?}");
    // 8 cycles of 2 x 128 steps; of 2100 steps the whole cycles too.
    assert!(expected.iter().all(|run| run[3] == 2048), "{expected:?}");

    let host = host();
    let call = ["benchmark", "small.toml", "--jobs", "2"];
    let mut child = host.start_aloud(&call);
    wait_for("a run", || some_run_has(&host, "metrics.jsonl"));
    signal("-INT", &child);
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("the same command goes on with it"), "{said}");

    let mut child = host.start(&call);
    wait_for("a run", || some_run_has(&host, "heartbeat.json"));
    signal("-KILL", &child);
    child.wait().unwrap();

    let outcome = host.call(&call);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(found(&host) == expected, "{:?}\n{expected:?}", found(&host));

    tables_and_curves_are_there(&host);
    // Once more, there is nothing to do; and the files are made anew as they were.
    let files = ["results.json", "results.csv", "runs.csv", "results.md"];
    let read = || {
        let folder = host.folder().join("benchmarks/small");
        files.map(|file| std::fs::read(folder.join(file)).unwrap())
    };
    let before = read();
    let outcome = host.call(&["benchmark", "report", "benchmarks/small"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(before == read());
    let outcome = host.call(&call);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("(8 done already)"),
        "{}",
        outcome.stderr
    );
    let outcome = host.call(&["runs", "--tag", "small", "--json"]);
    let runs: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(runs.as_array().unwrap().len(), 8);

    // Other settings would be other runs.
    let other = ["benchmark", "small.toml", "--set", "ppo.epochs=2"];
    let outcome = host.call(&other);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    let expected = "the run small-cartpole-v1-plain-seed-1 has been begun with 1, not with 2";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
}

/// What was written of the eight runs.
fn tables_and_curves_are_there(host: &Host) {
    let folder = host.folder().join("benchmarks/small");
    let page = std::fs::read_to_string(folder.join("results.md")).unwrap();
    for text in [
        "8 runs: 8 done.",
        "| CartPole-v1 | plain | 2 |",
        "| 400.0 (Another, training) | -",
        "| Another | PPO | CartPole-v1 | 400.0 | training | 2,000 |",
        "## Across tasks",
        "![Pendulum-v1](curves/pendulum-v1.svg)",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let results = json(host, "benchmarks/small/results.json");
    let cell = &results["cells"][0];
    assert_eq!(cell["settings"]["ppo"]["epochs"], 1);
    assert_eq!(cell["settings"]["threads"], 1);
    assert_eq!(cell["evaluation"]["episodes"], 3);
    assert!(cell["plugins"].as_array().is_some_and(|p| !p.is_empty()));
    assert!(results["rows"][0]["training"]["iqm_interval"].is_array());
    assert!(lines_of(&folder.join("curves/cartpole-v1.svg")) >= 2);
    assert!(lines_of(&folder.join("curves/pendulum-v1.svg")) >= 2);
}

/// Curves of a drawing that is well-formed.
fn lines_of(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let is_curve = |node: &roxmltree::Node| {
        let points = node.attribute("points").unwrap_or_default();
        node.has_tag_name("polyline") && points.split_whitespace().count() > 50
    };
    document.descendants().filter(is_curve).count()
}

/// A run that fails does not stop the others; it is said, kept, and done once more on request.
#[test]
fn a_run_that_fails_is_said_and_the_others_go_on() {
    let host = Host::new();
    host.add_plugin("misbehaving");
    let call = [
        "benchmark",
        "--task",
        "Liar-v0",
        "--variant",
        "honest",
        "--variant",
        "liar:task.lie=panic-in-step",
        "--set",
        "task.at_step=9",
        "--seeds",
        "1",
        "--set",
        "preset=none",
        // In a cycle, not before the first one.
        "--set",
        "warm_up=false",
        "--set",
        "horizon=32",
        "--steps",
        "512",
        "--episodes",
        "2",
    ];
    let outcome = host.call(&call);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let failed = "I was told to panic in step";
    assert!(outcome.stderr.contains(failed), "{}", outcome.stderr);
    let row = outcome
        .stdout
        .lines()
        .find(|line| line.contains("| liar |"));
    assert!(row.unwrap().contains("| 0 of 1, 1 failed |"), "{row:?}");
    let row = outcome
        .stdout
        .lines()
        .find(|line| line.contains("| honest |"));
    assert!(row.unwrap().contains("| honest | 1 |"), "{row:?}");
    let page = host.folder().join("benchmarks/benchmark/results.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("## What failed") && page.contains(failed),
        "{page}"
    );

    // It is not tried again by itself.
    let outcome = host.call(&call);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let note = "1 have failed before; --retry-failed";
    assert!(outcome.stderr.contains(note), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("begins"), "{}", outcome.stderr);
    let outcome = host.call(&[&call[..], &["--retry-failed"]].concat());
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("begins    Liar-v0 liar seed 1"),
        "{}",
        outcome.stderr
    );
    let aside = "runs/benchmark-liar-v0-liar-seed-1-failed-1/experiment.toml";
    assert!(host.folder().join(aside).exists());
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let cases: &[(&str, &str, i32, &str)] = &[
        (
            "clip_range",
            "clip_rang",
            3,
            "error: small.toml: variant[1].settings.ppo.clip_rang: there is no such setting; did you mean ppo.clip_range?",
        ),
        (
            "threshold",
            "treshold",
            3,
            "error: small.toml: task[0].treshold: unknown field `treshold`, expected one of",
        ),
        (
            "CartPole-v1",
            "CartPol-v1",
            4,
            "error: there is no task \"CartPol-v1\"; did you mean CartPole-v1? (task CartPol-v1, variant plain)",
        ),
        (
            "steps = 2048",
            "steps = 100",
            3,
            "error: small.toml: steps: 100 control steps are less than one cycle, which has 256 (2 environments x 128 steps) (task CartPole-v1, variant plain)",
        ),
        (
            "clip_range = 0.1",
            "clip_range = -1",
            3,
            "error: small.toml: ppo.clip_range: it is -1, expected a number at least 0 (task CartPole-v1, variant clipped)",
        ),
        (
            "seeds = [1, 2]",
            "seeds = \"2..1\"",
            3,
            "error: small.toml: seeds: expected seeds like 1..5",
        ),
        (
            "preset = \"none\"",
            "cycles = 4",
            3,
            "error: small.toml: cycles: the task's `steps` decide how many cycles there are",
        ),
        (
            "others.toml",
            "other.toml",
            3,
            "error: other.toml: file: No such file",
        ),
    ];
    for (right, wrong, code, message) in cases {
        let host = host();
        let text = SUITE.replace(right, wrong);
        std::fs::write(host.folder().join("small.toml"), text).unwrap();
        let outcome = host.call(&["benchmark", "small.toml"]);
        assert!(
            outcome.stderr.starts_with(message),
            "{}\nexpected {message}",
            outcome.stderr
        );
        assert_eq!(outcome.code, Some(*code), "{}", outcome.stderr);
        assert!(!host.folder().join("runs").exists() && !host.folder().join("benchmarks").exists());
    }
    let host = host();
    let cases: &[(&[&str], &str)] = &[
        (
            &["benchmark"],
            "error: command line: --task: no task is named: give a TOML file, or --task",
        ),
        (
            &["benchmark", "small.toml", "--task", "Pendulum"],
            "error: command line: --task: the file has no \"Pendulum\"; did you mean Pendulum-v1?",
        ),
        (
            &["benchmark", "report", "nowhere"],
            "error: nowhere is not the folder of a benchmark: it has no plan.json",
        ),
    ];
    for (arguments, message) in cases {
        let outcome = host.call(arguments);
        assert!(
            outcome.stderr.starts_with(message),
            "{}\nexpected {message}",
            outcome.stderr
        );
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    }
}

/// Every run of the committed suite can begin, and what it compares with can be read.
#[test]
fn the_suite_in_the_documentation_is_valid() {
    let host = Host::new();
    let suite = repository().join("host/docs/benchmarks/ppo.toml");
    let suite = suite.display().to_string();
    let outcome = host.call(&["benchmark", &suite, "--dry-run"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 70, "{}", outcome.stdout);
    let cheetah = "missing     ppo-halfcheetah-v5-default-seed-13 (488 cycles)";
    assert!(lines.contains(&cheetah), "{}", outcome.stdout);
    assert!(!host.folder().join("benchmarks").exists());
}
