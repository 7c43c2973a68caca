//! Bodies, alone in an empty world.

use super::names::distinct;
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::play::Actions;
use crate::trace::fingerprint;
use angora_plugin_api::{PhysicsOptions, RoleRequest, SceneSpec};
use angora_simulation::compose::{ComposedScene, compose, unnamed_parts};
use angora_simulation::physics::Physics;
use serde_json::Value;

/// Simulated seconds of a trial.
const TRIAL_SECS: f64 = 2.0;

/// The body in a world with nothing in it, which asks for all of its roles.
fn compiled(bench: &Bench) -> Result<ComposedScene, Stop> {
    let body = bench.catalogue.body(&bench.id, &Value::Null)?;
    let roles = body.spec.roles.iter();
    let world = SceneSpec {
        mjcf: "<mujoco model=\"nothing\"><worldbody/></mujoco>".into(),
        default_body: bench.id.clone(),
        roles: roles
            .map(|(role, parts)| RoleRequest {
                role: role.clone(),
                kind: parts.kind,
                at_least: 1,
            })
            .collect(),
        ..SceneSpec::default()
    };
    let user = PhysicsOptions::default();
    Ok(compose(&world, &[], &body.spec, &body.assets, &user)?)
}

/// Control steps that take so many seconds.
fn steps(scene: &ComposedScene, secs: f64) -> usize {
    (secs / scene.info.control_timestep)
        .ceil()
        .clamp(1.0, 10_000.0) as usize
}

/// A simulation at the reference pose.
fn start(physics: &mut Physics) -> Result<(), Stop> {
    physics.reset()?;
    Ok(physics.forward()?)
}

/// `body.spec`.
pub fn spec(bench: &Bench) -> Judgement {
    let body = bench.catalogue.body(&bench.id, &Value::Null)?;
    let again = bench.catalogue.body(&bench.id, &Value::Null)?;
    if body.spec != again.spec || body.assets != again.assets {
        return Err(fail("it describes itself otherwise the second time"));
    }
    distinct("assets", body.spec.assets.iter().map(String::as_str))?;
    for (role, parts) in &body.spec.roles {
        if parts.names.is_empty() {
            return Err(fail(format!("nothing plays the role {role:?}")));
        }
        distinct(
            &format!("parts that play the role {role:?}"),
            parts.names.iter().map(String::as_str),
        )?;
    }
    if body.spec.substeps == Some(0) {
        return Err(fail(
            "substeps is 0; a control step takes at least one physics step",
        ));
    }
    let text = serde_json::to_vec(&(&body.spec, &body.assets)).map_err(fail)?;
    Ok(Finding::passed().repeats(fingerprint(&text)))
}

/// `body.model`.
pub fn model(bench: &Bench) -> Judgement {
    let scene = compiled(bench).map_err(Stop::judged)?;
    let finding = match scene.remarks.as_slice() {
        [] => Finding::passed(),
        remarks => Finding::warning(format!(
            "MuJoCo warns when it is put into a world: {}",
            remarks.join("; ")
        )),
    };
    Ok(finding.with("positions", scene.info.nq as f64, "").with(
        "actuators",
        scene.info.nu as f64,
        "",
    ))
}

/// `body.names`.
pub fn names(bench: &Bench) -> Judgement {
    let scene = compiled(bench)?;
    let unnamed = unnamed_parts(&scene);
    if unnamed.is_empty() {
        return Ok(Finding::passed());
    }
    let parts: Vec<String> = unnamed
        .iter()
        .map(|(kind, count)| format!("{count} of the {kind}"))
        .collect();
    Ok(Finding::warning(format!(
        "{} have no name: tasks, labels and recordings cannot say which they mean",
        parts.join(", ")
    )))
}

/// `body.rest`.
pub fn rest(bench: &Bench) -> Judgement {
    let scene = compiled(bench)?;
    let mut physics = Physics::new(&scene)?;
    start(&mut physics)?;
    for _ in 0..steps(&scene, TRIAL_SECS) {
        physics.step().map_err(fail)?;
    }
    Ok(Finding::passed())
}

/// `body.drive`.
pub fn drive(bench: &Bench) -> Judgement {
    let scene = compiled(bench)?;
    if scene.info.nu == 0 {
        return Err(skip("it has no actuator"));
    }
    // What does not rest is not judged again.
    rest(bench).map_err(|stop| match stop {
        Stop::Fail(message) => Stop::OnTheWay(message),
        other => other,
    })?;
    let mut physics = Physics::new(&scene)?;
    let mut actions = Actions::new(&scene.info.action, 1);
    start(&mut physics)?;
    for _ in 0..steps(&scene, TRIAL_SECS) {
        physics.apply_action(actions.draw());
        physics.step().map_err(fail)?;
    }
    Ok(Finding::passed())
}

/// `body.actuators`.
pub fn actuators(bench: &Bench) -> Judgement {
    let scene = compiled(bench)?;
    if scene.info.nu == 0 {
        return Err(skip("it has no actuator"));
    }
    let mut physics = Physics::new(&scene)?;
    let passive = driven(&scene, &mut physics, None)?;
    let mut idle = Vec::new();
    for actuator in 0..scene.info.nu {
        // One end of the range may be where it rests.
        let (low, high) = scene.info.ctrl_range[actuator];
        let mut moves = false;
        for input in [high, low] {
            moves = moves || driven(&scene, &mut physics, Some((actuator, input)))? != passive;
        }
        if !moves {
            let name = scene.info.actuators.iter().find(|(_, id)| **id == actuator);
            idle.push(name.map_or_else(|| format!("#{actuator}"), |(name, _)| name.clone()));
        }
    }
    if idle.is_empty() {
        return Ok(Finding::passed());
    }
    Ok(Finding::warning(format!(
        "nothing moves when they are driven: {}",
        idle.join(", ")
    )))
}

/// Positions and velocities after a quarter of a second with one actuator at an input.
fn driven(
    scene: &ComposedScene,
    physics: &mut Physics,
    actuator: Option<(usize, f64)>,
) -> Result<Vec<f64>, Stop> {
    start(physics)?;
    for _ in 0..steps(scene, 0.25) {
        if let Some((at, input)) = actuator {
            physics.views().ctrl[at] = input;
        }
        physics.step()?;
    }
    Ok([physics.qpos(), physics.qvel()].concat())
}
