//! Random streams: counter-based, keyed by what they are for.
//!
//! A ChaCha key has 256 bits, which hold (seed, environment, episode, purpose) as they are. Two
//! streams are therefore never the same and never depend on the number of threads or ranks; a
//! position within a stream is one number, which a checkpoint keeps.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// The task's start of an episode.
    Reset = 1,
    /// The policy's choices.
    Action = 2,
    /// Order of transitions within an epoch (environment = cycle, episode = epoch).
    Shuffle = 3,
    /// Initial parameters.
    Parameters = 4,
    /// Random draws of a reward.
    Reward = 5,
    /// Evaluation episodes.
    Evaluation = 6,
    /// Random states of a scene (environment = number of the state).
    Scatter = 7,
    /// Random draws of preprocessors.
    Preprocessor = 8,
    /// Runs drawn anew for a band around the centre of a group.
    Bootstrap = 32,
}

/// A random stream with a position that can be saved.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of (seed, environment, episode, purpose), at its start.
    #[must_use]
    pub fn new(seed: u64, environment: u64, episode: u64, purpose: Purpose) -> Self {
        let mut key = [0u8; 32];
        for (bytes, word) in
            key.chunks_exact_mut(8)
                .zip([seed, environment, episode, purpose as u64])
        {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Position in 32-bit words from the start.
    #[must_use]
    pub fn position(&self) -> u64 {
        // A stream is never read past 2^64 words.
        self.0.get_word_pos() as u64
    }

    /// Moves to a position.
    pub fn seek(&mut self, position: u64) {
        self.0.set_word_pos(u128::from(position));
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in [0, 1), 53 bits.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Standard normal (Box and Muller 1958); always two draws, so that positions are predictable.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Uniform index below `n` (Lemire 2019, without rejection: the bias is below n / 2^64).
    pub fn index(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Shuffles in place (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.index(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_in_every_part_of_the_key() {
        let first = |s, e, p, purpose| Stream::new(s, e, p, purpose).bits();
        let base = first(1, 2, 3, Purpose::Reset);
        assert_ne!(base, first(2, 2, 3, Purpose::Reset));
        assert_ne!(base, first(1, 3, 3, Purpose::Reset));
        assert_ne!(base, first(1, 2, 4, Purpose::Reset));
        assert_ne!(base, first(1, 2, 3, Purpose::Action));
        assert_eq!(base, first(1, 2, 3, Purpose::Reset));
    }

    #[test]
    fn a_saved_position_continues_the_stream() {
        let mut stream = Stream::new(7, 0, 0, Purpose::Action);
        for _ in 0..13 {
            stream.uniform();
        }
        let position = stream.position();
        let expected = [stream.normal(), stream.uniform()];
        let mut again = Stream::new(7, 0, 0, Purpose::Action);
        again.seek(position);
        assert_eq!([again.normal(), again.uniform()], expected);
    }

    #[test]
    fn normal_has_the_moments_of_a_standard_normal() {
        let mut stream = Stream::new(3, 0, 0, Purpose::Action);
        let n = 200_000;
        let (mut mean, mut square, mut fourth) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = stream.normal();
            mean += x;
            square += x * x;
            fourth += x.powi(4);
        }
        let n = f64::from(n);
        // Standard errors: 1 / sqrt n, sqrt(2 / n), sqrt(96 / n).
        assert!((mean / n).abs() < 4.0 / n.sqrt());
        assert!((square / n - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
        assert!((fourth / n - 3.0).abs() < 4.0 * (96.0 / n).sqrt());
    }
}
