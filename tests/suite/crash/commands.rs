//! The commands that are disturbed.

use super::{Files, Scenario};
use crate::determinism::latest_checkpoint;
use crate::registry::fixture;
use angora_tests::Host;
use std::path::Path;
use std::sync::OnceLock;

/// A run that is small and has all that a checkpoint can hold.
const SETTINGS: &str = r#"
task = "CartPole-v1"
preset = "none"
environments = 2
horizon = 32
threads = 1
tensorboard = true
[ppo]
minibatch_size = 32
epochs = 1
[brain_config]
cell = "gru"
[checkpoint]
every = 1
"#;

pub const TRAIN: [&str; 7] = [
    "run",
    "small.toml",
    "--quiet",
    "--resume-or-begin",
    "job",
    "--cycles",
    "2",
];

pub fn settings(host: &Host) {
    std::fs::write(host.folder().join("small.toml"), SETTINGS).unwrap();
}

fn trained(host: &Host) {
    settings(host);
    let outcome = host.call(&TRAIN);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

/// The last checkpoint, and which cycles the metrics have.
pub fn job(folder: &Path) -> Files {
    let run = folder.join("runs/job");
    let mut files = latest_checkpoint(&run);
    let metrics = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let cycles: Vec<String> = metrics
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["cycle"].to_string()
        })
        .collect();
    files.push(("cycles".into(), cycles.join(" ").into_bytes()));
    files
}

#[test]
fn training() {
    Scenario {
        name: "training",
        prepared: &settings,
        command: &TRAIN,
        again: None,
        found: &job,
    }
    .sweep();
}

/// A batch system starts a finished job again: there is nothing to do, and nothing is lost.
#[test]
fn a_finished_run_that_is_queued_again() {
    Scenario {
        name: "requeue",
        prepared: &trained,
        command: &TRAIN,
        again: None,
        found: &job,
    }
    .sweep();
}

/// From an older checkpoint; whatever is killed, the same command gives the same end.
#[test]
fn a_run_that_goes_on_from_an_older_checkpoint() {
    Scenario {
        name: "resume",
        prepared: &trained,
        command: &[
            "run",
            "--quiet",
            "--resume",
            "job",
            "--checkpoint",
            "cycle-000001",
        ],
        again: Some(&["run", "--quiet", "--resume", "job"]),
        found: &job,
    }
    .sweep();
}

/// What is below a folder of a host's, whose own name may be in files; a temporary file that a
/// killed process has left would be there too.
fn below(host: &Path, folder: &str) -> Files {
    let here = host.display().to_string();
    let read = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        match String::from_utf8(bytes) {
            Ok(text) => text.replace(&here, "[HOST]").into_bytes(),
            Err(binary) => binary.into_bytes(),
        }
    };
    let folder = &host.join(folder);
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push((name, read(&path))),
            }
        }
    }
    files.sort();
    files
}

/// A package that was packed and signed once, elsewhere.
fn packed(host: &Host) {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let author = fixture::author();
        std::fs::read(fixture::pack(&author, "reach", "1.0.0", &[])).unwrap()
    });
    std::fs::write(host.folder().join(PACKAGE), bytes).unwrap();
    std::fs::create_dir(host.folder().join("shared")).unwrap();
}

const PACKAGE: &str = "reach-1.0.0.angora";

#[test]
fn publishing() {
    Scenario {
        name: "publish",
        prepared: &packed,
        command: &["plugin", "publish", PACKAGE, "--registry", "shared"],
        again: None,
        found: &|host| below(host, "shared"),
    }
    .sweep();
}

#[test]
fn installing() {
    Scenario {
        name: "install",
        prepared: &packed,
        command: &["plugin", "install", PACKAGE, "--allow-untrusted"],
        again: None,
        found: &|host| below(host, ".local/share/angora/installed"),
    }
    .sweep();
}

fn suite(host: &Host) {
    let suite = r#"
seeds = [1]
[evaluation]
episodes = 1
[settings]
preset = "none"
environments = 2
horizon = 32
ppo.minibatch_size = 32
ppo.epochs = 1
[[task]]
id = "CartPole-v1"
steps = 128
"#;
    std::fs::write(host.folder().join("tiny.toml"), suite).unwrap();
}

#[test]
fn benchmarking() {
    Scenario {
        name: "benchmark",
        prepared: &suite,
        command: &["benchmark", "tiny.toml"],
        again: Some(&["benchmark", "tiny.toml", "--retry-failed"]),
        found: &|folder| {
            let text = std::fs::read(folder.join("benchmarks/tiny/results.json")).unwrap();
            let results: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let cell = &results["cells"][0];
            let learned = serde_json::json!([
                cell["state"],
                cell["learning"]["curve"],
                cell["evaluation"]["mean_return"]
            ]);
            vec![("learned".into(), learned.to_string().into_bytes())]
        },
    }
    .sweep();
}
