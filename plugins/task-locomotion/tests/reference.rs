//! Senses, reward terms and endings of every recorded state, without physics: what the task
//! makes of recorded positions and velocities is what the reference made of them.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::{ActionSpec, JointModel, Role, RoleKind, SceneModel, SceneTask};
use serde::Deserialize;
use std::{env, fs, path::PathBuf};
use task_locomotion::{
    HalfCheetah, Hopper, Walker2d,
    endless::{self, Endless},
    half_cheetah, hopper, swimmer,
    upright::{self, Upright},
    walker2d,
};

#[derive(Deserialize)]
struct File {
    max_episode_steps: u64,
    dt: f64,
    nq: usize,
    nv: usize,
    nu: usize,
    episodes: Vec<Episode>,
}

#[derive(Deserialize)]
struct Episode {
    actions: Vec<Vec<f64>>,
    obs: Vec<Vec<f64>>,
    reward_f64: Vec<f64>,
    terminated: Vec<bool>,
    state: States,
}

#[derive(Deserialize)]
struct States {
    qpos: Vec<Vec<f64>>,
    qvel: Vec<Vec<f64>>,
}

/// A recorded step.
struct Row<'a> {
    before: &'a [f64],
    action: Vec<f32>,
    qpos: &'a [f64],
    qvel: &'a [f64],
    observation: &'a [f64],
    reward: f64,
    terminated: bool,
}

