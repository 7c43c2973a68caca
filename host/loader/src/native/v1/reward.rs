//! Rewards.

use super::check;
use crate::calls::Owned;
use crate::checks::{Result, from_json, not_finite, not_finite_fault, spec::check_reward};
use crate::error::Who;
use crate::loaded::LoadedReward;
use angora_plugin_api::RewardSpec;
use angora_plugin_api::v1::{
    abi_stable::std_types::RBox,
    reward::{RewardBox, RewardObject_TO},
};
use std::sync::Arc;

/// A reward of contract 1.
pub struct Adapter {
    who: Arc<Who>,
    object: Owned<RewardObject_TO<'static, RBox<()>>>,
    spec: RewardSpec,
}

impl Adapter {
    pub fn new(who: Arc<Who>, object: RewardBox) -> Result<Self> {
        let object = Owned::new(who.name(), object);
        let bytes = check(&who, "spec", || object.spec())?;
        let spec: RewardSpec = from_json(&who, "spec", &bytes)?;
        check_reward(&who, &spec)?;
        Ok(Self { who, object, spec })
    }
}

impl LoadedReward for Adapter {
    fn spec(&self) -> &RewardSpec {
        &self.spec
    }

    fn reset(&mut self, seed: u64, signals: &[f64]) -> Result<()> {
        check(&self.who, "reset", || {
            self.object.reset(seed, signals.into())
        })
    }

    fn evaluate(
        &mut self,
        signals: &[f64],
        action: &[f32],
        progress: f64,
        terms: &mut [f64],
    ) -> Result<()> {
        terms.fill(f64::NAN);
        check(&self.who, "evaluate", || {
            self.object.evaluate(
                signals.into(),
                action.into(),
                progress,
                (&mut *terms).into(),
            )
        })?;
        match not_finite(terms) {
            None => Ok(()),
            Some(at) => {
                let name = format!("reward term {}", self.spec.terms[at]);
                Err(not_finite_fault(&self.who, "evaluate", name, terms[at]))
            }
        }
    }

    fn save(&self) -> Result<Vec<u8>> {
        Ok(check(&self.who, "save", || self.object.save())?.into())
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        check(&self.who, "restore", || self.object.restore(state.into()))
    }
}
