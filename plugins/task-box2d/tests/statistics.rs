//! Whole episodes with contact, of several policies, against as many of Gymnasium: the engines are
//! of two versions, so that single episodes part when something is touched, but what happens to
//! many is the same.
//!
//! `gymnasium.json` is what `record.py` prints.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::testing::TaskHarness;
use angora_sdk::{Ending, Random, Task};
use serde::Deserialize;
use std::collections::BTreeMap;
use task_box2d::{BipedalWalker, LunarLander};

#[derive(Deserialize)]
struct Recorded {
    returns: Vec<f64>,
    lengths: Vec<f64>,
}

/// Any of four choices.
fn choose(_: &[f32], _: usize, random: &mut Random) -> Vec<f32> {
    vec![random.index(4) as f32]
}

/// Any torques.
fn flail(_: &[f32], _: usize, random: &mut Random) -> Vec<f32> {
    (0..4).map(|_| random.uniform(-1.0, 1.0) as f32).collect()
}

/// How much to turn and to lift in order to come down slowly and upright.
fn descent(sensation: &[f32]) -> (f64, f64) {
    let [x, y, vx, vy, angle, spin, left, right]: [f64; 8] =
        std::array::from_fn(|at| sensation[at].into());
    if left + right > 0.0 {
        return (0.0, -0.5 * vy);
    }
    let lean = (0.5 * x + vx).clamp(-0.4, 0.4);
    let turn = 0.5 * (lean - angle) - spin;
    (turn, 0.5 * (0.55 * f64::abs(x) - y) - 0.5 * vy)
}

fn descend(sensation: &[f32], _: usize, _: &mut Random) -> Vec<f32> {
    let (turn, lift) = descent(sensation);
    let choice = if lift > turn.abs() && lift > 0.05 {
        2
    } else if turn < -0.05 {
        3
    } else {
        usize::from(turn > 0.05)
    };
    vec![choice as f32]
}

fn descend_smoothly(sensation: &[f32], _: usize, _: &mut Random) -> Vec<f32> {
    let (turn, lift) = descent(sensation);
    let engines = [20.0 * lift - 1.0, -20.0 * turn];
    engines.map(|a| (a as f32).clamp(-1.0, 1.0)).into()
}

/// Any torques, each held for ten steps.
fn lurch() -> impl FnMut(&[f32], usize, &mut Random) -> Vec<f32> {
    let mut held = Vec::new();
    move |sensation, step, random| {
        if step % 10 == 0 {
            held = flail(sensation, step, random);
        }
        held.clone()
    }
}

/// Returns and lengths of episodes.
fn run<T: Task>(
    id: &str,
    episodes: usize,
    mut policy: impl FnMut(&[f32], usize, &mut Random) -> Vec<f32>,
) -> Recorded {
    let mut harness = TaskHarness::<T>::new(id).unwrap();
    let limit = harness.spec.max_episode_steps.unwrap() as usize;
    let mut random = Random::new(1);
    let (mut returns, mut lengths) = (Vec::new(), Vec::new());
    for seed in 0..episodes as u64 {
        harness.reset(seed).unwrap();
        let (mut total, mut steps) = (0.0, 0);
        loop {
            let action = policy(&harness.sensation, steps, &mut random);
            let (reward, ending) = harness.step(&action).unwrap();
            total += reward;
            steps += 1;
            if ending != Ending::None || steps == limit {
                break;
            }
        }
        returns.push(total);
        lengths.push(steps as f64);
    }
    Recorded { returns, lengths }
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

fn mean(sample: &[f64]) -> f64 {
    sample.iter().sum::<f64>() / sample.len() as f64
}

/// Compares with a policy: sensation and number of the step to action.
fn compare<T: Task>(
    id: &str,
    name: &str,
    policy: impl FnMut(&[f32], usize, &mut Random) -> Vec<f32>,
) {
    let recordings: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(include_str!("gymnasium.json")).unwrap();
    let recorded = recordings[&format!("{id} {name}")].clone();
    let recorded: Recorded = serde_json::from_value(recorded).unwrap();
    let ours = run::<T>(id, recorded.returns.len(), policy);
    let returns = kolmogorov_smirnov(&ours.returns, &recorded.returns);
    let lengths = kolmogorov_smirnov(&ours.lengths, &recorded.lengths);
    println!(
        "{id} {name}: mean return {:.1}, recorded {:.1}, distance {returns:.2} of the critical one; mean length {:.1}, recorded {:.1}, distance {lengths:.2}",
        mean(&ours.returns),
        mean(&recorded.returns),
        mean(&ours.lengths),
        mean(&recorded.lengths),
    );
    assert!(returns < 1.0 && lengths < 1.0, "{id} {name}");
}

#[test]
fn landers_that_choose_at_random_crash_alike() {
    compare::<LunarLander>("LunarLander-v3", "random", choose);
}

#[test]
fn landers_that_descend_land_alike() {
    compare::<LunarLander>("LunarLander-v3", "descend", descend);
}

#[test]
fn landers_that_descend_smoothly_land_alike() {
    compare::<LunarLander>("LunarLanderContinuous-v3", "descend", descend_smoothly);
}

#[test]
fn walkers_that_flail_fall_alike() {
    compare::<BipedalWalker>("BipedalWalker-v3", "random", flail);
}

#[test]
fn walkers_that_lurch_fall_alike() {
    compare::<BipedalWalker>("BipedalWalker-v3", "lurch", lurch());
}
