//! How the batch of a cycle is cut: chunks, and minibatches of them.

use super::Check;
use crate::config::error::ConfigError;
use crate::config::written::WrittenPpo;
use angora_optimisation::TileShape;

/// The batch of a cycle.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// E.
    pub environments: usize,
    /// T.
    pub horizon: usize,
    /// Whether the brain remembers anything from one step to the next.
    pub recurrent: bool,
}

/// Its cut.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// C.
    pub chunk_length: usize,
    /// M.
    pub minibatch_size: usize,
}

impl Check<'_> {
    /// Chunks and minibatches. Without recurrence every step is a chunk.
    pub(super) fn cut(&self, ppo: &WrittenPpo, batch: Batch) -> Result<Cut, ConfigError> {
        let minibatch_size = ppo.minibatch_size.unwrap_or(64);
        let minibatch_size = self.at_least_one("ppo.minibatch_size", minibatch_size)?;
        let chunk_length = if batch.recurrent {
            let chunk_length = self.chunk_length(ppo, batch)?;
            self.has_tile(batch, chunk_length, minibatch_size)?;
            chunk_length
        } else {
            self.divides_batch(batch, minibatch_size)?;
            1
        };
        Ok(Cut {
            chunk_length,
            minibatch_size,
        })
    }

    fn divides_batch(&self, batch: Batch, minibatch_size: usize) -> Result<(), ConfigError> {
        let n = batch.environments * batch.horizon;
        if n.is_multiple_of(minibatch_size) {
            return Ok(());
        }
        let near = nearest_divisor(n, minibatch_size);
        Err(self.error(
            "ppo.minibatch_size",
            format!(
                "{minibatch_size} does not divide the batch of {n} transitions (environments x horizon); the nearest that does is {near}"
            ),
        ))
    }

    fn chunk_length(&self, ppo: &WrittenPpo, batch: Batch) -> Result<usize, ConfigError> {
        let horizon = batch.horizon;
        match ppo.chunk_length.unwrap_or(16) {
            0 => Ok(horizon),
            length if horizon.is_multiple_of(length) => Ok(length),
            length => {
                let near = nearest_divisor(horizon, length);
                Err(self.error(
                    "ppo.chunk_length",
                    format!(
                        "{length} does not divide the horizon of {horizon} steps; the nearest that does is {near}"
                    ),
                ))
            }
        }
    }

    fn has_tile(
        &self,
        batch: Batch,
        chunk_length: usize,
        minibatch_size: usize,
    ) -> Result<(), ConfigError> {
        let (environments, columns) = (batch.environments, batch.horizon / chunk_length);
        let sizes = TileShape::sizes(environments, columns);
        let valid = || sizes.iter().map(|size| size * chunk_length);
        if valid().any(|size| size == minibatch_size) {
            return Ok(());
        }
        let below = valid().rfind(|size| *size < minibatch_size);
        let above = valid().find(|size| *size > minibatch_size);
        let near = match (below, above) {
            (Some(below), Some(above)) => {
                format!("the nearest sizes that work are {below} and {above}")
            }
            (one, other) => {
                // There is always the tile of one chunk.
                let near = one.or(other).unwrap_or(chunk_length);
                format!("the nearest size that works is {near}")
            }
        };
        let what = if minibatch_size.is_multiple_of(chunk_length) {
            let size = minibatch_size / chunk_length;
            format!(
                "{minibatch_size} transitions are {size} chunks of {chunk_length} steps, which are no tile (a divisor of the {environments} environments times a divisor of the {columns} chunks that each has)"
            )
        } else {
            format!(
                "{minibatch_size} transitions are no whole number of chunks of {chunk_length} steps (ppo.chunk_length)"
            )
        };
        Err(self.error("ppo.minibatch_size", format!("{what}; {near}")))
    }
}

/// The divisor of `n` nearest to `wanted`.
fn nearest_divisor(n: usize, wanted: usize) -> usize {
    (1..=n)
        .filter(|d| n.is_multiple_of(*d))
        .min_by_key(|d| d.abs_diff(wanted))
        .unwrap_or(n)
}
