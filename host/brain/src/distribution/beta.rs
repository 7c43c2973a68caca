//! Independent Beta distributions with alpha, beta = 1 + softplus(raw): one peak, no poles.
//!
//! Densities are of x in (0, 1), before it is spread to the action's bounds. Degrees of freedom
//! are taken in groups of [`LANES`], so that the arithmetic vectorises whatever their number.

use super::BETA_MARGIN;
use crate::kernels::multiversion::multiversion;
use crate::kernels::scalar::{ln, sigmoid, softplus};
use crate::special::{digamma, digamma_trigamma, ln_beta};
use angora_core::Stream;

/// Degrees of freedom computed side by side.
const LANES: usize = 8;

type Group = [f32; LANES];

/// The values of a group; lanes beyond the end hold `rest`.
#[inline(always)]
fn load(values: &[f32], start: usize, rest: f32) -> Group {
    let mut group = [rest; LANES];
    let count = LANES.min(values.len() - start);
    group[..count].copy_from_slice(&values[start..start + count]);
    group
}

/// The raw values of alpha and of beta of a group.
#[inline(always)]
fn load_raw(raw: &[f32], start: usize) -> (Group, Group) {
    let (alphas, betas) = raw.split_at(raw.len() / 2);
    (load(alphas, start, 0.0), load(betas, start, 0.0))
}

/// Sum over the lanes that hold values.
#[inline(always)]
fn sum(group: &Group, len: usize, start: usize) -> f32 {
    group.iter().take(len - start).sum()
}

/// alpha or beta from its raw value.
fn concentration(raw: f32) -> f64 {
    1.0 + f64::from(softplus::<false>(raw))
}

/// A draw from Gamma(shape, 1), shape >= 1 (Marsaglia and Tsang 2000).
fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = stream.normal();
        let root = 1.0 + c * x;
        let u = 1.0 - stream.uniform();
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square || u.ln() < 0.5 * square + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
}

/// Within [`BETA_MARGIN`] of neither end.
fn clip(x: f64) -> f32 {
    (x as f32).clamp(BETA_MARGIN, 1.0 - BETA_MARGIN)
}

/// X / (X + Y) of two gamma draws.
pub(super) fn sample(raw: &[f32], stream: &mut Stream, action: &mut [f32]) {
    let (alphas, betas) = raw.split_at(action.len());
    for ((x, alpha), beta) in action.iter_mut().zip(alphas).zip(betas) {
        let a = gamma(concentration(*alpha), stream);
        let b = gamma(concentration(*beta), stream);
        *x = clip(a / (a + b));
    }
}

/// (alpha - 1) / (alpha + beta - 2).
pub(super) fn mode(raw: &[f32], action: &mut [f32]) {
    let (alphas, betas) = raw.split_at(action.len());
    for ((x, alpha), beta) in action.iter_mut().zip(alphas).zip(betas) {
        let a = f64::from(softplus::<false>(*alpha));
        let b = f64::from(softplus::<false>(*beta));
        *x = if a + b > 0.0 { clip(a / (a + b)) } else { 0.5 };
    }
}

multiversion! {
    /// Sum of (alpha - 1) ln x + (beta - 1) ln(1 - x) - ln B(alpha, beta).
    pub(super) fn log_prob<const FUSED: bool>(raw: &[f32], action: &[f32]) -> f32 {
        let mut total = 0.0;
        for start in (0..action.len()).step_by(LANES) {
            let (raw_a, raw_b) = load_raw(raw, start);
            let x = load(action, start, 0.5);
            let mut lane = [0.0; LANES];
            for i in 0..LANES {
                let (a1, b1) = (softplus::<FUSED>(raw_a[i]), softplus::<FUSED>(raw_b[i]));
                lane[i] = a1 * ln::<FUSED>(x[i]) + b1 * ln::<FUSED>(1.0 - x[i])
                    - ln_beta::<FUSED>(1.0 + a1, 1.0 + b1);
            }
            total += sum(&lane, action.len(), start);
        }
        total
    }
}

