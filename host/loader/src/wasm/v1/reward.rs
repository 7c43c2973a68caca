//! Rewards.

use super::bindings::RewardModule;
use super::fill;
use crate::checks::{Result, from_json, not_finite, not_finite_fault, spec::check_reward};
use crate::loaded::LoadedReward;
use crate::wasm::instance::Instance;
use angora_plugin_api::RewardSpec;
use std::cell::RefCell;

/// A reward of contract 1.
pub struct Adapter {
    /// A module is changed by whatever is asked of it.
    instance: RefCell<Instance<RewardModule>>,
    spec: RewardSpec,
}

impl Adapter {
    pub fn new(mut instance: Instance<RewardModule>, config: &str, context: &str) -> Result<Self> {
        let who = instance.who.clone();
        instance.call("new", |module, store| {
            let reward = module.angora_plugin_reward();
            reward.call_create(store, &who.id, config, context)
        })?;
        let json = instance.call("spec", |module, store| {
            module.angora_plugin_reward().call_spec(store)
        })?;
        let spec = from_json(&who, "spec", json.as_bytes())?;
        check_reward(&who, &spec)?;
        Ok(Self {
            instance: RefCell::new(instance),
            spec,
        })
    }
}

impl LoadedReward for Adapter {
    fn spec(&self) -> &RewardSpec {
        &self.spec
    }

    fn reset(&mut self, seed: u64, signals: &[f64]) -> Result<()> {
        self.instance.get_mut().call("reset", |module, store| {
            module
                .angora_plugin_reward()
                .call_reset(store, seed, signals)
        })
    }

    fn evaluate(
        &mut self,
        signals: &[f64],
        action: &[f32],
        progress: f64,
        terms: &mut [f64],
    ) -> Result<()> {
        let instance = self.instance.get_mut();
        let given = instance.call("evaluate", |module, store| {
            let reward = module.angora_plugin_reward();
            reward.call_evaluate(store, signals, action, progress)
        })?;
        fill(&instance.who, "evaluate", "reward terms", &given, terms)?;
        match not_finite(terms) {
            None => Ok(()),
            Some(at) => {
                let name = format!("reward term {}", self.spec.terms[at]);
                Err(not_finite_fault(&instance.who, "evaluate", name, terms[at]))
            }
        }
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.instance.borrow_mut().call("save", |module, store| {
            module.angora_plugin_reward().call_save(store)
        })
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.instance.get_mut().call("restore", |module, store| {
            module.angora_plugin_reward().call_restore(store, state)
        })
    }
}
