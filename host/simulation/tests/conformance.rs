//! MuJoCo tasks through their plugins against recorded episodes, from the first recorded state of
//! each to its end, and the starts of episodes against the recorded ones.
//!
//! The recordings lie in `ANGORA_REFERENCE`, by default `../shared/reference` beside the
//! repository; without them the tests say so and pass.
#![allow(
    clippy::unwrap_used,
    unsafe_code,
    reason = "a test, which writes the solver's warm start"
)]

use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::Ending;
use angora_simulation::{Blueprint, Environment, TaskChoice};
use serde_json::Value;
use std::path::PathBuf;

/// f64 against f64, where sums have the same order.
const EXACT: f64 = 1e-9;
/// Sensations are f32 at the contract: the recorded observation, rounded. That the f64 behind them
/// agrees is tested where it is at hand, in `tests/reference.rs`.
const ROUNDED: f64 = 1e-6;

/// Observation and reward of a recorded step.
type Reading = fn(&Row<'_>) -> (Vec<f64>, f64);

/// A task and how its recordings are read.
struct Task {
    id: &'static str,
    /// Our index of each recorded joint, where the world's joints, which come first here, come
    /// last there.
    order: &'static [usize],
    /// The task under its older rules, and what a recorded step gives under them: the observation
    /// and the reward.
    older: Option<Reading>,
}

const TASKS: &[Task] = &[
    Task {
        id: "HalfCheetah-v5",
        order: &[],
        older: Some(|row| (row.observation(), row.reward())),
    },
    Task {
        id: "Swimmer-v5",
        order: &[],
        older: Some(|row| (row.observation(), row.reward())),
    },
    Task {
        id: "Hopper-v5",
        order: &[],
        older: Some(|row| (row.observation(), row.reward() + row.fall())),
    },
    Task {
        id: "Walker2d-v5",
        order: &[],
        // The older body has another friction, so that its episodes are others; there are no
        // recordings of them.
        older: None,
    },
    Task {
        id: "Ant-v5",
        order: &[],
        older: Some(|row| {
            let reward = row.reward() - row.info("reward_contact") + row.fall();
            (row.observation()[..27].to_vec(), reward)
        }),
    },
    Task {
        id: "Humanoid-v5",
        order: &[],
        older: Some(|row| {
            let reward = row.reward() - row.info("reward_contact") + 5.0 * row.fall();
            (with_the_world(&row.observation()), reward)
        }),
    },
    Task {
        id: "HumanoidStandup-v5",
        order: &[],
        older: Some(|row| (with_the_world(&row.observation()), row.reward())),
    },
    Task {
        id: "InvertedPendulum-v5",
        order: &[],
        older: Some(|row| (row.observation(), 1.0)),
    },
    Task {
        id: "InvertedDoublePendulum-v5",
        order: &[],
        older: Some(|row| {
            // Nothing constrains the hinges.
            let observation = [row.observation(), vec![0.0; 2]].concat();
            (observation, row.reward() + 10.0 * row.fall())
        }),
    },
    Task {
        id: "Reacher-v5",
        order: &[2, 3, 0, 1],
        older: Some(|row| {
            // From target to fingertip; both are at the same height.
            let observation = [row.observation(), vec![0.0]].concat();
            let before = &row.numbers("obs", row.t)[8..];
            let distance = before[0].hypot(before[1]);
            let reward = row.reward() - row.info("reward_dist") - distance;
            (observation, reward)
        }),
    },
    Task {
        id: "Pusher-v5",
        order: &[4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3],
        older: None,
    },
];

/// A humanoid's observation with the zeros of the world and the root, which revision 5 left out.
fn with_the_world(observation: &[f64]) -> Vec<f64> {
    let rows = [
        (0, &observation[..45]),
        (10, &observation[45..175]),
        (6, &observation[175..253]),
        (6, &observation[253..270]),
        (6, &observation[270..]),
    ];
    let rows = rows.map(|(zeros, row)| [&vec![0.0; zeros][..], row].concat());
    rows.concat()
}

/// A recorded step.
struct Row<'e> {
    episode: &'e Value,
    t: usize,
}

impl Row<'_> {
    fn numbers(&self, field: &str, t: usize) -> Vec<f64> {
        numbers(&self.episode[field][t])
    }

    fn observation(&self) -> Vec<f64> {
        self.numbers("obs", self.t + 1)
    }

    fn reward(&self) -> f64 {
        self.numbers("reward_f64", self.t)[0]
    }

    fn info(&self, term: &str) -> f64 {
        numbers(&self.episode["info"][term][self.t])[0]
    }

    fn flag(&self, name: &str) -> bool {
        self.episode[name][self.t].as_bool().unwrap()
    }

    /// 1 where the body falls.
    fn fall(&self) -> f64 {
        f64::from(u8::from(self.flag("terminated")))
    }

    fn ending(&self) -> Ending {
        if self.flag("terminated") {
            Ending::Terminated
        } else if self.flag("truncated") {
            Ending::Truncated
        } else {
            Ending::None
        }
    }
}

