//! ReachPlanar by state and by sight, through its plugins: what the task promises, and that
//! pictures show what the task knows.
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::{Ending, Sense};
use angora_simulation::{Blueprint, Environment, TaskChoice};
use std::{path::PathBuf, process::Command, sync::OnceLock, thread};

/// Lengths of the arm, m.
const UPPER_ARM: f64 = 0.1;
const FOREARM: f64 = 0.11;
/// Rows and columns of a picture, and what it shows, m.
const PIXELS: usize = 64;
const FIELD: f64 = 0.5;
/// The target's red channel against all that is not red.
const BRIGHT: f32 = 200.0;

/// The plugins, brought up to date by Cargo.
fn catalogue() -> Catalogue {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args([
            "build",
            "--quiet",
            "-p",
            "task-reach-planar",
            "-p",
            "body-planar-arm",
        ]);
        assert!(
            build.status().unwrap().success(),
            "the plugins do not build"
        );
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(2).unwrap().to_path_buf()
    });
    let mut discovery = Discovery::default();
    for plugin in ["task_reach_planar", "body_planar_arm"] {
        let path = folder.join(format!("lib{plugin}.so"));
        discovery.name(&path.display().to_string()).unwrap();
    }
    Catalogue::new(discovery)
}

fn blueprint<'c>(catalogue: &'c Catalogue, task: &str) -> Blueprint<'c> {
    let choice = TaskChoice {
        task: task.into(),
        ..TaskChoice::default()
    };
    Blueprint::new(catalogue, choice).unwrap()
}

/// The signals, by name.
struct Signals {
    distance: f64,
    success: f64,
    fingertip: [f64; 2],
    target: [f64; 2],
}

fn signals(environment: &Environment) -> Signals {
    let s = environment.signals();
    Signals {
        distance: s[0],
        success: s[1],
        fingertip: [s[2], s[3]],
        target: [s[4], s[5]],
    }
}

/// An action that a seed and a step decide, each number in [-1, 1].
fn wave(seed: u64, step: u64) -> [f32; 2] {
    let x = (seed * 31 + step) as f32;
    [(x * 0.7).sin(), (x * 0.37 + 1.0).cos()]
}

/// Sensations, rewards and endings of some episodes, as bits.
fn history(environment: &mut Environment, steps: u64) -> Vec<u64> {
    let mut sensation = vec![0.0; environment.spec().sensation_len()];
    let mut bits = Vec::new();
    environment.reset(&mut sensation).unwrap();
    for step in 0..steps {
        let action = wave(environment.index(), step);
        let outcome = environment.step(&action, &mut sensation).unwrap();
        bits.push(outcome.reward.to_bits());
        bits.extend(sensation.iter().map(|x| u64::from(x.to_bits())));
        if outcome.ending.is_end() {
            environment.reset(&mut sensation).unwrap();
        }
    }
    bits
}

#[test]
fn the_specs_are_those_of_the_readme() {
    let catalogue = catalogue();
    let seen = blueprint(&catalogue, "ReachPlanarVisual-v1");
    let told = blueprint(&catalogue, "ReachPlanar-v1");
    let senses = |blueprint: &Blueprint<'_>| -> Vec<(Sense, Vec<usize>)> {
        let senses = blueprint.spec().sensations.iter();
        senses.map(|s| (s.sense, s.shape.clone())).collect()
    };
    assert_eq!(senses(&seen), [(Sense::Vision, vec![PIXELS, PIXELS, 3])]);
    let vision = &seen.spec().sensations[0];
    assert_eq!((vision.low, vision.high), (Some(0.0), Some(255.0)));
    assert_eq!(
        senses(&told),
        [(Sense::Proprioception, vec![6]), (Sense::Goal, vec![4])]
    );
    for blueprint in [seen, told] {
        let spec = blueprint.spec();
        assert_eq!(spec.reward_terms, ["progress", "control", "success"]);
        assert_eq!(spec.max_episode_steps, Some(50));
        assert_eq!(spec.control_timestep, Some(0.04));
    }
}

