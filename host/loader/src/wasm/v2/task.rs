//! Self-stepped tasks, revision 2.

use super::bindings::TaskModule;
use super::bindings::marks::Mark;
use crate::checks::{Result, ending, fault, from_json, spec::CheckedSpec};
use crate::error::Who;
use crate::events::{EventMark, Events};
use crate::loaded::LoadedTask;
use crate::wasm::instance::Instance;
use crate::wasm::v1::fill;
use angora_plugin_api::{Ending, Fault, FaultCode, TaskSpec};
use std::cell::RefCell;
use std::sync::Arc;

/// A task of the second revision.
pub struct Adapter {
    /// A module is changed by whatever is asked of it.
    instance: RefCell<Instance<TaskModule>>,
    checked: CheckedSpec,
    conditions: Vec<f64>,
    events: Events,
}

impl Adapter {
    pub fn new(mut instance: Instance<TaskModule>, config: &str) -> Result<Self> {
        let who = instance.who.clone();
        instance.call("new", |module, store| {
            let task = module.angora_plugin2_0_0_task();
            task.call_create(store, &who.id, config)
        })?;
        let json = instance.call("spec", |module, store| {
            module.angora_plugin2_0_0_task().call_spec(store)
        })?;
        let spec: TaskSpec = from_json(&who, "spec", json.as_bytes())?;
        let checked = CheckedSpec::new(&who, "spec", spec, &[], false)?;
        Ok(Self {
            conditions: checked.spec.default_conditions(),
            instance: RefCell::new(instance),
            events: Events::default(),
            checked,
        })
    }
}

/// Takes over the events of a call.
fn take(
    who: &Arc<Who>,
    call: &'static str,
    spec: &TaskSpec,
    given: &[Mark],
    events: &mut Events,
) -> Result<()> {
    for (place, mark) in events.room().iter_mut().zip(given) {
        *place = EventMark {
            event: mark.event,
            reserved: 0,
            time: mark.time,
        };
    }
    events.take(spec, given.len()).map_err(|message| {
        let invalid = Fault::new(FaultCode::Invalid, message).on("events");
        fault(who, call, invalid)
    })
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
        let (instance, row) = (self.instance.get_mut(), &self.conditions);
        let given = instance.call("reset", |module, store| {
            let task = module.angora_plugin2_0_0_task();
            task.call_reset(store, seed, row)
        })?;
        let (who, checked) = (&instance.who, &self.checked);
        fill(who, "reset", "sensation", &given.sensation, sensation)?;
        fill(who, "reset", "signals", &given.signals, signals)?;
        take(who, "reset", &checked.spec, &given.events, &mut self.events)?;
        checked.finite(who, "reset", sensation, signals)
    }

    fn step(
        &mut self,
        action: &[f32],
        sensation: &mut [f32],
        signals: &mut [f64],
        reward_terms: &mut [f64],
    ) -> Result<Ending> {
        let instance = self.instance.get_mut();
        let given = instance.call("step", |module, store| {
            module.angora_plugin2_0_0_task().call_step(store, action)
        })?;
        let (who, checked) = (&instance.who, &self.checked);
        let terms = &given.reward_terms;
        fill(who, "step", "sensation", &given.sensation, sensation)?;
        fill(who, "step", "signals", &given.signals, signals)?;
        fill(who, "step", "reward terms", terms, reward_terms)?;
        take(who, "step", &checked.spec, &given.events, &mut self.events)?;
        checked.finite(who, "step", sensation, signals)?;
        checked.finite_terms(who, "step", reward_terms)?;
        ending(who, "step", given.ending)
    }

    fn set_progress(&mut self, progress: f64) -> Result<()> {
        self.instance
            .get_mut()
            .call("set_progress", |module, store| {
                let task = module.angora_plugin2_0_0_task();
                task.call_set_progress(store, progress)
            })
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.instance.borrow_mut().call("save", |module, store| {
            module.angora_plugin2_0_0_task().call_save(store)
        })
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.instance.get_mut().call("restore", |module, store| {
            module.angora_plugin2_0_0_task().call_restore(store, state)
        })
    }
}
