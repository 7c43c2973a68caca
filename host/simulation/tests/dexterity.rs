//! The tasks for hands and their rewards, through their plugins and the physics: what their READMEs
//! promise, recomputed here from signals by the formulas as they are written down there.
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::{ActionSpec, Ending, RewardConfiguration, Sense};
use angora_simulation::{Blueprint, Environment, SimulationError, StepOutcome, TaskChoice};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::f64::consts::PI;

const TASKS: [&str; 8] = [
    "Reach-v1",
    "ReachSequential-v1",
    "FreeReach-v1",
    "FreeReachSequential-v1",
    "ManipulateBlock-v1",
    "ManipulateBlockAsymmetric-v1",
    "NoisyManipulateBlock-v1",
    "TestCaseManipulateBlock-v1",
];

fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().unwrap();
    let debug = exe.ancestors().nth(2).unwrap();
    let mut discovery = Discovery::default();
    for plugin in [
        "task_reach",
        "task_manipulate",
        "reward_dexterity",
        "body_shadow_hand",
        "body_planar_fingers",
    ] {
        let path = debug.join(format!("lib{plugin}.so"));
        let named = discovery.name(&path.display().to_string());
        named.expect("built by `cargo build --workspace`");
    }
    Catalogue::new(discovery)
}

fn choice(task: &str, config: Value) -> TaskChoice {
    TaskChoice {
        task: task.into(),
        task_config: config,
        ..TaskChoice::default()
    }
}

/// An environment in an episode.
struct Played {
    environment: Environment,
    sensation: Vec<f32>,
    steps: u64,
}

impl Played {
    fn try_new(choice: TaskChoice) -> Result<Self, SimulationError> {
        let catalogue = catalogue();
        let mut environment = Blueprint::new(&catalogue, choice)?.build(1, 0)?;
        let mut sensation = vec![0.0; environment.spec().sensation_len()];
        environment.reset(&mut sensation)?;
        Ok(Self {
            environment,
            sensation,
            steps: 0,
        })
    }

    fn new(task: &str, config: Value) -> Self {
        Self::try_new(choice(task, config)).unwrap()
    }

    /// A step with an action that its number decides, small enough to keep a block for a while.
    fn step(&mut self) -> StepOutcome {
        let n = self.environment.spec().action.len();
        let t = self.steps as f32;
        let action: Vec<f32> = (0..n)
            .map(|i| 0.4 * (0.31 * t + 1.7 * i as f32).sin())
            .collect();
        self.steps += 1;
        self.environment.step(&action, &mut self.sensation).unwrap()
    }

    fn reset(&mut self) {
        self.environment.reset(&mut self.sensation).unwrap();
    }

    fn signal(&self, name: &str) -> &[f64] {
        let mut at = 0;
        for signal in &self.environment.spec().signals {
            if signal.name == name {
                return &self.environment.signals()[at..at + signal.len];
            }
            at += signal.len;
        }
        panic!("there is no signal {name}");
    }

    fn one(&self, name: &str) -> f64 {
        self.signal(name)[0]
    }

    fn term(&self, name: &str) -> f64 {
        let terms = &self.environment.spec().reward_terms;
        let at = terms.iter().position(|term| term == name).unwrap();
        self.environment.reward_terms()[at]
    }
}

