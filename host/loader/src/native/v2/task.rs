//! Self-stepped tasks.

use super::super::v1::check;
use super::{output, take};
use crate::calls::Owned;
use crate::checks::{Result, ending, from_json, spec::CheckedSpec};
use crate::error::Who;
use crate::events::{EventMark, Events};
use crate::loaded::LoadedTask;
use angora_plugin_api::v1::abi_stable::std_types::RBox;
use angora_plugin_api::v2::task::{TaskBox, TaskObject_TO};
use angora_plugin_api::{Ending, TaskSpec};
use std::sync::Arc;

/// A task of the second revision.
pub struct Adapter {
    who: Arc<Who>,
    object: Owned<TaskObject_TO<'static, RBox<()>>>,
    checked: CheckedSpec,
    conditions: Vec<f64>,
    events: Events,
}

impl Adapter {
    pub fn new(who: Arc<Who>, object: TaskBox) -> Result<Self> {
        let object = Owned::new(who.name(), object);
        let bytes = check(&who, "spec", || object.spec())?;
        let spec: TaskSpec = from_json(&who, "spec", &bytes)?;
        let checked = CheckedSpec::new(&who, "spec", spec, &[], false)?;
        Ok(Self {
            conditions: checked.spec.default_conditions(),
            events: Events::default(),
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

    fn set_conditions(&mut self, row: &[f64]) {
        self.conditions.copy_from_slice(row);
    }

    fn events(&self) -> &[EventMark] {
        self.events.marks()
    }

    fn reset(&mut self, seed: u64, sensation: &mut [f32], signals: &mut [f64]) -> Result<()> {
        let Self {
            who,
            object,
            checked,
            conditions,
            events,
        } = self;
        let mut out = output(sensation, signals, &mut [], events);
        check(who, "reset", || {
            object.reset(seed, conditions.as_slice().into(), &mut out)
        })?;
        let count = out.event_count;
        take(who, "reset", &checked.spec, count, events)?;
        checked.finite(who, "reset", sensation, signals)
    }

    fn step(
        &mut self,
        action: &[f32],
        sensation: &mut [f32],
        signals: &mut [f64],
        reward_terms: &mut [f64],
    ) -> Result<Ending> {
        let Self {
            who,
            object,
            checked,
            events,
            ..
        } = self;
        let mut out = output(sensation, signals, reward_terms, events);
        let code = check(who, "step", || object.step(action.into(), &mut out))?;
        let count = out.event_count;
        take(who, "step", &checked.spec, count, events)?;
        checked.finite(who, "step", sensation, signals)?;
        checked.finite_terms(who, "step", reward_terms)?;
        ending(who, "step", code)
    }

    fn set_progress(&mut self, progress: f64) -> Result<()> {
        let object = &mut self.object;
        check(&self.who, "set_progress", || object.set_progress(progress))
    }

    fn save(&self) -> Result<Vec<u8>> {
        Ok(check(&self.who, "save", || self.object.save())?.into())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        let object = &mut self.object;
        check(&self.who, "restore", || object.restore(state.into()))
    }
}
