//! The preprocessors of an environment, and the statistics that all share.

use angora_core::{Blob, Stream};
use angora_loader::{LoadedPreprocessor, PluginFault};
use angora_plugin_api::{Ending, PreprocessorSpec, Progress};

/// The preprocessors of one environment, the one nearest to the body first: sensations and rewards
/// pass them from first to last, actions from last to first.
#[derive(Default)]
pub struct Chain {
    items: Vec<Box<dyn LoadedPreprocessor>>,
    /// Whether any changes actions.
    acts: bool,
}

impl Chain {
    /// In this order.
    #[must_use]
    pub fn new(items: Vec<Box<dyn LoadedPreprocessor>>) -> Self {
        let acts = items.iter().any(|item| item.abilities().actions);
        Self { items, acts }
    }

    /// Whether any of them changes actions.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.acts
    }

    /// How far the training is.
    ///
    /// # Errors
    /// A fault.
    pub fn set_progress(&mut self, progress: Progress) -> Result<(), PluginFault> {
        for item in &mut self.items {
            if item.abilities().scheduled {
                item.set_progress(progress)?;
            }
        }
        Ok(())
    }

    /// An episode begins; each gets a seed of its own from the stream.
    ///
    /// # Errors
    /// A fault.
    pub fn begin(&mut self, mut stream: Stream) -> Result<(), PluginFault> {
        for item in &mut self.items {
            item.begin(stream.bits())?;
        }
        Ok(())
    }

    /// Transforms an action in place on its way to the body.
    ///
    /// # Errors
    /// A fault.
    pub fn action(&mut self, action: &mut [f32], learn: bool) -> Result<(), PluginFault> {
        for item in self.items.iter_mut().rev() {
            if item.abilities().actions {
                item.action(action, learn)?;
            }
        }
        Ok(())
    }

    /// Transforms a sensation in place.
    ///
    /// # Errors
    /// A fault.
    pub fn sensation(&mut self, sensation: &mut [f32], learn: bool) -> Result<(), PluginFault> {
        for item in &mut self.items {
            if item.spec().sensations {
                item.sensation(sensation, learn)?;
            }
        }
        Ok(())
    }

    /// The reward as the learner sees it.
    ///
    /// # Errors
    /// A fault.
    pub fn reward(
        &mut self,
        mut reward: f64,
        ending: Ending,
        learn: bool,
    ) -> Result<f64, PluginFault> {
        for item in &mut self.items {
            if item.spec().rewards {
                reward = item.reward(reward, ending, learn)?;
            }
        }
        Ok(reward)
    }

    /// What is the environment's own.
    ///
    /// # Errors
    /// A fault.
    pub fn save(&self) -> Result<Vec<Blob>, PluginFault> {
        self.items
            .iter()
            .map(|item| item.save().map(Blob))
            .collect()
    }

    /// Continues from a state; false where it is of another chain.
    ///
    /// # Errors
    /// A fault.
    pub fn restore(&mut self, state: &[Blob]) -> Result<bool, PluginFault> {
        if state.len() != self.items.len() {
            return Ok(false);
        }
        for (item, blob) in self.items.iter_mut().zip(state) {
            item.restore(&blob.0)?;
        }
        Ok(true)
    }
}

/// The statistics of all environments together.
pub struct Statistics {
    masters: Vec<Box<dyn LoadedPreprocessor>>,
    buffers: Vec<Vec<f64>>,
}

impl Statistics {
    /// Around one preprocessor of each kind, in the order of the chains.
    #[must_use]
    pub fn new(masters: Vec<Box<dyn LoadedPreprocessor>>) -> Self {
        let buffers = masters
            .iter()
            .map(|master| vec![0.0; master.spec().statistics_len])
            .collect();
        Self { masters, buffers }
    }

