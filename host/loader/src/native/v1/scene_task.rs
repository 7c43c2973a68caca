//! Scene tasks.

use super::check;
use crate::calls::Owned;
use crate::checks::{Result, ending, fault, from_json, spec::CheckedSpec, to_json};
use crate::error::Who;
use crate::loaded::{LoadedSceneTask, PhysicsAccess};
use angora_plugin_api::v1::{
    abi_stable::std_types::RBox,
    scene_task::{PhysicsViews, SceneTaskBox, SceneTaskObject_TO, SceneTaskTableRef},
};
use angora_plugin_api::{Ending, Fault, FaultCode, SceneSpec, Sense, TaskSpec, scene::SceneModel};
use std::sync::Arc;

/// A scene task of contract 1.
pub struct Adapter {
    who: Arc<Who>,
    table: SceneTaskTableRef,
    object: Owned<SceneTaskObject_TO<'static, RBox<()>>>,
    scene: SceneSpec,
    /// After `bind`.
    checked: Option<CheckedSpec>,
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
        })
    }

    fn checked(&self, call: &'static str) -> Result<&CheckedSpec> {
        self.checked.as_ref().ok_or_else(|| {
            let early = Fault::new(FaultCode::Invalid, "it was called before bind");
            fault(&self.who, call, early)
        })
    }
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
        self.checked = Some(checked);
        Ok(spec)
    }

    fn reset(&mut self, seed: u64, physics: PhysicsAccess<'_>) -> Result<()> {
        check(&self.who, "reset", || {
            self.object.reset(seed, &mut views(physics))
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
        sensation.fill(f32::NAN);
        signals.fill(f64::NAN);
        check(&self.who, "observe", || {
            self.object.observe(
                &views(physics),
                (&mut *sensation).into(),
                (&mut *signals).into(),
            )
        })?;
        let checked = self.checked("observe")?;
        checked.finite(&self.who, "observe", sensation, signals)
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
        sensation.fill(f32::NAN);
        signals.fill(f64::NAN);
        reward_terms.fill(f64::NAN);
        let code = check(&self.who, "after_step", || {
            self.object.after_step(
                action.into(),
                &mut views(physics),
                (&mut *sensation).into(),
                (&mut *signals).into(),
                (&mut *reward_terms).into(),
            )
        })?;
        let checked = self.checked("after_step")?;
        checked.finite(&self.who, "after_step", sensation, signals)?;
        checked.finite_terms(&self.who, "after_step", reward_terms)?;
        ending(&self.who, "after_step", code)
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
