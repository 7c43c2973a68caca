//! Preprocessors.

use super::bindings::PreprocessorModule;
use super::fill;
use crate::checks::{Result, from_json, not_finite, not_finite_fault, spec::check_preprocessor};
use crate::loaded::LoadedPreprocessor;
use crate::wasm::instance::Instance;
use angora_core::SensationLayout;
use angora_plugin_api::{Ending, PreprocessorSpec};
use std::cell::RefCell;

/// A preprocessor of contract 1.
pub struct Adapter {
    /// A module is changed by whatever is asked of it.
    instance: RefCell<Instance<PreprocessorModule>>,
    spec: PreprocessorSpec,
    layout: SensationLayout,
}

impl Adapter {
    pub fn new(
        mut instance: Instance<PreprocessorModule>,
        config: &str,
        context: &str,
        layout: SensationLayout,
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
        check_preprocessor(&who, &spec, &layout)?;
        Ok(Self {
            instance: RefCell::new(instance),
            spec,
            layout,
        })
    }
}

/// Takes over statistics. Those that are not finite would spoil every environment.
fn take(
    instance: &Instance<PreprocessorModule>,
    call: &'static str,
    given: &[f64],
    place: &mut [f64],
) -> Result<()> {
    fill(&instance.who, call, "statistics", given, place)?;
    match not_finite(place) {
        None => Ok(()),
        Some(at) => {
            let name = format!("statistics[{at}]");
            Err(not_finite_fault(&instance.who, call, name, place[at]))
        }
    }
}

impl LoadedPreprocessor for Adapter {
    fn spec(&self) -> &PreprocessorSpec {
        &self.spec
    }

    fn begin(&mut self) -> Result<()> {
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
        let who = &instance.who;
        fill(who, "sensation", "sensation", &given, sensation)?;
        match not_finite(sensation) {
            None => Ok(()),
            Some(at) => {
                let name = format!("sensation {}", self.layout.describe(at));
                let value = f64::from(sensation[at]);
                Err(not_finite_fault(who, "sensation", name, value))
            }
        }
    }

    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64> {
        let instance = self.instance.get_mut();
        let value = instance.call("reward", |module, store| {
            let preprocessor = module.angora_plugin_preprocessor();
            preprocessor.call_reward(store, reward, ending as u32, learn)
        })?;
        if value.is_finite() {
            return Ok(value);
        }
        let name = "reward".into();
        Err(not_finite_fault(&instance.who, "reward", name, value))
    }

    fn take_delta(&mut self, delta: &mut [f64]) -> Result<()> {
        let instance = self.instance.get_mut();
        let given = instance.call("take_delta", |module, store| {
            module.angora_plugin_preprocessor().call_take_delta(store)
        })?;
        take(instance, "take_delta", &given, delta)
    }

    fn merge(&mut self, delta: &[f64]) -> Result<()> {
        self.instance.get_mut().call("merge", |module, store| {
            module.angora_plugin_preprocessor().call_merge(store, delta)
        })
    }

    fn statistics(&self, statistics: &mut [f64]) -> Result<()> {
        let mut instance = self.instance.borrow_mut();
        let given = instance.call("statistics", |module, store| {
            module.angora_plugin_preprocessor().call_statistics(store)
        })?;
        take(&instance, "statistics", &given, statistics)
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
