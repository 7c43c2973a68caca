//! The models and single steps against recordings of Gymnasium's tasks.
//!
//! The recordings are not part of the repository: they lie in `../shared/reference` beside it,
//! or where `ANGORA_REFERENCE` points. Without them the tests say so and pass.
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{
    compose::{ComposedScene, compose},
    physics::Physics,
};
use mujoco_rs::wrappers::MjModel;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

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
        world: include_str!("../../../plugins/task-locomotion/assets/plane-half-cheetah.xml"),
        body: include_str!("../../../plugins/body-half-cheetah/assets/half-cheetah.xml"),
        substeps: 5,
        ground: "floor",
        followed: 8,
        observe: |qpos, qvel| qpos[1..].iter().chain(qvel).copied().collect(),
    },
    Task {
        name: "Hopper-v5",
        world: include_str!("../../../plugins/task-locomotion/assets/plane-hopper.xml"),
        body: include_str!("../../../plugins/body-hopper/assets/hopper.xml"),
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
        world: include_str!("../../../plugins/task-inverted-pendulum/assets/rail.xml"),
        body: include_str!("../../../plugins/body-inverted-pendulum/assets/inverted-pendulum.xml"),
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

/// A file of the recordings, or `None` where there are none.
fn recording(file: &str) -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    let folder = std::env::var_os("ANGORA_REFERENCE").map_or_else(beside, PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: no reference recordings at {}", folder.display());
        return None;
    }
    let text = fs::read_to_string(folder.join(file)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// All numbers below a value, in order; true is 1.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Bool(flag) => vec![f64::from(*flag)],
        _ => vec![value.as_f64().unwrap()],
    }
}

fn greatest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().chain(b).all(|x| x.is_finite()));
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

/// An array of the compiled model under the name that it has in MuJoCo; `None` is not compared.
fn compiled(model: &MjModel, name: &str) -> Option<Vec<f64>> {
    macro_rules! arrays {
        (floats: $($float:ident)*; vectors: $($vector:ident)*; ints: $($int:ident)*;
         flags: $($flag:ident)*) => {
            match name {
                $(stringify!($float) => Some(model.$float().to_vec()),)*
                $(stringify!($vector) => Some(model.$vector().concat()),)*
                $(stringify!($int) => Some(model.$int().iter().map(|&n| f64::from(n)).collect()),)*
                $(stringify!($flag) =>
                    Some(model.$flag().iter().map(|&on| f64::from(u8::from(on))).collect()),)*
                "dof_M0" => Some(model.dof_m0().to_vec()),
                "jnt_type" => Some(model.jnt_type().iter().map(|&t| f64::from(t as u32)).collect()),
                "geom_type" =>
                    Some(model.geom_type().iter().map(|&t| f64::from(t as u32)).collect()),
                _ => None,
            }
        };
    }
    arrays! {
        floats: body_mass body_subtreemass body_gravcomp jnt_margin jnt_stiffness dof_damping
            dof_armature dof_frictionloss dof_invweight0 qpos0 qpos_spring geom_solmix
            geom_margin geom_gap geom_rbound actuator_length0 actuator_acc0;
        vectors: body_inertia body_ipos body_iquat body_pos body_quat body_invweight0 jnt_pos
            jnt_axis jnt_range jnt_solref jnt_solimp dof_solref dof_solimp geom_solref geom_solimp
            geom_size geom_pos geom_quat geom_friction actuator_gainprm actuator_biasprm
            actuator_ctrlrange actuator_forcerange actuator_gear;
        ints: body_parentid body_weldid body_dofnum jnt_bodyid jnt_qposadr jnt_dofadr dof_bodyid
            geom_bodyid geom_contype geom_conaffinity geom_condim geom_priority;
        flags: jnt_limited jnt_actfrclimited actuator_ctrllimited actuator_forcelimited
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
            assert_eq!(
                ours.len(),
                expected.len(),
                "{}: length of {name}",
                task.name
            );
            compared += 1;
            for (i, (a, b)) in ours.iter().zip(&expected).enumerate() {
                let difference = (a - b).abs() / b.abs().max(1.0);
                assert!(
                    difference <= MODEL_TOLERANCE,
                    "{}: {name}[{i}]: {a} {b}",
                    task.name
                );
                if difference > worst {
                    (worst, worst_array) = (difference, name.as_str());
                }
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
            for (t, action) in episode["actions"].as_array().unwrap().iter().enumerate() {
                let action: Vec<f32> = numbers(action).iter().map(|&a| a as f32).collect();
                let (qpos, qvel) = (state("qpos", t), state("qvel", t));
                let warm_start = state("qacc_warmstart", t);
                physics
                    .place(state("time", t)[0], &qpos, &qvel, &warm_start)
                    .unwrap();
                physics.apply_action(&action);
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
            for (t, action) in actions.take(task.followed) {
                let action: Vec<f32> = numbers(action).iter().map(|&a| a as f32).collect();
                physics.apply_action(&action);
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
