//! The Shadow hand: compiled models, alone and with a block.

use crate::arrays::{compiled, relative_difference};
use crate::recordings::{numbers, recording};
use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_sdk::Body;
use angora_simulation::compose::{ComposedScene, compose};
use body_shadow_hand::{Config, ShadowHand};
use mujoco_rs::wrappers::{MjModel, MjtObjBase};
use serde_json::{Value, json};

/// Where a model puts the hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Palm up at the origin, as our model does.
    AngoraPy,
    /// Beside the origin, as that of gymnasium-robotics.
    Gymnasium,
}

/// A world without anything.
pub const EMPTY: &str = "<mujoco model=\"empty\"><worldbody/></mujoco>";
pub const BLOCK_OF_GYMNASIUM: &str = include_str!("worlds/block-gymnasium.xml");
const BLOCK_OF_ANGORAPY: &str = include_str!("worlds/block-angorapy.xml");

/// The hand in a world, with the physics of the recordings.
pub fn compose_hand(
    world: &str,
    placement: Placement,
    config: Config,
    substeps: u32,
) -> ComposedScene {
    const PLACES: [(&str, &str); 2] = [
        (
            "<body name=\"hand_mount\"",
            "<body name=\"hand_mount\" pos=\"1 1.25 0.15\" euler=\"1.5708 0 3.14159\"",
        ),
        (
            "<body name=\"forearm\" quat=\"1 -1 1 -1\"",
            "<body name=\"forearm\" pos=\"0 0.01 0\"",
        ),
    ];
    let mut body: BodySpec = ShadowHand::describe("shadow-hand", config).unwrap();
    if placement == Placement::Gymnasium {
        for (ours, theirs) in PLACES {
            assert!(body.mjcf.contains(ours));
            body.mjcf = body.mjcf.replace(ours, theirs);
        }
    }
    let scene: SceneSpec = serde_json::from_value(json!({
        "mjcf": world,
        "default_body": "shadow-hand",
        "substeps": substeps,
    }))
    .unwrap();
    let physics = PhysicsOptions {
        timestep: Some(0.002),
        integrator: Some("Euler".into()),
        ..PhysicsOptions::default()
    };
    compose(&scene, &[], &body, &[], &physics).unwrap()
}

/// A recorded model and where its parts lie in ours.
struct Recorded {
    name: &'static str,
    world: &'static str,
    placement: Placement,
    /// For arrays that begin so: how many rows both begin with, and how many at the end of theirs
    /// come next in ours, where the world's parts precede the hand's.
    moved: &'static [(&'static str, usize, usize)],
    /// Parts of ours that they do not have.
    added_site: Option<&'static str>,
}

const RECORDED: [Recorded; 3] = [
    Recorded {
        name: "AngoraPy-hand",
        world: EMPTY,
        placement: Placement::AngoraPy,
        moved: &[],
        added_site: None,
    },
    Recorded {
        name: "AngoraPy-hand-with-block",
        world: BLOCK_OF_ANGORAPY,
        placement: Placement::AngoraPy,
        moved: &[
            ("body_", 1, 1),
            ("jnt_", 0, 1),
            ("dof_", 0, 6),
            ("qpos", 0, 7),
            ("geom_", 0, 1),
            ("site_", 0, 1),
        ],
        added_site: None,
    },
    Recorded {
        name: "HandManipulateBlock_ContinuousTouchSensors-v1",
        world: BLOCK_OF_GYMNASIUM,
        placement: Placement::Gymnasium,
        moved: &[
            ("body_", 2, 2),
            ("jnt_", 0, 2),
            ("dof_", 0, 12),
            ("qpos", 0, 14),
            ("geom_", 1, 1),
            ("site_", 0, 2),
        ],
        added_site: Some("palm_center_site"),
    },
];

/// Arrays of indices and addresses, which only models in the same order share.
const INDICES: [&str; 15] = [
    "body_parentid",
    "body_weldid",
    "jnt_bodyid",
    "jnt_qposadr",
    "jnt_dofadr",
    "dof_bodyid",
    "geom_bodyid",
    "site_bodyid",
    "actuator_trnid",
    "tendon_adr",
    "wrap_objid",
    "pair_geom1",
    "pair_geom2",
    "sensor_objid",
    "sensor_adr",
];

/// The forearm, whose mesh is a cylinder here.
const FOREARM: &str = "C_forearm";
/// Arrays that a shape decides.
const SHAPE: [&str; 5] = [
    "geom_type",
    "geom_size",
    "geom_pos",
    "geom_quat",
    "geom_rbound",
];

/// The rows of an array, so many as there are parts.
fn rows(values: Vec<f64>, parts: usize) -> Vec<Vec<f64>> {
    assert_eq!(values.len() % parts, 0);
    let rows = values.chunks(values.len() / parts);
    rows.map(<[f64]>::to_vec).collect()
}

