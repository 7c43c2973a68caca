//! The Shadow hand in motion: forward kinematics, open-loop rollouts, steps with a block.

use crate::hand::{BLOCK_OF_GYMNASIUM, EMPTY, Placement, compose_hand};
use crate::recordings::{action, greatest_difference, numbers, recording};
use angora_simulation::{compose::ComposedScene, physics::Physics};
use body_shadow_hand::{Config, Control, parts::FINGERTIPS};
use serde_json::Value;

/// Largest difference of a fingertip's place, m.
const PLACE_TOLERANCE: f64 = 1e-6;
/// Largest difference of a joint's angle over a second, rad.
const ANGLE_TOLERANCE: f64 = 1e-9;

/// Where the fingertips are, m.
fn fingertips(scene: &ComposedScene, physics: &mut Physics) -> Vec<f64> {
    let views = physics.views();
    let place = |name: &&str| {
        let site = scene.info.sites[*name];
        views.site_xpos[3 * site..3 * site + 3].to_vec()
    };
    FINGERTIPS.iter().flat_map(place).collect()
}

#[test]
fn fingertips_are_where_those_of_the_recordings_are() {
    let Some(file) = recording("hand_fk.json") else {
        return;
    };
    for (placement, name) in [
        (Placement::AngoraPy, "angorapy"),
        (Placement::Gymnasium, "gymnasium-robotics"),
    ] {
        let scene = compose_hand(EMPTY, placement, Config::default(), 1);
        let mut physics = Physics::new(&scene).unwrap();
        let palm = scene.info.bodies["palm"];
        let (mut samples, mut worst) = (0, 0.0_f64);
        for sample in file["samples"].as_array().unwrap() {
            let qpos = numbers(&sample["qpos"]);
            physics.place(0.0, &qpos, &[0.0; 24], &[0.0; 24]).unwrap();
            physics.forward().unwrap();
            let place = physics.views().xpos[3 * palm..3 * palm + 3].to_vec();
            let tips = fingertips(&scene, &mut physics);
            let world = &sample["world"][name];
            worst = worst
                .max(greatest_difference(&tips, &numbers(&world["tips_world"])))
                .max(greatest_difference(
                    &place,
                    &numbers(&world["palm_world_pos"]),
                ));
            samples += 1;
        }
        println!("{name}: {samples} postures, greatest difference {worst:e} m");
        assert!(samples >= 50);
        assert!(worst <= PLACE_TOLERANCE, "{name}: {worst:e} m");
    }
}

#[test]
fn the_resting_pose_is_the_initial_one_of_the_recordings() {
    let Some(file) = recording("hand_fk.json") else {
        return;
    };
    let samples = file["samples"].as_array().unwrap();
    let initial = samples.iter().find(|s| s["label"] == "default-initial");
    let scene = compose_hand(EMPTY, Placement::AngoraPy, Config::default(), 1);
    let rest = &scene.info.poses["rest"];
    let joints = scene.info.roles["hand_joint"].names.iter();
    let ours: Vec<f64> = joints.map(|joint| rest[joint]).collect();
    assert_eq!(ours, numbers(&initial.unwrap()["qpos"]));
}

/// Follows one recorded second: the greatest differences of inputs, of angles and of fingertips.
fn follow(rollout: &Value) -> (f64, f64, f64) {
    let placement = match rollout["hand"].as_str() {
        Some("gym") => Placement::Gymnasium,
        _ => Placement::AngoraPy,
    };
    let relative = rollout["relative_control"] == true;
    let config = Config {
        control: if relative {
            Control::Relative
        } else {
            Control::Absolute
        },
        ..Config::default()
    };
    let substeps = u32::try_from(rollout["substeps"].as_u64().unwrap()).unwrap();
    let scene = compose_hand(EMPTY, placement, config, substeps);
    assert_eq!(
        scene.model.opt().timestep,
        rollout["timestep"].as_f64().unwrap()
    );
    let mut physics = Physics::new(&scene).unwrap();
    let start = numbers(&rollout["qpos"][0]);
    physics.place(0.0, &start, &[0.0; 24], &[0.0; 24]).unwrap();
    physics.forward().unwrap();
    let (mut inputs, mut angles) = (0.0_f64, 0.0_f64);
    for (t, row) in rollout["actions"].as_array().unwrap().iter().enumerate() {
        physics.apply_action(&action(row));
        inputs = inputs.max(greatest_difference(
            physics.ctrl(),
            &numbers(&rollout["ctrl"][t]),
        ));
        physics.step().unwrap();
        let qpos = numbers(&rollout["qpos"][t + 1]);
        angles = angles.max(greatest_difference(physics.qpos(), &qpos));
    }
    physics.forward().unwrap();
    let tips = fingertips(&scene, &mut physics);
    let places = greatest_difference(&tips, &numbers(&rollout["tips_end"]));
    (inputs, angles, places)
}

