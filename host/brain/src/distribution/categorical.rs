//! One choice, from logits.

use crate::kernels::multiversion::multiversion;
use crate::kernels::scalar::{exp, ln};
use angora_core::Stream;

/// Largest logit and the sum of exp(logit - largest).
#[inline(always)]
fn largest_and_sum<const FUSED: bool>(raw: &[f32]) -> (f32, f32) {
    let largest = raw.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for x in raw {
        sum += exp::<FUSED>(x - largest);
    }
    (largest, sum)
}

multiversion! {
    /// By inversion: one draw.
    fn invert<const FUSED: bool>(raw: &[f32], uniform: f64) -> usize {
        let (largest, sum) = largest_and_sum::<FUSED>(raw);
        let mut rest = uniform * f64::from(sum);
        for (i, x) in raw.iter().enumerate() {
            rest -= f64::from(exp::<FUSED>(x - largest));
            if rest < 0.0 {
                return i;
            }
        }
        raw.len() - 1
    }
}

/// An index, as f32.
pub(super) fn sample(raw: &[f32], stream: &mut Stream) -> f32 {
    invert(raw, stream.uniform()) as f32
}

/// The first index with the largest logit.
pub(super) fn mode(raw: &[f32]) -> f32 {
    let mut best = 0;
    for (i, x) in raw.iter().enumerate() {
        if *x > raw[best] {
            best = i;
        }
    }
    best as f32
}

multiversion! {
    /// logit - ln sum exp logits.
    pub(super) fn log_prob<const FUSED: bool>(raw: &[f32], action: f32) -> f32 {
        let (largest, sum) = largest_and_sum::<FUSED>(raw);
        raw[action as usize] - largest - ln::<FUSED>(sum)
    }
}

multiversion! {
    /// - sum p ln p.
    pub(super) fn entropy<const FUSED: bool>(raw: &[f32]) -> f32 {
        let (largest, sum) = largest_and_sum::<FUSED>(raw);
        let mut mean = 0.0;
        for x in raw {
            mean += exp::<FUSED>(x - largest) * (x - largest);
        }
        ln::<FUSED>(sum) - mean / sum
    }
}

multiversion! {
    /// d ln p_a / d logit_j = \[a = j\] - p_j; d H / d logit_j = - p_j (ln p_j + H).
    pub(super) fn gradient<const FUSED: bool>(
        raw: &[f32], action: f32, d_log_prob: &mut [f32], d_entropy: &mut [f32]
    ) -> (f32, f32) {
        let (largest, sum) = largest_and_sum::<FUSED>(raw);
        let (inverse, ln_sum) = (1.0 / sum, ln::<FUSED>(sum));
        let mut mean = 0.0;
        for ((x, p), log) in raw.iter().zip(&mut *d_log_prob).zip(&mut *d_entropy) {
            *log = x - largest;
            *p = exp::<FUSED>(*log) * inverse;
            mean += *p * *log;
        }
        let entropy = ln_sum - mean;
        for (p, log) in d_log_prob.iter_mut().zip(&mut *d_entropy) {
            *log = -*p * (*log - ln_sum + entropy);
            *p = -*p;
        }
        let chosen = action as usize;
        d_log_prob[chosen] += 1.0;
        (raw[chosen] - largest - ln_sum, entropy)
    }
}