/// Angles at which the fingertip is at a place, by the law of cosines; the elbow bends one way.
fn angles([x, y]: [f64; 2]) -> [f64; 2] {
    let squared = x * x + y * y;
    let cosine =
        (squared - UPPER_ARM * UPPER_ARM - FOREARM * FOREARM) / (2.0 * UPPER_ARM * FOREARM);
    let elbow = cosine.clamp(-1.0, 1.0).acos();
    let ahead = UPPER_ARM + FOREARM * elbow.cos();
    [y.atan2(x) - (FOREARM * elbow.sin()).atan2(ahead), elbow]
}

#[test]
fn whoever_knows_the_way_reaches_every_target_and_success_counts_once() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue, "ReachPlanar-v1");
    let mut environment = blueprint.build(7, 0).unwrap();
    let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
    let (episodes, mut returns, mut lengths) = (200, 0.0, 0);
    for _ in 0..episodes {
        environment.reset(&mut sensation).unwrap();
        let mut success = 0.0;
        loop {
            let wanted = angles(signals(&environment).target);
            let at = environment.physics_mut().unwrap().qpos().to_vec();
            let action = [0, 1].map(|i| (8.0 * (wanted[i] - at[i])).clamp(-1.0, 1.0) as f32);
            let outcome = environment.step(&action, &mut sensation).unwrap();
            let now = signals(&environment);
            let way = [0, 1].map(|i| now.target[i] - now.fingertip[i]);
            assert!((way[0].hypot(way[1]) - now.distance).abs() < 1e-12);
            assert_eq!(now.success == 1.0, now.distance < 0.02);
            success += environment.reward_terms()[2];
            returns += outcome.reward;
            if outcome.ending.is_end() {
                assert_eq!(
                    outcome.ending,
                    Ending::Terminated,
                    "target {:?}",
                    now.target
                );
                break;
            }
        }
        assert_eq!(success, 1.0);
        lengths += environment.steps();
    }
    let mean = returns / f64::from(episodes);
    let threshold = blueprint.spec().reward_threshold.unwrap();
    println!(
        "mean return {mean:.2}, mean length {:.1}",
        lengths as f64 / f64::from(episodes)
    );
    assert!(mean > threshold, "{mean} does not reach {threshold}");
}

#[test]
fn whoever_only_waves_seldom_succeeds() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue, "ReachPlanar-v1");
    let mut environment = blueprint.build(3, 0).unwrap();
    let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
    let (episodes, mut reached) = (300_u32, 0.0);
    for episode in 0..episodes {
        environment.reset(&mut sensation).unwrap();
        loop {
            // Noise of a multiplicative generator: no rhythm that could sweep the plane.
            let at = u64::from(episode) * 64 + environment.steps();
            let noise = |salt: u64| {
                let mixed = (at * 2 + salt + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                ((mixed >> 40) as f32 / (1_u64 << 23) as f32) - 1.0
            };
            let action = [noise(0), noise(1)];
            let outcome = environment.step(&action, &mut sensation).unwrap();
            reached += environment.reward_terms()[2];
            if outcome.ending.is_end() {
                break;
            }
        }
    }
    let rate = reached / f64::from(episodes);
    println!("success rate of noise {rate:.2}");
    assert!(rate < 0.4, "{rate}");
}

/// Middle of the pixels that a test picks, m.
fn centre(picture: &[f32], picks: impl Fn(&[f32]) -> bool) -> Option<[f64; 2]> {
    let pixels = picture.chunks_exact(3).enumerate();
    let picked: Vec<usize> = pixels.filter(|(_, p)| picks(p)).map(|(at, _)| at).collect();
    if picked.is_empty() {
        return None;
    }
    let size = FIELD / PIXELS as f64;
    let mean = |of: fn(usize) -> usize| {
        let sum: usize = picked.iter().map(|&at| of(at)).sum();
        (sum as f64 / picked.len() as f64 + 0.5) * size - FIELD / 2.0
    };
    Some([mean(|at| at % PIXELS), -mean(|at| at / PIXELS)])
}

