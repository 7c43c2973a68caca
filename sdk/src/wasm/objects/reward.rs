//! Rewards.

use super::{Place, Result, text, with};
use crate::wasm::bindings::{reward_module::exports::angora::plugin::reward::Guest, types};
use crate::wasm::{Contributions, Maker, Module, make};
use crate::{Random, json};
use angora_plugin_api::PluginKind;
use std::cell::RefCell;

/// Makes a reward of an id, settings and context.
pub type MakeReward = fn(&str, &[u8], &[u8]) -> Result<Box<dyn Object>>;
/// The configurations of a reward.
pub type Configurations = fn(&str) -> Result<Vec<u8>>;

/// A reward, whatever its type.
pub trait Object {
    fn spec(&self) -> Result<Vec<u8>>;
    fn reset(&mut self, seed: u64, signals: &[f64]) -> Result<()>;
    fn evaluate(&mut self, signals: &[f64], action: &[f32], progress: f64) -> Result<Vec<f64>>;
    fn save(&self) -> Result<Vec<u8>>;
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}

struct Reward<T> {
    reward: T,
    /// Number of terms; known from the first step on, so that a panic in `spec` is one of that call.
    terms: Option<usize>,
}

impl<T: crate::Reward> Object for Reward<T> {
    fn spec(&self) -> Result<Vec<u8>> {
        json::write("spec", &self.reward.spec())
    }

    fn reset(&mut self, seed: u64, signals: &[f64]) -> Result<()> {
        self.reward.reset(&mut Random::new(seed), signals)
    }

    fn evaluate(&mut self, signals: &[f64], action: &[f32], progress: f64) -> Result<Vec<f64>> {
        let reward = &mut self.reward;
        let terms = *self.terms.get_or_insert_with(|| reward.spec().terms.len());
        // What stays unwritten is found by the host's check for finite values.
        let mut terms = vec![f64::NAN; terms];
        reward.evaluate(signals, action, progress, &mut terms)?;
        Ok(terms)
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.reward.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.reward.restore(state)
    }
}

pub fn reward<T: crate::Reward>(
    id: &str,
    config: &[u8],
    context: &[u8],
) -> Result<Box<dyn Object>> {
    let context = json::read("reward context", context)?;
    let reward = T::new(id, json::config(config)?, context)?;
    Ok(Box::new(Reward {
        reward,
        terms: None,
    }))
}

pub fn configurations<T: crate::Reward>(id: &str) -> Result<Vec<u8>> {
    json::write("configurations", &T::configurations(id))
}

thread_local! {
    static OBJECT: Place<Box<dyn Object>> = const { RefCell::new(None) };
}

fn call<R>(call: impl FnOnce(&mut Box<dyn Object>) -> Result<R>) -> Result<R, types::Fault> {
    OBJECT.with(|place| with(place, call))
}

impl<C: Contributions> Guest for Module<C> {
    fn configurations(id: String) -> Result<String, types::Fault> {
        let json = make::<C, _>(PluginKind::Reward, &id, |maker| match maker {
            Maker::Reward(_, configurations) => Some(configurations(&id)),
            _ => None,
        })?;
        Ok(text(json)?)
    }

    fn create(id: String, config: String, context: String) -> Result<(), types::Fault> {
        let object = make::<C, _>(PluginKind::Reward, &id, |maker| match maker {
            Maker::Reward(create, _) => Some(create(&id, config.as_bytes(), context.as_bytes())),
            _ => None,
        })?;
        OBJECT.set(Some(object));
        Ok(())
    }

    fn spec() -> Result<String, types::Fault> {
        call(|reward| text(reward.spec()?))
    }

    fn reset(seed: u64, signals: Vec<f64>) -> Result<(), types::Fault> {
        call(|reward| reward.reset(seed, &signals))
    }

    fn evaluate(
        signals: Vec<f64>,
        action: Vec<f32>,
        progress: f64,
    ) -> Result<Vec<f64>, types::Fault> {
        call(|reward| reward.evaluate(&signals, &action, progress))
    }

    fn save() -> Result<Vec<u8>, types::Fault> {
        call(|reward| reward.save())
    }

    fn restore(state: Vec<u8>) -> Result<(), types::Fault> {
        call(|reward| reward.restore(&state))
    }
}