multiversion! {
    /// Sum of ln B - (alpha - 1) digamma(alpha) - (beta - 1) digamma(beta)
    /// + (alpha + beta - 2) digamma(alpha + beta).
    pub(super) fn entropy<const FUSED: bool>(raw: &[f32]) -> f32 {
        let len = raw.len() / 2;
        let mut total = 0.0;
        for start in (0..len).step_by(LANES) {
            let (raw_a, raw_b) = load_raw(raw, start);
            let mut lane = [0.0; LANES];
            for i in 0..LANES {
                let (a1, b1) = (softplus::<FUSED>(raw_a[i]), softplus::<FUSED>(raw_b[i]));
                let (a, b) = (1.0 + a1, 1.0 + b1);
                lane[i] = ln_beta::<FUSED>(a, b)
                    - a1 * digamma::<FUSED>(a)
                    - b1 * digamma::<FUSED>(b)
                    + (a1 + b1) * digamma::<FUSED>(a + b);
            }
            total += sum(&lane, len, start);
        }
        total
    }
}

multiversion! {
    /// With s = alpha + beta: d log p / d alpha = ln x - digamma(alpha) + digamma(s);
    /// d H / d alpha = - (alpha - 1) trigamma(alpha) + (s - 2) trigamma(s); beta likewise with
    /// ln(1 - x); each times the derivative of softplus, the logistic function.
    pub(super) fn gradient<const FUSED: bool>(
        raw: &[f32], action: &[f32], d_log_prob: &mut [f32], d_entropy: &mut [f32]
    ) -> (f32, f32) {
        let len = action.len();
        let (log_a, log_b) = d_log_prob.split_at_mut(len);
        let (entropy_a, entropy_b) = d_entropy.split_at_mut(len);
        let (mut log_prob, mut entropy) = (0.0, 0.0);
        for start in (0..len).step_by(LANES) {
            let (raw_a, raw_b) = load_raw(raw, start);
            let x = load(action, start, 0.5);
            let mut out = [[0.0_f32; LANES]; 6];
            for i in 0..LANES {
                let (a1, b1) = (softplus::<FUSED>(raw_a[i]), softplus::<FUSED>(raw_b[i]));
                let (slope_a, slope_b) = (sigmoid::<FUSED>(raw_a[i]), sigmoid::<FUSED>(raw_b[i]));
                let (a, b) = (1.0 + a1, 1.0 + b1);
                let (ln_x, ln_1x) = (ln::<FUSED>(x[i]), ln::<FUSED>(1.0 - x[i]));
                let ln_beta = ln_beta::<FUSED>(a, b);
                let (di_a, tri_a) = digamma_trigamma::<FUSED>(a);
                let (di_b, tri_b) = digamma_trigamma::<FUSED>(b);
                let (di_s, tri_s) = digamma_trigamma::<FUSED>(a + b);
                let s2 = a1 + b1;
                out[0][i] = a1 * ln_x + b1 * ln_1x - ln_beta;
                out[1][i] = ln_beta - a1 * di_a - b1 * di_b + s2 * di_s;
                out[2][i] = (ln_x - di_a + di_s) * slope_a;
                out[3][i] = (ln_1x - di_b + di_s) * slope_b;
                out[4][i] = (s2 * tri_s - a1 * tri_a) * slope_a;
                out[5][i] = (s2 * tri_s - b1 * tri_b) * slope_b;
            }
            log_prob += sum(&out[0], len, start);
            entropy += sum(&out[1], len, start);
            let count = LANES.min(len - start);
            let there = start..start + count;
            log_a[there.clone()].copy_from_slice(&out[2][..count]);
            log_b[there.clone()].copy_from_slice(&out[3][..count]);
            entropy_a[there.clone()].copy_from_slice(&out[4][..count]);
            entropy_b[there].copy_from_slice(&out[5][..count]);
        }
        (log_prob, entropy)
    }
}
