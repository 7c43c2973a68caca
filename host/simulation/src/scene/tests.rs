#![allow(clippy::unwrap_used, reason = "a test")]

use super::*;
use crate::compose::tests::{BODY, WORLD, body, plain, world};
use crate::physics::{Physics, Poses};

fn physics(world_mjcf: &str, body_mjcf: &str) -> Physics {
    let scene = plain(&world(world_mjcf), &body(body_mjcf)).unwrap();
    let mut physics = Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.forward().unwrap();
    physics
}

#[test]
fn a_scene_is_described_as_its_mjcf_says() {
    let scene = SceneDescription::of(&physics(WORLD, BODY)).unwrap();
    let bodies: Vec<(&str, usize)> = scene
        .bodies
        .iter()
        .map(|body| (body.name.as_str(), body.parent))
        .collect();
    assert_eq!(
        bodies,
        [("world", 0), ("target", 0), ("ball", 0), ("stick", 2)]
    );
    let [floor, ball, stick] = &scene.geoms[..] else {
        panic!("three geoms: {:?}", scene.geoms);
    };
    assert_eq!((floor.shape.as_str(), floor.body), ("plane", 0));
    assert_eq!(floor.size, [5.0, 5.0, 1.0]);
    assert_eq!((ball.shape.as_str(), ball.size[0]), ("sphere", 0.1));
    assert_eq!((stick.shape.as_str(), stick.body), ("capsule", 3));
    assert_eq!(stick.size, [0.02, 0.2, 0.0], "radius and half length");
    assert_eq!(stick.position, [0.2, 0.0, 0.0]);
    assert_eq!(stick.rgba, [0.5, 0.5, 0.5, 1.0]);
    assert_eq!(scene.sites[0].position, [0.0, 0.0, 0.1]);
    let [root, swing] = &scene.joints[..] else {
        panic!("two joints: {:?}", scene.joints);
    };
    assert_eq!((root.kind.as_str(), root.range), ("free", None));
    assert_eq!((swing.kind.as_str(), swing.body), ("hinge", 3));
    assert_eq!((swing.qpos, swing.qvel), (7, 6));
    assert_eq!(swing.range, Some([-1.5, 1.5]));
    assert_eq!(scene.actuators[0].range, Some([-1.0, 0.5]));
    let sensors: Vec<(&str, usize, usize, Option<usize>)> = scene
        .sensors
        .iter()
        .map(|s| (s.kind.as_str(), s.start, s.len, s.site))
        .collect();
    assert_eq!(
        sensors,
        [("framepos", 0, 3, Some(0)), ("jointpos", 3, 1, None)]
    );
    assert_eq!(scene.view.follow, Some(2), "the ball rolls away");
}

#[test]
fn every_number_has_a_name() {
    let scene = SceneDescription::of(&physics(WORLD, BODY)).unwrap();
    let root = |parts: &[&str]| -> Vec<String> {
        let names = parts.iter().map(|part| format!("root.{part}"));
        names.chain(["swing".to_owned()]).collect()
    };
    assert_eq!(scene.qpos, root(&["x", "y", "z", "rw", "rx", "ry", "rz"]));
    assert_eq!(scene.qvel, root(&["x", "y", "z", "rx", "ry", "rz"]));
    assert_eq!(scene.controls, ["servo"]);
    assert_eq!(scene.sensor_values, ["top.0", "top.1", "top.2", "swing"]);
}

