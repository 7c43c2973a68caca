//! Self-stepped tasks.

use super::bindings::TaskModule;
use super::fill;
use crate::checks::{Result, ending, fault, from_json, spec::CheckedSpec};
use crate::error::Who;
use crate::loaded::LoadedTask;
use crate::wasm::instance::Instance;
use angora_plugin_api::capability::{CONDITIONS, EVENTS};
use angora_plugin_api::{Ending, Fault, FaultCode, TaskSpec};
use std::cell::RefCell;
use std::sync::Arc;

/// A task of contract 1.
pub struct Adapter {
    /// A module is changed by whatever is asked of it.
    instance: RefCell<Instance<TaskModule>>,
    checked: CheckedSpec,
}

impl Adapter {
    pub fn new(mut instance: Instance<TaskModule>, config: &str) -> Result<Self> {
        let who = instance.who.clone();
        instance.call("new", |module, store| {
            let task = module.angora_plugin_task();
            task.call_create(store, &who.id, config)
        })?;
        let json = instance.call("spec", |module, store| {
            module.angora_plugin_task().call_spec(store)
        })?;
        let mut spec: TaskSpec = from_json(&who, "spec", json.as_bytes())?;
        leave_out(&who, &mut spec)?;
        let checked = CheckedSpec::new(&who, "spec", spec, &[], false)?;
        Ok(Self {
            instance: RefCell::new(instance),
            checked,
        })
    }
}

/// The interface has no place for conditions and events: a task that cannot do without them is
/// refused, of another they are left out, and it is said.
fn leave_out(who: &Arc<Who>, spec: &mut TaskSpec) -> Result<()> {
    let mut required = spec.requires.iter();
    if let Some(name) = required.find(|name| [CONDITIONS, EVENTS].contains(&name.as_str())) {
        let message = format!(
            "it requires {name}, which this angora-host does not offer to modules; build the plugin as a native library"
        );
        let refused = Fault::new(FaultCode::Unsupported, message).on("requires");
        return Err(fault(who, "spec", refused));
    }
    if !(spec.conditions.is_empty() && spec.events.is_empty()) {
        who.note(
            "its conditions and events are left out, because it is a module; a native library has them",
        );
        spec.conditions.clear();
        spec.events.clear();
    }
    Ok(())
}

impl LoadedTask for Adapter {
    fn spec(&self) -> &TaskSpec {
        &self.checked.spec
    }

    fn reset(&mut self, seed: u64, sensation: &mut [f32], signals: &mut [f64]) -> Result<()> {
        let instance = self.instance.get_mut();
        let given = instance.call("reset", |module, store| {
            module.angora_plugin_task().call_reset(store, seed)
        })?;
        let who = &instance.who;
        fill(who, "reset", "sensation", &given.sensation, sensation)?;
        fill(who, "reset", "signals", &given.signals, signals)?;
        self.checked.finite(who, "reset", sensation, signals)
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
            module.angora_plugin_task().call_step(store, action)
        })?;
        let (who, checked) = (&instance.who, &self.checked);
        fill(who, "step", "sensation", &given.sensation, sensation)?;
        fill(who, "step", "signals", &given.signals, signals)?;
        fill(
            who,
            "step",
            "reward terms",
            &given.reward_terms,
            reward_terms,
        )?;
        checked.finite(who, "step", sensation, signals)?;
        checked.finite_terms(who, "step", reward_terms)?;
        ending(who, "step", given.ending)
    }

    fn set_progress(&mut self, progress: f64) -> Result<()> {
        self.instance
            .get_mut()
            .call("set_progress", |module, store| {
                module
                    .angora_plugin_task()
                    .call_set_progress(store, progress)
            })
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.instance.borrow_mut().call("save", |module, store| {
            module.angora_plugin_task().call_save(store)
        })
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.instance.get_mut().call("restore", |module, store| {
            module.angora_plugin_task().call_restore(store, state)
        })
    }
}