impl Task {
    /// Recorded numbers by joint, in our order.
    fn joints(&self, recorded: &Value) -> Vec<f64> {
        let recorded = numbers(recorded);
        let mut ours = recorded.clone();
        for (at, value) in recorded.into_iter().enumerate() {
            ours[self.order.get(at).copied().unwrap_or(at)] = value;
        }
        ours
    }

    /// Puts the physics into the recorded state before a step, with everything derived from it.
    fn place(&self, environment: &mut Environment, episode: &Value, t: usize) {
        let state = &episode["state"];
        let joints = |field: &str| self.joints(&state[field][t]);
        let warm_start = joints("qacc_warmstart");
        let time = numbers(&state["time"][t])[0];
        let physics = environment.physics_mut().unwrap();
        physics
            .place(time, &joints("qpos"), &joints("qvel"), &warm_start)
            .unwrap();
        physics.forward().unwrap();
        // SAFETY: the data is written, not exchanged.
        let data = unsafe { physics.data_mut() };
        data.qacc_warmstart_mut().copy_from_slice(&warm_start);
    }
}

fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().unwrap();
    let debug = exe.ancestors().nth(2).unwrap();
    let mut discovery = Discovery::default();
    for plugin in [
        "task_arms",
        "task_inverted_pendulum",
        "task_locomotion",
        "body_arms",
        "body_half_cheetah",
        "body_hopper",
        "body_inverted_pendulum",
        "body_locomotion",
    ] {
        let path = debug.join(format!("lib{plugin}.so"));
        let path = path.display().to_string();
        discovery
            .name(&path)
            .expect("built by `cargo build --workspace`");
    }
    Catalogue::new(discovery)
}

fn recording(task: &str) -> Option<Value> {
    let beside = || {
        PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/reference"
        ))
    };
    let folder = std::env::var_os("ANGORA_REFERENCE").map_or_else(beside, PathBuf::from);
    let path = folder.join(format!("trajectories/{task}.json"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!(
            "skipped: no recording {} (set ANGORA_REFERENCE)",
            path.display()
        );
        return None;
    };
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// The numbers of a field that must be there.
fn numbers(value: &Value) -> Vec<f64> {
    let number = |item: &Value| item.as_f64().expect("a number in the recording");
    match value {
        Value::Array(items) => items.iter().map(number).collect(),
        single => vec![number(single)],
    }
}

/// The largest difference; NaN is the largest of all.
fn apart(found: &[f64], recorded: &[f64], relative: bool) -> f64 {
    assert_eq!(found.len(), recorded.len(), "as many numbers as recorded");
    let mut largest = 0.0_f64;
    for (a, b) in found.iter().zip(recorded) {
        let scale = if relative { b.abs().max(1.0) } else { 1.0 };
        let difference = (a - b).abs() / scale;
        if difference.is_nan() {
            return f64::INFINITY;
        }
        largest = largest.max(difference);
    }
    largest
}

fn blueprint<'c>(catalogue: &'c Catalogue, task: &str) -> Blueprint<'c> {
    let choice = TaskChoice {
        task: task.into(),
        ..TaskChoice::default()
    };
    Blueprint::new(catalogue, choice).expect("composes")
}

