#![allow(clippy::unwrap_used, reason = "a test")]

use super::*;
use crate::compose::tests::{BODY, WORLD, body, plain, world};
use angora_plugin_api::ControlMode;
use std::{path::Path, thread};

fn physics() -> Physics {
    let scene = plain(&world(WORLD), &body(BODY)).unwrap();
    let mut physics = Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.forward().unwrap();
    physics
}

/// Control steps with an input that changes; returns all that views show, as bits.
fn run(physics: &mut Physics, steps: std::ops::Range<u32>) -> Vec<u64> {
    let mut trace = Vec::new();
    for step in steps {
        physics.apply_action(&[(step as f32 * 0.7).sin()]);
        physics.step().unwrap();
        trace.extend(bits(physics));
    }
    trace
}

/// All that views show, as bits.
fn bits(physics: &mut Physics) -> Vec<u64> {
    let v = physics.views();
    let contacts = v.contacts.iter().flat_map(|c| {
        let [x, y, z] = c.position;
        [f64::from(c.geom1), f64::from(c.geom2), c.distance, x, y, z]
    });
    let time = [v.time];
    let written: [&[f64]; 6] = [&time, v.qpos, v.qvel, v.ctrl, v.mocap_pos, v.mocap_quat];
    let derived = [
        v.sensordata,
        v.xpos,
        v.xquat,
        v.xipos,
        v.site_xpos,
        v.site_xmat,
        v.geom_xpos,
        v.cvel,
        v.cinert,
        v.cfrc_ext,
        v.qfrc_actuator,
        v.actuator_force,
        v.qfrc_constraint,
        v.ten_length,
    ];
    let numbers = written.into_iter().chain(derived).flatten().copied();
    numbers.chain(contacts).map(f64::to_bits).collect()
}

#[test]
fn views_have_the_lengths_of_the_model() {
    let mut physics = physics();
    run(&mut physics, 0..40);
    let v = physics.views();
    assert_eq!((v.qpos.len(), v.qvel.len(), v.ctrl.len()), (8, 7, 1));
    assert_eq!((v.mocap_pos.len(), v.mocap_quat.len()), (3, 4));
    assert_eq!(v.mocap_pos, [1.0, 2.0, 3.0]);
    assert_eq!((v.xpos.len(), v.xquat.len(), v.xipos.len()), (12, 16, 12));
    assert_eq!(
        (v.site_xpos.len(), v.site_xmat.len(), v.geom_xpos.len()),
        (3, 9, 9)
    );
    assert_eq!(
        (v.cvel.len(), v.cinert.len(), v.cfrc_ext.len()),
        (24, 40, 24)
    );
    assert_eq!((v.qfrc_actuator.len(), v.actuator_force.len()), (7, 1));
    assert_eq!((v.qfrc_constraint.len(), v.ten_length.len()), (7, 0));
    assert!(v.qfrc_constraint.iter().any(|&f| f != 0.0));
    assert_eq!(v.sensordata.len(), 4);
    assert!((v.time - 0.4).abs() < 1e-12);
    assert!(
        !v.contacts.is_empty() && v.contacts[0].geom1 == 0,
        "{:?}",
        v.contacts
    );
    assert!(
        v.cfrc_ext.iter().any(|&f| f != 0.0),
        "contact forces are computed"
    );
}

#[test]
fn a_fatal_error_is_a_result_and_the_simulation_recovers() {
    let mut physics = physics();
    let untouched = run(&mut physics, 0..10);
    let failure = guard::overflow(&mut physics.data).unwrap_err();
    let Failure::Error(text) = &failure else {
        panic!("{failure:?}")
    };
    assert!(text.to_lowercase().contains("stack"), "{text}");

    let error = physics.fail(failure, 0.1);
    assert!(error.to_string().starts_with("MuJoCo failed: "));
    assert_eq!(physics.step(), Err(error.clone()), "not without a reset");
    assert_eq!(physics.forward(), Err(error));
    physics.reset().unwrap();
    physics.forward().unwrap();
    assert_eq!(run(&mut physics, 0..10), untouched);
}

/// Data for which there is no memory are an error, not the end of the process.
#[test]
fn data_without_memory_are_an_error() {
    let mut model = physics().model.as_ref().clone();
    // SAFETY: the model is only used to fail: its arena is larger than any machine's memory.
    unsafe { model.ffi_mut() }.narena = 1 << 60;
    let error = make_data(&Arc::new(model)).unwrap_err().to_string();
    assert!(error.starts_with("MuJoCo failed: "), "{error}");
}

