//! Self-stepped tasks.

use super::check;
use crate::calls::Owned;
use crate::checks::{Result, ending, from_json, spec::CheckedSpec};
use crate::error::Who;
use crate::loaded::LoadedTask;
use angora_plugin_api::v1::task::{TaskBox, TaskObject_TO};
use angora_plugin_api::{Ending, TaskSpec};
use std::sync::Arc;

type Object = TaskObject_TO<'static, angora_plugin_api::v1::abi_stable::std_types::RBox<()>>;

/// A task of contract 1.
pub struct Adapter {
    who: Arc<Who>,
    object: Owned<Object>,
    checked: CheckedSpec,
}

impl Adapter {
    pub fn new(who: Arc<Who>, object: TaskBox) -> Result<Self> {
        let object = Owned::new(who.name(), object);
        let bytes = check(&who, "spec", || object.spec())?;
        let spec: TaskSpec = from_json(&who, "spec", &bytes)?;
        let checked = CheckedSpec::new(&who, "spec", spec, &[], false)?;
        Ok(Self {
            who,
            object,
            checked,
        })
    }
}

impl LoadedTask for Adapter {
    fn spec(&self) -> &TaskSpec {
        &self.checked.spec
    }

    fn reset(&mut self, seed: u64, sensation: &mut [f32], signals: &mut [f64]) -> Result<()> {
        // What the plugin leaves unwritten is found by the check for finite values.
        sensation.fill(f32::NAN);
        signals.fill(f64::NAN);
        check(&self.who, "reset", || {
            self.object
                .reset(seed, (&mut *sensation).into(), (&mut *signals).into())
        })?;
        self.checked.finite(&self.who, "reset", sensation, signals)
    }

    fn step(
        &mut self,
        action: &[f32],
        sensation: &mut [f32],
        signals: &mut [f64],
        reward_terms: &mut [f64],
    ) -> Result<Ending> {
        sensation.fill(f32::NAN);
        signals.fill(f64::NAN);
        reward_terms.fill(f64::NAN);
        let code = check(&self.who, "step", || {
            self.object.step(
                action.into(),
                (&mut *sensation).into(),
                (&mut *signals).into(),
                (&mut *reward_terms).into(),
            )
        })?;
        let checked = &self.checked;
        checked.finite(&self.who, "step", sensation, signals)?;
        checked.finite_terms(&self.who, "step", reward_terms)?;
        ending(&self.who, "step", code)
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
