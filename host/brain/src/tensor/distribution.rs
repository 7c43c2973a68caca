//! Log-probability and entropy as tensor expressions, of Burn's own operations.

use super::declared::declared;
use crate::distribution::{Distribution, Form};
use burn::tensor::{Tensor, activation};

/// ln sqrt(2 pi).
const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// Log-probabilities and entropies, `[n]` each, of native actions `[n, A]` under raw parameters
/// `[n, P]`; differentiable by both. See [`Distribution`] for what they are.
///
/// # Panics
/// If the shapes do not fit the distribution.
#[must_use]
pub fn log_prob_entropy_tensor(
    distribution: &Distribution,
    raw: Tensor<2>,
    action: Tensor<2>,
) -> (Tensor<1>, Tensor<1>) {
    assert_eq!(raw.dims()[1], distribution.raw_len());
    assert_eq!(action.dims()[1], distribution.action_len());
    let (log_prob, entropy) = match distribution.form() {
        Form::Categorical { choices } => categorical(&[*choices], &raw, &action),
        Form::MultiCategorical { choices, .. } => categorical(choices, &raw, &action),
        Form::Gaussian { bounds, .. } => gaussian(bounds.len(), &raw, action),
        Form::Beta { bounds } => beta(bounds.len(), &raw, action),
        Form::Declared(declaration) => declared(declaration, &raw, &action),
    };
    let sum = |x: Tensor<2>| x.sum_dim(1).squeeze_dim::<1>(1);
    (sum(log_prob), sum(entropy))
}

/// Per degree of freedom, `[n, A]`.
fn categorical(choices: &[usize], raw: &Tensor<2>, action: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let (mut log_probs, mut entropies, mut start) = (Vec::new(), Vec::new(), 0);
    for (i, &n) in choices.iter().enumerate() {
        let logs = activation::log_softmax(raw.clone().narrow(1, start, n), 1);
        let chosen = action.clone().narrow(1, i, 1).int();
        log_probs.push(logs.clone().gather(1, chosen));
        entropies.push(-(logs.clone().exp() * logs).sum_dim(1));
        start += n;
    }
    (Tensor::cat(log_probs, 1), Tensor::cat(entropies, 1))
}

fn gaussian(len: usize, raw: &Tensor<2>, action: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let mean = raw.clone().narrow(1, 0, len);
    let log_std = raw.clone().narrow(1, len, len);
    let z = (action - mean) * (-log_std.clone()).exp();
    let log_prob = z.square() * -0.5 - log_std.clone() - LN_SQRT_TAU;
    (log_prob, log_std + (LN_SQRT_TAU + 0.5))
}

fn beta(len: usize, raw: &Tensor<2>, action: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    // alpha - 1 and beta - 1.
    let less = activation::softplus(raw.clone(), 1.0);
    let (a1, b1) = (less.clone().narrow(1, 0, len), less.narrow(1, len, len));
    let (a, b) = (a1.clone() + 1.0, b1.clone() + 1.0);
    let ln_beta = ln_beta(a.clone(), b.clone());
    let ln_rest = (-action.clone() + 1.0).log();
    let log_prob = a1.clone() * action.log() + b1.clone() * ln_rest - ln_beta.clone();
    let entropy = ln_beta - a1.clone() * digamma(a.clone()) - b1.clone() * digamma(b.clone())
        + (a1 + b1) * digamma(a + b);
    (log_prob, entropy)
}

/// As `special::stirling`, on tensors.
fn stirling<const D: usize>(y: Tensor<D>) -> Tensor<D> {
    let inverse = y.recip();
    let square = inverse.clone().square();
    let series = square.clone() * (1.0 / 1260.0) - 1.0 / 360.0;
    inverse * (series * square + 1.0 / 12.0)
}

/// As `special::ln_rising`, on tensors.
fn ln_rising<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let low = x.clone() * (x.clone() + 1.0) * (x.clone() + 2.0);
    let high = (x.clone() + 3.0) * (x.clone() + 4.0) * (x + 5.0);
    low.log() + high.log()
}

/// As `special::ln_gamma`, on tensors.
pub(super) fn ln_gamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let y = x.clone() + 6.0;
    let lead = (y.clone() - 0.5) * y.clone().log() - y.clone() + LN_SQRT_TAU;
    lead + stirling(y) - ln_rising(x)
}

/// As `special::ln_beta`, on tensors.
pub(super) fn ln_beta<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    let sum = a.clone() + b.clone();
    let (a6, b6, sum6) = (a.clone() + 6.0, b.clone() + 6.0, sum.clone() + 6.0);
    let lead = sum6.clone().log() * 5.5 + (LN_SQRT_TAU - 6.0)
        - (a.clone() + 5.5) * (b.clone() / a6.clone()).log1p()
        - (b.clone() + 5.5) * (a.clone() / b6.clone()).log1p();
    let tails = stirling(a6) + stirling(b6) - stirling(sum6);
    lead + tails - (ln_rising(a) + ln_rising(b) - ln_rising(sum))
}

/// As `special::digamma`, on tensors; its derivative is the trigamma function's series.
pub(super) fn digamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let mut shift = x.clone().recip();
    for k in 1..6 {
        shift = shift + (x.clone() + f64::from(k)).recip();
    }
    let y = x + 6.0;
    let inverse = y.clone().recip();
    let square = inverse.clone().square();
    let series = (square.clone() * (1.0 / 252.0) - 1.0 / 120.0) * square.clone() + 1.0 / 12.0;
    y.log() - inverse * 0.5 - square * series - shift
}
