//! Preprocessors.

use super::{Place, Result, text, with};
use crate::wasm::bindings::{
    preprocessor_module::exports::angora::plugin::preprocessor::Guest as First,
    preprocessor_module_2::exports::angora::plugin2_0_0::preprocessor::Guest as Second, types,
};
use crate::wasm::{Contributions, Maker, Module, make};
use crate::{Ending, Fault, FaultCode, Progress, Random, json};
use angora_plugin_api::PluginKind;
use angora_plugin_api::v2::{PreprocessorContext, PreprocessorSpec};
use std::cell::RefCell;

/// Makes a preprocessor of an id, settings and context.
pub type MakePreprocessor = fn(&str, &[u8], &[u8]) -> Result<Box<dyn Object>>;

/// A preprocessor, whatever its type.
pub trait Object {
    fn first_spec(&self) -> Result<Vec<u8>>;
    fn spec(&self) -> Result<Vec<u8>>;
    fn set_progress(&mut self, progress: Progress) -> Result<()>;
    fn begin(&mut self);
    fn begin_episode(&mut self, random: Random);
    fn action(&mut self, action: &mut [f32], learn: bool) -> Result<()>;
    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()>;
    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64>;
    fn take_delta(&mut self) -> Vec<f64>;
    fn merge(&mut self, delta: &[f64]);
    fn statistics(&self) -> Vec<f64>;
    fn set_statistics(&mut self, statistics: &[f64]);
    fn save(&self) -> Result<Vec<u8>>;
    fn restore(&mut self, state: &[u8]) -> Result<()>;
}

struct Preprocessor<T>(T);

impl<T: crate::Preprocessor> Preprocessor<T> {
    /// What stays unwritten is found by the host's check for finite values.
    fn numbers(&self) -> Vec<f64> {
        vec![f64::NAN; self.0.spec().statistics_len]
    }
}

impl<T: crate::Preprocessor> Object for Preprocessor<T> {
    fn first_spec(&self) -> Result<Vec<u8>> {
        json::write("spec", &self.0.spec())
    }

    fn spec(&self) -> Result<Vec<u8>> {
        let spec = PreprocessorSpec::new(&self.0.spec(), self.0.abilities());
        json::write("spec", &spec)
    }

    fn set_progress(&mut self, progress: Progress) -> Result<()> {
        self.0.set_progress(progress)
    }

    fn begin(&mut self) {
        self.0.begin();
    }

    fn begin_episode(&mut self, random: Random) {
        self.0.begin_episode(random);
    }

    fn action(&mut self, action: &mut [f32], learn: bool) -> Result<()> {
        self.0.action(action, learn)
    }

    fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<()> {
        self.0.sensation(sensation, learn)
    }

    fn reward(&mut self, reward: f64, ending: Ending, learn: bool) -> Result<f64> {
        self.0.reward(reward, ending, learn)
    }

    fn take_delta(&mut self) -> Vec<f64> {
        let mut delta = self.numbers();
        self.0.take_delta(&mut delta);
        delta
    }

    fn merge(&mut self, delta: &[f64]) {
        self.0.merge(delta);
    }

    fn statistics(&self) -> Vec<f64> {
        let mut statistics = self.numbers();
        self.0.statistics(&mut statistics);
        statistics
    }

    fn set_statistics(&mut self, statistics: &[f64]) {
        self.0.set_statistics(statistics);
    }

    fn save(&self) -> Result<Vec<u8>> {
        self.0.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.0.restore(state)
    }
}

/// For hosts that know revision 1 alone: a preprocessor that would not be itself there is refused.
pub fn first_preprocessor<T: crate::Preprocessor>(
    id: &str,
    config: &[u8],
    context: &[u8],
) -> Result<Box<dyn Object>> {
    let context = json::read("preprocessor context", context)?;
    let preprocessor = T::new(id, json::config(config)?, context)?;
    if preprocessor.abilities().any() {
        let message = crate::preprocessor::TOO_OLD;
        return Err(Fault::new(FaultCode::Unsupported, message));
    }
    Ok(Box::new(Preprocessor(preprocessor)))
}

/// Revision 2.
pub fn preprocessor<T: crate::Preprocessor>(
    id: &str,
    config: &[u8],
    context: &[u8],
) -> Result<Box<dyn Object>> {
    let context: PreprocessorContext = json::read("preprocessor context", context)?;
    let mut preprocessor = T::new(id, json::config(config)?, context.first())?;
    preprocessor.attach(&context.motor())?;
    Ok(Box::new(Preprocessor(preprocessor)))
}

