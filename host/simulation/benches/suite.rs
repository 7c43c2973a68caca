//! Control steps of every MuJoCo task of the suite, as plugins with everything that belongs to them,
//! against the bare loop of `mj_step` over the same motion. `cargo bench -p angora-simulation --bench
//! suite`; the plugins must have been built.
#![allow(
    clippy::unwrap_used,
    unsafe_code,
    reason = "a bench, which steps MuJoCo's data itself"
)]

use angora_loader::{Catalogue, Discovery};
use angora_simulation::{Blueprint, Environment, TaskChoice};
use divan::{Bencher, black_box, counter::ItemsCount};

const STEPS: usize = 500;

const TASKS: [&str; 11] = [
    "HalfCheetah-v5",
    "Swimmer-v5",
    "Hopper-v5",
    "Walker2d-v5",
    "Ant-v5",
    "Humanoid-v5",
    "HumanoidStandup-v5",
    "InvertedPendulum-v5",
    "InvertedDoublePendulum-v5",
    "Reacher-v5",
    "Pusher-v5",
];

fn main() {
    divan::main();
}

/// The first-party plugins, which must have been built.
fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().unwrap();
    let target = exe.ancestors().nth(2).unwrap();
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
        let path = target.join(format!("lib{plugin}.so"));
        discovery.name(&path.display().to_string()).unwrap();
    }
    Catalogue::new(discovery)
}

/// A task at the start of an episode, the same each time.
fn started(blueprint: &Blueprint<'_>) -> Environment {
    let mut environment = blueprint.build(1, 0).unwrap();
    let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
    environment.reset(&mut sensation).unwrap();
    environment
}

fn blueprint<'c>(catalogue: &'c Catalogue, task: &str) -> Blueprint<'c> {
    let choice = TaskChoice {
        task: task.into(),
        ..TaskChoice::default()
    };
    Blueprint::new(catalogue, choice).unwrap()
}

/// The same inputs for both, so that the motions are equal; small, so that bodies stay up longer.
fn input(step: usize) -> f32 {
    0.3 * (step as f32 * 0.7).sin()
}

#[divan::bench(args = TASKS, sample_count = 20)]
fn mujoco(bencher: Bencher, task: &str) {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue, task);
    bencher
        .counter(ItemsCount::new(STEPS))
        .with_inputs(|| started(&blueprint))
        .bench_local_refs(|environment| {
            let timestep = environment.spec().control_timestep.unwrap();
            let physics = environment.physics_mut().unwrap();
            let substeps = (timestep / physics.model().opt().timestep).round() as usize;
            // SAFETY: the data is stepped, not exchanged.
            let data = unsafe { physics.data_mut() };
            for step in 0..STEPS {
                data.ctrl_mut().fill(input(step).into());
                for _ in 0..substeps {
                    data.step();
                }
            }
            black_box(data.qpos()[0])
        });
}

/// Endings are not heeded, since the bare loop knows none.
#[divan::bench(args = TASKS, sample_count = 20)]
fn angora(bencher: Bencher, task: &str) {
    let catalogue = catalogue();
    let blueprint = blueprint(&catalogue, task);
    let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
    let mut action = vec![0.0; blueprint.spec().action.len()];
    bencher
        .counter(ItemsCount::new(STEPS))
        .with_inputs(|| started(&blueprint))
        .bench_local_refs(|environment| {
            let mut sum = 0.0;
            for step in 0..STEPS {
                action.fill(input(step));
                sum += environment.step(&action, &mut sensation).unwrap().reward;
            }
            sum
        });
}
