//! Preprocessors, revision 2.

use super::bindings::PreprocessorModule;
use crate::checks::{Result, from_json, preprocessor::Examiner, spec::check_preprocessor};
use crate::loaded::LoadedPreprocessor;
use crate::wasm::instance::Instance;
use crate::wasm::v1::fill;
use angora_plugin_api::v2::{self, Abilities};
use angora_plugin_api::{Ending, PreprocessorSpec, Progress};
use std::cell::RefCell;

/// A preprocessor of revision 2.
pub struct Adapter {
    /// A module is changed by whatever is asked of it.
    instance: RefCell<Instance<PreprocessorModule>>,
    spec: PreprocessorSpec,
    abilities: Abilities,
    examiner: Examiner,
}

impl Adapter {
    pub fn new(
        mut instance: Instance<PreprocessorModule>,
        config: &str,
        context: &str,
        examiner: Examiner,
    ) -> Result<Self> {
        let who = instance.who.clone();
        instance.call("new", |module, store| {
            let preprocessor = module.angora_plugin2_0_0_preprocessor();
            preprocessor.call_create(store, &who.id, config, context)
        })?;
        let json = instance.call("spec", |module, store| {
            module.angora_plugin2_0_0_preprocessor().call_spec(store)
        })?;
        let told: v2::PreprocessorSpec = from_json(&who, "spec", json.as_bytes())?;
        let spec = told.first();
        check_preprocessor(&who, &spec, &examiner.layout)?;
        Ok(Self {
            instance: RefCell::new(instance),
            spec,
            abilities: told.abilities(),
            examiner,
        })
    }
}

impl Adapter {
    /// Takes over statistics, as many as the spec says.
    fn take(&self, call: &'static str, given: &[f64], place: &mut [f64]) -> Result<()> {
        fill(&self.examiner.who, call, "statistics", given, place)?;
        self.examiner.statistics(call, place)
    }
}

impl LoadedPreprocessor for Adapter {
    fn spec(&self) -> &PreprocessorSpec {
        &self.spec
    }

    fn abilities(&self) -> Abilities {
        self.abilities
    }

    fn set_progress(&mut self, progress: Progress) -> Result<()> {
        let instance = self.instance.get_mut();
        instance.call("set_progress", |module, store| {
            let preprocessor = module.angora_plugin2_0_0_preprocessor();
            preprocessor.call_set_progress(store, progress.fraction, progress.steps)
        })
    }

    fn begin(&mut self, seed: u64) -> Result<()> {
        self.instance.get_mut().call("begin", |module, store| {
            module
                .angora_plugin2_0_0_preprocessor()
                .call_begin(store, seed)
        })
    }

    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()> {
        let instance = self.instance.get_mut();
        let given = instance.call("sensation", |module, store| {
            let preprocessor = module.angora_plugin2_0_0_preprocessor();
            preprocessor.call_sensation(store, sensation, learn)
        })?;
        let who = &self.examiner.who;
        fill(who, "sensation", "sensation", &given, sensation)?;
        self.examiner.sensation(sensation)
    }

    fn action(&mut self, action: &mut [f32], learn: bool) -> Result<()> {
        let instance = self.instance.get_mut();
        let given = instance.call("action", |module, store| {
            let preprocessor = module.angora_plugin2_0_0_preprocessor();
            preprocessor.call_action(store, action, learn)
        })?;
        fill(&self.examiner.who, "action", "action", &given, action)?;
        self.examiner.action(action)
    }

    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64> {
        let instance = self.instance.get_mut();
        let value = instance.call("reward", |module, store| {
            let preprocessor = module.angora_plugin2_0_0_preprocessor();
            preprocessor.call_reward(store, reward, ending as u32, learn)
        })?;
        self.examiner.reward(value)
    }

    fn take_delta(&mut self, delta: &mut [f64]) -> Result<()> {
        let given = self
            .instance
            .get_mut()
            .call("take_delta", |module, store| {
                module
                    .angora_plugin2_0_0_preprocessor()
                    .call_take_delta(store)
            })?;
        self.take("take_delta", &given, delta)
    }

    fn merge(&mut self, delta: &[f64]) -> Result<()> {
        self.instance.get_mut().call("merge", |module, store| {
            module
                .angora_plugin2_0_0_preprocessor()
                .call_merge(store, delta)
        })
    }

    fn statistics(&self, statistics: &mut [f64]) -> Result<()> {
        let given = self
            .instance
            .borrow_mut()
            .call("statistics", |module, store| {
                module
                    .angora_plugin2_0_0_preprocessor()
                    .call_statistics(store)
            })?;
        self.take("statistics", &given, statistics)
    }

    fn set_statistics(&mut self, statistics: &[f64]) -> Result<()> {
        self.instance
            .get_mut()
            .call("set_statistics", |module, store| {
                let preprocessor = module.angora_plugin2_0_0_preprocessor();
                preprocessor.call_set_statistics(store, statistics)
            })
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.instance.borrow_mut().call("save", |module, store| {
            module.angora_plugin2_0_0_preprocessor().call_save(store)
        })
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.instance.get_mut().call("restore", |module, store| {
            module
                .angora_plugin2_0_0_preprocessor()
                .call_restore(store, state)
        })
    }
}
