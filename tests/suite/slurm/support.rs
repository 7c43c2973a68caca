//! A host whose search path has a SLURM on it.

use crate::determinism::latest_checkpoint;
use angora_tests::{Host, Outcome, repository};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A small run; long enough that a signal comes before its end.
pub const SETTINGS: [&str; 8] = [
    "--task",
    "CartPole-v1",
    "--preset",
    "none",
    "--cycles",
    "60",
    "--horizon",
    "64",
];

/// A folder with a host and a SLURM.
pub struct Cluster {
    pub host: Host,
}

impl Cluster {
    pub fn new() -> Self {
        Self { host: Host::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.host.folder().join(name)
    }

    /// Calls the host with SLURM on the search path.
    pub fn call(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Outcome {
        let programs = repository().join("tests/fixtures/slurm");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let (slurm, runs) = (self.path("slurm"), self.path("runs"));
        let mut all = vec![
            ("PATH", path.as_str()),
            ("FAKE_SLURM", slurm.to_str().unwrap()),
            ("FAKE_RUNS", runs.to_str().unwrap()),
        ];
        all.extend(environment);
        self.host.call_in(&all, arguments)
    }

    /// Submits a run named `job` and waits for its end.
    pub fn submit(&self, environment: &[(&str, &str)], more: &[&str]) -> Outcome {
        let submit = ["submit", "--name", "job", "--time", "1:00:00"];
        let arguments = [&submit[..], more, &["--", "--quiet"], &SETTINGS].concat();
        self.call(environment, &arguments)
    }

    /// What SLURM did, a line a segment.
    pub fn log(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.path("slurm/log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// Everything that the jobs printed.
    pub fn output(&self) -> String {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.path("runs/slurm"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "out"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect()
    }

    /// The same run without SLURM and in one piece. With as many threads: the last digits of a
    /// metric depend on them.
    pub fn uninterrupted(&self, seed: &str) -> PathBuf {
        let name = format!("whole-{seed}");
        let run = [
            "run",
            "--quiet",
            "--resume-or-begin",
            &name,
            "--seed",
            seed,
            "--threads",
            "1",
        ];
        let outcome = self.host.call(&[&run[..], &SETTINGS].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        self.path("runs").join(name)
    }
}

/// The same parameters, optimiser, counters, random streams and metrics, bitwise; segments and
/// what is measured in seconds apart.
pub fn assert_same(run: &Path, whole: &Path) {
    assert!(
        latest_checkpoint(run) == latest_checkpoint(whole),
        "{} differs from {}",
        run.display(),
        whole.display()
    );
    assert_eq!(metrics(run), metrics(whole));
    let best = |run: &Path| std::fs::read_to_string(run.join("checkpoints/best")).unwrap();
    assert_eq!(best(run), best(whole));
}

/// The lines of the metrics without what depends on the clock or on interruptions.
fn metrics(run: &Path) -> Vec<Value> {
    let mut lines = lines(run);
    for line in &mut lines {
        let line = line.as_object_mut().unwrap();
        let clocks = ["segment", "time/", "system/", "crc32c"];
        line.retain(|name, _| !clocks.iter().any(|clock| name.starts_with(clock)));
    }
    lines
}

pub fn lines(run: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The number of the last segment.
pub fn last_segment(run: &Path) -> u64 {
    lines(run).last().unwrap()["segment"].as_u64().unwrap()
}
