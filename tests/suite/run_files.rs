//! What a run writes of itself: metrics, its log, event files, its brain.

use crate::determinism::latest_checkpoint;
use angora_tests::{Host, repository};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::Path;
use std::process::Command;

type Line = Map<String, Value>;

/// The lines of a file of JSON objects.
fn lines(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// The metrics of each cycle; the checks of the lines are others where clocks are.
fn metrics(run: &Path) -> Vec<Line> {
    let mut lines = lines(&run.join("metrics.jsonl"));
    for line in &mut lines {
        assert!(line.remove("crc32c").is_some(), "a line without a check");
    }
    lines
}

/// Damage and missing cycles are said by `runs`, with file and line, and change no other number.
#[test]
fn damaged_metrics_are_named() {
    let host = Host::new();
    train(
        &host,
        "runs",
        &["--task", "CartPole-v1", "--cycles", "4", "--horizon", "32"],
    );
    let path = host.only_run("runs").join("metrics.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let list = |json: &[&str]| host.call(&[&["runs"], json].concat());
    assert!(!list(&[]).stderr.contains("warning"), "nothing is wrong");
    let mut damaged: Vec<&str> = text.lines().collect();
    damaged.remove(1);
    let changed = damaged[1].replacen("rollout", "r0llout", 1);
    damaged[1] = &changed;
    std::fs::write(&path, damaged.join("\n") + "\n").unwrap();
    let said = list(&[]).stderr;
    let expected = "metrics.jsonl: line 2 is damaged; cycles 2 to 3 are missing before line 3";
    assert!(said.contains(expected), "{said}");
    let rows: Value = serde_json::from_str(&list(&["--json"]).stdout).unwrap();
    assert!(rows[0]["warnings"][0].as_str().unwrap().ends_with(expected));
    assert_eq!(rows[0]["cycle"], 4);
}

fn number(line: &Line, name: &str) -> f64 {
    let value = line.get(name).and_then(Value::as_f64);
    value.unwrap_or_else(|| panic!("{name} is not in {line:?}"))
}

fn events(run: &Path) -> Vec<String> {
    let lines = lines(&run.join("events.jsonl"));
    let words = lines
        .iter()
        .map(|line| line["event"].as_str().unwrap().to_owned());
    // How soon something is the best so far is chance.
    words.filter(|word| word != "best").collect()
}

fn train(host: &Host, runs: &str, more: &[&str]) {
    let common = ["run", "--quiet", "--runs", runs];
    let outcome = host.call(&[&common, more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

/// What does not depend on clocks: JSON keeps every bit.
fn timeless(run: &Path) -> Vec<Line> {
    let counted = ["time/iterations", "time/total_timesteps"];
    let clocks = ["time/", "system/", "segment"];
    let mut lines = metrics(run);
    for line in &mut lines {
        line.retain(|name, _| {
            let clock = clocks.iter().any(|clock| name.starts_with(clock));
            !clock || counted.contains(&name.as_str())
        });
    }
    lines
}

/// A horizon is gathered for the statistics alone before the first cycle; its steps do not count.
#[test]
fn statistics_are_warmed_up_before_the_first_cycle() {
    let host = Host::new();
    let train = |runs: &str, warm_up: &str| {
        let cart_pole = ["--task", "CartPole-v1", "--preset", "none", "--cycles", "1"];
        train(&host, runs, &[&cart_pole[..], &["--set", warm_up]].concat());
        metrics(&host.only_run(runs)).remove(0)
    };
    let warm = train("warm", "warm_up=true");
    let cold = train("cold", "warm_up=false");
    let batch = number(&cold, "time/total_timesteps");
    assert_eq!(number(&warm, "time/total_timesteps"), batch);
    let samples = |line: &Line| number(line, "normaliser/proprioception/samples");
    let (warm, cold) = (samples(&warm), samples(&cold));
    assert!(cold >= batch && cold < 1.3 * batch, "{cold} of {batch}");
    assert!(
        warm >= 2.0 * batch && warm < 2.6 * batch,
        "{warm} of {batch}"
    );
}

fn same(found: &[Line], expected: &[Line], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        for name in found.keys().chain(expected.keys()) {
            let cycle = &expected["cycle"];
            assert_eq!(
                found.get(name),
                expected.get(name),
                "{what}, cycle {cycle}: {name}"
            );
        }
    }
}

const REACH: [&str; 10] = [
    "--task",
    "ReachPlanar-v1",
    "--environments",
    "6",
    "--horizon",
    "128",
    "--cycles",
    "6",
    "--set",
    "ppo.minibatch_size=192",
];

#[test]
fn metrics_are_the_same_for_any_number_of_threads_and_over_a_resume() {
    let host = Host::new();
    let run = |threads: &str, more: &[&str]| {
        let runs = format!("runs-{threads}");
        train(
            &host,
            &runs,
            &[&REACH, &["--threads", threads][..], more].concat(),
        );
        host.only_run(&runs)
    };
    let one = timeless(&run("1", &[]));
    assert_eq!(one.len(), 6);
    for name in [
        "reward/progress",
        "rollout/success_rate",
        "region/policy/gradient_norm",
    ] {
        assert!(one[5].contains_key(name), "{name}");
    }
    same(&timeless(&run("3", &[])), &one, "3 threads");
    let parts = run("2", &["--set", "checkpoint.every=2"]);
    let id = parts.display().to_string();
    train(
        &host,
        "runs-2",
        &["--resume", &id, "--checkpoint", "cycle-000002"],
    );
    same(&timeless(&parts), &one, "resumed after cycle 2");
    let segments: Vec<u64> = metrics(&parts)
        .iter()
        .map(|m| m["segment"].as_u64().unwrap())
        .collect();
    assert_eq!(segments, [0, 0, 1, 1, 1, 1]);
}

/// Numbers of different origin that must agree.
#[test]
fn terms_successes_and_norms_are_what_they_say() {
    let host = Host::new();
    // One update a cycle: its gradient is the mean gradient.
    let single = [
        "--set",
        "ppo.epochs=1",
        "--set",
        "ppo.minibatch_size=768",
        "--freeze",
        "value",
        "--tag",
        "a",
    ];
    train(&host, "runs", &[&REACH[..8], &single].concat());
    let run = host.only_run("runs");
    let all = metrics(&run);
    for line in &all {
        let parts =
            ["progress", "control", "success"].map(|t| number(line, &format!("reward/{t}")));
        let mean = number(line, "rollout/ep_rew_mean");
        assert!(
            (parts.iter().sum::<f64>() - mean).abs() < 1e-9,
            "{parts:?} {mean}"
        );
        // The reward has a term of 1 where the fingertip arrives, which ends the episode.
        assert_eq!(number(line, "rollout/success_rate"), parts[2]);
        assert_eq!(number(line, "rollout/success_steps_mean"), parts[2]);
        let truncated = number(line, "rollout/truncated_fraction");
        assert!((truncated + parts[2] - 1.0).abs() < 1e-12, "{truncated}");
        let least = number(line, "rollout/ep_rew_min");
        assert!(least <= mean && mean <= number(line, "rollout/ep_rew_max"));

        let squares: f64 = line
            .iter()
            .filter(|(name, _)| name.starts_with("region/") && name.ends_with("/gradient_norm"))
            .map(|(_, norm)| norm.as_f64().unwrap().powi(2))
            .sum();
        let whole = number(line, "train/gradient_norm");
        assert!(
            (squares.sqrt() / whole - 1.0).abs() < 1e-6,
            "{squares} {whole}"
        );
        assert_eq!(number(line, "region/value/gradient_norm"), 0.0, "frozen");
        // What every environment senses at each step, and at each beginning of an episode.
        assert!(number(line, "normaliser/goal/samples") > number(line, "time/total_timesteps"));
    }
    let last = all.last().unwrap();
    for (region, norm) in weight_norms(&run) {
        let reported = number(last, &format!("region/{region}/weight_norm"));
        assert!(
            (reported / norm - 1.0).abs() < 1e-6,
            "{region}: {reported} {norm}"
        );
    }
}

/// The norm of each region in the latest checkpoint, in f64, from the file as its format says.
fn weight_norms(run: &Path) -> BTreeMap<String, f64> {
    let files = latest_checkpoint(run);
    let file = |name: &str| &files.iter().find(|(n, _)| n == name).unwrap().1;
    let brain = file("brain.safetensors");
    let header = usize::try_from(u64::from_le_bytes(brain[..8].try_into().unwrap())).unwrap();
    let tensors: Line = serde_json::from_slice(&brain[8..8 + header]).unwrap();
    let state: Value = serde_json::from_slice(file("state.json")).unwrap();
    // region -> names, wherever in its section.
    let regions = find_regions(&state).expect("the checkpoint names its regions");
    let mut norms = BTreeMap::new();
    for (region, names) in regions {
        let mut squares = 0.0;
        for name in names.as_array().unwrap() {
            let place = &tensors[name.as_str().unwrap()]["data_offsets"];
            let at = |i: usize| 8 + header + usize::try_from(place[i].as_u64().unwrap()).unwrap();
            for value in brain[at(0)..at(1)].chunks_exact(4) {
                let value = f32::from_le_bytes(value.try_into().unwrap());
                squares += f64::from(value).powi(2);
            }
        }
        norms.insert(region, f64::sqrt(squares));
    }
    assert!(norms.len() >= 4, "{norms:?}");
    norms
}

fn find_regions(state: &Value) -> Option<Line> {
    let section = &state["sections"]["regions"];
    let inside = section.as_object()?.values().find_map(Value::as_object);
    inside.cloned()
}

#[test]
fn every_metric_is_in_the_catalogue() {
    let host = Host::new();
    let reference = std::fs::read_to_string(repository().join("host/docs/reference.md")).unwrap();
    let described: Vec<&str> = reference
        .split("## Metrics")
        .nth(1)
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let covers = |description: &str, name: &str| match description.split_once('<') {
        None => description == name,
        Some((before, rest)) => {
            let after = rest.split_once('>').unwrap().1;
            let long = name.len() > before.len() + after.len();
            long && name.starts_with(before) && name.ends_with(after)
        }
    };
    let mut written: Vec<String> = Vec::new();
    let tasks = ["ReachPlanar-v1", "CartPole-v1", "FreeReachSequential-v1"];
    for (i, task) in tasks.iter().enumerate() {
        let runs = format!("runs-{i}");
        let short = ["--task", task, "--cycles", "2", "--horizon", "512"];
        let evaluated = ["--set", "evaluation.every_cycles=1"];
        train(&host, &runs, &[&short[..], &evaluated].concat());
        let all = metrics(&host.only_run(&runs));
        written.extend(all.iter().flat_map(|line| line.keys().cloned()));
    }
    let besides = ["cycle", "segment"];
    for name in written
        .iter()
        .filter(|name| !besides.contains(&name.as_str()))
    {
        let found = described
            .iter()
            .any(|description| covers(description, name));
        assert!(found, "{name} is not described");
    }
    // And nothing is described that no run writes.
    for description in described {
        let found = written.iter().any(|name| covers(description, name));
        assert!(found, "{description} is written by no run");
    }
}

#[test]
fn the_log_tells_how_each_segment_began_and_ended() {
    let host = Host::new();
    let short = ["--task", "CartPole-v1", "--horizon", "64", "--threads", "1"];
    train(&host, "runs", &[&short[..], &["--cycles", "3"]].concat());
    let run = host.only_run("runs");
    let id = run.display().to_string();
    assert_eq!(
        events(&run),
        ["begun", "checkpoint", "checkpoint", "finished"]
    );
    assert!(!run.join("heartbeat.json").exists());

    // What a crash leaves: half a line, a heartbeat of a process that is gone.
    let mut log = OpenOptions::new()
        .append(true)
        .open(run.join("events.jsonl"))
        .unwrap();
    std::io::Write::write_all(&mut log, b"{\"time\":\"2026-01").unwrap();
    let mut child = host.start(&["run", "--quiet", "--resume", &id, "--cycles", "1000000"]);
    while metrics_len(&run) < 5 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let state = || {
        let list = host.call(&["runs", "--json"]);
        let rows: Value = serde_json::from_str(&list.stdout).unwrap();
        rows[0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "running");
    let beat: Value =
        serde_json::from_slice(&std::fs::read(run.join("heartbeat.json")).unwrap()).unwrap();
    assert_eq!(beat["pid"], child.id());
    assert_eq!(beat["segment"], 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(state(), "killed");

    let mut child = host.start(&["run", "--quiet", "--resume", &id]);
    while !events(&run).ends_with(&["resumed".to_owned()]) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(state(), "interrupted");
    assert!(!run.join("heartbeat.json").exists());
    let log = lines(&run.join("events.jsonl"));
    let last = log.last().unwrap();
    assert_eq!(
        (&last["event"], &last["exit_code"]),
        (&"interrupted".into(), &130.into())
    );
    assert_eq!(last["segment"], 2);
    let resumed = log.iter().find(|line| line["event"] == "resumed").unwrap();
    assert_eq!(resumed["checkpoint"], "cycle-000003");
    assert_eq!(
        (&resumed["cycle"], &resumed["steps"]),
        (&3.into(), &(3 * 64 * 8).into())
    );
    assert_eq!(resumed["cycles"], 1_000_000);
}

fn metrics_len(run: &Path) -> usize {
    let text = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap_or_default();
    text.lines().count()
}

#[test]
fn a_fault_is_logged_as_it_is_printed() {
    let host = Host::new();
    host.add_plugin("misbehaving");
    let outcome = host.call(&[
        "run",
        "--task",
        "Liar-v0",
        "--preset",
        "none",
        "--set",
        "task_config.lie=panic-in-step",
        "--set",
        "warm_up=false",
    ]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    let run = host.only_run("runs");
    let log = lines(&run.join("events.jsonl"));
    let fault = log.last().unwrap();
    assert_eq!(fault["event"], "fault");
    assert_eq!(
        (&fault["exit_code"], &fault["saved"]),
        (&4.into(), &true.into())
    );
    let printed = format!("error: {}", fault["message"].as_str().unwrap());
    assert!(
        outcome
            .stderr
            .contains(&printed.replace(&host.folder().display().to_string(), "FOLDER")),
        "{printed}\n{}",
        outcome.stderr
    );
    // Before it the checkpoint that was saved because of it.
    assert_eq!(log[log.len() - 2]["checkpoint"], "cycle-000000-fault");
    let list = host.call(&["runs", "--state", "failed"]);
    assert!(list.stdout.contains("failed"), "{}", list.stdout);
}

#[test]
fn notes_and_warnings_are_logged() {
    let host = Host::new();
    let linear = [
        "--task",
        "CartPole-v1",
        "--cycles",
        "2",
        "--set",
        "ppo.learning_rate_schedule=\"linear\"",
    ];
    train(&host, "runs", &[&linear[..], &["--horizon", "64"]].concat());
    let run = host.only_run("runs");
    let lock = run.join("angora.lock");
    let text = std::fs::read_to_string(&lock).unwrap();
    let at = text.find("digest = \"").unwrap() + "digest = \"".len();
    std::fs::write(&lock, format!("{}0000{}", &text[..at], &text[at + 4..])).unwrap();
    let outcome = host.call(&["run", "--quiet", "--resume", "latest", "--cycles", "3"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let logged = |event: &str| {
        let log = lines(&run.join("events.jsonl"));
        let line = log.into_iter().find(|line| line["event"] == event);
        let line = line.unwrap_or_else(|| panic!("no {event}"));
        line["message"].as_str().unwrap().to_owned()
    };
    assert!(
        outcome
            .stderr
            .contains(&format!("warning: {}", logged("warning"))),
        "{}",
        outcome.stderr
    );
    assert!(logged("warning").contains("is another build"));
    assert!(
        outcome
            .stderr
            .contains(&format!("note      {}", logged("note"))),
        "{}",
        outcome.stderr
    );
}

#[test]
fn the_brain_of_a_run_is_drawn_into_its_folder() {
    let host = Host::new();
    let recurrent = [
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--set",
        "brain_config.cell=lstm",
    ];
    train(&host, "runs", &recurrent);
    let run = host.only_run("runs");
    let id = run.display().to_string();
    let svg = host.folder().join("brain.svg");
    let shown = host.call(&[
        "brain",
        "show",
        "--run",
        &id,
        "--json",
        "--svg",
        &svg.display().to_string(),
    ]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    assert_eq!(
        read(&run.join("brain.json")).trim_end(),
        shown.stdout.trim_end()
    );
    assert_eq!(read(&run.join("brain.svg")), read(&svg));
    // A run of before there was one has it after a resume.
    std::fs::remove_file(run.join("brain.json")).unwrap();
    train(&host, "runs", &["--resume", &id, "--cycles", "2"]);
    assert_eq!(
        read(&run.join("brain.json")).trim_end(),
        shown.stdout.trim_end()
    );
}

/// Every scalar as TensorBoard's own reader has it: tag -> step, wall time, value.
fn read_event_files(run: &Path) -> BTreeMap<String, Vec<(u64, f64, f64)>> {
    let reader = repository().join("native/tensorboard");
    assert!(
        reader.exists(),
        "TensorBoard's reader is not in native/tensorboard: `./angora test` fetches it"
    );
    let output = Command::new("python3")
        .arg(repository().join("tests/fixtures/read_events.py"))
        .arg(run.join("tensorboard"))
        .env("PYTHONPATH", reader)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The event files hold what `metrics.jsonl` does, no more and no less.
fn event_files_agree(run: &Path) {
    let read = read_event_files(run);
    let mut expected: BTreeMap<String, Vec<(u64, f64, f64)>> = BTreeMap::new();
    for line in metrics(run) {
        let step = number(&line, "time/total_timesteps") as u64;
        let wall_time = number(&line, "time/unix_secs");
        for (name, value) in &line {
            if !["cycle", "segment", "time/unix_secs"].contains(&name.as_str()) {
                let value = f64::from(value.as_f64().unwrap() as f32);
                let values = expected.entry(name.clone()).or_default();
                values.push((step, wall_time, value));
            }
        }
    }
    assert!(expected.len() > 40 && expected["train/loss"].len() > 3);
    assert_eq!(
        read.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (name, values) in expected {
        assert_eq!(read[&name], values, "{name}");
    }
}

#[test]
fn tensorboard_reads_what_the_metrics_say_also_after_a_kill_and_a_resume() {
    let host = Host::new();
    let settings = ["--set", "checkpoint.every=2"];
    train(&host, "runs", &[&REACH, &settings[..]].concat());
    let run = host.only_run("runs");
    let id = run.display().to_string();
    event_files_agree(&run);
    // As if it had been killed while it wrote the last record.
    let folder = run.join("tensorboard");
    let first = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let file = OpenOptions::new().write(true).open(&first).unwrap();
    let len = file.metadata().unwrap().len();
    file.set_len(len - 100).unwrap();
    train(
        &host,
        "runs",
        &[
            "--resume",
            &id,
            "--checkpoint",
            "cycle-000004",
            "--cycles",
            "7",
        ],
    );
    event_files_agree(&run);
    // And from before where the first file ends, at once.
    train(
        &host,
        "runs",
        &[
            "--resume",
            &id,
            "--checkpoint",
            "cycle-000002",
            "--cycles",
            "5",
        ],
    );
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3);
    event_files_agree(&run);

    train(
        &host,
        "without",
        &[&REACH, &["--set", "tensorboard=false"][..]].concat(),
    );
    assert!(!host.only_run("without").join("tensorboard").exists());
}
