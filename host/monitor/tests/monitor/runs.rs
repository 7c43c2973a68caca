//! Folders of runs as the host writes them, for tests and benchmarks.

use serde_json::{Map, Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Settings of a run that is to be written.
#[derive(Debug, Clone)]
pub struct Plan {
    pub task: String,
    pub seed: u64,
    pub learning_rate: f64,
    /// Cycles after which it is complete.
    pub cycles: u64,
    /// Cycles that are done.
    pub done: u64,
    pub tags: Vec<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            task: "CartPole-v1".into(),
            seed: 1,
            learning_rate: 3e-4,
            cycles: 100,
            done: 100,
            tags: Vec::new(),
        }
    }
}

/// Writes a run: settings, plugins, metrics, log, pointers to checkpoints.
pub fn write(runs: &Path, id: &str, plan: &Plan) -> PathBuf {
    let folder = runs.join(id);
    fs::create_dir_all(folder.join("checkpoints")).expect("a folder");
    fs::write(folder.join("experiment.toml"), experiment(plan)).expect("writes");
    let lock = "[[plugin]]\nname = \"task-classic-control\"\nversion = \"0.1.0\"\ndigest = \"ab12cd34ef\"\nsource = \"x.so\"\n";
    fs::write(folder.join("angora.lock"), lock).expect("writes");
    let meta = json!({
        "began": "2026-11-26T06:00:00Z", "version": "0.1.0", "command": ["angora-host", "run"],
        "host": "here", "tags": plan.tags,
    });
    fs::write(folder.join("meta.json"), meta.to_string()).expect("writes");
    let metrics = File::create(folder.join("metrics.jsonl")).expect("creates");
    let mut metrics = BufWriter::new(metrics);
    let mut best = (0, f64::NEG_INFINITY);
    for cycle in 1..=plan.done {
        let value = return_at(plan, cycle);
        if value > best.1 && episodes_at(cycle) >= 50.0 {
            best = (cycle, value);
        }
        let line = line_with_best(plan, cycle, 0, (best.0 > 0).then_some(best));
        metrics.write_all(&line).expect("writes");
    }
    metrics.flush().expect("writes");
    let checkpoint = |label: &str, name: String| {
        fs::create_dir_all(folder.join("checkpoints").join(&name)).expect("a folder");
        fs::write(folder.join("checkpoints").join(label), name).expect("writes");
    };
    checkpoint("latest", format!("cycle-{:06}", plan.done));
    if best.0 > 0 {
        checkpoint("best", format!("best-{:06}", best.0));
    }
    event(
        &folder,
        json!({"event": "begun", "cycle": 0, "segment": 0, "pid": 1, "host": "elsewhere"}),
    );
    if plan.done >= plan.cycles {
        event(
            &folder,
            json!({"event": "finished", "end": "complete", "cycle": plan.done, "segment": 0}),
        );
    }
    folder
}

fn experiment(plan: &Plan) -> String {
    format!(
        "task = \"{}\"\nplugins = []\nbrain = \"simple\"\npreset = \"auto\"\nseed = {}\ncycles = {}\nenvironments = 8\nhorizon = 256\nthreads = 2\ndevice = \"cpu\"\nstop_at_threshold = false\n\n[ppo]\nlearning_rate = {}\nepochs = 4\ntarget_kl = 0.0\n\n[checkpoint]\ninterval_secs = 10.0\nevery = 0\n\n[[preprocessors]]\nid = \"normalise-sensations\"\n[preprocessors.config]\nclip = 10.0\n\n[task_config]\nvelocity = true\n",
        plan.task, plan.seed, plan.cycles, plan.learning_rate
    )
}

/// The mean return that a cycle of a plan reports.
pub fn return_at(plan: &Plan, cycle: u64) -> f64 {
    let progress = cycle as f64 / plan.cycles as f64;
    let noise = ((cycle * 7919 + plan.seed * 104_729) % 1_000) as f64 / 1_000.0 - 0.5;
    500.0 * progress.sqrt() + 20.0 * noise + 1e4 * plan.learning_rate
}

fn episodes_at(cycle: u64) -> f64 {
    (20 * cycle).min(100) as f64
}

/// A line of `metrics.jsonl`, with newline: about a kilobyte, as the host writes it.
pub fn line(plan: &Plan, cycle: u64, segment: u64) -> Vec<u8> {
    line_with_best(plan, cycle, segment, None)
}

/// The same of a run that has chosen the parameters of a cycle, by a mean return.
pub fn line_with_best(plan: &Plan, cycle: u64, segment: u64, best: Option<(u64, f64)>) -> Vec<u8> {
    let mut line = Map::new();
    let mut put = |name: &str, value: f64| line.insert(name.to_owned(), value.into());
    put("cycle", cycle as f64);
    put("segment", segment as f64);
    put("rollout/ep_rew_mean", return_at(plan, cycle));
    put("rollout/ep_len_mean", return_at(plan, cycle).abs());
    put("rollout/episodes", episodes_at(cycle));
    put("rollout/cycle_episodes", 20.0);
    if let Some((cycle, value)) = best {
        put("best/return_mean", value);
        put("best/cycle", cycle as f64);
    }
    let wave = (cycle as f64 * 0.7 + plan.seed as f64).sin();
    for (i, name) in NOISE.iter().enumerate() {
        put(name, 0.012_345_678_9 * (i + 1) as f64 * (1.1 + wave));
    }
    put("time/iterations", cycle as f64);
    put("time/total_timesteps", (cycle * 2_048) as f64);
    put("time/time_elapsed", cycle as f64 * 0.25);
    put("time/fps", 8_192.0);
    line.insert("cycle".into(), cycle.into());
    line.insert("segment".into(), segment.into());
    let mut text = serde_json::to_vec(&Value::Object(line)).expect("JSON");
    text.push(b'\n');
    text
}

const NOISE: [&str; 22] = [
    "reward/balance",
    "reward/control",
    "train/policy_gradient_loss",
    "train/value_loss",
    "train/entropy_loss",
    "train/loss",
    "train/approx_kl",
    "train/clip_fraction",
    "train/clip_range",
    "train/explained_variance",
    "train/gradient_norm",
    "train/learning_rate",
    "region/policy/gradient_norm",
    "region/policy/weight_norm",
    "region/value/gradient_norm",
    "region/value/weight_norm",
    "normaliser/proprioception/mean_min",
    "normaliser/proprioception/mean_max",
    "time/gathering_secs",
    "time/optimisation_secs",
    "system/resident_bytes",
    "system/cpu_secs",
];

/// Appends to a file of a run.
pub fn append(run: &Path, name: &str, bytes: &[u8]) {
    let mut file = OpenOptions::new();
    let file = file.create(true).append(true).open(run.join(name));
    file.expect("opens").write_all(bytes).expect("writes");
}

/// Appends to the log of a run; keys that are not given get values of a run's beginning.
pub fn event(run: &Path, event: Value) {
    let mut line = json!({
        "time": "2026-11-26T06:00:00Z", "segment": 0, "cycle": 0, "steps": 0,
        "version": "0.1.0", "host": "elsewhere", "pid": 1, "cycles": 100,
        "checkpoint": "cycle-000000", "exit_code": 1, "saved": true, "return": null,
    });
    for (key, value) in event.as_object().expect("an object") {
        line[key] = value.clone();
    }
    append(run, "events.jsonl", format!("{line}\n").as_bytes());
}
