//! Ghosts, touch, viewpoints.

use super::*;
use crate::compose::ComposedScene;

/// A floor, and a ghost in a hidden group beside what hides there too.
const YARD: &str = r#"<mujoco model="yard">
<visual><headlight ambient="1 1 1" diffuse="0 0 0" specular="0 0 0"/></visual>
<statistic center="0 0 0" extent="1"/>
<worldbody>
    <camera name="above" pos="0 0 2" projection="orthographic" fovy="2"/>
    <geom type="plane" size="3 3 1" pos="0 0 -0.2" rgba="0 0 1 1" contype="0" conaffinity="0"/>
    <body name="ghost_tile" mocap="true" pos="1 0.5 0">
        <geom type="box" size="0.3 0.3 0.01" group="3" rgba="1 0 0 1" contype="0" conaffinity="0"/>
    </body>
    <geom type="box" size="0.3 0.3 0.01" pos="-1 0.5 0" group="3" contype="0" conaffinity="0"/>
    <site type="box" size="0.3 0.3 0.01" pos="-1 -0.5 0" group="4" rgba="1 1 1 1"/>
</worldbody></mujoco>"#;

/// A plate that feels, and a ball upon it.
const SCALES: &str = r#"<mujoco model="scales"><worldbody>
    <body name="plate">
        <geom type="box" size="0.4 0.4 0.05" rgba="0 1 0 1"/>
        <site name="pad" type="box" size="0.3 0.3 0.1" group="4"/>
    </body>
    <body name="ball" pos="0 0 0.149">
        <joint name="ball" type="free"/><geom type="sphere" size="0.1" mass="0.5"/>
    </body></worldbody>
    <sensor><touch name="weight" site="pad"/></sensor>
</mujoco>"#;

fn scales() -> ComposedScene {
    let scene: SceneSpec =
        serde_json::from_value(json!({ "mjcf": YARD, "default_body": "any" })).unwrap();
    let body: BodySpec = serde_json::from_value(json!({
        "mjcf": SCALES,
        "roles": { "touch": { "kind": "sensor", "names": ["weight"] } },
    }))
    .unwrap();
    compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap()
}

/// The scales with the ball so high above where it presses, m.
fn weighing(scene: &ComposedScene, lifted: f64) -> Physics {
    let mut physics = Physics::new(scene).unwrap();
    physics.reset().unwrap();
    physics.views().qpos[2] += lifted;
    physics.forward().unwrap();
    physics
}

fn pictures(lifted: f64) -> [Vec<u8>; 2] {
    let scene = scales();
    let mut physics = weighing(&scene, lifted);
    let camera = Camera::named(&scene.model, "above").unwrap();
    let dress = Dress::new(&scene);
    let mut renderer = renderer(&physics, Quality::Plain);
    let bare = renderer.draw(&mut physics, &camera).unwrap().to_vec();
    let dressed = renderer.draw_dressed(&mut physics, &camera, &dress);
    let dressed = dressed.unwrap().to_vec();
    assert!(renderer.draw(&mut physics, &camera).unwrap() == bare);
    [bare, dressed]
}

#[test]
fn ghosts_shine_through_and_nothing_else_comes_out_of_hiding() {
    let [bare, dressed] = pictures(0.0);
    for corner in [(1.0, 0.5), (-1.0, 0.5), (-1.0, -0.5)] {
        shows(&bare, corner, BLUE);
    }
    let [red, green, blue] = colour(&dressed, 1.0, 0.5);
    assert!((60..200).contains(&red) && green < 20 && (60..200).contains(&blue));
    shows(&dressed, (-1.0, 0.5), BLUE);
    shows(&dressed, (-1.0, -0.5), BLUE);
}

