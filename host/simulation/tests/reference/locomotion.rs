//! Tasks of Gymnasium: compiled models, single steps, free runs.

use crate::arrays::compiled;
use crate::recordings::{action, greatest_difference, numbers, recording};
use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{
    compose::{ComposedScene, compose, compose_as_written},
    physics::Physics,
    views::Views,
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
            world: include_str!(concat!("../../../../plugins/", $world)),
            body: include_str!(concat!("../../../../plugins/", $body)),
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
            let force = clipped(&views.qfrc_constraint[..1], 10.0);
            let all = place.chain(sines).chain(cosines).chain(velocities);
            all.chain(force).collect()
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
            "jnt_qposadr" | "jnt_dofadr" | "actuator_trnid" => self.joints,
            _ => &[],
        };
        let renamed = |value: f64| {
            // A negative index is none.
            let index = if value < 0.0 {
                None
            } else {
                of.get(value as usize)
            };
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
        let (scene, body) = self.specs();
        compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap()
    }

    fn compose_as_written(&self) -> ComposedScene {
        let (scene, body) = self.specs();
        compose_as_written(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap()
    }

    fn specs(&self) -> (SceneSpec, BodySpec) {
        let scene: SceneSpec = serde_json::from_value(json!({
            "mjcf": self.world,
            "default_body": "any",
            "substeps": self.substeps,
            "contact_forces": true,
        }))
        .unwrap();
        let body = serde_json::from_value(json!({ "mjcf": self.body })).unwrap();
        (scene, body)
    }
}

/// Sites that are spheres have a second and third number that mean nothing, and the humanoids'
/// tendons, which do nothing either, are left out of ours.
fn is_compared(array: &str, ours: &[f64]) -> bool {
    let of_tendons = array.starts_with("tendon_") || array.starts_with("wrap_");
    array != "site_size" && !(of_tendons && ours.is_empty())
}

#[test]
fn compiled_models_are_those_of_the_recordings() {
    for task in TASKS {
        let Some(file) = recording(&format!("models/{}.json", task.name)) else {
            return;
        };
        let scene = task.compose_as_written();
        let (mut compared, mut left_out) = (0, Vec::new());
        let (mut worst, mut worst_array) = (0.0, "none");
        for (name, expected) in file["compiled"].as_object().unwrap() {
            let ours = compiled(&scene.model, name);
            let Some(ours) = ours.filter(|ours| is_compared(name, ours)) else {
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

/// What [`compose`] does to make steps shorter changes no bit of what a task can see.
#[test]
fn shortcuts_change_nothing() {
    let mut paired = 0;
    for task in TASKS {
        let scenes = [task.compose(), task.compose_as_written()];
        let pairs = [0, 1].map(|at: usize| scenes[at].model.ffi().npair);
        assert_eq!(pairs[1], 0, "{}", task.name);
        paired += usize::from(pairs[0] > 0);
        let [first, second] = scenes.map(|scene| {
            let mut physics = Physics::new(&scene).unwrap();
            physics.forward().unwrap();
            let mut seen: Vec<u64> = Vec::new();
            for step in 0_u32..300 {
                let wave = |k: usize| (f64::from(step) / (3.0 + k as f64)).sin() as f32;
                let action: Vec<f32> = (0..scene.info.nu).map(wave).collect();
                physics.apply_action(&action);
                physics.step().unwrap();
                let sensed = (task.observe)(&physics.views());
                let state = physics.qpos().iter().chain(physics.qvel());
                seen.extend(state.chain(&sensed).map(|value| value.to_bits()));
                for contact in physics.contacts() {
                    seen.extend([contact.geom1, contact.geom2].map(|geom| geom as u64));
                    seen.push(contact.distance.to_bits());
                }
            }
            seen
        });
        assert!(first == second, "{}", task.name);
    }
    assert!(paired > 3, "{paired} scenes have pairs");
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
            for (t, row) in episode["actions"].as_array().unwrap().iter().enumerate() {
                let (qpos, qvel) = (joints("qpos", t), joints("qvel", t));
                let warm_start = joints("qacc_warmstart", t);
                physics.place(time(t), &qpos, &qvel, &warm_start).unwrap();
                physics.apply_action(&action(row));
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
            for (t, row) in actions.take(task.followed) {
                physics.apply_action(&action(row));
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