/// Indices of their geoms that touch; the others are meshes that are only seen.
fn touching(file: &Value) -> Vec<usize> {
    let geoms = file["geoms"].as_array().unwrap().iter().enumerate();
    let touches = |geom: &Value| geom["contype"] != 0 || geom["conaffinity"] != 0;
    let touching = geoms.filter(|(_, geom)| touches(geom));
    touching.map(|(id, _)| id).collect()
}

/// Indices of our geoms that touch.
fn touching_of(model: &MjModel) -> Vec<usize> {
    let masks = model.geom_contype().iter().zip(model.geom_conaffinity());
    let touching = masks.enumerate().filter(|(_, (a, b))| (**a | **b) != 0);
    touching.map(|(id, _)| id).collect()
}

/// The rows of an array of both models that show the same parts, in the same order.
fn aligned(
    recorded: &Recorded,
    file: &Value,
    model: &MjModel,
    array: &str,
) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let ours = compiled(model, array).unwrap_or_else(|| panic!("{array} is not read"));
    let theirs = numbers(&file["compiled"][array]);
    let select = |rows: Vec<Vec<f64>>, ids: &[usize]| -> Vec<Vec<f64>> {
        ids.iter().map(|&id| rows[id].clone()).collect()
    };
    let (mut ours, mut theirs) = match array {
        _ if array.starts_with("geom_") => {
            let (all, all_of_theirs) = (model.geom_type().len(), file["geoms"].as_array());
            let ids = (touching_of(model), touching(file));
            (
                select(rows(ours, all), &ids.0),
                select(rows(theirs, all_of_theirs.unwrap().len()), &ids.1),
            )
        }
        "pair_geom1" | "pair_geom2" => {
            let rank = |ids: Vec<usize>, values: Vec<f64>| -> Vec<Vec<f64>> {
                let rank = |id: f64| ids.iter().position(|&known| known as f64 == id).unwrap();
                values.into_iter().map(|id| vec![rank(id) as f64]).collect()
            };
            (rank(touching_of(model), ours), rank(touching(file), theirs))
        }
        _ => {
            let width = match &file["compiled"][array][0] {
                Value::Array(row) => row.len(),
                _ => 1,
            };
            let parts = (ours.len() / width, theirs.len() / width);
            (rows(ours, parts.0), rows(theirs, parts.1))
        }
    };
    if array.starts_with("site_")
        && let Some(name) = recorded.added_site
    {
        let added = model.name_to_id(MjtObjBase::mjOBJ_SITE, name).unwrap();
        ours.remove(added);
    }
    let moved = recorded.moved.iter();
    for (_, first, last) in moved.filter(|(prefix, ..)| array.starts_with(prefix)) {
        theirs[*first..].rotate_right(*last);
    }
    if SHAPE.contains(&array) {
        let forearm = model.name_to_id(MjtObjBase::mjOBJ_GEOM, FOREARM).unwrap();
        let row = touching_of(model).iter().position(|&id| id == forearm);
        ours.remove(row.unwrap());
        theirs.remove(row.unwrap());
    }
    (ours, theirs)
}

#[test]
fn compiled_hands_are_those_of_the_recordings() {
    for recorded in &RECORDED {
        let Some(file) = recording(&format!("models/{}.json", recorded.name)) else {
            return;
        };
        let scene = compose_hand(recorded.world, recorded.placement, Config::default(), 1);
        let same_order = recorded.moved.is_empty();
        let (mut compared, mut worst) = (0, 0.0_f64);
        for array in file["compiled"].as_object().unwrap().keys() {
            if !same_order && INDICES.contains(&array.as_str()) {
                continue;
            }
            let (ours, theirs) = aligned(recorded, &file, &scene.model, array);
            let what = format!("{}: {array}", recorded.name);
            let difference = relative_difference(&what, &ours.concat(), &theirs.concat(), 1e-12);
            worst = worst.max(difference);
            compared += 1;
        }
        println!(
            "{}: {compared} arrays, greatest relative difference {worst:e}",
            recorded.name
        );
        assert!(compared >= 75, "only {compared} arrays were compared");
    }
}

#[test]
fn parts_are_named_in_the_order_of_the_recordings() {
    let Some(file) = recording("models/AngoraPy-hand.json") else {
        return;
    };
    let scene = compose_hand(EMPTY, Placement::AngoraPy, Config::default(), 1);
    for (list, kind) in [
        ("joints", MjtObjBase::mjOBJ_JOINT),
        ("sites", MjtObjBase::mjOBJ_SITE),
        ("tendons", MjtObjBase::mjOBJ_TENDON),
        ("actuators", MjtObjBase::mjOBJ_ACTUATOR),
        ("sensors", MjtObjBase::mjOBJ_SENSOR),
    ] {
        for (id, part) in file[list].as_array().unwrap().iter().enumerate() {
            let theirs = part["name"].as_str().unwrap();
            let ours = scene.model.id_to_name(kind, id).unwrap();
            assert_eq!(ours, theirs.trim_start_matches("rh_"), "{list}");
        }
    }
}