#[test]
fn ghosts_are_where_a_task_has_just_put_them() {
    let scene = scales();
    let mut physics = weighing(&scene, 0.0);
    let camera = Camera::named(&scene.model, "above").unwrap();
    let mut renderer = renderer(&physics, Quality::Plain);
    let views = physics.views();
    views.mocap_pos[..2].copy_from_slice(&[-1.0, -0.5]);
    // An eighth of a turn about z: the tile stands on a corner.
    let (sin, cos) = (std::f64::consts::FRAC_PI_8).sin_cos();
    views.mocap_quat[..4].copy_from_slice(&[cos, 0.0, 0.0, sin]);
    let dress = Dress::new(&scene);
    let picture = renderer
        .draw_dressed(&mut physics, &camera, &dress)
        .unwrap();
    shows(picture, (1.0, 0.5), BLUE);
    shows(picture, (-1.25, -0.25), BLUE);
    for (right, up) in [(-1.0, -0.5), (-1.35, -0.5), (-1.0, -0.85)] {
        let [red, ..] = colour(picture, right, up);
        assert!((60..200).contains(&red), "{red} at {right}, {up}");
    }
}

#[test]
fn touch_sensors_glow_where_they_feel() {
    // On the pad, beside the ball.
    let at = (0.18, 0.0);
    let [bare, pressed] = pictures(0.0);
    let [_, light] = pictures(0.5);
    shows(&bare, at, GREEN);
    let [red, _, blue] = colour(&pressed, at.0, at.1);
    assert!(red > 200 && blue < 80, "{red} {blue}");
    let [red, green, _] = colour(&light, at.0, at.1);
    assert!(red < 90 && green > 150, "{red} {green}");
}

#[test]
fn viewpoints_are_cameras_or_go_round_the_scene_and_after_what_moves() {
    let scene = scales();
    assert_eq!(
        Viewpoint::names(&scene),
        ["above", "angled", "front", "side", "topdown"]
    );
    assert_eq!(Viewpoint::usual(&scene), "angled");
    let mut physics = weighing(&scene, 0.0);
    let mut renderer = renderer(&physics, Quality::Plain);
    let mut seen = |name: &str| {
        let viewpoint = Viewpoint::new(&scene, name).unwrap();
        let camera = viewpoint.camera(&mut physics).unwrap();
        renderer.draw(&mut physics, &camera).unwrap().to_vec()
    };
    // The default distance is 1.5 times the extent; commas in numbers place it by hand.
    assert!(seen("topdown") == seen("0,-90,1.5") && seen("topdown") == seen("0,-90,1.5,0,0,0"));
    assert!(seen("topdown") != seen("0,-90,1.5,1,0,0") && seen("topdown") != seen("side"));
    for wrong in ["sid", "1,2", "1,2,-3", "1,2,3,4", "1,2,nan"] {
        let refused = Viewpoint::new(&scene, wrong).unwrap_err().to_string();
        assert!(refused.contains("AZIMUTH,ELEVATION,DISTANCE"), "{refused}");
    }

    let scene = |x: f64| {
        let spec: SceneSpec =
            serde_json::from_value(json!({ "mjcf": WORLD, "default_body": "any" })).unwrap();
        let body: BodySpec = serde_json::from_value(json!({ "mjcf": BODY })).unwrap();
        let scene = compose(&spec, &[], &body, &[], &PhysicsOptions::default()).unwrap();
        let mut physics = Physics::new(&scene).unwrap();
        physics.place(0.0, &[x], &[0.0], &[0.0]).unwrap();
        physics.forward().unwrap();
        (scene, physics)
    };
    for x in [0.0, 5.0] {
        let (scene, mut physics) = scene(x);
        // The body brings a camera of its own.
        assert_eq!(Viewpoint::usual(&scene), "aboard");
        let mut renderer = super::renderer(&physics, Quality::Plain);
        let camera = Viewpoint::new(&scene, "topdown")
            .unwrap()
            .camera(&mut physics);
        let picture = renderer.draw(&mut physics, &camera.unwrap()).unwrap();
        assert_eq!(colour(picture, 0.0, 0.0), GREEN, "{x}");
    }
}
