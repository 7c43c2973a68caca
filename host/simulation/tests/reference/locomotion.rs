//! Tasks of Gymnasium: compiled models, single steps, free runs.

use crate::arrays::{compiled, relative_difference};
use crate::recordings::{action, greatest_difference, numbers, recording};
use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{
    compose::{ComposedScene, compose},
    physics::Physics,
};
use serde_json::json;

/// A task of the recordings.
struct Task {
    name: &'static str,
    world: &'static str,
    body: &'static str,
    substeps: u32,
    /// The world's geom, which comes before those of the body.
    ground: &'static str,
    /// Control steps for which a free run stays within the tolerance of a single step: contacts
    /// multiply a difference in the 16th digit, which the cheetah's scaled masses have.
    followed: usize,
    /// Observation from positions and velocities.
    observe: fn(qpos: &[f64], qvel: &[f64]) -> Vec<f64>,
}

const TASKS: [Task; 3] = [
    Task {
        name: "HalfCheetah-v5",
        world: include_str!("../../../../plugins/task-locomotion/assets/plane-half-cheetah.xml"),
        body: include_str!("../../../../plugins/body-half-cheetah/assets/half-cheetah.xml"),
        substeps: 5,
        ground: "floor",
        followed: 8,
        observe: |qpos, qvel| qpos[1..].iter().chain(qvel).copied().collect(),
    },
    Task {
        name: "Hopper-v5",
        world: include_str!("../../../../plugins/task-locomotion/assets/plane-hopper.xml"),
        body: include_str!("../../../../plugins/body-hopper/assets/hopper.xml"),
        substeps: 4,
        ground: "floor",
        followed: usize::MAX,
        observe: |qpos, qvel| {
            let clipped = qvel.iter().map(|v| v.clamp(-10.0, 10.0));
            qpos[1..].iter().copied().chain(clipped).collect()
        },
    },
    Task {
        name: "InvertedPendulum-v5",
        world: include_str!("../../../../plugins/task-inverted-pendulum/assets/rail.xml"),
        body: include_str!(
            "../../../../plugins/body-inverted-pendulum/assets/inverted-pendulum.xml"
        ),
        substeps: 2,
        ground: "rail",
        followed: usize::MAX,
        observe: |qpos, qvel| [qpos, qvel].concat(),
    },
];

/// Largest difference that a single step may show: planar tasks, the same MuJoCo.
const STEP_TOLERANCE: f64 = 1e-9;
/// Largest relative difference of a compiled number.
const MODEL_TOLERANCE: f64 = 1e-12;

impl Task {
    fn compose(&self) -> ComposedScene {
        let scene: SceneSpec = serde_json::from_value(json!({
            "mjcf": self.world,
            "default_body": "any",
            "substeps": self.substeps,
            "contact_forces": true,
        }))
        .unwrap();
        let body: BodySpec = serde_json::from_value(json!({ "mjcf": self.body })).unwrap();
        compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap()
    }
}

#[test]
fn compiled_models_are_those_of_the_recordings() {
    for task in &TASKS {
        let Some(file) = recording(&format!("models/{}.json", task.name)) else {
            return;
        };
        let scene = task.compose();
        let (mut compared, mut left_out) = (0, Vec::new());
        let (mut worst, mut worst_array) = (0.0, "none");
        for (name, expected) in file["compiled"].as_object().unwrap() {
            let Some(ours) = compiled(&scene.model, name) else {
                left_out.push(name.as_str());
                continue;
            };
            let expected = numbers(expected);
            compared += 1;
            let what = format!("{}: {name}", task.name);
            let difference = relative_difference(&what, &ours, &expected, MODEL_TOLERANCE);
            if difference > worst {
                (worst, worst_array) = (difference, name.as_str());
            }
        }
        println!(
            "{}: {compared} arrays, greatest relative difference {worst:e} ({worst_array}); \
             left out: {left_out:?}",
            task.name
        );
        assert!(
            compared >= 50,
            "{}: only {compared} arrays were compared",
            task.name
        );
        let dt = f64::from(task.substeps) * scene.model.opt().timestep;
        assert_eq!(scene.info.control_timestep, dt);
        assert_eq!(scene.info.geoms[task.ground], 0);
    }
}

#[test]
fn single_steps_are_those_of_the_recordings() {
    for task in &TASKS {
        let Some(file) = recording(&format!("trajectories/{}.json", task.name)) else {
            return;
        };
        let mut physics = Physics::new(&task.compose()).unwrap();
        let (mut steps, mut state_difference, mut obs_difference) = (0, 0.0_f64, 0.0_f64);
        for episode in file["episodes"].as_array().unwrap() {
            let state = |field: &str, t: usize| numbers(&episode["state"][field][t]);
            for (t, row) in episode["actions"].as_array().unwrap().iter().enumerate() {
                let (qpos, qvel) = (state("qpos", t), state("qvel", t));
                let warm_start = state("qacc_warmstart", t);
                physics
                    .place(state("time", t)[0], &qpos, &qvel, &warm_start)
                    .unwrap();
                physics.apply_action(&action(row));
                physics.step().unwrap();

                let difference = greatest_difference(physics.qpos(), &state("qpos", t + 1))
                    .max(greatest_difference(physics.qvel(), &state("qvel", t + 1)))
                    .max((physics.time() - state("time", t + 1)[0]).abs());
                state_difference = state_difference.max(difference);
                let obs = (task.observe)(physics.qpos(), physics.qvel());
                let difference = greatest_difference(&obs, &numbers(&episode["obs"][t + 1]));
                obs_difference = obs_difference.max(difference);
                steps += 1;
            }
        }
        println!(
            "{}: {steps} single steps, greatest difference of state {state_difference:e}, of \
             observation {obs_difference:e}",
            task.name
        );
        assert!(steps > 100);
        assert!(state_difference <= STEP_TOLERANCE && obs_difference <= STEP_TOLERANCE);
    }
}

/// Free runs from the first state of each episode, so that warm start and time carry over by themselves.
#[test]
fn free_runs_are_those_of_the_recordings() {
    for task in &TASKS {
        let Some(file) = recording(&format!("trajectories/{}.json", task.name)) else {
            return;
        };
        let mut physics = Physics::new(&task.compose()).unwrap();
        let mut worst = 0.0_f64;
        for episode in file["episodes"].as_array().unwrap() {
            let state = |field: &str, t: usize| numbers(&episode["state"][field][t]);
            let warm_start = state("qacc_warmstart", 0);
            physics
                .place(0.0, &state("qpos", 0), &state("qvel", 0), &warm_start)
                .unwrap();
            let actions = episode["actions"].as_array().unwrap().iter().enumerate();
            for (t, row) in actions.take(task.followed) {
                physics.apply_action(&action(row));
                physics.step().unwrap();
                let difference = greatest_difference(physics.qpos(), &state("qpos", t + 1));
                worst = worst.max(difference);
            }
        }
        println!(
            "{}: free runs, greatest difference of qpos {worst:e}",
            task.name
        );
        assert!(worst <= STEP_TOLERANCE, "{}: {worst:e}", task.name);
    }
}
