//! Every stored step of the reference data replays: from the recorded state with the recorded
//! action to the recorded observation, reward, flags and next state.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::testing::TaskHarness;
use angora_sdk::{Ending, Task, state};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::{env, fs, path::PathBuf};
use task_classic_control::{
    Acrobot, CartPole, MountainCar, MountainCarContinuous, Pendulum, acrobot, cart_pole,
    mountain_car, mountain_car_continuous, pendulum,
};

#[derive(Deserialize)]
struct File {
    max_episode_steps: u64,
    episodes: Vec<Episode>,
    one_step: OneStep,
}

#[derive(Deserialize)]
struct Episode {
    actions: Vec<Recorded>,
    obs: Vec<Vec<f64>>,
    reward: Vec<f64>,
    terminated: Vec<bool>,
    truncated: Vec<bool>,
    state: States,
}

#[derive(Deserialize)]
struct States {
    s: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct OneStep {
    s: Vec<Vec<f64>>,
    a: Vec<Recorded>,
    s_next: Vec<Vec<f64>>,
    obs: Vec<Vec<f64>>,
    reward: Vec<f64>,
    terminated: Vec<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Recorded {
    Choice(f64),
    Vector(Vec<f64>),
}

impl Recorded {
    fn values(&self) -> Vec<f32> {
        match self {
            Self::Choice(index) => vec![*index as f32],
            Self::Vector(values) => values.iter().map(|value| *value as f32).collect(),
        }
    }
}

/// One recorded step.
struct Row<'a> {
    /// Number of steps before it in its episode.
    t: usize,
    state: &'a [f64],
    action: &'a Recorded,
    next: &'a [f64],
    observation: &'a [f64],
    reward: f64,
    terminated: bool,
}

/// The largest differences so far.
#[derive(Debug, Default)]
struct Difference {
    steps: usize,
    observation: f64,
    reward: f64,
    state: f64,
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    apart.fold(0.0, |most, d| if d <= most { most } else { d })
}

fn rows(file: &File) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for episode in &file.episodes {
        for t in 0..episode.actions.len() {
            // The time limit is the host's; it counts steps, also where the task ends as well.
            let limit = t as u64 + 1 == file.max_episode_steps;
            assert_eq!(episode.truncated[t], limit);
            rows.push(Row {
                t,
                state: &episode.state.s[t],
                action: &episode.actions[t],
                next: &episode.state.s[t + 1],
                observation: &episode.obs[t + 1],
                reward: episode.reward[t],
                terminated: episode.terminated[t],
            });
        }
    }
    let one = &file.one_step;
    rows.extend((0..one.s.len()).map(|i| Row {
        t: 0,
        state: &one.s[i],
        action: &one.a[i],
        next: &one.s_next[i],
        observation: &one.obs[i],
        reward: one.reward[i],
        terminated: one.terminated[i],
    }));
    rows
}