fn near(what: &str, found: f64, expected: f64) {
    let close = (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
    assert!(close, "{what}: {found} {expected}");
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt()
}

/// Scalar part of the rotation between two, by the product of quaternions: their scalar product.
fn overlap(a: &[f64], b: &[f64]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    sum.clamp(-1.0, 1.0)
}

fn squares(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum()
}

/// The sizes are AngoraPy's (facts of its registered environments).
#[test]
fn senses_have_the_sizes_of_the_predecessors() {
    let catalogue = catalogue();
    let sizes = |task: &str, config: Value| -> Vec<(Sense, usize)> {
        let blueprint = Blueprint::new(&catalogue, choice(task, config)).unwrap();
        let ActionSpec::Box { low, high } = &blueprint.spec().action else {
            panic!("a continuous action was expected");
        };
        assert_eq!((low, high), (&vec![-1.0; 20], &vec![1.0; 20]));
        let senses = blueprint.spec().sensations.iter();
        senses.map(|sense| (sense.sense, sense.len())).collect()
    };
    use Sense::{Asymmetric, Goal, Proprioception, Touch, Vision};
    let common = [(Touch, 92), (Proprioception, 48)];
    let with = |vision: usize, goal: usize, asymmetric: usize| {
        let mut all = vec![(Vision, vision)];
        all.extend(common);
        all.push((Goal, goal));
        if asymmetric > 0 {
            all.push((Asymmetric, asymmetric));
        }
        all
    };
    assert_eq!(sizes("Reach-v1", json!({})), with(15, 15, 0));
    assert_eq!(sizes("FreeReach-v1", json!({})), with(15, 5, 0));
    assert_eq!(sizes("ManipulateBlock-v1", json!({})), with(7, 4, 0));
    let asymmetric = sizes("ManipulateBlockAsymmetric-v1", json!({}));
    assert_eq!(asymmetric, with(7, 4, 25));
    assert_eq!(sizes("NoisyManipulateBlock-v1", json!({})), with(7, 4, 32));
    let pixels = json!({ "pixels": 200 });
    let seen = sizes("ManipulateBlockVisual-v1", pixels.clone());
    assert_eq!(seen, with(200 * 200 * 3, 4, 0));
    let three = sizes("ManipulateBlockTripleCamera-v1", pixels.clone());
    assert_eq!(three, with(200 * 200 * 9, 4, 0));
    assert_eq!(sizes("ReachVisual-v1", pixels), with(200 * 200 * 3, 15, 0));
}

#[test]
fn touch_goes_with_the_body() {
    let mut without = choice("Reach-v1", json!({}));
    without.body_config = json!({ "touch": "off" });
    let played = Played::try_new(without).unwrap();
    let senses = &played.environment.spec().sensations;
    assert!(senses.iter().all(|sense| sense.sense != Sense::Touch));
}

#[test]
fn rewards_are_what_their_formulas_say() {
    let mut costly = choice("Reach-v1", json!({ "success_distance": 0.2 }));
    costly.reward_configuration = Some("force_punished".into());
    let mut played = Played::try_new(costly).unwrap();
    for _ in 0..50 {
        let outcome = played.step();
        let tips = played.signal("fingertip_position");
        let away = distance(tips, played.signal("goal_position"));
        let bonus = if away < 0.2 { 0.1 } else { 0.0 };
        let force = squares(played.signal("actuator_force"));
        assert_eq!(played.signal("actuator_force").len(), 18, "no wrist");
        near("reach", outcome.reward, -away + bonus - 0.05 * force);
    }

    let mut played = Played::new(
        "FreeReach-v1",
        json!({ "finger": 1, "success_distance": 0.05 }),
    );
    for _ in 0..50 {
        let outcome = played.step();
        let tips = played.signal("fingertip_position");
        let from_thumb = |finger: usize| distance(&tips[12..], &tips[3 * finger..3 * finger + 3]);
        let inside: f64 = [0, 2, 3]
            .map(|finger| 0.06015 - from_thumb(finger).min(0.06015))
            .iter()
            .sum();
        let bonus = if from_thumb(1) < 0.05 { 0.1 } else { 0.0 };
        near(
            "free-reach",
            outcome.reward,
            -from_thumb(1) + bonus - 0.01 * inside,
        );
    }

    let mut anatomy = choice("ManipulateBlock-v1", json!({}));
    anatomy.reward_configuration = Some("penalized_anatomy".into());
    let mut played = Played::try_new(anatomy).unwrap();
    for _ in 0..200 {
        let before = played.one("next_distance");
        let outcome = played.step();
        let progress = before - played.one("distance");
        let force = squares(played.signal("actuator_force"));
        let stress = 116.0 * squares(played.signal("tendon_length"));
        let dropped = played.one("dropped");
        let gained = progress + 5.0 * played.one("success") - 20.0 * dropped;
        near(
            "manipulate",
            outcome.reward,
            gained - 0.01 * force - 0.01 * stress,
        );
        // The distance is that of the signals, on SO(3).
        let half = overlap(
            played.signal("block_rotation"),
            played.signal("goal_rotation"),
        );
        if played.one("success") == 0.0 {
            let angle = 2.0 * half.abs().acos();
            assert!((played.one("distance") - angle).abs() < 1e-6);
        }
        if outcome.ending.is_end() {
            assert_eq!(outcome.ending == Ending::Terminated, dropped == 1.0);
            played.reset();
        }
    }
}

/// With every step a success, each goal is a new one, and the last ends the episode.
#[test]
fn goals_follow_each_other_and_are_counted() {
    let easy = json!({ "success_angle": PI, "most_goals": 5 });
    let mut played = Played::new("ManipulateBlock-v1", easy);
    let mut goals = vec![played.signal("goal_rotation").to_vec()];
    for n in 1..=5 {
        let before = played.one("next_distance");
        let outcome = played.step();
        assert_eq!(played.one("goals_reached"), f64::from(n));
        near("bonus", played.term("success"), 5.0);
        near(
            "progress",
            played.term("progress"),
            before - played.one("distance"),
        );
        assert_eq!(outcome.ending.is_end(), n == 5);
        if n < 5 {
            goals.push(played.signal("goal_rotation").to_vec());
        }
    }
    for (i, a) in goals.iter().enumerate() {
        for b in &goals[..i] {
            assert!(overlap(a, b).abs() < 0.9999, "a goal came twice");
        }
    }

    let mut played = Played::new(
        "FreeReachSequential-v1",
        json!({ "success_distance": 10.0 }),
    );
    let mut finger = played.one("target_finger");
    for n in 1..=100 {
        let outcome = played.step();
        assert_eq!(played.one("goals_reached"), f64::from(n));
        assert_ne!(
            played.one("target_finger"),
            finger,
            "the thumb is there already"
        );
        finger = played.one("target_finger");
        assert_eq!(outcome.ending == Ending::Truncated, n == 100);
    }
}

#[test]
fn chains_turn_the_block_by_quarters_to_their_end() {
    let config = json!({ "success_angle": PI, "chain": "l_u_c" });
    let mut played = Played::new("TestCaseManipulateBlock-v1", config);
    let mut before = played.signal("goal_rotation").to_vec();
    for n in 1..=3 {
        let outcome = played.step();
        assert_eq!(outcome.ending.is_end(), n == 3);
        if n < 3 {
            let goal = played.signal("goal_rotation").to_vec();
            near("a quarter", overlap(&before, &goal).abs(), (PI / 4.0).cos());
            before = goal;
        }
    }
}

#[test]
fn endings_are_what_happened() {
    let ending = |config: Value| {
        let mut played = Played::new("ManipulateBlock-v1", config);
        loop {
            let outcome = played.step();
            if outcome.ending.is_end() {
                return (outcome.ending, played.steps, played.term("dropped"));
            }
        }
    };
    // Beside the hand, so that it falls past it.
    let beside = json!({ "block_start": [0.36, 0.4, 0.1], "least_height": -1.0 });
    let (dropped, _, penalty) = ending(beside);
    assert_eq!((dropped, penalty), (Ending::Terminated, -20.0));
    // 0.8 s are ten control steps; the block is held by no one for longer.
    let short = json!({ "seconds_per_goal": 0.8 });
    assert_eq!(ending(short), (Ending::Truncated, 10, 0.0));
    let final_end = json!({ "seconds_per_goal": 0.8, "time_out": "terminated" });
    assert_eq!(ending(final_end), (Ending::Terminated, 10, 0.0));
}

#[test]
fn starts_that_do_not_hold_the_block_are_drawn_anew() {
    let mut played = Played::new("ManipulateBlock-v1", json!({}));
    for _ in 0..20 {
        assert!(played.signal("block_position")[2] > 0.04);
        near(
            "the episode's time",
            played.environment.physics().unwrap().time(),
            0.0,
        );
        played.reset();
    }
    // So low that it lies below 0.04 m once it has settled for 0.08 s, wherever it is.
    let never = json!({ "block_start": [0.36, 0.4, 0.05], "start_noise": 0.0 });
    let outcome = Played::try_new(choice("ManipulateBlock-v1", never));
    let error = outcome.err().expect("no start is accepted").to_string();
    assert!(error.contains("refused 100 starts"), "{error}");
}

#[test]
fn a_curriculum_follows_the_training() {
    let config = json!({
        "success_angle": { "schedule": "linear", "from": 3.2e-9, "to": PI, "begin": 0.5 }
    });
    let mut played = Played::new("ManipulateBlock-v1", config);
    for (progress, success) in [(0.0, 0.0), (0.5, 0.0), (1.0, 1.0)] {
        played.environment.set_progress(progress).unwrap();
        played.step();
        assert_eq!(played.one("success"), success, "{progress}");
    }
}

#[test]
fn what_angorapy_does_is_there_on_request() {
    // Velocities run on into the next episode, or do not.
    for (as_angorapy, runs_on) in [(false, false), (true, true)] {
        let mut played = Played::new("Reach-v1", json!({ "as_angorapy": as_angorapy }));
        for _ in 0..5 {
            played.step();
        }
        played.reset();
        let physics = played.environment.physics().unwrap();
        let moving = physics.qvel().iter().any(|v| *v != 0.0);
        assert_eq!(moving, runs_on);
    }
    // Progress by the unfolded angle, from the pose of the last step without a success, which an
    // episode takes over from the one before; half a turn from nothing at the very first.
    let config = json!({ "as_angorapy": true, "success_angle": 1.5, "seconds_per_goal": 0.8 });
    let mut played = Played::new("ManipulateBlock-v1", config);
    let unfolded = |a: &[f64], b: &[f64]| 2.0 * overlap(a, b).acos();
    let mut pose = vec![0.0; 4];
    let mut goals = 0;
    for _ in 0..150 {
        let goal = played.signal("goal_rotation").to_vec();
        let outcome = played.step();
        let block = played.signal("block_rotation");
        let away = unfolded(&goal, block);
        let success = away < 1.5;
        let progress = unfolded(&goal, &pose) - away;
        assert!((played.term("progress") - progress).abs() < 1e-6);
        assert_eq!(played.one("success"), f64::from(u8::from(success)));
        goals += usize::from(success);
        if !success {
            pose = block.to_vec();
        }
        if outcome.ending.is_end() {
            assert_eq!(outcome.ending, Ending::Terminated);
            played.reset();
        }
    }
    assert!(
        goals > 0,
        "no goal was reached, so nothing was shown of them"
    );
}

#[test]
fn any_body_with_the_roles_of_a_hand_will_do() {
    for task in TASKS {
        let mut other = choice(task, json!({}));
        other.body = Some("planar-fingers".into());
        let mut played = Played::try_new(other).unwrap();
        assert_eq!(played.environment.spec().action.len(), 15);
        for _ in 0..30 {
            if played.step().ending.is_end() {
                played.reset();
            }
        }
        assert!(played.sensation.iter().all(|x| x.is_finite()));
    }
}

#[test]
fn a_saved_episode_goes_on_bit_for_bit() {
    for task in TASKS {
        let config = match task {
            // Goals to come are part of the state.
            name if name.contains("Manipulate") => json!({ "success_angle": 1.5 }),
            _ => json!({ "success_distance": 0.05 }),
        };
        let mut first = Played::new(task, config.clone());
        for _ in 0..20 {
            if first.step().ending.is_end() {
                first.reset();
            }
        }
        let saved = first.environment.save().unwrap();
        let mut second = Played::new(task, config);
        assert!(second.environment.restore(&saved).unwrap());
        second.steps = first.steps;
        for step in 0..40 {
            let (a, b) = (first.step(), second.step());
            assert_eq!(
                a.reward.to_bits(),
                b.reward.to_bits(),
                "{task}: step {step}"
            );
            assert_eq!(first.sensation, second.sensation, "{task}: step {step}");
            assert_eq!(a.ending, b.ending);
            if a.ending.is_end() {
                first.reset();
                second.reset();
            }
        }
    }
}

#[test]
fn configurations_are_named_inherited_and_changed() {
    let force_term = |change: fn(&mut TaskChoice)| {
        let mut choice = choice("ManipulateBlock-v1", json!({}));
        change(&mut choice);
        let mut played = Played::try_new(choice).map_err(|e| e.to_string())?;
        played.step();
        Ok::<f64, String>(-played.term("force") / squares(played.signal("actuator_force")))
    };
    assert_eq!(force_term(|_| {}), Ok(0.0));
    let named = |choice: &mut TaskChoice, name: &str| {
        choice.reward_configuration = Some(name.into());
    };
    let light = force_term(|c| c.reward_configuration = Some("penalized_force".into())).unwrap();
    near("penalized_force", light, 0.001);
    let changed = force_term(|c| {
        c.reward_configuration = Some("penalized_anatomy".into());
        c.reward_config = json!({ "force": 0.002 });
    });
    near("a change over a configuration", changed.unwrap(), 0.002);
    let own = force_term(|c| {
        c.reward_configuration = Some("mine".into());
        let mine = json!({ "inherits": "penalized_force", "success_bonus": 1.0 });
        let mine: RewardConfiguration = serde_json::from_value(mine).unwrap();
        c.reward_configurations = BTreeMap::from([("mine".into(), mine)]);
    });
    near("one's own that inherits", own.unwrap(), 0.001);

    let mut misspelt = choice("ManipulateBlock-v1", json!({}));
    named(&mut misspelt, "penalised_force");
    let error = Played::try_new(misspelt).err().unwrap().to_string();
    assert!(
        error.contains("did you mean") && error.contains("penalized_force"),
        "{error}"
    );
    let unknown = force_term(|c| c.reward_config = json!({ "forse": 1.0 })).unwrap_err();
    assert!(unknown.contains("unknown field `forse`"), "{unknown}");
    let negative = force_term(|c| c.reward_config = json!({ "force": -1.0 })).unwrap_err();
    assert!(negative.contains("-1 is not a weight"), "{negative}");
    let elsewhere = force_term(|c| c.reward = Some("free-reach".into())).unwrap_err();
    assert!(elsewhere.contains("target_finger"), "{elsewhere}");
}
