//! Preprocessors.

use super::check;
use crate::calls::Owned;
use crate::checks::{Result, from_json, preprocessor::Examiner, spec::check_preprocessor};
use crate::loaded::LoadedPreprocessor;
use angora_plugin_api::v1::{
    abi_stable::std_types::RBox,
    preprocessor::{PreprocessorBox, PreprocessorObject_TO},
};
use angora_plugin_api::v2::Abilities;
use angora_plugin_api::{Ending, PreprocessorSpec, Progress};

/// A preprocessor of contract 1.
pub struct Adapter {
    object: Owned<PreprocessorObject_TO<'static, RBox<()>>>,
    spec: PreprocessorSpec,
    examiner: Examiner,
}

impl Adapter {
    pub fn new(object: PreprocessorBox, examiner: Examiner) -> Result<Self> {
        let who = &examiner.who;
        let object = Owned::new(who.name(), object);
        let bytes = check(who, "spec", || object.spec())?;
        let spec: PreprocessorSpec = from_json(who, "spec", &bytes)?;
        check_preprocessor(who, &spec, &examiner.layout)?;
        Ok(Self {
            object,
            spec,
            examiner,
        })
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
        check(&self.examiner.who, "begin", || self.object.begin())
    }

    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()> {
        check(&self.examiner.who, "sensation", || {
            self.object.sensation((&mut *sensation).into(), learn)
        })?;
        self.examiner.sensation(sensation)
    }

    fn action(&mut self, _action: &mut [f32], _learn: bool) -> Result<()> {
        Ok(())
    }

    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64> {
        let value = check(&self.examiner.who, "reward", || {
            self.object.reward(reward, ending as u32, learn)
        })?;
        self.examiner.reward(value)
    }

    fn take_delta(&mut self, delta: &mut [f64]) -> Result<()> {
        check(&self.examiner.who, "take_delta", || {
            self.object.take_delta((&mut *delta).into())
        })?;
        self.examiner.statistics("take_delta", delta)
    }

    fn merge(&mut self, delta: &[f64]) -> Result<()> {
        check(&self.examiner.who, "merge", || {
            self.object.merge(delta.into())
        })
    }

    fn statistics(&self, statistics: &mut [f64]) -> Result<()> {
        check(&self.examiner.who, "statistics", || {
            self.object.statistics((&mut *statistics).into())
        })?;
        self.examiner.statistics("statistics", statistics)
    }

    fn set_statistics(&mut self, statistics: &[f64]) -> Result<()> {
        check(&self.examiner.who, "set_statistics", || {
            self.object.set_statistics(statistics.into())
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        Ok(check(&self.examiner.who, "save", || self.object.save())?.into())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        check(&self.examiner.who, "restore", || {
            self.object.restore(state.into())
        })
    }
}
