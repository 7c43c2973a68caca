//! The models and single steps against recordings of Gymnasium's tasks.
//!
//! The recordings are not part of the repository: they lie in `../shared/reference` beside it,
//! or where `ANGORA_REFERENCE` points. Without them the tests say so and pass.
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{
    compose::{ComposedScene, compose},
    physics::Physics,
    views::Views,
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
    order: Order,
    /// The recorded observation.
    observe: fn(&Views<'_>) -> Vec<f64>,
}

/// Our index of each recorded part. The world's parts come first here and last there; where there
/// are none that move, the order is the same, and this is empty.
#[derive(Default)]
struct Order {
    bodies: &'static [usize],
    /// Of joints with one degree of freedom, so of positions and velocities too.
    joints: &'static [usize],
    geoms: &'static [usize],
}

const SAME: Order = Order {
    bodies: &[],
    joints: &[],
    geoms: &[],
};

/// Most tasks are these.
macro_rules! task {
    ($name:literal, $world:literal, $body:literal, $substeps:literal, $ground:literal, $observe:expr) => {
        Task {
            name: $name,
            world: include_str!(concat!("../../../plugins/", $world)),
            body: include_str!(concat!("../../../plugins/", $body)),
            substeps: $substeps,
            ground: $ground,
            followed: usize::MAX,
            order: SAME,
            observe: $observe,
        }
    };
}

const TASKS: &[Task] = &[
    Task {
        followed: 8,
        ..task!(
            "HalfCheetah-v5",
            "task-locomotion/assets/plane-half-cheetah.xml",
            "body-half-cheetah/assets/half-cheetah.xml",
            5,
            "floor",
            |views| [&views.qpos[1..], views.qvel].concat()
        )
    },
    task!(
        "Hopper-v5",
        "task-locomotion/assets/plane-hopper.xml",
        "body-hopper/assets/hopper.xml",
        4,
        "floor",
        |views| [&views.qpos[1..], &clipped(views.qvel, 10.0)].concat()
    ),
    task!(
        "Walker2d-v5",
        "task-locomotion/assets/plane-walker2d.xml",
        "body-locomotion/assets/walker2d.xml",
        4,
        "floor",
        |views| [&views.qpos[1..], &clipped(views.qvel, 10.0)].concat()
    ),
    task!(
        "Ant-v5",
        "task-locomotion/assets/plane-ant.xml",
        "body-locomotion/assets/ant.xml",
        5,
        "floor",
        |views| {
            let forces = clipped(&views.cfrc_ext[6..], 1.0);
            [&views.qpos[2..], views.qvel, &forces].concat()
        }
    ),
    task!(
        "Swimmer-v5",
        "task-locomotion/assets/pool.xml",
        "body-locomotion/assets/swimmer.xml",
        4,
        "floor",
        |views| [&views.qpos[2..], views.qvel].concat()
    ),
    Task {
        order: Order {
            bodies: &[0, 2, 3, 4, 1],
            joints: &[2, 3, 0, 1],
            geoms: &[0, 1, 2, 3, 4, 5, 7, 8, 9, 6],
        },
        ..task!(
            "Reacher-v5",
            "task-arms/assets/reacher.xml",
            "body-arms/assets/reacher-arm.xml",
            2,
            "ground",
            |views| {
                let (target, angles) = views.qpos.split_at(2);
                let cosines = angles.iter().map(|q| q.cos());
                let sines = angles.iter().map(|q| q.sin());
                let place = (0..2).map(|axis| views.xpos[3 * 4 + axis] - views.xpos[3 + axis]);
                let moved = target.iter().chain(&views.qvel[2..]).copied();
                cosines.chain(sines).chain(moved).chain(place).collect()
            }
        )
    },
    Task {
        order: Order {
            bodies: &[0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2],
            joints: &[4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3],
            geoms: &[
                0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 1, 2,
            ],
        },
        ..task!(
            "Pusher-v5",
            "task-arms/assets/pusher.xml",
            "body-arms/assets/pusher-arm.xml",
            5,
            "table",
            |views| {
                let place = |body: usize| &views.xpos[3 * body..3 * body + 3];
                let (qpos, qvel) = (&views.qpos[4..], &views.qvel[4..]);
                [qpos, qvel, place(12), place(1), place(2)].concat()
            }
        )
    },
    task!(
        "InvertedPendulum-v5",
        "task-inverted-pendulum/assets/rail.xml",
        "body-inverted-pendulum/assets/inverted-pendulum.xml",
        2,
        "rail",
        |views| [&*views.qpos, views.qvel].concat()
    ),
    task!(
        "InvertedDoublePendulum-v5",
        "task-inverted-pendulum/assets/rail-double.xml",
        "body-inverted-pendulum/assets/inverted-double-pendulum.xml",
        5,
        "floor",
        |views| {
            let angles = &views.qpos[1..];
            let sines = angles.iter().map(|q| q.sin());
            let cosines = angles.iter().map(|q| q.cos());
            let velocities = clipped(views.qvel, 10.0);
            let place = [views.qpos[0]].into_iter();
            let all = place.chain(sines).chain(cosines).chain(velocities);
            all.collect()
        }
    ),
    task!(
        "Humanoid-v5",
        "task-locomotion/assets/plane-humanoid.xml",
        "body-locomotion/assets/humanoid.xml",
        5,
        "floor",
        humanoid
    ),
    task!(
        "HumanoidStandup-v5",
        "task-locomotion/assets/plane-humanoid.xml",
        "body-locomotion/assets/humanoid-standup.xml",
        5,
        "floor",
        humanoid
    ),
];

fn clipped(values: &[f64], limit: f64) -> Vec<f64> {
    values.iter().map(|x| x.clamp(-limit, limit)).collect()
}

/// Everything but the world's own rows.
fn humanoid(views: &Views<'_>) -> Vec<f64> {
    [
        &views.qpos[2..],
        views.qvel,
        &views.cinert[10..],
        &views.cvel[6..],
        &views.qfrc_actuator[6..],
        &views.cfrc_ext[6..],
    ]
    .concat()
}

impl Order {
    /// Ours of a recorded index.
    fn ours(order: &[usize], recorded: usize) -> usize {
        order.get(recorded).copied().unwrap_or(recorded)
    }

    /// Recorded numbers by joint, in our order.
    fn joints(&self, recorded: &[f64]) -> Vec<f64> {
        let mut ours = recorded.to_vec();
        for (at, value) in recorded.iter().enumerate() {
            ours[Self::ours(self.joints, at)] = *value;
        }
        ours
    }

    /// A recorded array of the compiled model in our order, indices among its values too.
    fn array(&self, name: &str, recorded: &[f64]) -> Vec<f64> {
        let by = match name.split('_').next() {
            Some("body") => self.bodies,
            Some("jnt" | "dof") => self.joints,
            Some("geom") => self.geoms,
            _ if name.starts_with("qpos") => self.joints,
            _ => &[],
        };
        let of = match name {
            "body_parentid" | "body_weldid" | "jnt_bodyid" | "dof_bodyid" | "geom_bodyid" => {
                self.bodies
            }
            "jnt_qposadr" | "jnt_dofadr" => self.joints,
            _ => &[],
        };
        let renamed = |value: f64| {
            let index = of.get(value as usize);
            index.map_or(value, |index| *index as f64)
        };
        let width = if by.is_empty() {
            1
        } else {
            recorded.len() / by.len()
        };
        let mut ours = recorded.to_vec();
        for (at, row) in recorded.chunks(width).enumerate() {
            let start = Self::ours(by, at) * width;
            for (to, from) in ours[start..].iter_mut().zip(row) {
                *to = renamed(*from);
            }
        }
        ours
    }
}

/// Largest difference that a single step may show, with the same MuJoCo.
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
    for task in TASKS {
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
            let expected = task.order.array(name, &numbers(expected));
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
    for task in TASKS {
        let Some(file) = recording(&format!("trajectories/{}.json", task.name)) else {
            return;
        };
        let mut physics = Physics::new(&task.compose()).unwrap();
        let (mut steps, mut state_difference, mut obs_difference) = (0, 0.0_f64, 0.0_f64);
        for episode in file["episodes"].as_array().unwrap() {
            let joints =
                |field: &str, t: usize| task.order.joints(&numbers(&episode["state"][field][t]));
            let time = |t: usize| numbers(&episode["state"]["time"][t])[0];
            for (t, action) in episode["actions"].as_array().unwrap().iter().enumerate() {
                let action: Vec<f32> = numbers(action).iter().map(|&a| a as f32).collect();
                let (qpos, qvel) = (joints("qpos", t), joints("qvel", t));
                let warm_start = joints("qacc_warmstart", t);
                physics.place(time(t), &qpos, &qvel, &warm_start).unwrap();
                physics.apply_action(&action);
                physics.step().unwrap();

                let difference = greatest_difference(physics.qpos(), &joints("qpos", t + 1))
                    .max(greatest_difference(physics.qvel(), &joints("qvel", t + 1)))
                    .max((physics.time() - time(t + 1)).abs());
                state_difference = state_difference.max(difference);
                let obs = (task.observe)(&physics.views());
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
    for task in TASKS {
        let Some(file) = recording(&format!("trajectories/{}.json", task.name)) else {
            return;
        };
        let mut physics = Physics::new(&task.compose()).unwrap();
        let mut worst = 0.0_f64;
        for episode in file["episodes"].as_array().unwrap() {
            let joints =
                |field: &str, t: usize| task.order.joints(&numbers(&episode["state"][field][t]));
            let warm_start = joints("qacc_warmstart", 0);
            physics
                .place(0.0, &joints("qpos", 0), &joints("qvel", 0), &warm_start)
                .unwrap();
            let actions = episode["actions"].as_array().unwrap().iter().enumerate();
            for (t, action) in actions.take(task.followed) {
                let action: Vec<f32> = numbers(action).iter().map(|&a| a as f32).collect();
                physics.apply_action(&action);
                physics.step().unwrap();
                let difference = greatest_difference(physics.qpos(), &joints("qpos", t + 1));
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
