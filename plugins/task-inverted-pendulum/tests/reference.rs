//! Senses, rewards and endings of every recorded state, without physics: what the task makes of
//! recorded positions and velocities is what the reference made of them.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::{ActionSpec, JointModel, Role, RoleKind, SceneModel, SceneTask};
use serde::Deserialize;
use std::{env, fs, path::PathBuf};
use task_inverted_pendulum::{Config, InvertedPendulum};

const ID: &str = "InvertedPendulum-v5";

#[derive(Deserialize)]
struct File {
    max_episode_steps: u64,
    dt: f64,
    episodes: Vec<Episode>,
}

#[derive(Deserialize)]
struct Episode {
    obs: Vec<Vec<f64>>,
    reward: Vec<f64>,
    terminated: Vec<bool>,
    truncated: Vec<bool>,
    state: States,
}

#[derive(Deserialize)]
struct States {
    qpos: Vec<Vec<f64>>,
    qvel: Vec<Vec<f64>>,
}

fn file() -> Option<File> {
    let folder = env::var_os("ANGORA_REFERENCE").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/reference"
            ))
        },
        PathBuf::from,
    );
    if !folder.is_dir() {
        let place = folder.display();
        println!("skipped: no reference data at {place} (set ANGORA_REFERENCE)");
        return None;
    }
    let path = folder.join("trajectories").join(format!("{ID}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap())
}

/// The composed model as the host would describe it, with the joints at these addresses.
fn model(cart: usize, pole: usize) -> SceneModel {
    let joint = |at| JointModel {
        id: at,
        qpos: at,
        qvel: at,
        range: None,
    };
    let role = |name: &str| Role {
        kind: RoleKind::Joint,
        names: vec![name.into()],
    };
    SceneModel {
        nq: 2,
        nv: 2,
        nu: 1,
        bodies: Default::default(),
        joints: [("slide", joint(cart)), ("hinge", joint(pole))]
            .map(|(name, joint)| (name.into(), joint))
            .into(),
        sites: Default::default(),
        geoms: Default::default(),
        sensors: Default::default(),
        tendons: Default::default(),
        body_mass: Vec::new(),
        touch: angora_sdk::TouchMode::Raw,
        poses: Default::default(),
        actuators: Default::default(),
        ctrl_range: vec![(-3.0, 3.0)],
        qpos0: vec![0.0; 2],
        roles: [("cart_joint", "slide"), ("pole_joint", "hinge")]
            .map(|(name, joint)| (name.into(), role(joint)))
            .into(),
        action: ActionSpec::Box {
            low: vec![-3.0],
            high: vec![3.0],
        },
        control_timestep: 0.04,
        ..SceneModel::default()
    }
}

#[test]
fn inverted_pendulum_is_that_of_the_reference() {
    let Some(file) = file() else {
        return;
    };
    for velocity in [true, false] {
        let config = Config {
            velocity,
            ..Config::default()
        };
        let mut task = InvertedPendulum::new(ID, config).unwrap();
        let spec = task.bind(&model(0, 1)).unwrap();
        assert_eq!(spec.max_episode_steps, Some(file.max_episode_steps));
        assert_eq!(spec.control_timestep, Some(file.dt));
        let sensed = if velocity { 4 } else { 2 };
        assert_eq!(spec.sensation_len(), sensed);
        let (mut steps, mut endings) = (0, 0);
        for episode in &file.episodes {
            for (t, observation) in episode.obs.iter().enumerate() {
                let (qpos, qvel) = (&episode.state.qpos[t], &episode.state.qvel[t]);
                let senses = task.senses(qpos, qvel);
                assert!(senses.eq(observation[..sensed].iter().copied()));
                // The first observation belongs to no step.
                let Some(step) = t.checked_sub(1) else {
                    continue;
                };
                let fallen = task.fallen(qpos, qvel);
                assert_eq!(fallen, episode.terminated[step]);
                assert_eq!(f64::from(u8::from(!fallen)), episode.reward[step]);
                // The recordings are shorter than the time limit, which is the host's.
                assert!(!episode.truncated[step]);
                steps += 1;
                endings += usize::from(fallen);
            }
        }
        println!("{ID}: {steps} steps with {endings} endings, {sensed} senses and reward bitwise");
        assert!(steps > 200 && endings > 5);
    }
}

#[test]
fn the_parts_of_the_state_are_found_by_role() {
    let mut task = InvertedPendulum::new(ID, Config::default()).unwrap();
    task.bind(&model(1, 0)).unwrap();
    let senses: Vec<f64> = task.senses(&[0.3, 2.0], &[30.0, 4.0]).collect();
    assert_eq!(senses, [2.0, 0.3, 4.0, 30.0]);
    assert!(task.fallen(&[0.3, 0.0], &[0.0, 0.0]));
    assert!(!task.fallen(&[0.0, 0.3], &[0.0, 0.0]));
}

#[test]
fn the_limit_is_strict_and_what_is_not_finite_has_fallen() {
    let mut task = InvertedPendulum::new(ID, Config::default()).unwrap();
    task.bind(&model(0, 1)).unwrap();
    assert!(!task.fallen(&[0.0, 0.2], &[0.0, 0.0]));
    assert!(!task.fallen(&[0.0, -0.2], &[0.0, 0.0]));
    assert!(task.fallen(&[0.0, 0.2_f64.next_up()], &[0.0, 0.0]));
    assert!(task.fallen(&[0.0, -0.2_f64.next_up()], &[0.0, 0.0]));
    assert!(task.fallen(&[f64::NAN, 0.0], &[0.0, 0.0]));
    assert!(task.fallen(&[0.0, 0.0], &[0.0, f64::INFINITY]));
}

#[test]
fn a_body_without_the_role_is_a_fault_that_names_it() {
    let mut model = model(0, 1);
    model.roles.remove("pole_joint");
    let mut task = InvertedPendulum::new(ID, Config::default()).unwrap();
    assert_eq!(task.bind(&model).unwrap_err().field, "pole_joint");
}

#[test]
fn settings_are_checked_by_name() {
    let config: Config = serde_json::from_str(r#"{"reset_noise_scale": -0.1}"#).unwrap();
    assert!(config.velocity);
    let fault = InvertedPendulum::new(ID, config).unwrap_err();
    assert_eq!(fault.field, "reset_noise_scale");
    let error = serde_json::from_str::<Config>(r#"{"velocities": false}"#).unwrap_err();
    assert!(error.to_string().contains("velocities"), "{error}");
}