/// Whole episodes through a task, step by step; `expected` is what each gives.
fn follow(
    catalogue: &Catalogue,
    task: &Task,
    id: &str,
    file: &Value,
    expected: impl Fn(&Row<'_>) -> (Vec<f64>, f64),
) {
    let blueprint = blueprint(catalogue, id);
    let mut environment = blueprint.build(1, 0).unwrap();
    let mut sensation = vec![0.0_f32; blueprint.spec().sensation_len()];
    let (mut steps, mut terminated, mut truncated) = (0, 0, 0);
    let (mut senses, mut rewards, mut states) = (0.0_f64, 0.0_f64, 0.0_f64);
    // The cheetah's masses differ in the last digit, which contacts multiply.
    let strays = id.starts_with("HalfCheetah");
    for episode in file["episodes"].as_array().unwrap() {
        environment.reset(&mut sensation).unwrap();
        task.place(&mut environment, episode, 0);
        for (t, action) in episode["actions"].as_array().unwrap().iter().enumerate() {
            if strays {
                task.place(&mut environment, episode, t);
            }
            let action: Vec<f32> = numbers(action).iter().map(|a| *a as f32).collect();
            let outcome = environment.step(&action, &mut sensation).unwrap();

            let row = Row { episode, t };
            let (observation, reward) = expected(&row);
            let sensed: Vec<f64> = sensation.iter().map(|x| f64::from(*x)).collect();
            senses = senses.max(apart(&sensed, &observation, true));
            rewards = rewards.max(apart(&[outcome.reward], &[reward], false));
            let physics = environment.physics_mut().unwrap();
            let next = |field: &str| task.joints(&episode["state"][field][t + 1]);
            states = states.max(apart(physics.qpos(), &next("qpos"), false));
            states = states.max(apart(physics.qvel(), &next("qvel"), false));
            assert_eq!(outcome.ending, row.ending(), "{id} step {t}");
            terminated += usize::from(outcome.ending == Ending::Terminated);
            truncated += usize::from(outcome.ending == Ending::Truncated);
            steps += 1;
        }
    }
    println!(
        "{id}: {steps} steps, {terminated} terminated, {truncated} truncated; greatest difference of senses {senses:e}, reward {rewards:e}, state {states:e}"
    );
    assert!(steps > 100);
    assert!(senses <= ROUNDED && rewards <= EXACT && states <= EXACT);
}

#[test]
fn episodes_are_those_of_the_recordings() {
    let catalogue = catalogue();
    let as_recorded = |row: &Row<'_>| (row.observation(), row.reward());
    for task in TASKS {
        let Some(file) = recording(task.id) else {
            continue;
        };
        follow(&catalogue, task, task.id, &file, as_recorded);
        if let Some(expected) = task.older {
            let older = task.id.replace("-v5", "-v4");
            follow(&catalogue, task, &older, &file, expected);
        }
    }
}

/// Positions or velocities whose starts are drawn alike, by recorded index.
type Group = (&'static str, std::ops::Range<usize>);

/// What is drawn alike at the start of an episode; all positions and all velocities by default.
fn groups(task: &str, nq: usize, nv: usize) -> Vec<Group> {
    match task {
        "Reacher-v5" => vec![
            ("qpos", 0..2),
            ("qpos", 2..4),
            ("qvel", 0..2),
            ("qvel", 2..4),
        ],
        "Pusher-v5" => vec![
            ("qpos", 0..7),
            ("qpos", 7..8),
            ("qpos", 8..9),
            ("qpos", 9..11),
            ("qvel", 0..7),
            ("qvel", 7..11),
        ],
        _ => vec![("qpos", 0..nq), ("qvel", 0..nv)],
    }
}

/// The greatest distance between the distribution functions of two samples, over that which is
/// exceeded once in a thousand times where both come from one distribution (Kolmogorov and
/// Smirnov; asymptotic).
fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
    let below = |sample: &[f64], x: f64| {
        let count = sample.iter().filter(|y| **y <= x).count();
        count as f64 / sample.len() as f64
    };
    let distances = a
        .iter()
        .chain(b)
        .map(|x| (below(a, *x) - below(b, *x)).abs());
    let (n, m) = (a.len() as f64, b.len() as f64);
    distances.fold(0.0, f64::max) / (1.949 * ((n + m) / (n * m)).sqrt())
}

#[test]
fn starts_are_distributed_as_the_recorded_ones() {
    let catalogue = catalogue();
    for task in TASKS {
        let Some(file) = recording(task.id) else {
            continue;
        };
        let blueprint = blueprint(&catalogue, task.id);
        let mut environment = blueprint.build(1, 0).unwrap();
        let mut sensation = vec![0.0_f32; blueprint.spec().sensation_len()];
        let mut ours = Vec::new();
        for _ in 0..200 {
            environment.reset(&mut sensation).unwrap();
            let physics = environment.physics().unwrap();
            ours.push([physics.qpos().to_vec(), physics.qvel().to_vec()]);
        }
        let physics = environment.physics().unwrap();
        let reference = physics.model().qpos0().to_vec();
        let (nq, nv) = (reference.len(), physics.qvel().len());
        let episodes = file["episodes"].as_array().unwrap();
        for (field, range) in groups(task.id, nq, nv) {
            let velocity = field == "qvel";
            let at: Vec<usize> = range
                .clone()
                .map(|j| task.order.get(j).copied().unwrap_or(j))
                .collect();
            let noise = |state: &[f64]| -> Vec<f64> {
                let centre = |j: usize| if velocity { 0.0 } else { reference[j] };
                at.iter().map(|&j| state[j] - centre(j)).collect()
            };
            let recorded = episodes.iter().map(|e| task.joints(&e["state"][field][0]));
            let recorded: Vec<f64> = recorded.flat_map(|state| noise(&state)).collect();
            let drawn = ours
                .iter()
                .flat_map(|state| noise(&state[usize::from(velocity)]));
            let drawn: Vec<f64> = drawn.collect();
            let distance = kolmogorov_smirnov(&drawn, &recorded);
            println!(
                "{} {field} {range:?}: {} recorded, distance {distance:.2} of the critical one",
                task.id,
                recorded.len()
            );
            assert!(distance < 1.0, "{} {field} {range:?}: {distance}", task.id);
            // What starts at random and was recorded often enough tells a quarter of the width apart.
            let random = recorded.iter().any(|x| *x != recorded[0]);
            if random && recorded.len() >= 40 {
                let narrow: Vec<f64> = drawn.iter().map(|x| x / 4.0).collect();
                assert!(kolmogorov_smirnov(&narrow, &recorded) > 1.0, "{}", task.id);
            }
        }
    }
}