thread_local! {
    static OBJECT: Place<Box<dyn Object>> = const { RefCell::new(None) };
}

fn call<R>(call: impl FnOnce(&mut Box<dyn Object>) -> Result<R>) -> Result<R, types::Fault> {
    OBJECT.with(|place| with(place, call))
}

impl<C: Contributions> First for Module<C> {
    fn create(id: String, config: String, context: String) -> Result<(), types::Fault> {
        let object = make::<C, _>(PluginKind::Preprocessor, &id, |maker| match maker {
            Maker::Preprocessor(create, _) => {
                Some(create(&id, config.as_bytes(), context.as_bytes()))
            }
            _ => None,
        })?;
        OBJECT.set(Some(object));
        Ok(())
    }

    fn spec() -> Result<String, types::Fault> {
        call(|p| text(p.first_spec()?))
    }

    fn begin() -> Result<(), types::Fault> {
        call(|p| {
            p.begin();
            Ok(())
        })
    }

    fn sensation(mut sensation: Vec<f32>, learn: bool) -> Result<Vec<f32>, types::Fault> {
        call(|p| p.sensation(&mut sensation, learn))?;
        Ok(sensation)
    }

    fn reward(reward: f64, ending: u32, learn: bool) -> Result<f64, types::Fault> {
        let ending = Ending::from_code(ending).unwrap_or(Ending::None);
        call(|p| p.reward(reward, ending, learn))
    }

    fn take_delta() -> Result<Vec<f64>, types::Fault> {
        call(|p| Ok(p.take_delta()))
    }

    fn merge(delta: Vec<f64>) -> Result<(), types::Fault> {
        call(|p| {
            p.merge(&delta);
            Ok(())
        })
    }

    fn statistics() -> Result<Vec<f64>, types::Fault> {
        call(|p| Ok(p.statistics()))
    }

    fn set_statistics(statistics: Vec<f64>) -> Result<(), types::Fault> {
        call(|p| {
            p.set_statistics(&statistics);
            Ok(())
        })
    }

    fn save() -> Result<Vec<u8>, types::Fault> {
        call(|p| p.save())
    }

    fn restore(state: Vec<u8>) -> Result<(), types::Fault> {
        call(|p| p.restore(&state))
    }
}

impl<C: Contributions> Second for Module<C> {
    fn create(id: String, config: String, context: String) -> Result<(), types::Fault> {
        let object = make::<C, _>(PluginKind::Preprocessor, &id, |maker| match maker {
            Maker::Preprocessor(_, create) => {
                Some(create(&id, config.as_bytes(), context.as_bytes()))
            }
            _ => None,
        })?;
        OBJECT.set(Some(object));
        Ok(())
    }

    fn spec() -> Result<String, types::Fault> {
        call(|p| text(p.spec()?))
    }

    fn set_progress(fraction: f64, steps: u64) -> Result<(), types::Fault> {
        call(|p| p.set_progress(Progress { fraction, steps }))
    }

    fn begin(seed: u64) -> Result<(), types::Fault> {
        call(|p| {
            p.begin_episode(Random::new(seed));
            Ok(())
        })
    }

    fn action(mut action: Vec<f32>, learn: bool) -> Result<Vec<f32>, types::Fault> {
        call(|p| p.action(&mut action, learn))?;
        Ok(action)
    }

    fn sensation(mut sensation: Vec<f32>, learn: bool) -> Result<Vec<f32>, types::Fault> {
        call(|p| p.sensation(&mut sensation, learn))?;
        Ok(sensation)
    }

    fn reward(reward: f64, ending: u32, learn: bool) -> Result<f64, types::Fault> {
        let ending = Ending::from_code(ending).unwrap_or(Ending::None);
        call(|p| p.reward(reward, ending, learn))
    }

    fn take_delta() -> Result<Vec<f64>, types::Fault> {
        call(|p| Ok(p.take_delta()))
    }

    fn merge(delta: Vec<f64>) -> Result<(), types::Fault> {
        call(|p| {
            p.merge(&delta);
            Ok(())
        })
    }

    fn statistics() -> Result<Vec<f64>, types::Fault> {
        call(|p| Ok(p.statistics()))
    }

    fn set_statistics(statistics: Vec<f64>) -> Result<(), types::Fault> {
        call(|p| {
            p.set_statistics(&statistics);
            Ok(())
        })
    }

    fn save() -> Result<Vec<u8>, types::Fault> {
        call(|p| p.save())
    }

    fn restore(state: Vec<u8>) -> Result<(), types::Fault> {
        call(|p| p.restore(&state))
    }
}
