//! The random stream of an episode.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// A random stream from a seed that the host gives; the only source of chance that a plugin may
/// use, so that the same seed gives the same run. It can be saved with the state of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Random {
    seed: u64,
    stream: ChaCha8Rng,
}

#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    seed: u64,
    position: u64,
}

impl From<Saved> for Random {
    fn from(saved: Saved) -> Self {
        let mut random = Self::new(saved.seed);
        random.stream.set_word_pos(u128::from(saved.position));
        random
    }
}

impl From<Random> for Saved {
    fn from(random: Random) -> Self {
        Self {
            seed: random.seed,
            position: random.stream.get_word_pos() as u64,
        }
    }
}

impl Random {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            stream: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.stream.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Uniform index below `n`.
    pub fn index(&mut self, n: usize) -> usize {
        ((u128::from(self.stream.next_u64()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_stream_goes_on_where_it_was() {
        let mut random = Random::new(5);
        random.normal();
        let text = serde_json::to_string(&random).expect("serialises");
        let mut again: Random = serde_json::from_str(&text).expect("reads");
        assert_eq!(random.normal().to_bits(), again.normal().to_bits());
    }
}
