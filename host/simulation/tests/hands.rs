//! What the settings of hands do to their physics.
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec, TouchMode};
use angora_sdk::Body;
use angora_simulation::{
    compose::{ComposedScene, compose},
    physics::Physics,
};
use body_shadow_hand::{Config, ShadowHand, Wrist};
use serde_json::json;
use std::collections::BTreeMap;

/// A block that falls on what lies around (0.36, 0, 0).
const BLOCK: &str = r#"
<mujoco model="block">
  <worldbody>
    <body name="block" pos="0.36 0 0.1">
      <freejoint/>
      <geom type="box" size="0.025 0.025 0.025" density="567" condim="4"/>
    </body>
  </worldbody>
</mujoco>"#;

fn scene(body: &BodySpec, physics: &PhysicsOptions) -> ComposedScene {
    let scene = SceneSpec {
        mjcf: BLOCK.into(),
        default_body: "any".into(),
        ..SceneSpec::default()
    };
    compose(&scene, &[], body, &[], physics).unwrap()
}

fn hand(config: Config) -> ComposedScene {
    let body = ShadowHand::describe("shadow-hand", config).unwrap();
    scene(&body, &PhysicsOptions::default())
}

/// A simulation in a pose of its body, with everything derived computed.
fn posed(scene: &ComposedScene, pose: &BTreeMap<String, f64>) -> Physics {
    let mut physics = Physics::new(scene).unwrap();
    physics.reset().unwrap();
    let views = physics.views();
    for (joint, &angle) in pose {
        views.qpos[scene.info.joints[joint].qpos] = angle;
    }
    physics.forward().unwrap();
    physics
}

/// The sum of the forces that the role `touch` feels, N.
fn felt(scene: &ComposedScene, physics: &Physics) -> f64 {
    let sensors = scene.info.roles["touch"].names.iter();
    let at = sensors.map(|name| scene.info.sensors[name].0);
    at.map(|at| physics.sensordata()[at]).sum()
}

#[test]
fn frozen_wrists_stay_where_they_rest() {
    let config = Config {
        wrist: Wrist::Frozen,
        ..Config::default()
    };
    let scene = hand(config);
    assert_eq!(scene.info.nu, 18);
    let rest = &scene.info.poses["rest"];
    let mut physics = posed(&scene, rest);
    for t in 0..100 {
        let push = if t / 10 % 2 == 0 { 1.0 } else { -1.0 };
        physics.apply_action(&[push; 18]);
        physics.step().unwrap();
        for name in ["WRJ1", "WRJ0"] {
            let angle = physics.qpos()[scene.info.joints[name].qpos];
            assert!((angle - rest[name]).abs() < 0.02, "{name} at {angle}");
        }
    }
}

#[test]
fn a_hand_without_touch_has_no_sensors_and_moves_alike() {
    let numb = hand(Config {
        touch: TouchMode::Off,
        ..Config::default()
    });
    let feeling = hand(Config::default());
    assert!(numb.info.roles["touch"].names.is_empty());
    assert_eq!(
        (numb.info.sensors.len(), feeling.info.sensors.len()),
        (24, 121)
    );
    let rest = &feeling.info.poses["rest"];
    let (mut a, mut b) = (posed(&numb, rest), posed(&feeling, rest));
    let mut most = 0.0_f64;
    for t in 0..50 {
        let action = [(f64::from(t) * 0.7).sin() as f32; 20];
        for physics in [&mut a, &mut b] {
            physics.apply_action(&action);
            physics.step().unwrap();
        }
        assert_eq!(a.qpos(), b.qpos());
        most = most.max(felt(&feeling, &b));
    }
    assert!(most > 0.5, "the block of 0.7 N lies on the hand: {most} N");
}

#[test]
fn options_of_the_user_come_before_those_of_the_hand() {
    let body = ShadowHand::describe("shadow-hand", Config::default()).unwrap();
    let own = scene(&body, &PhysicsOptions::default());
    assert_eq!(Some(own.model.opt().timestep), body.physics.timestep);
    for chosen in [
        json!({"timestep": 0.001}),
        json!({"integrator": "implicitfast", "solver": "CG"}),
        json!({"cone": "elliptic", "iterations": 7}),
    ] {
        let physics: PhysicsOptions = serde_json::from_value(chosen.clone()).unwrap();
        let scene = scene(&body, &physics);
        let (before, after) = (own.model.opt(), scene.model.opt());
        let differing = [
            before.timestep != after.timestep,
            before.integrator != after.integrator,
            before.solver != after.solver,
            before.cone != after.cone,
            before.iterations != after.iterations,
        ];
        let differing = differing.iter().filter(|&&differs| differs).count();
        assert_eq!(differing, chosen.as_object().unwrap().len(), "{chosen}");
        posed(&scene, &scene.info.poses["rest"]).step().unwrap();
    }
}

#[test]
fn planar_fingers_hold_and_feel_a_block() {
    let mut body = BodySpec {
        mjcf: include_str!("../../../plugins/body-planar-fingers/assets/planar-fingers.xml").into(),
        ..BodySpec::default()
    };
    body.physics.timestep = Some(0.004);
    body.substeps = Some(5);
    let scene = scene(&body, &PhysicsOptions::default());
    let fingers = ["ff", "mf", "rf", "lf", "th"];
    let rest = fingers.iter().flat_map(|finger| {
        let angles = [("J2", -1.2), ("J1", 0.5), ("J0", 0.7)];
        angles.map(|(joint, angle)| (format!("{finger}{joint}"), angle))
    });
    let mut physics = posed(&scene, &rest.collect());
    let heights = |physics: &mut Physics| -> Vec<f64> {
        let views = physics.views();
        let site = |finger| scene.info.sites[&format!("S_{finger}tip")];
        fingers
            .map(|finger| views.site_xpos[3 * site(finger) + 2])
            .into()
    };
    let targets: Vec<f32> = [-1.2, 0.5, 0.7].repeat(5);
    for _ in 0..100 {
        physics.apply_action(&targets);
        physics.step().unwrap();
    }
    assert!(
        heights(&mut physics)
            .iter()
            .all(|z| (z - 0.05).abs() < 1e-9)
    );
    let block = scene.info.bodies["block"];
    let z = physics.views().xpos[3 * block + 2];
    assert!(
        (z - 0.045).abs() < 0.002,
        "the block lies on the plate: {z}"
    );
    let felt: f64 = physics.sensordata()[..4].iter().sum();
    assert!(
        (felt - 0.070_875 * 9.81).abs() < 0.05,
        "its weight: {felt} N"
    );
}
