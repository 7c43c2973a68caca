//! Several independent choices, their logits one after another.

use super::categorical;
use angora_core::Stream;

/// The logits of each choice.
fn parts<'a>(choices: &'a [usize], raw: &'a [f32]) -> impl Iterator<Item = &'a [f32]> {
    let mut rest = raw;
    choices.iter().map(move |&n| {
        let (part, after) = rest.split_at(n);
        rest = after;
        part
    })
}

/// An index for each.
pub(super) fn sample(choices: &[usize], raw: &[f32], stream: &mut Stream, action: &mut [f32]) {
    for (part, action) in parts(choices, raw).zip(action) {
        *action = categorical::sample(part, stream);
    }
}

/// The most likely index of each.
pub(super) fn mode(choices: &[usize], raw: &[f32], action: &mut [f32]) {
    for (part, action) in parts(choices, raw).zip(action) {
        *action = categorical::mode(part);
    }
}

/// Sum of the log-probabilities.
pub(super) fn log_prob(choices: &[usize], raw: &[f32], action: &[f32]) -> f32 {
    let parts = parts(choices, raw).zip(action);
    parts.map(|(part, &a)| categorical::log_prob(part, a)).sum()
}

/// Sum of the entropies.
pub(super) fn entropy(choices: &[usize], raw: &[f32]) -> f32 {
    parts(choices, raw).map(categorical::entropy).sum()
}

/// Sums, and derivatives by each logit.
pub(super) fn gradient(
    choices: &[usize],
    raw: &[f32],
    action: &[f32],
    d_log_prob: &mut [f32],
    d_entropy: &mut [f32],
) -> (f32, f32) {
    let (mut log_prob, mut entropy, mut start) = (0.0, 0.0, 0);
    for (part, &action) in parts(choices, raw).zip(action) {
        let range = start..start + part.len();
        let (d_log_prob, d_entropy) = (
            &mut d_log_prob[range.clone()],
            &mut d_entropy[range.clone()],
        );
        let (l, e) = categorical::gradient(part, action, d_log_prob, d_entropy);
        log_prob += l;
        entropy += e;
        start = range.end;
    }
    (log_prob, entropy)
}
