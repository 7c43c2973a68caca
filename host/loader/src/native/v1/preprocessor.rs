//! Preprocessors.

use super::check;
use crate::calls::Owned;
use crate::checks::{Result, from_json, not_finite, not_finite_fault, spec::check_preprocessor};
use crate::error::Who;
use crate::loaded::LoadedPreprocessor;
use angora_core::SensationLayout;
use angora_plugin_api::v1::{
    abi_stable::std_types::RBox,
    preprocessor::{PreprocessorBox, PreprocessorObject_TO},
};
use angora_plugin_api::{Ending, PreprocessorSpec};
use std::sync::Arc;

/// A preprocessor of contract 1.
pub struct Adapter {
    who: Arc<Who>,
    object: Owned<PreprocessorObject_TO<'static, RBox<()>>>,
    spec: PreprocessorSpec,
    layout: SensationLayout,
}

impl Adapter {
    pub fn new(who: Arc<Who>, object: PreprocessorBox, layout: SensationLayout) -> Result<Self> {
        let object = Owned::new(who.name(), object);
        let bytes = check(&who, "spec", || object.spec())?;
        let spec: PreprocessorSpec = from_json(&who, "spec", &bytes)?;
        check_preprocessor(&who, &spec, &layout)?;
        Ok(Self {
            who,
            object,
            spec,
            layout,
        })
    }

    /// Statistics that are not finite would spoil every environment.
    fn finite(&self, call: &'static str, values: &[f64]) -> Result<()> {
        match not_finite(values) {
            None => Ok(()),
            Some(at) => {
                let name = format!("statistics[{at}]");
                Err(not_finite_fault(&self.who, call, name, values[at]))
            }
        }
    }
}

impl LoadedPreprocessor for Adapter {
    fn spec(&self) -> &PreprocessorSpec {
        &self.spec
    }

    fn begin(&mut self) -> Result<()> {
        check(&self.who, "begin", || self.object.begin())
    }

    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()> {
        check(&self.who, "sensation", || {
            self.object.sensation((&mut *sensation).into(), learn)
        })?;
        match not_finite(sensation) {
            None => Ok(()),
            Some(at) => {
                let name = format!("sensation {}", self.layout.describe(at));
                let value = f64::from(sensation[at]);
                Err(not_finite_fault(&self.who, "sensation", name, value))
            }
        }
    }

    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64> {
        let value = check(&self.who, "reward", || {
            self.object.reward(reward, ending as u32, learn)
        })?;
        if value.is_finite() {
            return Ok(value);
        }
        Err(not_finite_fault(
            &self.who,
            "reward",
            "reward".into(),
            value,
        ))
    }

    fn take_delta(&mut self, delta: &mut [f64]) -> Result<()> {
        check(&self.who, "take_delta", || {
            self.object.take_delta((&mut *delta).into())
        })?;
        self.finite("take_delta", delta)
    }

    fn merge(&mut self, delta: &[f64]) -> Result<()> {
        check(&self.who, "merge", || self.object.merge(delta.into()))
    }

    fn statistics(&self, statistics: &mut [f64]) -> Result<()> {
        check(&self.who, "statistics", || {
            self.object.statistics((&mut *statistics).into())
        })?;
        self.finite("statistics", statistics)
    }

    fn set_statistics(&mut self, statistics: &[f64]) -> Result<()> {
        check(&self.who, "set_statistics", || {
            self.object.set_statistics(statistics.into())
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        Ok(check(&self.who, "save", || self.object.save())?.into())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        check(&self.who, "restore", || self.object.restore(state.into()))
    }
}
