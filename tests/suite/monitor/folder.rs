//! Folders of runs, written as a run writes them, with curves that are known beforehand.

use angora_tests::Host;
use serde_json::{Map, Value, json};
use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Control steps of a cycle.
pub const STEPS: u64 = 2048;

/// A run that is to be written.
#[derive(Debug, Clone)]
pub struct Run {
    pub id: String,
    pub seed: u64,
    pub learning_rate: f64,
    pub cycles: u64,
    /// Return that it comes near.
    pub top: f64,
    /// Cycle at which it was resumed.
    pub resumed: Option<u64>,
}

impl Run {
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            seed: 1,
            learning_rate: 1e-3,
            cycles: 60,
            top: 480.0,
            resumed: None,
        }
    }

    /// Mean return of a cycle.
    pub fn episode_return(&self, cycle: u64) -> f64 {
        let wobble = ((cycle * 7 + self.seed * 13) % 11) as f64 - 5.0;
        self.top * (1.0 - (-(cycle as f64) / 12.0).exp()) + wobble
    }
}

/// A folder of runs below the folder of a host.
pub struct Runs {
    pub host: Host,
    experiment: String,
    lock: String,
    brain: String,
    picture: String,
}

impl Runs {
    /// None yet. Settings, plugins and brain are those of a real run.
    pub fn new() -> Self {
        let host = Host::new();
        let outcome = host.call(&[
            "run",
            "--quiet",
            "--task",
            "CartPole-v1",
            "--cycles",
            "1",
            "--horizon",
            "32",
            "--runs",
            "template",
        ]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let template = host.only_run("template");
        let read = |name: &str| fs::read_to_string(template.join(name)).expect("reads");
        let picture = host.folder().join("brain.svg");
        let svg = picture.display().to_string();
        let show = [
            "brain",
            "show",
            "--task",
            "CartPole-v1",
            "--json",
            "--svg",
            &svg,
        ];
        let brain = host.call(&show).stdout;
        let picture = fs::read_to_string(picture).expect("reads");
        fs::create_dir(host.folder().join("runs")).expect("a folder");
        Self {
            experiment: read("experiment.toml"),
            lock: read("angora.lock"),
            brain,
            picture,
            host,
        }
    }

    /// Where a run lies.
    pub fn path(&self, id: &str) -> PathBuf {
        self.host.folder().join("runs").join(id)
    }

    /// Writes a finished run.
    pub fn add(&self, run: &Run) -> PathBuf {
        let path = self.path(&run.id);
        fs::create_dir(&path).expect("a folder");
        let write = |name: &str, text: &str| fs::write(path.join(name), text).expect("writes");
        write("experiment.toml", &self.settings(run));
        write("angora.lock", &self.lock);
        write("brain.json", &self.brain);
        write("brain.svg", &self.picture);
        let command = ["angora-host", "run", "--task", "CartPole-v1"];
        let meta =
            json!({ "began": "2026-03-01T10:00:00Z", "version": "0.1.0", "command": command });
        write("meta.json", &meta.to_string());
        write("metrics.jsonl", &lines(run, 1..=run.cycles));
        write("events.jsonl", &events(run));
        path
    }

    fn settings(&self, run: &Run) -> String {
        let mut text = String::new();
        for line in self.experiment.lines() {
            let key = line.split(" = ").next().unwrap_or("");
            match key {
                "seed" => writeln!(text, "seed = {}", run.seed),
                "cycles" => writeln!(text, "cycles = {}", run.cycles),
                "learning_rate" => writeln!(text, "learning_rate = {:?}", run.learning_rate),
                _ => writeln!(text, "{line}"),
            }
            .expect("writes");
        }
        text
    }
}

/// Lines of `metrics.jsonl`.
pub fn lines(run: &Run, cycles: impl Iterator<Item = u64>) -> String {
    cycles.map(|cycle| line(run, cycle)).collect()
}

/// The line of a cycle.
fn line(run: &Run, cycle: u64) -> String {
    let value = run.episode_return(cycle);
    let part = (-(cycle as f64) / 40.0).exp();
    let segment = u64::from(run.resumed.is_some_and(|at| cycle > at));
    let mut line = Map::new();
    line.insert("cycle".into(), cycle.into());
    line.insert("segment".into(), segment.into());
    let returns = (1..=cycle).map(|cycle| run.episode_return(cycle));
    let metrics = [
        ("best/return_mean", returns.fold(f64::MIN, f64::max)),
        ("rollout/ep_rew_mean", value),
        ("rollout/ep_rew_min", value * 0.6),
        ("rollout/ep_rew_max", value * 1.2),
        ("rollout/ep_len_mean", value),
        ("rollout/episodes", 100.0),
        ("rollout/success_rate", (value / 500.0).clamp(0.0, 1.0)),
        ("reward/balance", value * 1.1),
        ("reward/effort", value * -0.1),
        ("train/policy_gradient_loss", -0.01 * part),
        ("train/value_loss", 0.5 * part),
        ("train/entropy_loss", -0.6 * part),
        ("train/loss", 0.48 * part),
        ("train/approx_kl", 0.01 * part),
        ("train/clip_fraction", 0.1 * part),
        ("train/explained_variance", 1.0 - part),
        ("train/gradient_norm", 0.4 * part),
        ("train/learning_rate", run.learning_rate),
        ("region/policy/gradient_norm", 0.3 * part),
        ("region/policy/weight_norm", 9.0 - part),
        ("region/value/gradient_norm", 0.2 * part),
        ("region/value/weight_norm", 8.0 - part),
        ("normaliser/proprioception/mean_min", -0.1),
        ("normaliser/proprioception/mean_max", 0.2),
        ("normaliser/proprioception/std_mean", 1.0),
        ("time/iterations", cycle as f64),
        ("time/total_timesteps", (cycle * STEPS) as f64),
        ("time/time_elapsed", cycle as f64 * 0.5),
        ("time/unix_secs", 1_772_359_200.0 + cycle as f64 * 0.5),
        ("time/cycle_secs", 0.5),
        ("time/fps", 4096.0),
        ("time/gathering_fraction", 0.6),
        ("time/optimisation_fraction", 0.35),
        ("system/resident_bytes", 1.8e8),
        ("system/cores_busy", 1.9),
    ];
    for (name, value) in metrics {
        line.insert(name.into(), value.into());
    }
    format!("{}\n", Value::Object(line))
}

fn events(run: &Run) -> String {
    let mut text = String::new();
    let mut event = |seconds: u64, cycle: u64, more: Value| {
        let mut line = json!({ "time": format!("2026-03-01T10:{:02}:{:02}Z", seconds / 60, seconds % 60),
            "segment": 0, "cycle": cycle, "steps": cycle * STEPS });
        if let (Some(line), Some(more)) = (line.as_object_mut(), more.as_object()) {
            line.extend(more.clone());
        }
        writeln!(text, "{line}").expect("writes");
    };
    let begun = json!({ "event": "begun", "version": "0.1.0", "host": "node-1", "pid": 1, "cycles": run.cycles });
    event(0, 0, begun);
    let warning = json!({ "event": "warning", "message": "the value loss grows <b>fast</b>" });
    event(5, run.cycles / 2, warning);
    let best = json!({ "event": "best", "checkpoint": "best-000060", "best_cycle": run.cycles, "return": run.episode_return(run.cycles) });
    event(29, run.cycles, best);
    let finished = json!({ "event": "finished", "end": "complete", "return": run.top });
    event(30, run.cycles, finished);
    text
}

/// Writes a small recording: a rod that turns on a floor.
pub fn record(run: &Path, name: &str) {
    let folder = run.join("recordings").join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let steps = 40;
    let channel = |name: &str, group: &str, axis: &str, dtype: &str, shape: Value| json!({ "name": name, "group": group, "axis": axis, "dtype": dtype, "shape": shape, "unit": "" });
    let mut terms = channel("reward_terms", "reward", "step", "F64", json!([2]));
    terms["components"] = json!(["turn", "effort"]);
    let header = json!({
        "format": 1, "name": name, "run": "r", "task": "Rod-v0", "body": null, "reward": null, "brain": "simple",
        "checkpoint": { "name": "best-000040", "label": "best", "cycle": 40, "digest": "0" },
        "seed": 1, "deterministic": true, "max_steps": null, "host_version": "0.1.0",
        "control_timestep": 0.05, "limit": 4096, "omitted": [],
        "channels": [
            channel("time", "time", "state", "F64", json!([])),
            terms,
            channel("body_pose", "scene", "state", "F32", json!([2, 7])),
            channel("sensation.touch", "sense", "state", "F32", json!([2])),
            channel("activity.policy", "activity", "step", "F32", json!([32])),
            channel("activity_mean.policy", "activity_mean", "step", "F32", json!([])),
        ],
        "episodes": [
            { "number": 0, "file": "episode-000.safetensors", "steps": steps, "ending": "truncated", "return": 30.5, "reward_term_sums": [40.0, -9.5] },
            { "number": 1, "file": "episode-001.safetensors", "steps": steps, "ending": "terminated", "return": 12.0, "reward_term_sums": [20.0, -8.0] },
        ],
        "scene": {
            "bodies": [{ "name": "world", "parent": 0 }, { "name": "rod", "parent": 0 }],
            "geoms": [
                { "name": "floor", "body": 0, "type": "plane", "size": [2, 2, 0.1], "rgba": [0.8, 0.9, 0.8, 1], "position": [0, 0, 0], "orientation": [1, 0, 0, 0], "group": 0 },
                { "name": "rod", "body": 1, "type": "capsule", "size": [0.1, 0.6, 0], "rgba": [0.9, 0.2, 0.1, 1], "position": [0, 0, 0], "orientation": [FRAC_1_SQRT_2, 0, FRAC_1_SQRT_2, 0], "group": 0 },
            ],
            "sites": [], "joints": [], "actuators": [], "sensors": [], "cameras": [], "meshes": [],
            "view": { "lookat": [0, 0, 0.3], "distance": 3.0, "azimuth_degrees": 90, "elevation_degrees": -25, "fovy_degrees": 45, "follow": null },
        },
    });
    fs::write(folder.join("recording.json"), header.to_string()).expect("writes");
    for episode in 0..2 {
        let bytes = episode_bytes(steps, episode as f64);
        fs::write(
            folder.join(format!("episode-00{episode}.safetensors")),
            bytes,
        )
        .expect("writes");
    }
}

fn episode_bytes(steps: usize, phase: f64) -> Vec<u8> {
    let wide = |values: Vec<f64>| {
        values
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let narrow = |values: Vec<f64>| {
        let values = values.iter().map(|v| *v as f32);
        values.flat_map(f32::to_le_bytes).collect::<Vec<u8>>()
    };
    let angle = |t: usize| t as f64 * 0.12 + phase;
    let states = 0..=steps;
    let poses = states.clone().flat_map(|t| {
        let half = angle(t) / 2.0;
        let rod = [0.0, 0.0, 0.3, half.cos(), 0.0, 0.0, half.sin()];
        [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0].into_iter().chain(rod)
    });
    let units = (0..steps).flat_map(|t| (0..32).map(move |unit| ((t * unit) as f64 * 0.05).sin()));
    let tensors = [
        (
            "time",
            "F64",
            vec![steps + 1],
            wide(states.clone().map(|t| t as f64 * 0.05).collect()),
        ),
        (
            "reward_terms",
            "F64",
            vec![steps, 2],
            wide((0..steps).flat_map(|t| [angle(t).sin(), -0.2]).collect()),
        ),
        (
            "body_pose",
            "F32",
            vec![steps + 1, 2, 7],
            narrow(poses.collect()),
        ),
        (
            "sensation.touch",
            "F32",
            vec![steps + 1, 2],
            narrow(states.clone().flat_map(|t| [t as f64, 1.0]).collect()),
        ),
        (
            "activity.policy",
            "F32",
            vec![steps, 32],
            narrow(units.collect()),
        ),
        (
            "activity_mean.policy",
            "F32",
            vec![steps],
            narrow((0..steps).map(|t| angle(t).cos().abs()).collect()),
        ),
    ];
    let (mut header, mut data) = (Map::new(), Vec::new());
    for (name, dtype, shape, bytes) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        header.insert(
            name.into(),
            json!({ "dtype": dtype, "shape": shape, "data_offsets": offsets }),
        );
        data.extend(bytes);
    }
    let mut header = Value::Object(header).to_string().into_bytes();
    // Aligned to 8 bytes, as safetensors has it.
    while !header.len().is_multiple_of(8) {
        header.push(b' ');
    }
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header);
    out.extend(data);
    out
}
