//! Independent normal distributions: means, then log standard deviations.

use crate::kernels::multiversion::multiversion;
use crate::kernels::scalar::exp;
use crate::special::LN_SQRT_TAU;
use angora_core::Stream;

/// mean + standard deviation times a standard normal.
pub(super) fn sample(raw: &[f32], stream: &mut Stream, action: &mut [f32]) {
    let (means, log_stds) = raw.split_at(action.len());
    for ((x, mean), log_std) in action.iter_mut().zip(means).zip(log_stds) {
        *x = mean + log_std.exp() * stream.normal() as f32;
    }
}

multiversion! {
    /// Sum of - z^2 / 2 - ln std - ln sqrt(2 pi), z = (x - mean) / std.
    pub(super) fn log_prob<const FUSED: bool>(raw: &[f32], action: &[f32]) -> f32 {
        let (means, log_stds) = raw.split_at(action.len());
        let mut sum = 0.0;
        for ((x, mean), log_std) in action.iter().zip(means).zip(log_stds) {
            let z = (x - mean) * exp::<FUSED>(-log_std);
            sum += -0.5 * z * z - log_std - LN_SQRT_TAU;
        }
        sum
    }
}

/// Sum of ln std + ln sqrt(2 pi) + 1/2.
pub(super) fn entropy(raw: &[f32]) -> f32 {
    let log_stds = &raw[raw.len() / 2..];
    log_stds.iter().map(|x| x + (LN_SQRT_TAU + 0.5)).sum()
}

multiversion! {
    /// d log p: z / std by the mean and z^2 - 1 by ln std; d H: 0 and 1.
    pub(super) fn gradient<const FUSED: bool>(
        raw: &[f32], action: &[f32], d_log_prob: &mut [f32], d_entropy: &mut [f32]
    ) -> (f32, f32) {
        let len = action.len();
        let (means, log_stds) = raw.split_at(len);
        let (d_means, d_log_stds) = d_log_prob.split_at_mut(len);
        d_entropy[..len].fill(0.0);
        d_entropy[len..].fill(1.0);
        let mut log_prob = 0.0;
        for i in 0..len {
            let inverse = exp::<FUSED>(-log_stds[i]);
            let z = (action[i] - means[i]) * inverse;
            d_means[i] = z * inverse;
            d_log_stds[i] = z * z - 1.0;
            log_prob += -0.5 * z * z - log_stds[i] - LN_SQRT_TAU;
        }
        (log_prob, entropy(raw))
    }
}