    /// Merges what the environments have learned since the last time, in the order given (that
    /// of the environments). The result is in [`current`](Self::current). Allocates nothing.
    ///
    /// # Errors
    /// A fault.
    pub fn merge<'a>(
        &mut self,
        chains: impl Iterator<Item = &'a mut Chain>,
    ) -> Result<(), PluginFault> {
        for chain in chains {
            let parts = self.masters.iter_mut().zip(&mut self.buffers);
            for (item, (master, buffer)) in chain.items.iter_mut().zip(parts) {
                item.take_delta(buffer)?;
                master.merge(buffer)?;
            }
        }
        self.read()
    }

    /// What the environments of this process have learned since the last time, one after another,
    /// to be merged with those of others.
    ///
    /// # Errors
    /// A fault.
    pub fn take_deltas<'a>(
        &mut self,
        chains: impl Iterator<Item = &'a mut Chain>,
    ) -> Result<Vec<f64>, PluginFault> {
        let mut deltas = Vec::new();
        for chain in chains {
            for (item, buffer) in chain.items.iter_mut().zip(&mut self.buffers) {
                item.take_delta(buffer)?;
                deltas.extend_from_slice(buffer);
            }
        }
        // The buffers hold what is current between cycles.
        self.read()?;
        Ok(deltas)
    }

    /// Merges what all environments have learned, as [`take_deltas`](Self::take_deltas) gives it, in
    /// their order.
    ///
    /// # Errors
    /// A fault.
    pub fn merge_deltas(&mut self, deltas: &[f64]) -> Result<(), PluginFault> {
        let mut rest = deltas;
        let width: usize = self.buffers.iter().map(Vec::len).sum();
        while rest.len() >= width && width > 0 {
            for (master, buffer) in self.masters.iter_mut().zip(&self.buffers) {
                let (delta, others) = rest.split_at(buffer.len());
                rest = others;
                master.merge(delta)?;
            }
        }
        self.read()
    }

    /// Whether no preprocessor has any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffers.iter().all(Vec::is_empty)
    }

    /// Brings [`current`](Self::current) up to date.
    ///
    /// # Errors
    /// A fault.
    pub fn read(&mut self) -> Result<(), PluginFault> {
        for (master, buffer) in self.masters.iter().zip(&mut self.buffers) {
            master.statistics(buffer)?;
        }
        Ok(())
    }

    /// Goes back to earlier numbers, as [`current`](Self::current) gave them.
    ///
    /// # Errors
    /// A fault.
    pub fn set(&mut self, statistics: &[Vec<f64>]) -> Result<(), PluginFault> {
        let parts = self.masters.iter_mut().zip(&mut self.buffers);
        for (values, (master, buffer)) in statistics.iter().zip(parts) {
            master.set_statistics(values)?;
            buffer.copy_from_slice(values);
        }
        Ok(())
    }

    /// The statistics, one blob per preprocessor.
    ///
    /// # Errors
    /// A fault.
    pub fn save(&mut self) -> Result<Vec<Blob>, PluginFault> {
        self.read()?;
        Ok(self.buffers.iter().map(|b| Blob::from_f64(b)).collect())
    }

    /// Takes over saved statistics; false where they are of other preprocessors. The numbers to
    /// hand to every chain are then in [`current`](Self::current).
    ///
    /// # Errors
    /// A fault.
    pub fn restore(&mut self, state: &[Blob]) -> Result<bool, PluginFault> {
        if state.len() != self.masters.len() {
            return Ok(false);
        }
        let parts = self.masters.iter_mut().zip(&mut self.buffers);
        for (blob, (master, buffer)) in state.iter().zip(parts) {
            let Some(values) = blob.to_f64(buffer.len()) else {
                return Ok(false);
            };
            master.set_statistics(&values)?;
            buffer.copy_from_slice(&values);
        }
        Ok(true)
    }

    /// What each preprocessor is, with the numbers of the last merge or restore.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (&PreprocessorSpec, &[f64])> {
        let specs = self.masters.iter().map(|master| master.spec());
        specs.zip(self.buffers.iter().map(Vec::as_slice))
    }

    /// The numbers of the last merge or restore, per preprocessor.
    #[must_use]
    pub fn current(&self) -> &[Vec<f64>] {
        &self.buffers
    }
}

impl Chain {
    /// Takes over statistics, per preprocessor.
    ///
    /// # Errors
    /// A fault.
    pub fn set_statistics(&mut self, statistics: &[Vec<f64>]) -> Result<(), PluginFault> {
        for (item, values) in self.items.iter_mut().zip(statistics) {
            item.set_statistics(values)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
