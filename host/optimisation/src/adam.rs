//! Adam over one flat vector.

use crate::Frozen;
use angora_brain::multiversion;
use serde::{Deserialize, Serialize};

/// Adam (Kingma and Ba 2015, algorithm 1) with bias correction; beta1 0.9, beta2 0.999,
/// epsilon 1e-5 beside the corrected root, as PPO implementations have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    /// First moments, one per parameter.
    pub first: Vec<f32>,
    /// Second moments, one per parameter.
    pub second: Vec<f32>,
    /// Steps done.
    pub steps: u64,
}

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-5;

impl Adam {
    /// For `n` parameters.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self {
            first: vec![0.0; n],
            second: vec![0.0; n],
            steps: 0,
        }
    }

    /// Becomes the same as another of equal length, without allocation.
    ///
    /// # Panics
    /// The lengths differ.
    pub fn copy_from(&mut self, other: &Self) {
        self.first.copy_from_slice(&other.first);
        self.second.copy_from_slice(&other.second);
        self.steps = other.steps;
    }

    /// One step along a gradient that is multiplied with `scale` first. What is frozen keeps its
    /// value and its moments.
    pub fn step(
        &mut self,
        parameters: &mut [f32],
        gradient: &[f32],
        scale: f32,
        learning_rate: f64,
        frozen: &Frozen,
    ) {
        self.steps += 1;
        let power = i32::try_from(self.steps).unwrap_or(i32::MAX);
        let rate = (learning_rate / (1.0 - f64::from(BETA1).powi(power))) as f32;
        let correction = (1.0 / (1.0 - f64::from(BETA2).powi(power))) as f32;
        for range in frozen.learned(parameters.len()) {
            descend(
                &mut parameters[range.clone()],
                &gradient[range.clone()],
                &mut self.first[range.clone()],
                &mut self.second[range],
                (scale, rate, correction),
            );
        }
    }
}

multiversion! {
    /// The step itself: each parameter by itself, with operations that are rounded one by one, so
    /// that the bits are the same whatever the width of the registers.
    fn descend<const _FUSED: bool>(
        parameters: &mut [f32],
        gradient: &[f32],
        first: &mut [f32],
        second: &mut [f32],
        factors: (f32, f32, f32),
    ) {
        let (scale, rate, correction) = factors;
        let moments = first.iter_mut().zip(second);
        for ((p, g), (m, v)) in parameters.iter_mut().zip(gradient).zip(moments) {
            let g = g * scale;
            *m = BETA1 * *m + (1.0 - BETA1) * g;
            *v = BETA2 * *v + (1.0 - BETA2) * g * g;
            *p -= rate * *m / ((*v * correction).sqrt() + EPSILON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The algorithm as printed, in f64.
    #[test]
    fn agrees_with_the_published_algorithm() {
        let gradients = [[0.5, -2.0], [0.1, 0.0], [-3.0, 1.0]];
        let mut adam = Adam::new(2);
        let mut parameters = vec![1.0_f32, -1.0];
        let (mut m, mut v, mut p) = ([0.0_f64; 2], [0.0_f64; 2], [1.0_f64, -1.0]);
        for (t, gradient) in gradients.iter().enumerate() {
            let single: Vec<f32> = gradient.iter().map(|g| *g as f32).collect();
            adam.step(&mut parameters, &single, 1.0, 0.01, &Frozen::default());
            for i in 0..2 {
                m[i] = 0.9 * m[i] + 0.1 * gradient[i];
                v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
                let m_hat = m[i] / (1.0 - 0.9_f64.powi(t as i32 + 1));
                let v_hat = v[i] / (1.0 - 0.999_f64.powi(t as i32 + 1));
                p[i] -= 0.01 * m_hat / (v_hat.sqrt() + 1e-5);
            }
        }
        for i in 0..2 {
            assert!((f64::from(parameters[i]) - p[i]).abs() < 1e-6);
        }
    }

    /// The first step has the size of the learning rate, whatever the gradient's.
    #[test]
    fn first_step_is_one_learning_rate() {
        let mut parameters = vec![0.0_f32];
        Adam::new(1).step(&mut parameters, &[5.0], 1.0, 0.1, &Frozen::default());
        assert!((parameters[0] + 0.1).abs() < 1e-6);
    }

    /// Neither value nor moments move, whatever the gradient; the others move as if the frozen
    /// ones were not there.
    #[test]
    fn frozen_parameters_and_their_moments_stay_bitwise() {
        let frozen = Frozen::new([1..2, 2..3]);
        let mut adam = Adam::new(5);
        adam.first.copy_from_slice(&[0.1, -0.0, 0.3, 0.4, 0.5]);
        adam.second.copy_from_slice(&[0.5, 0.4, 1e-40, 0.2, 0.1]);
        let before = adam.clone();
        let mut parameters = [1.0_f32, -0.0, 3.0, 4.0, 5.0];
        let (mut free, mut all) = (adam.clone(), parameters);
        for step in 0..3 {
            let gradient = [0.5, f32::INFINITY, -2.0, step as f32, 0.1];
            adam.step(&mut parameters, &gradient, 0.7, 0.01, &frozen);
            free.step(&mut all, &gradient, 0.7, 0.01, &Frozen::default());
        }
        let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&parameters[1..3]), bits(&[-0.0, 3.0]));
        assert_eq!(bits(&adam.first[1..3]), bits(&before.first[1..3]));
        assert_eq!(bits(&adam.second[1..3]), bits(&before.second[1..3]));
        for i in [0, 3, 4] {
            assert_eq!(parameters[i].to_bits(), all[i].to_bits());
            assert_eq!(adam.first[i].to_bits(), free.first[i].to_bits());
            assert_eq!(adam.second[i].to_bits(), free.second[i].to_bits());
        }
        assert_eq!(adam.steps, 3);
    }
}
