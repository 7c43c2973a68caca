//! A control step of HalfCheetah against the bare loop of `mj_step`, and the cost of views.
#![allow(
    clippy::unwrap_used,
    unsafe_code,
    reason = "a bench, which steps MuJoCo's data itself"
)]

use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{Blueprint, TaskChoice, compose::compose, physics::Physics};
use divan::{Bencher, black_box};

const STEPS: usize = 1000;

fn main() {
    divan::main();
}

fn physics(contact_forces: bool) -> Physics {
    let scene: SceneSpec = serde_json::from_value(serde_json::json!({
        "mjcf": include_str!("../../../plugins/task-locomotion/assets/plane-half-cheetah.xml"),
        "default_body": "any",
        "substeps": 5,
        "contact_forces": contact_forces,
    }))
    .unwrap();
    let body: BodySpec = serde_json::from_value(serde_json::json!({
        "mjcf": include_str!("../../../plugins/body-half-cheetah/assets/half-cheetah.xml"),
    }))
    .unwrap();
    let scene = compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap();
    let mut physics = Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.forward().unwrap();
    physics
}

/// The same inputs for all, so that the motions are equal.
fn action(step: usize) -> [f32; 6] {
    [(step as f32 * 0.7).sin(); 6]
}

#[divan::bench]
fn mujoco(bencher: Bencher) {
    bencher
        .counter(divan::counter::ItemsCount::new(STEPS))
        .with_inputs(|| physics(false))
        .bench_local_refs(|physics| {
            // SAFETY: the data is stepped, not exchanged.
            let data = unsafe { physics.data_mut() };
            for step in 0..STEPS {
                for (ctrl, a) in data.ctrl_mut().iter_mut().zip(action(step)) {
                    *ctrl = f64::from(a);
                }
                for _ in 0..5 {
                    data.step();
                }
            }
            black_box(data.qpos()[0])
        });
}

#[divan::bench(args = [false, true])]
fn angora(bencher: Bencher, contact_forces: bool) {
    bencher
        .counter(divan::counter::ItemsCount::new(STEPS))
        .with_inputs(|| physics(contact_forces))
        .bench_local_refs(|physics| {
            for step in 0..STEPS {
                physics.apply_action(&action(step));
                physics.step().unwrap();
                black_box(physics.views());
            }
            physics.qpos()[0]
        });
}

/// Task and body as plugins, loaded like any other: sensation, signals, reward and endings too.
#[divan::bench]
fn angora_through_plugins(bencher: Bencher) {
    let catalogue = catalogue();
    let choice = TaskChoice {
        task: "HalfCheetah-v5".into(),
        // From the same pose as the others, so that the motions are equal.
        task_config: serde_json::json!({ "reset_noise_scale": 0.0 }),
        ..TaskChoice::default()
    };
    let blueprint = Blueprint::new(&catalogue, choice).unwrap();
    let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
    bencher
        .counter(divan::counter::ItemsCount::new(STEPS))
        .with_inputs(|| {
            let mut environment = blueprint.build(1, 0).unwrap();
            environment.reset(&mut [0.0; 17]).unwrap();
            environment
        })
        .bench_local_refs(|environment| {
            let mut sum = 0.0;
            for step in 0..STEPS {
                sum += environment
                    .step(&action(step), &mut sensation)
                    .unwrap()
                    .reward;
            }
            sum
        });
}

/// The first-party plugins, which must have been built.
fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().unwrap();
    let target = exe.ancestors().nth(2).unwrap();
    let mut discovery = Discovery::default();
    for plugin in ["task_locomotion", "body_half_cheetah"] {
        let path = target.join(format!("lib{plugin}.so"));
        discovery.name(&path.display().to_string()).unwrap();
    }
    Catalogue::new(discovery)
}

#[divan::bench]
fn views(bencher: Bencher) {
    let mut physics = physics(false);
    bencher.bench_local(|| {
        black_box(black_box(&mut physics).views());
    });
}
