//! Recorded episodes of Gymnasium's tasks, whose engine is Box2D 2.3: single steps in free flight
//! from recorded states, and whole episodes from their recorded starts.
//!
//! The recordings lie in `ANGORA_REFERENCE`, by default `../shared/reference` beside the
//! repository; without them the tests say so and pass.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::Random;
use serde::Deserialize;
use std::{env, fs, path::PathBuf};
use task_box2d::engine::Motion;
use task_box2d::lander::{self, Engines, Lander};
use task_box2d::walker::{self, Walker};

/// Greatest difference of a single step in free flight.
const STEP: f64 = 1e-4;
/// Greatest difference of the first observation: in the step before it the legs, which start beyond
/// their limits, swing out.
const START: f64 = 5e-4;
/// Greatest difference of a whole flight, of scaled angular velocities: a leg may come to its limit
/// one step earlier or later.
const FLIGHT: f64 = 1e-2;

#[derive(Deserialize)]
struct File {
    episodes: Vec<Episode>,
}

#[derive(Deserialize, Clone)]
struct Episode {
    label: String,
    actions: Vec<serde_json::Value>,
    obs: Vec<Vec<f64>>,
    reward: Vec<f64>,
    terminated: Vec<bool>,
    truncated: Vec<bool>,
    #[serde(default)]
    dispersion: Vec<[f64; 2]>,
    reset: Reset,
    state: State,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Reset {
    Lander {
        raw_heights: [f64; 12],
        initial_force: [f64; 2],
        dispersion_of_reset_step: [f64; 2],
    },
    Walker {
        terrain_y: Vec<f64>,
        initial_force_x: f64,
    },
}

#[derive(Deserialize, Clone)]
struct State {
    bodies: Vec<Vec<f64>>,
    contacts: Vec<Vec<serde_json::Value>>,
    prev_shaping: Vec<f64>,
}

/// What both tasks can do.
trait World {
    fn start(episode: &Episode) -> Self;
    fn flying(episode: &Episode, t: usize) -> Self;
    /// Observation, reward, whether it terminates.
    fn act(&mut self, episode: &Episode, t: usize) -> (Vec<f64>, f64, bool);
    fn seen(&self) -> Vec<f64>;
}

impl World for Lander {
    fn start(episode: &Episode) -> Self {
        Lander::new(&landers(episode), -10.0)
    }

    fn flying(episode: &Episode, t: usize) -> Self {
        let (parts, potential) = (episode.parts(t), episode.state.prev_shaping[t]);
        Lander::flying(
            &landers(episode),
            -10.0,
            &parts.try_into().unwrap(),
            potential,
        )
    }

    fn act(&mut self, episode: &Episode, t: usize) -> (Vec<f64>, f64, bool) {
        let action = &episode.actions[t];
        let engines = match action.as_u64() {
            Some(choice) => Engines::chosen(choice as usize),
            None => Engines::throttled(action[0].as_f64().unwrap(), action[1].as_f64().unwrap()),
        };
        let outcome = self.step(engines, episode.dispersion[t]);
        let reward = outcome.shaping + outcome.main + outcome.side + outcome.end;
        (self.seen(), reward, outcome.is_end())
    }

    fn seen(&self) -> Vec<f64> {
        self.observation().into()
    }
}

impl World for Walker {
    fn start(episode: &Episode) -> Self {
        Walker::new(&walkers(episode))
    }

    fn flying(episode: &Episode, t: usize) -> Self {
        let (parts, potential) = (episode.parts(t), episode.state.prev_shaping[t]);
        Walker::flying(&walkers(episode), &parts.try_into().unwrap(), potential)
    }

    fn act(&mut self, episode: &Episode, t: usize) -> (Vec<f64>, f64, bool) {
        let action = std::array::from_fn(|at| episode.actions[t][at].as_f64().unwrap());
        let outcome = self.step(action);
        let reward = outcome.shaping + outcome.effort + outcome.fall;
        (self.seen(), reward, outcome.ends)
    }

    fn seen(&self) -> Vec<f64> {
        self.observation().into()
    }
}

fn landers(episode: &Episode) -> lander::Start {
    let Reset::Lander {
        raw_heights: heights,
        initial_force: force,
        dispersion_of_reset_step: dispersion,
    } = episode.reset
    else {
        panic!("a lander's start");
    };
    lander::Start {
        heights,
        force,
        dispersion,
    }
}

fn walkers(episode: &Episode) -> walker::Start {
    let Reset::Walker {
        terrain_y,
        initial_force_x,
    } = &episode.reset
    else {
        panic!("a walker's start");
    };
    walker::Start {
        heights: terrain_y.clone(),
        force: *initial_force_x,
    }
}

impl Episode {
    fn parts(&self, t: usize) -> Vec<Motion> {
        let parts = self.state.bodies[t].chunks_exact(6);
        let parts = parts.map(|part| Motion {
            position: [part[0], part[1]],
            angle: part[2],
            velocity: [part[3], part[4]],
            spin: part[5],
        });
        parts.collect()
    }

    /// Whether nothing touches before or after a step.
    fn flies(&self, t: usize) -> bool {
        self.state.contacts[t].is_empty() && self.state.contacts[t + 1].is_empty()
    }
}

fn file(id: &str) -> Option<File> {
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
    Some(serde_json::from_str(&text).unwrap())
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |greatest, x| {
        if x.is_nan() {
            f64::INFINITY
        } else {
            f64::max(greatest, x)
        }
    })
}