/// Replays all rows; `None` where there is no reference data.
fn replay<T: Task, S: Serialize + DeserializeOwned>(
    id: &str,
    set: impl Fn(&[f64], usize) -> S,
    get: impl Fn(S) -> Vec<f64>,
) -> Option<Difference> {
    let folder = env::var_os("ANGORA_REFERENCE").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/reference"
            ))
        },
        PathBuf::from,
    );
    if !folder.is_dir() {
        let place = folder.display();
        println!("skipped: no reference data at {place} (set ANGORA_REFERENCE)");
        return None;
    }
    let path = folder.join("trajectories").join(format!("{id}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file: File = serde_json::from_str(&text).unwrap();

    let mut harness = TaskHarness::<T>::new(id).unwrap();
    assert_eq!(harness.spec.max_episode_steps, Some(file.max_episode_steps));
    let mut difference = Difference::default();
    for row in rows(&file) {
        let saved = state::save(&set(row.state, row.t)).unwrap();
        harness.task.restore(&saved).unwrap();
        let (reward, ending) = harness.step(&row.action.values()).unwrap();
        let next: S = state::restore(&harness.task.save().unwrap()).unwrap();
        let observation: Vec<f64> = harness.sensation.iter().map(|x| f64::from(*x)).collect();
        let recorded: Vec<f64> = row
            .observation
            .iter()
            .map(|x| f64::from(*x as f32))
            .collect();

        assert_eq!(
            ending == Ending::Terminated,
            row.terminated,
            "{id} at {}",
            row.t
        );
        difference.steps += 1;
        let worst = |before: f64, d: f64| if d <= before { before } else { d };
        difference.observation = worst(difference.observation, furthest(&observation, &recorded));
        difference.reward = worst(difference.reward, (reward - row.reward).abs());
        difference.state = worst(difference.state, furthest(&get(next), row.next));
    }
    println!("{id}: {difference:?}");
    assert!(difference.steps > 500);
    assert!(difference.observation <= 1e-6, "{difference:?}");
    Some(difference)
}

#[test]
fn cart_pole_is_that_of_the_reference() {
    let set = |s: &[f64], _| cart_pole::State {
        x: s[0],
        x_dot: s[1],
        theta: s[2],
        theta_dot: s[3],
        over: false,
    };
    let get = |s: cart_pole::State| vec![s.x, s.x_dot, s.theta, s.theta_dot];
    if let Some(difference) = replay::<CartPole, _>("CartPole-v1", set, get) {
        assert_eq!(
            difference.state, 0.0,
            "the same operations in the same order"
        );
        assert_eq!(difference.reward, 0.0);
    }
}

#[test]
fn acrobot_is_that_of_the_reference() {
    let set = |s: &[f64], _| acrobot::State {
        theta_1: s[0],
        theta_2: s[1],
        theta_1_dot: s[2],
        theta_2_dot: s[3],
    };
    let get = |s: acrobot::State| vec![s.theta_1, s.theta_2, s.theta_1_dot, s.theta_2_dot];
    if let Some(difference) = replay::<Acrobot, _>("Acrobot-v1", set, get) {
        assert!(difference.state <= 1e-12, "{difference:?}");
        assert_eq!(difference.reward, 0.0);
    }
}

#[test]
fn mountain_car_is_that_of_the_reference() {
    let set = |s: &[f64], _| mountain_car::State {
        position: s[0],
        velocity: s[1],
    };
    let get = |s: mountain_car::State| vec![s.position, s.velocity];
    if let Some(difference) = replay::<MountainCar, _>("MountainCar-v0", set, get) {
        assert_eq!(
            difference.state, 0.0,
            "the same operations in the same order"
        );
        assert_eq!(difference.reward, 0.0);
    }
}

#[test]
fn mountain_car_continuous_is_that_of_the_reference() {
    let set = |s: &[f64], t| mountain_car_continuous::State {
        position: s[0],
        velocity: s[1],
        single: t > 0,
    };
    let get = |s: mountain_car_continuous::State| vec![s.position, s.velocity];
    let id = "MountainCarContinuous-v0";
    if let Some(difference) = replay::<MountainCarContinuous, _>(id, set, get) {
        assert_eq!(
            difference.state, 0.0,
            "f32 from the first step on, as in the reference"
        );
        assert!(difference.reward <= 1e-15, "{difference:?}");
    }
}

#[test]
fn pendulum_is_that_of_the_reference() {
    let set = |s: &[f64], _| pendulum::State {
        theta: s[0],
        theta_dot: s[1],
    };
    let get = |s: pendulum::State| vec![s.theta, s.theta_dot];
    if let Some(difference) = replay::<Pendulum, _>("Pendulum-v1", set, get) {
        assert!(difference.state <= 1e-12, "{difference:?}");
        // The reference takes 0.001 u² in f32.
        assert!(difference.reward <= 1e-9, "{difference:?}");
    }
}
