//! What a rank writes, replayed environment by environment with the brain's own calls: bit by bit
//! what the brain has seen, remembered and valued.

use angora_brain::{Brain, DistributionKind, DistributionSettings};
use angora_buffer::{Rollout, RolloutForm};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_gathering::{Actor, ActorState, Chain, Rank};
use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::brain::ActivationKind;
use angora_plugin_api::{
    BrainSpec, Edge, Ending, Initialiser, Node, Op, Progress, SensationSpec, TaskSpec,
};
use angora_simulation::{Blueprint, TaskChoice};

const SEED: u64 = 5;
const ENVIRONMENTS: usize = 3;

fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().expect("a path");
    let debug = exe.ancestors().nth(2).expect("the target folder");
    let mut discovery = Discovery::default();
    for plugin in ["task_classic_control", "task_memory", "tiny_tasks"] {
        let path = debug.join(format!("lib{plugin}.so")).display().to_string();
        discovery
            .name(&path)
            .expect("built by `cargo build --workspace`");
    }
    Catalogue::new(discovery)
}

fn choice(task: &str) -> TaskChoice {
    TaskChoice {
        task: task.into(),
        task_config: serde_json::json!({}),
        ..TaskChoice::default()
    }
}

/// All senses into an LSTM for the policy, and a GRU behind it for the value.
fn brain(spec: &TaskSpec) -> Brain {
    let node = |name: &str, op: Op, inputs: &[&str]| Node {
        name: name.into(),
        region: None,
        op,
        inputs: inputs.iter().map(|input| Edge::new(*input)).collect(),
    };
    let flat = |sense: &SensationSpec| format!("flat_{}", sense.sense);
    let mut nodes: Vec<Node> = spec
        .sensations
        .iter()
        .map(|sense| node(&flat(sense), Op::Flatten, &[sense.sense.name()]))
        .collect();
    let senses: Vec<String> = spec.sensations.iter().map(flat).collect();
    let senses: Vec<&str> = senses.iter().map(String::as_str).collect();
    let stem = Op::Dense {
        units: 6,
        activation: ActivationKind::Tanh,
        bias: true,
        initialiser: Initialiser::default(),
    };
    nodes.push(node("stem", stem, &senses));
    nodes.push(node("lstm", Op::Lstm { units: 4 }, &["stem"]));
    nodes.push(node("gru", Op::Gru { units: 3 }, &["lstm"]));
    let graph = BrainSpec {
        nodes,
        policy: "lstm".into(),
        value: "gru".into(),
        ..BrainSpec::default()
    };
    let distribution = DistributionSettings {
        kind: DistributionKind::default_for(&spec.action),
        bins: 11,
        state_dependent_std: false,
    };
    let layout = SensationLayout::new(&spec.sensations);
    Brain::build(&graph, &layout, &spec.action, &distribution).expect("a valid brain")
}

/// Parameters that make the memory matter.
fn parameters(brain: &Brain) -> Vec<f32> {
    let mut stream = Stream::new(1, 0, 0, Purpose::Parameters);
    (0..brain.parameters().len())
        .map(|_| 0.5 * stream.normal() as f32)
        .collect()
}

fn actor(blueprint: &Blueprint<'_>, index: usize) -> Actor {
    let environment = blueprint.build(SEED, index as u64).expect("builds");
    Actor::new(SEED, environment, Chain::default())
}

fn rank(brain: &Brain, blueprint: &Blueprint<'_>) -> Rank {
    let actors = (0..ENVIRONMENTS).map(|i| actor(blueprint, i)).collect();
    Rank::new(brain, actors)
}

