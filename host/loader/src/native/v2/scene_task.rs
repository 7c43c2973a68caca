//! Scene tasks.

use super::super::v1::check;
use super::{output, take};
use crate::calls::Owned;
use crate::checks::{Result, ending, fault, from_json, spec::CheckedSpec, to_json};
use crate::error::Who;
use crate::events::{EventMark, Events};
use crate::loaded::{LoadedSceneTask, PhysicsAccess};
use angora_plugin_api::v1::abi_stable::std_types::RBox;
use angora_plugin_api::v2::scene_task::{
    PhysicsViews, SceneTaskBox, SceneTaskObject_TO, SceneTaskTableRef,
};
use angora_plugin_api::{Ending, Fault, FaultCode, SceneSpec, Sense, TaskSpec, scene::SceneModel};
use std::sync::Arc;

/// A scene task of the second revision.
pub struct Adapter {
    who: Arc<Who>,
    table: SceneTaskTableRef,
    object: Owned<SceneTaskObject_TO<'static, RBox<()>>>,
    scene: SceneSpec,
    /// After `bind`.
    checked: Option<CheckedSpec>,
    conditions: Vec<f64>,
    events: Events,
}

impl Adapter {
    pub fn new(who: Arc<Who>, table: SceneTaskTableRef, object: SceneTaskBox) -> Result<Self> {
        let object = Owned::new(who.name(), object);
        let bytes = check(&who, "scene", || object.scene())?;
        let scene = from_json(&who, "scene", &bytes)?;
        Ok(Self {
            who,
            table,
            object,
            scene,
            checked: None,
            conditions: Vec::new(),
            events: Events::default(),
        })
    }
}

/// What `bind` has left behind.
fn bound<'c>(
    checked: &'c Option<CheckedSpec>,
    who: &Arc<Who>,
    call: &'static str,
) -> Result<&'c CheckedSpec> {
    checked.as_ref().ok_or_else(|| {
        let early = Fault::new(FaultCode::Invalid, "it was called before bind");
        fault(who, call, early)
    })
}

impl LoadedSceneTask for Adapter {
    fn scene(&self) -> &SceneSpec {
        &self.scene
    }

    fn asset(&self, name: &str) -> Result<Vec<u8>> {
        Ok(check(&self.who, "asset", || {
            (self.table.asset())(self.who.id.as_str().into(), name.into())
        })?
        .into())
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        let bytes = check(&self.who, "bind", || {
            self.object.bind(to_json(model).as_slice().into())
        })?;
        let spec: TaskSpec = from_json(&self.who, "bind", &bytes)?;
        // The host draws; the task neither lists nor writes what it sees.
        let drawn = self.scene.vision.as_ref().map(|_| Sense::Vision);
        let of_host = drawn.as_slice();
        let rewarded = self.scene.default_reward.is_some();
        let checked = CheckedSpec::new(&self.who, "bind", spec.clone(), of_host, rewarded)?;
        self.conditions = spec.default_conditions();
        self.checked = Some(checked);
        Ok(spec)
    }

    fn set_conditions(&mut self, row: &[f64]) {
        self.conditions.copy_from_slice(row);
    }

    fn events(&self) -> &[EventMark] {
        self.events.marks()
    }

    fn reset(&mut self, seed: u64, physics: PhysicsAccess<'_>) -> Result<()> {
        let (object, row) = (&mut self.object, self.conditions.as_slice());
        check(&self.who, "reset", || {
            object.reset(seed, row.into(), &mut views(physics))
        })
    }

    fn accepts(&mut self, physics: PhysicsAccess<'_>) -> Result<bool> {
        check(&self.who, "accepts", || {
            self.object.accepts(&views(physics))
        })
    }

    fn observe(
        &mut self,
        physics: PhysicsAccess<'_>,
        sensation: &mut [f32],
        signals: &mut [f64],
    ) -> Result<()> {
        let (who, object, events) = (&self.who, &mut self.object, &mut self.events);
        let checked = bound(&self.checked, who, "observe")?;
        let mut out = output(sensation, signals, &mut [], events);
        check(who, "observe", || object.observe(&views(physics), &mut out))?;
        let count = out.event_count;
        take(who, "observe", &checked.spec, count, events)?;
        checked.finite(who, "observe", sensation, signals)
    }

    fn before_step(&mut self, action: &[f32], physics: PhysicsAccess<'_>) -> Result<()> {
        check(&self.who, "before_step", || {
            self.object.before_step(action.into(), &mut views(physics))
        })
    }

    fn after_step(
        &mut self,
        action: &[f32],
        physics: PhysicsAccess<'_>,
        sensation: &mut [f32],
        signals: &mut [f64],
        reward_terms: &mut [f64],
    ) -> Result<Ending> {
        let (who, object, events) = (&self.who, &mut self.object, &mut self.events);
        let checked = bound(&self.checked, who, "after_step")?;
        let mut out = output(sensation, signals, reward_terms, events);
        let code = check(who, "after_step", || {
            object.after_step(action.into(), &mut views(physics), &mut out)
        })?;
        let count = out.event_count;
        take(who, "after_step", &checked.spec, count, events)?;
        checked.finite(who, "after_step", sensation, signals)?;
        checked.finite_terms(who, "after_step", reward_terms)?;
        ending(who, "after_step", code)
    }

    fn set_progress(&mut self, progress: f64) -> Result<()> {
        check(&self.who, "set_progress", || {
            self.object.set_progress(progress)
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        Ok(check(&self.who, "save", || self.object.save())?.into())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        check(&self.who, "restore", || self.object.restore(state.into()))
    }
}

fn views(physics: PhysicsAccess<'_>) -> PhysicsViews<'_> {
    PhysicsViews {
        time: physics.time,
        qpos: physics.qpos.into(),
        qvel: physics.qvel.into(),
        ctrl: physics.ctrl.into(),
        act: physics.act.into(),
        act_dot: physics.act_dot.into(),
        actuator_length: physics.actuator_length.into(),
        actuator_velocity: physics.actuator_velocity.into(),
        mocap_pos: physics.mocap_pos.into(),
        mocap_quat: physics.mocap_quat.into(),
        sensordata: physics.sensordata.into(),
        xpos: physics.xpos.into(),
        xquat: physics.xquat.into(),
        xipos: physics.xipos.into(),
        site_xpos: physics.site_xpos.into(),
        site_xmat: physics.site_xmat.into(),
        geom_xpos: physics.geom_xpos.into(),
        cvel: physics.cvel.into(),
        cinert: physics.cinert.into(),
        cfrc_ext: physics.cfrc_ext.into(),
        qfrc_actuator: physics.qfrc_actuator.into(),
        actuator_force: physics.actuator_force.into(),
        qfrc_constraint: physics.qfrc_constraint.into(),
        ten_length: physics.ten_length.into(),
        contacts: physics.contacts.into(),
    }
}