#[test]
fn colours_are_those_that_are_drawn() {
    let painted = BODY
        .replace(
            "<worldbody>",
            "<asset><material name='skin' rgba='1 0 0 1'/></asset><worldbody>",
        )
        .replace("name=\"ball\" size", "name=\"ball\" material=\"skin\" size")
        .replace("type=\"capsule\"", "type=\"capsule\" rgba='0 0 1 0.5'");
    let scene = SceneDescription::of(&physics(WORLD, &painted)).unwrap();
    assert_eq!(scene.geoms[1].rgba, [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(scene.geoms[2].rgba, [0.0, 0.0, 1.0, 0.5]);
}

/// A tetrahedron off its own centre: what is drawn is where the MJCF puts it.
#[test]
fn meshes_are_where_the_mjcf_puts_them() {
    let asset = "<asset><mesh name='tetra' vertex='0 0 0 1 0 0 0 1 0 0 0 1'/></asset><worldbody>";
    let shape = "type=\"mesh\" mesh=\"tetra\" pos=\"0 0 0.5\" size";
    let mjcf = BODY
        .replace("<worldbody>", asset)
        .replace("name=\"ball\" size", &format!("name=\"ball\" {shape}"))
        .replace(" size=\"0.1\"/><site", "/><site");
    let physics = physics(WORLD, &mjcf);
    let scene = SceneDescription::of(&physics).unwrap();
    let ball = &scene.geoms[1];
    assert_eq!((ball.shape.as_str(), ball.mesh), ("mesh", Some(0)));
    assert_eq!((scene.meshes[0].vertices, scene.meshes[0].faces), (4, 4));
    let mesh = &Mesh::all(&physics)[0];
    let mut placed: Vec<[i64; 3]> = mesh
        .vertices
        .iter()
        .map(|vertex| {
            let turned = rotated(ball.orientation, vertex.map(f64::from));
            let at = |axis: usize| turned[axis] + ball.position[axis];
            [0, 1, 2].map(|axis| (1e4 * at(axis)).round() as i64)
        })
        .collect();
    placed.sort_unstable();
    let expected = [
        [0, 0, 5_000],
        [0, 0, 15_000],
        [0, 10_000, 5_000],
        [10_000, 0, 5_000],
    ];
    assert_eq!(placed, expected);
    let corners: Vec<u32> = mesh.faces.iter().flatten().copied().collect();
    assert!(corners.iter().all(|&corner| corner < 4));
}

/// v turned by a unit quaternion: v + 2 u x (u x v + w v).
fn rotated([w, x, y, z]: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    };
    let u = [x, y, z];
    let inner = cross(u, v);
    let inner = [0, 1, 2].map(|axis| inner[axis] + w * v[axis]);
    let outer = cross(u, inner);
    [0, 1, 2].map(|axis| v[axis] + 2.0 * outer[axis])
}

/// Every pose of a moving scene from its positions alone, through a new simulation.
#[test]
fn poses_are_those_of_the_positions_in_a_fresh_scene() {
    let scene = plain(&world(WORLD), &body(BODY)).unwrap();
    let mut moving = Physics::new(&scene).unwrap();
    moving.reset().unwrap();
    let mut poses = Poses::new(&moving).unwrap();
    let mut late = 0;
    for step in 0..40 {
        moving.apply_action(&[(f64::from(step) * 0.7).sin() as f32]);
        moving.step().unwrap();
        // Targets move between steps, as a task may let them.
        moving.views().mocap_pos[0] = f64::from(step);
        let found: Vec<[f64; 7]> = poses.of(&moving).collect();

        let mut fresh = Physics::new(&scene).unwrap();
        let still = vec![0.0; 7];
        fresh.place(0.0, moving.qpos(), &still, &still).unwrap();
        fresh.views().mocap_pos[0] = f64::from(step);
        fresh.forward().unwrap();
        let views = fresh.views();
        for (body, found) in found.iter().enumerate() {
            let place = &views.xpos[3 * body..][..3];
            let turn = &views.xquat[4 * body..][..4];
            for (found, expected) in found.iter().zip(place.iter().chain(turn)) {
                assert!((found - expected).abs() < 1e-12, "body {body} at {step}");
            }
        }
        let stale = &moving.views().xpos[6..9];
        late += usize::from(stale != &found[2][..3]);
    }
    assert!(late > 30, "the step's own poses are one physics step late");
}

#[test]
fn looking_does_not_change_what_happens() {
    let run = |look: bool| {
        let mut physics = physics(WORLD, BODY);
        let mut poses = Poses::new(&physics).unwrap();
        let mut bits = Vec::new();
        for step in 0..30 {
            physics.apply_action(&[(f64::from(step) * 0.7).sin() as f32]);
            physics.step().unwrap();
            if look {
                assert_eq!(poses.of(&physics).count(), 4);
            }
            let views = physics.views();
            let numbers = views.qpos.iter().chain(views.qvel.iter());
            bits.extend(numbers.chain(views.xpos).map(|x| x.to_bits()));
        }
        bits
    };
    assert!(run(true) == run(false));
}

#[test]
fn a_view_has_the_body_in_sight_and_not_the_floor() {
    let view = SceneDescription::of(&physics(WORLD, BODY)).unwrap().view;
    // The ball of radius 0.1 at (0, 0, 0.2); the stick's sphere of radius 0.22 about (0.2, 0, 0.2).
    let expected = [(-0.1 + 0.42) / 2.0, 0.0, 0.2];
    for (found, expected) in view.lookat.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9, "{:?}", view.lookat);
    }
    assert!(
        (view.distance - 1.5 * 0.52).abs() < 1e-9,
        "{}",
        view.distance
    );
}