#[test]
fn open_loop_rollouts_replay() {
    let Some(file) = recording("hand_rollouts.json") else {
        return;
    };
    let rollouts = file["rollouts"].as_array().unwrap();
    let (mut inputs, mut angles, mut places) = (0.0_f64, 0.0_f64, 0.0_f64);
    for rollout in rollouts {
        let (input, angle, place) = follow(rollout);
        let name = format!("{} {}", rollout["hand"], rollout["k"]);
        assert!(angle <= ANGLE_TOLERANCE, "{name}: {angle:e} rad");
        (inputs, angles, places) = (inputs.max(input), angles.max(angle), places.max(place));
    }
    println!(
        "{} rollouts of a second: greatest difference of inputs {inputs:e}, of joints {angles:e} \
         rad, of fingertips {places:e} m",
        rollouts.len()
    );
    assert!(rollouts.len() >= 40);
    assert!(inputs <= ANGLE_TOLERANCE && places <= PLACE_TOLERANCE);
}

/// Positions or velocities of a recorded block task, whose block and ghost come after the hand,
/// as ours, where they come first.
fn block_first(recorded: &Value, per_free_joint: usize) -> Vec<f64> {
    let mut values = numbers(recorded);
    values.rotate_right(2 * per_free_joint);
    values
}

#[test]
fn single_steps_with_a_block_are_those_of_the_recordings() {
    let name = "HandManipulateBlock_ContinuousTouchSensors-v1";
    let Some(file) = recording(&format!("trajectories/{name}.json")) else {
        return;
    };
    let config = Config {
        control: Control::Absolute,
        ..Config::default()
    };
    let scene = compose_hand(BLOCK_OF_GYMNASIUM, Placement::Gymnasium, config, 20);
    let touch: Vec<usize> = scene.info.roles["touch"]
        .names
        .iter()
        .map(|sensor| scene.info.sensors[sensor].0)
        .collect();
    let mut physics = Physics::new(&scene).unwrap();
    let (mut steps, mut felt, mut state, mut forces) = (0, 0, 0.0_f64, 0.0_f64);
    for episode in file["episodes"].as_array().unwrap() {
        let at = |field: &str, t: usize, width| block_first(&episode["state"][field][t], width);
        for (t, row) in episode["actions"].as_array().unwrap().iter().enumerate() {
            let time = episode["state"]["time"][t].as_f64().unwrap();
            let warm_start = at("qacc_warmstart", t, 6);
            physics
                .place(time, &at("qpos", t, 7), &at("qvel", t, 6), &warm_start)
                .unwrap();
            physics.apply_action(&action(row));
            physics.step().unwrap();
            state = state
                .max(greatest_difference(physics.qpos(), &at("qpos", t + 1, 7)))
                .max(greatest_difference(physics.qvel(), &at("qvel", t + 1, 6)));
            let ours: Vec<f64> = touch.iter().map(|&at| physics.sensordata()[at]).collect();
            let theirs = &numbers(&episode["obs"][t + 1])[61..];
            forces = forces.max(greatest_difference(&ours, theirs));
            felt += theirs.iter().filter(|&&force| force > 0.0).count();
            steps += 1;
        }
    }
    println!(
        "{name}: {steps} steps, greatest difference of state {state:e}, of touch {forces:e} N \
         ({felt} values above 0)"
    );
    assert!(steps >= 30 && felt > 50);
    assert!(state <= 1e-9 && forces <= 1e-6);
}
