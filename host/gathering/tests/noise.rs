//! Preprocessors that are random and change actions, in an actor: who sees what, and that an
//! episode goes on bitwise.

use angora_gathering::{Actor, ActorState, Chain};
use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::v2::PreprocessorContext;
use angora_simulation::{Blueprint, TaskChoice};
use serde_json::json;

const SEED: u64 = 5;

fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().expect("a path");
    let debug = exe.ancestors().nth(2).expect("the target folder");
    let mut discovery = Discovery::default();
    for plugin in ["task_classic_control", "preprocessor_noise"] {
        let path = debug.join(format!("lib{plugin}.so")).display().to_string();
        discovery
            .name(&path)
            .expect("built by `cargo build --workspace`");
    }
    Catalogue::new(discovery)
}

fn blueprint(catalogue: &Catalogue) -> Blueprint<'_> {
    let choice = TaskChoice {
        task: "Pendulum-v1".into(),
        task_config: json!({}),
        ..TaskChoice::default()
    };
    Blueprint::new(catalogue, choice).expect("composes")
}

/// Noise of the motor, then of the senses.
fn actor(catalogue: &Catalogue, blueprint: &Blueprint<'_>, index: u64, noisy: bool) -> Actor {
    let spec = blueprint.spec();
    let context = PreprocessorContext {
        sensations: spec.sensations.clone(),
        discount: 0.99,
        action: spec.action.clone(),
        control_timestep: spec.control_timestep,
    };
    let ids = ["motor-noise", "sensory-noise"];
    let items = ids.iter().filter(|_| noisy).map(|id| {
        let made = catalogue.preprocessor(id, &json!({ "constant": 0.1 }), &context);
        made.expect("is made")
    });
    let chain = Chain::new(items.collect());
    Actor::new(SEED, blueprint.build(SEED, index).expect("builds"), chain)
}

/// What happened in a step: command, executed command, sensation, reward.
type Step = (f32, f32, Vec<f32>, f64);

fn steps(actor: &mut Actor, sensation: &mut [f32], count: usize, learn: bool) -> Vec<Step> {
    let mut step = |t: usize| {
        actor.motor()[0] = (0.3 * t as f32).sin();
        let acted = actor.step(sensation, learn).expect("steps");
        let (command, executed) = (actor.motor_command()[0], actor.executed_command()[0]);
        (command, executed, sensation.to_vec(), acted.raw_reward)
    };
    (0..count).map(&mut step).collect()
}

#[test]
fn the_body_executes_another_command_than_the_policy_gave() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue);
    let mut noisy = actor(&catalogue, &blueprint, 0, true);
    assert!(noisy.changes_commands());
    let mut sensation = vec![0.0; 3];
    noisy.begin(&mut sensation, true).expect("begins");
    let went = steps(&mut noisy, &mut sensation, 100, true);
    assert!(
        went.iter()
            .all(|(command, executed, ..)| command != executed)
    );
    assert!(went.iter().all(|(_, executed, ..)| executed.abs() <= 2.0));

    // A plain environment that is given what was executed takes the same way: task and reward see
    // that, and nothing else.
    let mut plain = actor(&catalogue, &blueprint, 0, false);
    assert!(!plain.changes_commands());
    plain.begin(&mut sensation, true).expect("begins");
    for (_, executed, felt, reward) in &went {
        plain.motor()[0] = *executed;
        let acted = plain.step(&mut sensation, true).expect("steps");
        assert_eq!(acted.raw_reward.to_bits(), reward.to_bits());
        assert_eq!(plain.executed_command(), plain.motor_command());
        assert_ne!(&sensation, felt, "senses are noisy");
    }
}

#[test]
fn noise_differs_between_environments_and_episodes_and_not_between_runs() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue);
    let mut sensation = vec![0.0; 3];
    let mut noise = |index: u64| -> [Vec<f32>; 2] {
        let mut actor = actor(&catalogue, &blueprint, index, true);
        [(); 2].map(|()| {
            actor.begin(&mut sensation, true).expect("begins");
            let steps = steps(&mut actor, &mut sensation, 50, true);
            steps.iter().map(|step| step.1 - step.0).collect()
        })
    };
    let ([one, next], [other, _]) = (noise(0), noise(1));
    assert_eq!(noise(0), [one.clone(), next.clone()]);
    for (a, b) in [(&one, &next), (&one, &other), (&next, &other)] {
        assert!(a.iter().zip(b).all(|(a, b)| a != b));
    }
}

/// Noise of an evaluated episode is that of its seed, in every actor, and stays on when frozen.
#[test]
fn an_evaluated_episode_has_the_noise_of_its_seed() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue);
    let mut sensation = vec![0.0; 3];
    let mut episode = |index: u64, seed: u64| {
        let mut actor = actor(&catalogue, &blueprint, index, true);
        actor
            .begin_with(seed, &mut sensation, |_| {})
            .expect("begins");
        steps(&mut actor, &mut sensation, 50, false)
    };
    let one = episode(0, 7);
    assert!(
        one.iter()
            .all(|(command, executed, ..)| command != executed)
    );
    assert_eq!(one, episode(3, 7));
    assert_ne!(one, episode(0, 8));
}

#[test]
fn an_episode_goes_on_bitwise_in_another_actor() {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue);
    let mut one = actor(&catalogue, &blueprint, 0, true);
    let mut sensation = vec![0.0; 3];
    one.begin(&mut sensation, true).expect("begins");
    steps(&mut one, &mut sensation, 40, true);
    let text = serde_json::to_string(&one.save(&sensation, &[]).expect("saves")).expect("writes");
    let state: ActorState = serde_json::from_str(&text).expect("reads");
    let mut two = actor(&catalogue, &blueprint, 0, true);
    let mut again = vec![0.0; 3];
    two.restore(&state, &mut again, &mut []).expect("restores");
    assert_eq!(sensation, again);
    // Over the end of the episode at 200 steps, too.
    let went = steps(&mut one, &mut sensation, 160, true);
    let goes = steps(&mut two, &mut again, 160, true);
    assert_eq!(went, goes);
    one.begin(&mut sensation, true).expect("begins");
    two.begin(&mut again, true).expect("begins");
    assert_eq!(sensation, again);
    assert_eq!(
        steps(&mut one, &mut sensation, 20, true),
        steps(&mut two, &mut again, 20, true)
    );
}