fn rollout(brain: &Brain, spec: &TaskSpec, horizon: usize, forgets: bool) -> Rollout {
    Rollout::new(RolloutForm {
        horizon,
        environments: ENVIRONMENTS,
        sensation_len: brain.sensation_len(),
        image_len: SensationLayout::new(&spec.sensations).image_len(),
        action_len: brain.distribution().action_len(),
        state_len: brain.state_len(),
        chunk_length: 16,
        forgets,
    })
    .with_reward_terms(spec.reward_terms.len())
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// How many episodes ended.
#[derive(Debug, Default)]
struct Endings {
    terminated: usize,
    truncated: usize,
    /// Of the truncated ones, those whose last step was the last of a chunk.
    truncated_at_border: usize,
}

/// Lives through an environment's part of rollouts that were gathered one after another.
fn replay(
    brain: &Brain,
    parameters: &[f32],
    mut actor: Actor,
    environment: usize,
    rollouts: &[Rollout],
) -> Endings {
    let distribution = brain.distribution();
    let mut memory = brain.acting(1);
    let mut sensation = vec![0.0; brain.sensation_len()];
    let mut stored = sensation.clone();
    let mut state = vec![0.0; brain.state_len()];
    let mut endings = Endings::default();
    let mut begins = true;
    let mut sums = vec![0.0; actor.environment().reward_terms().len()];
    actor.begin(&mut sensation, true).expect("begins");
    for rollout in rollouts {
        for t in 0..rollout.form.horizon {
            let i = t * ENVIRONMENTS + environment;
            if t % 16 == 0 {
                if rollout.form.forgets {
                    state.fill(0.0);
                }
                assert_eq!(bits(rollout.state(t / 16, environment)), bits(&state));
            }
            assert_eq!(rollout.begins[i], begins, "step {t}");
            rollout.copy_sensation(i, &mut stored);
            assert_eq!(bits(&stored), bits(&sensation), "step {t}");
            brain.act(parameters, &sensation, &mut state, 1, &mut memory);
            assert_eq!(bits(&rollout.values[i..=i]), bits(memory.value()));

            distribution.motor_command(rollout.action(i), actor.motor());
            let ending = actor.step(&mut sensation, true).expect("steps").ending;
            begins = ending.is_end();
            assert_eq!(rollout.ended[i], begins);
            for (sum, term) in sums.iter_mut().zip(actor.environment().reward_terms()) {
                *sum += term;
            }
            match ending {
                Ending::None => continue,
                Ending::Terminated => {
                    endings.terminated += 1;
                    assert_eq!(rollout.bootstrap_values[i], 0.0);
                }
                Ending::Truncated => {
                    endings.truncated += 1;
                    let mut after = state.clone();
                    // The value of the final sensation is that which the next step would have
                    // had: with nothing remembered where a chunk would have begun.
                    let at_border = (t + 1) % 16 == 0;
                    endings.truncated_at_border += usize::from(at_border);
                    if rollout.form.forgets && at_border {
                        after.fill(0.0);
                    }
                    brain.act(parameters, &sensation, &mut after, 1, &mut memory);
                    let bootstrap = &rollout.bootstrap_values[i..=i];
                    assert_eq!(bits(bootstrap), bits(memory.value()));
                }
            }
            let finished = rollout.finished[i].expect("an episode has finished");
            assert_eq!(rollout.terms(&finished), sums);
            assert_eq!(finished.truncated, ending == Ending::Truncated);
            sums.fill(0.0);
            state.fill(0.0);
            actor.begin(&mut sensation, true).expect("begins");
        }
        let mut after = state.clone();
        if rollout.form.forgets {
            after.fill(0.0);
        }
        brain.act(parameters, &sensation, &mut after, 1, &mut memory);
        let last = &rollout.last_values[environment..=environment];
        assert_eq!(bits(last), bits(memory.value()));
    }
    endings
}

/// Endings by the task and by the limit, pictures, and episodes that run on from one cycle into
/// the next; with states that cross the borders of chunks and with states that do not.
#[test]
fn a_rollout_is_what_the_brain_has_lived_through() {
    let catalogue = catalogue();
    for task in ["CartPole-v1", "Pendulum-v1", "Picture-v0"] {
        let blueprint = Blueprint::new(&catalogue, choice(task)).expect("composes");
        let brain = brain(blueprint.spec());
        let parameters = parameters(&brain);
        for forgets in [false, true] {
            let mut rank = rank(&brain, &blueprint);
            rank.begin().expect("begins");
            let rollouts: Vec<Rollout> = (0..3)
                .map(|_| {
                    let mut rollout = rollout(&brain, blueprint.spec(), 96, forgets);
                    rank.gather(&brain, &parameters, Progress::default(), &mut rollout)
                        .expect("gathers");
                    rollout
                })
                .collect();
            let mut seen = Endings::default();
            for e in 0..ENVIRONMENTS {
                let endings = replay(&brain, &parameters, actor(&blueprint, e), e, &rollouts);
                seen.terminated += endings.terminated;
                seen.truncated += endings.truncated;
                seen.truncated_at_border += endings.truncated_at_border;
            }
            println!("{task}, forgets {forgets}: {seen:?}");
            match task {
                "CartPole-v1" => assert!(seen.terminated > ENVIRONMENTS),
                "Pendulum-v1" => {
                    assert_eq!(seen.truncated, ENVIRONMENTS);
                    assert_eq!(seen.truncated_at_border, 0);
                }
                _ => {
                    assert_eq!(seen.truncated, 18 * ENVIRONMENTS);
                    assert_eq!(seen.truncated_at_border, seen.truncated);
                }
            }
            let images = rollouts[0].images.len();
            assert_eq!(images > 0, task == "Picture-v0");
        }
    }
}

/// Everything of the next rollout is the same, whether the rank goes on or another one restores.
#[test]
fn a_restored_rank_goes_on_bitwise() {
    let catalogue = catalogue();
    for task in ["CartPole-v1", "DelayedRecall-v1"] {
        let blueprint = Blueprint::new(&catalogue, choice(task)).expect("composes");
        let spec = blueprint.spec();
        let brain = brain(spec);
        let parameters = parameters(&brain);
        let mut first = rollout(&brain, spec, 48, false);
        let mut rank_before = rank(&brain, &blueprint);
        rank_before.begin().expect("begins");
        rank_before
            .gather(&brain, &parameters, Progress::default(), &mut first)
            .expect("gathers");
        let text = serde_json::to_string(&rank_before.save().expect("saves")).expect("writes");
        let states: Vec<ActorState> = serde_json::from_str(&text).expect("reads");
        let mut rank_after = rank(&brain, &blueprint);
        rank_after.restore(&states).expect("restores");
        let (mut went_on, mut restored) = (first.clone(), first);
        rank_before
            .gather(&brain, &parameters, Progress::default(), &mut went_on)
            .expect("gathers");
        rank_after
            .gather(&brain, &parameters, Progress::default(), &mut restored)
            .expect("gathers");
        assert!(went_on.state(0, 0).iter().any(|x| *x != 0.0), "{task}");
        for (a, b) in [
            (&went_on.states, &restored.states),
            (&went_on.senses, &restored.senses),
            (&went_on.actions, &restored.actions),
            (&went_on.values, &restored.values),
            (&went_on.last_values, &restored.last_values),
        ] {
            assert_eq!(bits(a), bits(b), "{task}");
        }
        assert_eq!(went_on.begins, restored.begins);
    }
}

/// Of an episode that ran when there were no sums yet, they are not known; of the next they are.
#[test]
fn sums_of_terms_are_not_known_after_an_older_checkpoint() {
    let catalogue = catalogue();
    let blueprint = Blueprint::new(&catalogue, choice("CartPole-v1")).expect("composes");
    let brain = brain(blueprint.spec());
    let parameters = parameters(&brain);
    let mut rollout = rollout(&brain, blueprint.spec(), 96, false);
    let mut rank = rank(&brain, &blueprint);
    rank.begin().expect("begins");
    let mut gather = |rank: &mut Rank| {
        rank.gather(&brain, &parameters, Progress::default(), &mut rollout)
            .expect("gathers");
        rollout.clone()
    };
    gather(&mut rank);
    let mut states = rank.save().expect("saves");
    assert!(states.iter().all(|state| state.environment.steps > 0));
    for state in &mut states {
        state.term_sums.0.clear();
    }
    rank.restore(&states).expect("restores");
    let rollout = gather(&mut rank);
    let mut begun_before = [true; ENVIRONMENTS];
    for (i, finished) in rollout.finished.iter().enumerate() {
        let Some(finished) = finished else { continue };
        let known = rollout.terms(finished)[0] == finished.episode_return;
        let before = std::mem::replace(&mut begun_before[i % ENVIRONMENTS], false);
        assert_eq!(known, !before, "transition {i}");
        assert_eq!(rollout.terms(finished)[0].is_nan(), before);
    }
    assert_eq!(begun_before, [false; ENVIRONMENTS]);
}

/// A task that cannot be saved, and environments that a fault has spoilt: new episodes, of which
/// nothing is remembered.
#[test]
fn new_episodes_after_a_restart_remember_nothing() {
    let catalogue = catalogue();
    for (task, fault) in [("Picture-v0", false), ("DelayedRecall-v1", true)] {
        let blueprint = Blueprint::new(&catalogue, choice(task)).expect("composes");
        assert_eq!(blueprint.spec().saves_state, fault);
        let brain = brain(blueprint.spec());
        let parameters = parameters(&brain);
        let mut rollout = rollout(&brain, blueprint.spec(), 48, false);
        let mut before = rank(&brain, &blueprint);
        before.begin().expect("begins");
        before
            .gather(&brain, &parameters, Progress::default(), &mut rollout)
            .expect("gathers");
        let states = if fault {
            before.restart()
        } else {
            before.save().expect("saves")
        };
        // Also where the rank itself had lived on.
        before.restore(&states).expect("restores");
        before
            .gather(&brain, &parameters, Progress::default(), &mut rollout)
            .expect("gathers");
        assert_eq!(rollout.begins[..ENVIRONMENTS], [true; ENVIRONMENTS]);
        for e in 0..ENVIRONMENTS {
            assert!(rollout.state(0, e).iter().all(|x| *x == 0.0));
        }
    }
}

/// A checkpoint of a brain with another memory is refused.
#[test]
fn recurrent_states_of_another_brain_are_refused() {
    let catalogue = catalogue();
    let blueprint = Blueprint::new(&catalogue, choice("CartPole-v1")).expect("composes");
    let brain = brain(blueprint.spec());
    let mut rank = rank(&brain, &blueprint);
    rank.begin().expect("begins");
    let mut states = rank.save().expect("saves");
    states[1].recurrent_state.0.truncate(8);
    let error = rank.restore(&states).expect_err("refused").to_string();
    assert_eq!(
        error,
        "the checkpoint does not fit: the brain's recurrent states are others than in the run"
    );
}
