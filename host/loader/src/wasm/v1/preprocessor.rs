//! Preprocessors.

use super::bindings::PreprocessorModule;
use super::fill;
use crate::checks::{Result, from_json, preprocessor::Examiner, spec::check_preprocessor};
use crate::loaded::LoadedPreprocessor;
use crate::wasm::instance::Instance;
use angora_plugin_api::v2::Abilities;
use angora_plugin_api::{Ending, PreprocessorSpec, Progress};
use std::cell::RefCell;

/// A preprocessor of contract 1.
pub struct Adapter {
    /// A module is changed by whatever is asked of it.
    instance: RefCell<Instance<PreprocessorModule>>,
    spec: PreprocessorSpec,
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
            let preprocessor = module.angora_plugin_preprocessor();
            preprocessor.call_create(store, &who.id, config, context)
        })?;
        let json = instance.call("spec", |module, store| {
            module.angora_plugin_preprocessor().call_spec(store)
        })?;
        let spec = from_json(&who, "spec", json.as_bytes())?;
        check_preprocessor(&who, &spec, &examiner.layout)?;
        Ok(Self {
            instance: RefCell::new(instance),
            spec,
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
        Abilities::default()
    }

    fn set_progress(&mut self, _progress: Progress) -> Result<()> {
        Ok(())
    }

    fn begin(&mut self, _seed: u64) -> Result<()> {
        self.instance.get_mut().call("begin", |module, store| {
            module.angora_plugin_preprocessor().call_begin(store)
        })
    }

    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()> {
        let instance = self.instance.get_mut();
        let given = instance.call("sensation", |module, store| {
            let preprocessor = module.angora_plugin_preprocessor();
            preprocessor.call_sensation(store, sensation, learn)
        })?;
        let who = &self.examiner.who;
        fill(who, "sensation", "sensation", &given, sensation)?;
        self.examiner.sensation(sensation)
    }

    fn action(&mut self, _action: &mut [f32], _learn: bool) -> Result<()> {
        Ok(())
    }

    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64> {
        let instance = self.instance.get_mut();
        let value = instance.call("reward", |module, store| {
            let preprocessor = module.angora_plugin_preprocessor();
            preprocessor.call_reward(store, reward, ending as u32, learn)
        })?;
        self.examiner.reward(value)
    }

    fn take_delta(&mut self, delta: &mut [f64]) -> Result<()> {
        let given = self
            .instance
            .get_mut()
            .call("take_delta", |module, store| {
                module.angora_plugin_preprocessor().call_take_delta(store)
            })?;
        self.take("take_delta", &given, delta)
    }

    fn merge(&mut self, delta: &[f64]) -> Result<()> {
        self.instance.get_mut().call("merge", |module, store| {
            module.angora_plugin_preprocessor().call_merge(store, delta)
        })
    }

    fn statistics(&self, statistics: &mut [f64]) -> Result<()> {
        let given = self
            .instance
            .borrow_mut()
            .call("statistics", |module, store| {
                module.angora_plugin_preprocessor().call_statistics(store)
            })?;
        self.take("statistics", &given, statistics)
    }

    fn set_statistics(&mut self, statistics: &[f64]) -> Result<()> {
        self.instance
            .get_mut()
            .call("set_statistics", |module, store| {
                let preprocessor = module.angora_plugin_preprocessor();
                preprocessor.call_set_statistics(store, statistics)
            })
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.instance.borrow_mut().call("save", |module, store| {
            module.angora_plugin_preprocessor().call_save(store)
        })
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.instance.get_mut().call("restore", |module, store| {
            module
                .angora_plugin_preprocessor()
                .call_restore(store, state)
        })
    }
}
