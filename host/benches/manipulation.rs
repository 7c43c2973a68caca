//! What a rollout of in-hand manipulation costs, and what `mj_step` alone costs along the same kind of
//! motion: ManipulateBlockAsymmetric-v1 with its preset's physics (8 ms, ten steps a control step),
//! `simple` brain, one thread. `cargo bench -p angora-host --bench manipulation`; items are control
//! steps. The plugins must have been built.
#![allow(unsafe_code, reason = "a bench, which steps MuJoCo's data itself")]

use angora_comm::World;
use angora_host::config::{Experiment, Layers, Source, preset_for, resolve};
use angora_host::packages::discover;
use angora_host::run::{Engine, build_engine};
use angora_loader::Catalogue;
use angora_plugin_api::ActionSpec;
use angora_simulation::{Blueprint, Environment, TaskChoice};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

const TASK: &str = "ManipulateBlockAsymmetric-v1";
const ENVIRONMENTS: usize = 8;
const HORIZON: usize = 128;
const STEPS: usize = ENVIRONMENTS * HORIZON;

fn main() {
    divan::main();
}

fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().expect("a path");
    let debug = exe.ancestors().nth(2).expect("the target folder");
    let named: Vec<String> = [
        "task_manipulate",
        "body_shadow_hand",
        "reward_dexterity",
        "brain_feedforward",
        "preprocessor_normalise",
    ]
    .iter()
    .map(|name| debug.join(format!("lib{name}.so")).display().to_string())
    .collect();
    Catalogue::new(discover(&named, &[]).expect("built by `./angora bench`"))
}

fn experiment() -> Experiment {
    let mut layers = Layers::default();
    let text = format!(
        "task = \"{TASK}\"\nbrain = \"simple\"\ncycles = 1000000\nthreads = 1\nenvironments = {ENVIRONMENTS}\nhorizon = {HORIZON}\nppo.minibatch_size = {STEPS}"
    );
    layers
        .text(&text, Source::CommandLine)
        .expect("valid settings");
    let action = ActionSpec::Box {
        low: vec![-1.0; 20],
        high: vec![1.0; 20],
    };
    let preset = preset_for("auto", TASK, &action).expect("there is one");
    resolve(&layers.over(preset), &action, false).expect("resolves")
}

/// A rollout by the engine: brain, sampling, senses, signals, reward, starts of episodes.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn gathering(bencher: Bencher) {
    let catalogue = catalogue();
    let mut engine: Engine =
        build_engine(&catalogue, &experiment(), World::solo()).expect("builds");
    engine.begin().expect("begins");
    engine.gather_alone().expect("a rollout");
    bencher
        .counter(ItemsCount::new(STEPS))
        .bench_local(|| engine.gather_alone().expect("a rollout"));
}

/// A control step of the bare loop: where an episode begins, the state from which it does.
struct Recorded {
    start: Option<(Vec<f64>, Vec<f64>)>,
    ctrl: Vec<f64>,
}

/// The motion under actions drawn from all bins alike, as a brain that knows nothing draws them.
fn record(environment: &mut Environment) -> Vec<Recorded> {
    let spec = environment.spec();
    let mut action = vec![0.0_f32; spec.action.len()];
    let mut sensation = vec![0.0; spec.sensation_len()];
    let mut random = 1_u32;
    let mut begins = true;
    let motion = (0..STEPS).map(|_| {
        let start = begins.then(|| {
            environment.reset(&mut sensation).expect("a start");
            let physics = environment.physics().expect("a scene");
            (physics.qpos().to_vec(), physics.qvel().to_vec())
        });
        action.fill_with(|| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((random >> 16) % 11) as f32 / 5.0 - 1.0
        });
        let outcome = environment.step(&action, &mut sensation).expect("a step");
        begins = outcome.ending.is_end();
        let ctrl = environment.physics().expect("a scene").ctrl().to_vec();
        Recorded { start, ctrl }
    });
    motion.collect()
}

/// Ten times `mj_step` for each control step, and nothing else but the starts of episodes.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn bare_mj_step(bencher: Bencher) {
    let catalogue = catalogue();
    let choice = TaskChoice {
        task: TASK.into(),
        physics: experiment().physics,
        ..TaskChoice::default()
    };
    let blueprint = Blueprint::new(&catalogue, choice).expect("a task");
    let mut environment = blueprint.build(1, 0).expect("an environment");
    let motion = record(&mut environment);
    let timestep = environment.spec().control_timestep.expect("of a scene");
    let physics = environment.physics_mut().expect("a scene");
    let substeps = (timestep / physics.model().opt().timestep).round() as usize;
    let still = vec![0.0; physics.qvel().len()];
    bencher.counter(ItemsCount::new(STEPS)).bench_local(|| {
        for step in &motion {
            if let Some((qpos, qvel)) = &step.start {
                physics.place(0.0, qpos, qvel, &still).expect("a state");
            }
            // SAFETY: the data is stepped, not exchanged.
            let data = unsafe { physics.data_mut() };
            data.ctrl_mut().copy_from_slice(&step.ctrl);
            for _ in 0..substeps {
                data.step();
            }
        }
        black_box(physics.time())
    });
}