/// Single steps in free flight, from recorded places and velocities; the most that the reward, whose
/// terms are multiples of what is sensed, may differ by.
fn single_steps<W: World>(id: &str, reward_tolerance: f64) {
    let Some(file) = file(id) else {
        return;
    };
    let (mut steps, mut ends) = (0, 0);
    let (mut senses, mut rewards) = (0.0_f64, 0.0_f64);
    for episode in &file.episodes {
        for t in (0..episode.actions.len()).filter(|t| episode.flies(*t)) {
            let mut world = W::flying(episode, t);
            let (seen, reward, ended) = world.act(episode, t);
            senses = senses.max(apart(&seen, &episode.obs[t + 1]));
            rewards = rewards.max((reward - episode.reward[t]).abs());
            assert_eq!(ended, episode.terminated[t], "{id} {} {t}", episode.label);
            // The recordings are shorter than the time limit, which is the host's.
            assert!(!episode.truncated[t]);
            steps += 1;
            ends += usize::from(ended);
        }
    }
    println!(
        "{id}: {steps} single steps in free flight with {ends} endings; greatest difference of senses {senses:e}, reward {rewards:e}"
    );
    assert!(steps > 30 && senses <= STEP && rewards <= reward_tolerance);
}

/// Whole episodes from their recorded starts, to the first touch; where they end.
fn whole<W: World>(id: &str) {
    let Some(file) = file(id) else {
        return;
    };
    for episode in &file.episodes {
        let mut world = W::start(episode);
        let mut flight = apart(&world.seen(), &episode.obs[0]);
        assert!(flight <= START, "{id} {}: {flight:e}", episode.label);
        let mut flying = true;
        let mut flown = 0;
        let mut end = None;
        for t in 0..episode.actions.len() {
            flying &= episode.flies(t);
            let (seen, _, ended) = world.act(episode, t);
            if flying {
                flight = flight.max(apart(&seen, &episode.obs[t + 1]));
                flown = t + 1;
            }
            if ended {
                end = Some(t);
                break;
            }
        }
        let recorded = episode.terminated.iter().position(|x| *x);
        println!(
            "{id} {}: flies for {flown} steps, greatest difference {flight:e}; ends at {end:?}, recorded {recorded:?}",
            episode.label
        );
        assert!(flight <= FLIGHT, "{id} {}: {flight:e}", episode.label);
        // What follows the first touch parts within a second or two.
        if recorded.is_some_and(|end| end < flown + 10) {
            assert_eq!(end, recorded, "{id} {}", episode.label);
        }
    }
}

#[test]
fn a_lander_flies_as_recorded() {
    single_steps::<Lander>("LunarLander-v3", 100.0 * STEP);
    single_steps::<Lander>("LunarLander-v3-continuous", 100.0 * STEP);
    whole::<Lander>("LunarLander-v3");
    whole::<Lander>("LunarLander-v3-continuous");
}

#[test]
fn a_walker_leaps_as_recorded() {
    single_steps::<Walker>("BipedalWalker-v3", 10.0 * STEP);
    let Some(file) = file("BipedalWalker-v3") else {
        return;
    };
    for episode in &file.episodes {
        let start = apart(&Walker::start(episode).seen(), &episode.obs[0]);
        assert!(start <= START, "{}: {start:e}", episode.label);
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

/// How much the slope of a walker's terrain changes by chance, where it changes at all.
fn roughness(heights: &[f64]) -> Vec<f64> {
    let level = 400.0 / 30.0 / 4.0;
    let points = heights.windows(3).skip(21);
    let points = points.filter(|three| three[0] != three[1] && three[1] != three[2]);
    let change = points.map(|three| {
        let (before, after) = (three[1] - three[0], three[2] - three[1]);
        after - 0.8 * before - 0.01 * (level - three[1]).signum()
    });
    change.collect()
}

#[test]
fn starts_are_distributed_as_the_recorded_ones() {
    let mut random = Random::new(7);
    let landers: Vec<_> = (0..200).map(|_| lander::Start::draw(&mut random)).collect();
    let walkers: Vec<_> = (0..200).map(|_| walker::Start::draw(&mut random)).collect();
    let files = [
        "LunarLander-v3",
        "LunarLander-v3-continuous",
        "BipedalWalker-v3",
    ];
    let Some([discrete, continuous, walking]) = files
        .iter()
        .map(|id| file(id))
        .collect::<Option<Vec<_>>>()
        .map(|files| <[File; 3]>::try_from(files).ok().unwrap())
    else {
        return;
    };
    let recorded = [&discrete.episodes[..], &continuous.episodes].concat();
    let recorded: Vec<_> = recorded.iter().map(self::landers).collect();
    let walked: Vec<_> = walking.episodes.iter().map(self::walkers).collect();

    let heights = |starts: &[lander::Start]| -> Vec<f64> {
        starts.iter().flat_map(|start| start.heights).collect()
    };
    let forces = |starts: &[lander::Start]| -> Vec<f64> {
        starts.iter().flat_map(|start| start.force).collect()
    };
    let rough = |starts: &[walker::Start]| -> Vec<f64> {
        starts
            .iter()
            .flat_map(|start| roughness(&start.heights))
            .collect()
    };
    let pushes =
        |starts: &[walker::Start]| -> Vec<f64> { starts.iter().map(|start| start.force).collect() };
    for (what, ours, recorded) in [
        ("heights", heights(&landers), heights(&recorded)),
        ("forces", forces(&landers), forces(&recorded)),
        ("roughness", rough(&walkers), rough(&walked)),
        ("pushes", pushes(&walkers), pushes(&walked)),
    ] {
        let distance = kolmogorov_smirnov(&ours, &recorded);
        println!(
            "{what}: {} recorded, distance {distance:.2} of the critical one",
            recorded.len()
        );
        assert!(distance < 1.0, "{what}: {distance}");
    }
}