#[test]
fn errors_on_many_threads_do_not_mix() {
    let threads: Vec<_> = (0..4)
        .map(|n| {
            thread::spawn(move || {
                let mut physics = physics();
                for _ in 0..50 {
                    if n % 2 == 0 {
                        assert!(guard::overflow(&mut physics.data).is_err());
                        physics.data = make_data(&physics.model).unwrap();
                    } else {
                        physics.step().unwrap();
                    }
                }
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
}

#[test]
fn divergence_is_told_and_holds_until_a_reset() {
    let told = |spoil: fn(&mut Physics)| {
        let mut physics = physics();
        run(&mut physics, 0..3);
        spoil(&mut physics);
        let error = physics.step().unwrap_err();
        assert_eq!(physics.step(), Err(error.clone()), "it holds");
        physics.reset().unwrap();
        physics.forward().unwrap();
        physics.step().unwrap();
        let PhysicsError::Diverged { time, what } = error else {
            panic!("{error:?}")
        };
        assert!((time - 0.03).abs() < 1e-12, "{time}");
        what
    };
    let what = told(|physics| physics.views().qvel[6] = f64::NAN);
    assert!(what.starts_with("velocity 6 (joint \"swing\")"), "{what}");
    let what = told(|physics| physics.views().qpos[2] = f64::INFINITY);
    assert!(what.starts_with("position 2 (joint \"root\")"), "{what}");
    let what = told(|physics| physics.views().qvel[6] = 9.9e9);
    assert!(what.contains("(joint "), "{what}");
    let what = told(|physics| physics.apply_action(&[f32::NAN]));
    assert!(what.starts_with("input 0 (actuator \"servo\")"), "{what}");
    assert!(!Path::new("MUJOCO_LOG.TXT").exists(), "MuJoCo keeps no log");
}

#[test]
fn a_restored_simulation_continues_bit_by_bit() {
    let mut first = physics();
    run(&mut first, 0..45);
    let saved = first.save();
    let shown = bits(&mut first);
    let expected = run(&mut first, 45..90);

    let mut second = physics();
    run(&mut second, 0..7);
    second.restore(&saved).unwrap();
    assert_eq!(
        bits(&mut second),
        shown,
        "derived quantities are as old as they were"
    );
    assert_eq!(second.save(), saved);
    assert_eq!(run(&mut second, 45..90), expected);
    first.restore(&saved).unwrap();
    assert_eq!(run(&mut first, 45..90), expected);
}

#[test]
fn a_foreign_state_is_refused_and_changes_nothing() {
    let mut physics = physics();
    run(&mut physics, 0..20);
    let saved = physics.save();
    let mut other = crate::compose::tests::body(&BODY.replace("<freejoint name=\"root\"/>", ""));
    other.roles.clear();
    let scene = plain(&world(WORLD), &other).unwrap();
    let foreign = Physics::new(&scene).unwrap().save();
    let mut longer = saved.clone();
    longer.push(0);
    let huge = [&saved[..24], &u64::MAX.to_le_bytes()[..], &saved[32..]].concat();
    for bytes in [
        &[][..],
        b"angphys0",
        &saved[..20],
        &saved[..99],
        &foreign,
        &longer,
        &huge,
    ] {
        assert!(matches!(
            physics.restore(bytes),
            Err(PhysicsError::State { .. })
        ));
        assert_eq!(physics.save(), saved);
    }
}

#[test]
fn threads_share_a_model_and_agree() {
    let scene = plain(&world(WORLD), &body(BODY)).unwrap();
    let alone = || {
        let mut physics = Physics::new(&scene).unwrap();
        physics.forward().unwrap();
        run(&mut physics, 0..60)
    };
    let (a, b) = thread::scope(|scope| {
        let (a, b) = (scope.spawn(alone), scope.spawn(alone));
        (a.join().unwrap(), b.join().unwrap())
    });
    assert_eq!(a, b);
}

#[test]
fn actions_follow_the_control_mode() {
    let input = |mode: ControlMode, action: f32, swing: f64| {
        let mut body = body(BODY);
        body.control = mode;
        let scene = plain(&world(WORLD), &body).unwrap();
        let mut physics = Physics::new(&scene).unwrap();
        physics.views().qpos[7] = swing;
        physics.apply_action(&[action]);
        physics.ctrl()[0]
    };
    assert_eq!(input(ControlMode::Direct, 3.5, 0.0), 3.5, "unclipped");
    assert_eq!(input(ControlMode::Absolute, -1.0, 0.0), -1.0);
    assert_eq!(input(ControlMode::Absolute, 0.0, 0.0), -0.25);
    assert_eq!(input(ControlMode::Absolute, 2.0, 0.0), 0.5, "clipped");
    assert_eq!(input(ControlMode::Relative, 0.5, -0.5), -0.5 + 0.375);
    assert_eq!(input(ControlMode::Relative, 1.0, 0.4), 0.5, "clipped");
}

#[test]
fn relative_control_of_a_fixed_tendon_begins_at_its_length() {
    let tendon = BODY
        .replace(
            "<actuator>",
            "<tendon><fixed name='cord'><joint joint='swing' coef='2'/></fixed></tendon><actuator>",
        )
        .replace("joint=\"swing\" kp", "tendon='cord' gear='3' kp");
    let mut body = body(&tendon);
    body.control = ControlMode::Relative;
    let mut physics = Physics::new(&plain(&world(WORLD), &body).unwrap()).unwrap();
    physics.views().qpos[7] = 0.05;
    physics.apply_action(&[0.0]);
    assert!((physics.ctrl()[0] - 0.3).abs() < 1e-15, "3 x 2 x 0.05");
}

#[test]
fn a_recorded_state_must_fit() {
    let mut physics = physics();
    let (qpos, qvel) = (physics.qpos().to_vec(), physics.qvel().to_vec());
    physics.place(1.5, &qpos, &qvel, &qvel).unwrap();
    assert_eq!(physics.time(), 1.5);
    assert!(physics.place(0.0, &qvel, &qpos, &qvel).is_err());
}