#[test]
fn pictures_show_fingertip_and_target_where_the_task_has_them() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue, "ReachPlanarVisual-v1");
    let mut environment = blueprint.build(11, 0).unwrap();
    let mut picture = vec![0.0; blueprint.spec().sensation_len()];
    let (mut compared, mut places) = (0, Vec::new());
    for episode in 0..20_u64 {
        environment.reset(&mut picture).unwrap();
        for step in 0..10 {
            assert!(
                picture
                    .iter()
                    .all(|v| v.fract() == 0.0 && (0.0..=255.0).contains(v))
            );
            let now = signals(&environment);
            // The fingertip is yellow and above the target, which is red.
            let tip = centre(&picture, |p| p[0] > BRIGHT && p[1] > BRIGHT).unwrap();
            let apart =
                |found: [f64; 2], known: [f64; 2]| (found[0] - known[0]).hypot(found[1] - known[1]);
            let pixel = FIELD / PIXELS as f64;
            assert!(
                apart(tip, now.fingertip) < pixel,
                "{tip:?} {:?}",
                now.fingertip
            );
            places.push(tip);
            // Where the arm lies over the target its middle is elsewhere.
            let target = centre(&picture, |p| p[0] > BRIGHT && p[1] < 100.0 && p[2] < 100.0);
            if now.distance > 0.06
                && let Some(target) = target
            {
                compared += usize::from(apart(target, now.target) < pixel);
            }
            let action = wave(episode, step);
            if environment
                .step(&action, &mut picture)
                .unwrap()
                .ending
                .is_end()
            {
                break;
            }
        }
    }
    assert!(compared > 100, "{compared}");
    let moved = |pair: &[[f64; 2]]| pair[0] != pair[1];
    assert!(places.windows(2).filter(|pair| moved(pair)).count() > 100);
}

#[test]
fn a_seed_is_one_history_on_any_number_of_threads() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue, "ReachPlanarVisual-v1");
    const STEPS: u64 = 60;
    let build = |seed, index| blueprint.build(seed, index).unwrap();
    let alone: Vec<_> = (0..4).map(|i| history(&mut build(5, i), STEPS)).collect();
    assert_ne!(alone[0], alone[1]);
    assert_ne!(alone[0], history(&mut build(6, 0), STEPS));

    let mut environments: Vec<_> = (0..4).map(|i| build(5, i)).collect();
    let together: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = environments
            .iter_mut()
            .map(|environment| scope.spawn(|| history(environment, STEPS)))
            .collect();
        running.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(alone == together);
}

#[test]
fn an_environment_that_changes_threads_between_steps_sees_the_same() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue, "ReachPlanarVisual-v1");
    let run = |changing: bool| {
        let mut environment = blueprint.build(5, 0).unwrap();
        let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
        let mut pictures = Vec::new();
        environment.reset(&mut sensation).unwrap();
        for step in 0..20 {
            let mut one = || environment.step(&wave(0, step), &mut sensation).unwrap();
            if changing {
                thread::scope(|scope| scope.spawn(&mut one).join().unwrap());
            } else {
                one();
            }
            pictures.push(sensation.clone());
        }
        pictures
    };
    let stayed = run(false);
    assert!(stayed[0] != stayed[19]);
    assert!(stayed == run(true));
}

#[test]
fn a_restored_episode_goes_on_bit_by_bit() {
    let catalogue = catalogue();
    for task in ["ReachPlanar-v1", "ReachPlanarVisual-v1"] {
        let blueprint = blueprint(&catalogue, task);
        let mut environment = blueprint.build(9, 0).unwrap();
        let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
        environment.reset(&mut sensation).unwrap();
        for step in 0..5 {
            environment.step(&wave(9, step), &mut sensation).unwrap();
        }
        let saved = environment.save().unwrap();
        let mut go_on = |environment: &mut Environment| {
            let mut rest = Vec::new();
            for step in 5..12 {
                let outcome = environment.step(&wave(9, step), &mut sensation).unwrap();
                rest.push((outcome.reward.to_bits(), sensation.clone()));
            }
            rest
        };
        let expected = go_on(&mut environment);
        let mut other = blueprint.build(9, 0).unwrap();
        assert!(other.restore(&saved).unwrap());
        assert!(go_on(&mut other) == expected, "{task}");
    }
}
