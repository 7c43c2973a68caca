//! Preprocessors as objects of both revisions of the contract.

use super::abi_stable::{
    sabi_trait::TD_Opaque,
    std_types::{RSlice, RSliceMut, RVec},
};
use super::guard::Guarded;
use crate::json::{config, read, write};
use crate::{Ending, Fault, FaultCode, Progress, Random};
use angora_plugin_api::v1::fault::Outcome;
use angora_plugin_api::v1::preprocessor as first;
use angora_plugin_api::v2::preprocessor as second;
use angora_plugin_api::v2::{PreprocessorContext, PreprocessorSpec};

/// For hosts that know revision 1 alone: a preprocessor that would not be itself there is refused.
pub fn first<T: crate::Preprocessor>(
    id: &str,
    json: &[u8],
    context: &[u8],
) -> Result<first::PreprocessorBox, Fault> {
    let object = T::new(id, config(json)?, read("preprocessor context", context)?)?;
    if object.abilities().any() {
        return Err(Fault::new(
            FaultCode::Unsupported,
            crate::preprocessor::TOO_OLD,
        ));
    }
    let object = PreprocessorAdapter(Guarded::new(object));
    Ok(first::PreprocessorObject_TO::from_value(object, TD_Opaque))
}

/// Revision 2.
pub fn second<T: crate::Preprocessor>(
    id: &str,
    json: &[u8],
    context: &[u8],
) -> Result<second::PreprocessorBox, Fault> {
    let context: PreprocessorContext = read("preprocessor context", context)?;
    let mut object = T::new(id, config(json)?, context.first())?;
    object.attach(&context.motor())?;
    let object = PreprocessorAdapter(Guarded::new(object));
    Ok(second::PreprocessorObject_TO::from_value(object, TD_Opaque))
}

struct PreprocessorAdapter<T>(Guarded<T>);

impl<T: crate::Preprocessor> first::PreprocessorObject for PreprocessorAdapter<T> {
    fn spec(&self) -> Outcome<RVec<u8>> {
        self.0.read(|p| Ok(write("spec", &p.spec())?.into()))
    }

    fn begin(&mut self) -> Outcome<()> {
        self.0.call(|p| {
            p.begin();
            Ok(())
        })
    }

    fn sensation(&mut self, mut sensation: RSliceMut<'_, f32>, learn: bool) -> Outcome<()> {
        self.0
            .call(|p| p.sensation(sensation.as_mut_slice(), learn))
    }

    fn reward(&mut self, reward: f64, ending: u32, learn: bool) -> Outcome<f64> {
        self.0.call(|p| {
            let ending = Ending::from_code(ending).unwrap_or(Ending::None);
            p.reward(reward, ending, learn)
        })
    }

    fn take_delta(&mut self, mut delta: RSliceMut<'_, f64>) -> Outcome<()> {
        self.0.call(|p| {
            p.take_delta(delta.as_mut_slice());
            Ok(())
        })
    }

    fn merge(&mut self, delta: RSlice<'_, f64>) -> Outcome<()> {
        self.0.call(|p| {
            p.merge(delta.as_slice());
            Ok(())
        })
    }

    fn statistics(&self, mut statistics: RSliceMut<'_, f64>) -> Outcome<()> {
        self.0.read(|p| {
            p.statistics(statistics.as_mut_slice());
            Ok(())
        })
    }

    fn set_statistics(&mut self, statistics: RSlice<'_, f64>) -> Outcome<()> {
        self.0.call(|p| {
            p.set_statistics(statistics.as_slice());
            Ok(())
        })
    }

    fn save(&self) -> Outcome<RVec<u8>> {
        self.0.read(|p| Ok(p.save()?.into()))
    }

    fn restore(&mut self, saved: RSlice<'_, u8>) -> Outcome<()> {
        self.0.call(|p| p.restore(saved.as_slice()))
    }
}

impl<T: crate::Preprocessor> second::PreprocessorObject for PreprocessorAdapter<T> {
    fn spec(&self) -> Outcome<RVec<u8>> {
        self.0.read(|p| {
            let spec = PreprocessorSpec::new(&p.spec(), p.abilities());
            Ok(write("spec", &spec)?.into())
        })
    }

    fn set_progress(&mut self, fraction: f64, steps: u64) -> Outcome<()> {
        self.0
            .call(|p| p.set_progress(Progress { fraction, steps }))
    }

    fn begin(&mut self, seed: u64) -> Outcome<()> {
        self.0.call(|p| {
            p.begin_episode(Random::new(seed));
            Ok(())
        })
    }

    fn sensation(&mut self, mut sensation: RSliceMut<'_, f32>, learn: bool) -> Outcome<()> {
        self.0
            .call(|p| p.sensation(sensation.as_mut_slice(), learn))
    }

    fn action(&mut self, mut action: RSliceMut<'_, f32>, learn: bool) -> Outcome<()> {
        self.0.call(|p| p.action(action.as_mut_slice(), learn))
    }

    fn reward(&mut self, reward: f64, ending: u32, learn: bool) -> Outcome<f64> {
        self.0.call(|p| {
            let ending = Ending::from_code(ending).unwrap_or(Ending::None);
            p.reward(reward, ending, learn)
        })
    }

    fn take_delta(&mut self, mut delta: RSliceMut<'_, f64>) -> Outcome<()> {
        self.0.call(|p| {
            p.take_delta(delta.as_mut_slice());
            Ok(())
        })
    }

    fn merge(&mut self, delta: RSlice<'_, f64>) -> Outcome<()> {
        self.0.call(|p| {
            p.merge(delta.as_slice());
            Ok(())
        })
    }

    fn statistics(&self, mut statistics: RSliceMut<'_, f64>) -> Outcome<()> {
        self.0.read(|p| {
            p.statistics(statistics.as_mut_slice());
            Ok(())
        })
    }

    fn set_statistics(&mut self, statistics: RSlice<'_, f64>) -> Outcome<()> {
        self.0.call(|p| {
            p.set_statistics(statistics.as_slice());
            Ok(())
        })
    }

    fn save(&self) -> Outcome<RVec<u8>> {
        self.0.read(|p| Ok(p.save()?.into()))
    }

    fn restore(&mut self, saved: RSlice<'_, u8>) -> Outcome<()> {
        self.0.call(|p| p.restore(saved.as_slice()))
    }
}