fn file(id: &str) -> Option<File> {
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
    let path = folder.join("trajectories").join(format!("{id}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap())
}

impl File {
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.episodes.iter().flat_map(|episode| {
            (0..episode.actions.len()).map(|t| Row {
                before: &episode.state.qpos[t],
                action: episode.actions[t].iter().map(|a| *a as f32).collect(),
                qpos: &episode.state.qpos[t + 1],
                qvel: &episode.state.qvel[t + 1],
                observation: &episode.obs[t + 1],
                reward: episode.reward_f64[t],
                terminated: episode.terminated[t],
            })
        })
    }

    /// The composed model as the host would describe it; the root joints come first.
    fn model(&self) -> SceneModel {
        let joint = |id| JointModel {
            id,
            qpos: id,
            qvel: id,
            range: None,
        };
        let role = |name: &str| Role {
            kind: RoleKind::Joint,
            names: vec![name.into()],
        };
        let joints = ["rootx", "rootz", "rooty"];
        let roles = [
            ("root_x", "rootx"),
            ("root_z", "rootz"),
            ("root_slide_y", "rootz"),
            ("root_y", "rooty"),
        ];
        SceneModel {
            nq: self.nq,
            nv: self.nv,
            nu: self.nu,
            bodies: Default::default(),
            joints: (0..)
                .zip(joints)
                .map(|(id, name)| (name.into(), joint(id)))
                .collect(),
            sites: Default::default(),
            geoms: Default::default(),
            sensors: Default::default(),
            tendons: Default::default(),
            body_mass: Vec::new(),
            touch: angora_sdk::TouchMode::Raw,
            poses: Default::default(),
            actuators: Default::default(),
            ctrl_range: vec![(-1.0, 1.0); self.nu],
            qpos0: vec![0.0; self.nq],
            roles: roles.map(|(name, joint)| (name.into(), role(joint))).into(),
            action: ActionSpec::Box {
                low: vec![-1.0; self.nu],
                high: vec![1.0; self.nu],
            },
            control_timestep: self.dt,
            ..SceneModel::default()
        }
    }
}

/// A task that nothing ends.
fn endless<K: endless::Kind>(id: &str, senses: usize) {
    let Some(file) = file(id) else {
        return;
    };
    let mut task = Endless::<K>::new(id, endless::Config::default()).unwrap();
    let spec = task.bind(&file.model()).unwrap();
    assert_eq!(spec.max_episode_steps, Some(file.max_episode_steps));
    assert_eq!(spec.sensation_len(), senses);
    let mut steps = 0;
    for row in file.rows() {
        let velocity = task.forward_velocity(row.before[0], row.qpos[0]);
        let terms = task.terms(velocity, &row.action);
        assert_eq!(terms.forward + terms.control, row.reward);
        assert!(
            task.senses(row.qpos, row.qvel)
                .eq(row.observation.iter().copied())
        );
        assert!(!row.terminated);
        steps += 1;
    }
    println!("{id}: {steps} steps, senses and reward bitwise");
    assert!(steps > 200);
}

/// A task that ends where the body falls.
fn upright<K: upright::Kind>(id: &str, senses: usize) {
    let Some(file) = file(id) else {
        return;
    };
    let mut task = Upright::<K>::new(id, upright::Config::default()).unwrap();
    let spec = task.bind(&file.model()).unwrap();
    assert_eq!(spec.max_episode_steps, Some(file.max_episode_steps));
    assert_eq!(spec.sensation_len(), senses);
    let older = id.replace("-v5", "-v4");
    let mut older = Upright::<K>::new(&older, upright::Config::default()).unwrap();
    older.bind(&file.model()).unwrap();
    let (mut steps, mut endings) = (0, 0);
    for row in file.rows() {
        let velocity = task.forward_velocity(row.before[0], row.qpos[0]);
        let healthy = task.healthy(row.qpos, row.qvel);
        let terms = task.terms(velocity, healthy, &row.action);
        assert_eq!(terms.forward + terms.healthy + terms.control, row.reward);
        // Up to revision 4 the fall itself was rewarded as well; nothing else differs.
        let before_5 = older.terms(velocity, healthy, &row.action);
        assert_eq!(before_5.healthy, 1.0);
        assert_eq!(
            (before_5.forward, before_5.control),
            (terms.forward, terms.control)
        );
        assert!(
            task.senses(row.qpos, row.qvel)
                .eq(row.observation.iter().copied())
        );
        assert_eq!(healthy, !row.terminated);
        steps += 1;
        endings += usize::from(row.terminated);
    }
    println!("{id}: {steps} steps with {endings} endings, senses and reward bitwise");
    assert!(steps > 200 && endings > 5);
}

#[test]
fn half_cheetah_is_that_of_the_reference() {
    endless::<half_cheetah::Kind>("HalfCheetah-v5", 17);
}

#[test]
fn swimmer_is_that_of_the_reference() {
    endless::<swimmer::Kind>("Swimmer-v5", 8);
}

#[test]
fn hopper_is_that_of_the_reference() {
    upright::<hopper::Kind>("Hopper-v5", 11);
}

#[test]
fn walker2d_is_that_of_the_reference() {
    upright::<walker2d::Kind>("Walker2d-v5", 17);
}

#[test]
fn velocities_can_be_kept_from_the_brain() {
    let Some(file) = file("Walker2d-v5") else {
        return;
    };
    let config = walker2d::Config {
        velocity: false,
        ..walker2d::Config::default()
    };
    let mut task = Walker2d::new("Walker2d-v5", config).unwrap();
    assert_eq!(task.bind(&file.model()).unwrap().sensation_len(), 8);
    for row in file.rows() {
        let senses = task.senses(row.qpos, row.qvel);
        assert!(senses.eq(row.observation[..8].iter().copied()));
    }
}

#[test]
fn the_place_can_be_shown_to_the_brain() {
    let Some(file) = file("Hopper-v5") else {
        return;
    };
    let config = hopper::Config {
        exclude_current_positions_from_observation: false,
        ..hopper::Config::default()
    };
    let mut task = Hopper::new("Hopper-v5", config).unwrap();
    assert_eq!(task.bind(&file.model()).unwrap().sensation_len(), 12);
}

#[test]
fn a_body_without_the_role_is_a_fault_that_names_it() {
    let Some(file) = file("Hopper-v5") else {
        return;
    };
    let mut model = file.model();
    model.roles.remove("root_z");
    let mut task = Hopper::new("Hopper-v5", hopper::Config::default()).unwrap();
    assert_eq!(task.bind(&model).unwrap_err().field, "root_z");
}

#[test]
fn a_negative_noise_is_refused_by_name() {
    let config = half_cheetah::Config {
        reset_noise_scale: -0.1,
        ..half_cheetah::Config::default()
    };
    let fault = HalfCheetah::new("HalfCheetah-v5", config).unwrap_err();
    assert_eq!(fault.field, "reset_noise_scale");
}

#[test]
fn settings_are_written_with_the_names_of_the_arguments() {
    let config: hopper::Config =
        serde_json::from_str(r#"{"healthy_z_range": {"low": 0.5}, "ctrl_cost_weight": 0}"#)
            .unwrap();
    assert_eq!(config.healthy_z_range.low, Some(0.5));
    assert_eq!(config.healthy_reward, 1.0);
    let error = serde_json::from_str::<hopper::Config>(r#"{"healthy_zrange": {}}"#).unwrap_err();
    assert!(error.to_string().contains("healthy_zrange"), "{error}");
}
