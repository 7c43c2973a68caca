//! Adapter of contract 1.

pub mod bindings;
mod preprocessor;
mod reward;
mod task;

use super::WasmPlugin;
use super::instance::{Instance, Refused, State};
use crate::checks::{Result, fault, from_json, preprocessor::Examiner, to_json};
use crate::error::Who;
use crate::loaded::{LoadedPreprocessor, LoadedReward, LoadedTask};
use angora_plugin_api::{
    BrainRequest, BrainSpec, Fault, FaultCode, RewardConfiguration, RewardContext,
    v2::PreprocessorContext,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmtime::Store;
use wasmtime::component::InstancePre;

impl WasmPlugin {
    /// An instance with the calls of a kind, which `take` finds in it.
    pub(super) fn instance<B, P>(
        &self,
        who: &Arc<Who>,
        take: impl FnOnce(InstancePre<State>) -> wasmtime::Result<P>,
        make: impl FnOnce(&P, &mut Store<State>) -> wasmtime::Result<B>,
    ) -> Result<Instance<B>> {
        let missing = |error: wasmtime::Error| Refused::Missing(super::component::one_line(&error));
        Instance::new(who.clone(), self.sandbox.clone(), |store, linker| {
            let before = linker.instantiate_pre(&self.component).map_err(missing)?;
            let before = take(before).map_err(missing)?;
            make(&before, store).map_err(Refused::Trap)
        })
    }

    pub(crate) fn task(
        &self,
        who: &Arc<Who>,
        config: &serde_json::Value,
    ) -> Result<Box<dyn LoadedTask>> {
        let instance = self.instance(who, bindings::TaskModulePre::new, |pre, store| {
            pre.instantiate(store)
        })?;
        Ok(Box::new(task::Adapter::new(instance, &text(config))?))
    }

    pub(crate) fn reward(
        &self,
        who: &Arc<Who>,
        config: &serde_json::Value,
        context: &RewardContext,
    ) -> Result<Box<dyn LoadedReward>> {
        let instance = self.reward_instance(who)?;
        let adapter = reward::Adapter::new(instance, &text(config), &text(context))?;
        Ok(Box::new(adapter))
    }

    pub(crate) fn reward_configurations(
        &self,
        who: &Arc<Who>,
    ) -> Result<BTreeMap<String, RewardConfiguration>> {
        let mut instance = self.reward_instance(who)?;
        let json = instance.call("configurations", |module, store| {
            let reward = module.angora_plugin_reward();
            reward.call_configurations(store, &who.id)
        })?;
        from_json(who, "configurations", json.as_bytes())
    }

    fn reward_instance(&self, who: &Arc<Who>) -> Result<Instance<bindings::RewardModule>> {
        self.instance(who, bindings::RewardModulePre::new, |pre, store| {
            pre.instantiate(store)
        })
    }

    /// The preprocessor of a module that has revision 1 alone.
    pub(super) fn first_preprocessor(
        &self,
        examiner: Examiner,
        config: &serde_json::Value,
        context: &PreprocessorContext,
    ) -> Result<Box<dyn LoadedPreprocessor>> {
        let pre = bindings::PreprocessorModulePre::new;
        let instance = self.instance(&examiner.who, pre, |pre, store| pre.instantiate(store))?;
        let context = text(&context.first());
        let adapter = preprocessor::Adapter::new(instance, &text(config), &context, examiner)?;
        Ok(Box::new(adapter))
    }

    pub(crate) fn brain(&self, who: &Arc<Who>, request: &BrainRequest) -> Result<BrainSpec> {
        let mut instance = self.instance(who, bindings::BrainModulePre::new, |pre, store| {
            pre.instantiate(store)
        })?;
        let request = text(request);
        let json = instance.call("design", |module, store| {
            let brain = module.angora_plugin_brain();
            brain.call_design(store, &who.id, &request)
        })?;
        from_json(who, "design", json.as_bytes())
    }
}

/// Our own types as JSON.
pub(super) fn text<T: Serialize>(value: &T) -> String {
    String::from_utf8_lossy(&to_json(value)).into_owned()
}

/// Hands on as many values as the spec says.
pub(super) fn fill<T: Copy>(
    who: &Arc<Who>,
    call: &'static str,
    field: &str,
    given: &[T],
    place: &mut [T],
) -> Result<()> {
    if given.len() == place.len() {
        place.copy_from_slice(given);
        return Ok(());
    }
    let message = format!("the spec says {}, it gave {}", place.len(), given.len());
    let wrong = Fault::new(FaultCode::Length, message).on(field);
    Err(fault(who, call, wrong))
}
