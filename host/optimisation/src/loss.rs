//! The PPO loss of a slice and its gradient with respect to what the brain puts out.

use crate::Rows;
use angora_brain::distribution::Workspace;
use angora_brain::{Distribution, Training};
use angora_comm::NOTES;

/// Log-ratios are clamped to ± this before the exponential, so that one transition whose
/// log-probability has collapsed cannot make the loss infinite: e^20 is far outside every clip
/// range, and finite in single precision. The derivative of a clamped log-ratio is zero.
pub const MAX_LOG_RATIO: f32 = 20.0;

/// What the loss depends on beside the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossSettings {
    /// epsilon of the clipped surrogate.
    pub clip_range: f32,
    /// epsilon of the clipped value loss.
    pub value_clip_range: Option<f32>,
    /// Weight of the entropy.
    pub entropy_coefficient: f32,
    /// Weight of the value loss.
    pub value_coefficient: f32,
    /// 1 / M: gradients are means over the minibatch.
    pub per_transition: f32,
}

/// Sums over transitions; divide by their number for means.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LossSums {
    /// Negative clipped surrogate.
    pub policy: f64,
    /// Half the squared error of the value.
    pub value: f64,
    /// Entropy, summed over degrees of freedom.
    pub entropy: f64,
    /// (ratio - 1) - ln ratio.
    pub approx_kl: f64,
    /// Transitions whose ratio was outside the clip range.
    pub clipped: f64,
    /// Transitions whose log-ratio was outside ±[`MAX_LOG_RATIO`].
    pub overflowed: f64,
    /// Transitions.
    pub n: f64,
}

impl LossSums {
    /// The weighted sum that is minimised.
    #[must_use]
    pub fn weighted(&self, settings: &LossSettings) -> f64 {
        let sum = self.policy + f64::from(settings.value_coefficient) * self.value
            - f64::from(settings.entropy_coefficient) * self.entropy;
        sum * f64::from(settings.per_transition)
    }

    /// As numbers that go along with a gradient.
    pub(crate) fn to_numbers(self) -> [f64; NOTES] {
        let mut numbers = [0.0; NOTES];
        numbers[..7].copy_from_slice(&[
            self.policy,
            self.value,
            self.entropy,
            self.approx_kl,
            self.clipped,
            self.overflowed,
            self.n,
        ]);
        numbers
    }

    /// From those numbers.
    pub(crate) fn from_numbers(numbers: &[f64; NOTES]) -> Self {
        let [
            policy,
            value,
            entropy,
            approx_kl,
            clipped,
            overflowed,
            n,
            ..,
        ] = *numbers;
        Self {
            policy,
            value,
            entropy,
            approx_kl,
            clipped,
            overflowed,
            n,
        }
    }

    /// Adds another's sums.
    pub fn add(&mut self, other: &Self) {
        self.policy += other.policy;
        self.value += other.value;
        self.entropy += other.entropy;
        self.approx_kl += other.approx_kl;
        self.clipped += other.clipped;
        self.overflowed += other.overflowed;
        self.n += other.n;
    }
}

/// Rows whose gradients are taken together: declared distributions run over them side by side.
const BLOCK: usize = 32;

/// Memory for log-probabilities, entropies and their gradients of a block of rows.
#[derive(Debug, Clone)]
pub struct RowGradients {
    /// `[BLOCK]`.
    log_prob: Vec<f32>,
    entropy: Vec<f32>,
    /// `[BLOCK, P]`.
    d_log_prob: Vec<f32>,
    d_entropy: Vec<f32>,
    workspace: Workspace,
}

impl RowGradients {
    pub fn new(distribution: &Distribution) -> Self {
        Self {
            log_prob: vec![0.0; BLOCK],
            entropy: vec![0.0; BLOCK],
            d_log_prob: vec![0.0; BLOCK * distribution.raw_len()],
            d_entropy: vec![0.0; BLOCK * distribution.raw_len()],
            workspace: distribution.workspace(),
        }
    }
}

/// The loss of n rows after a forward pass; leaves its gradient with respect to the policy's raw
/// parameters and the values in the training memory. See [`raw_loss_and_gradient`].
pub fn loss_and_gradient(
    distribution: &Distribution,
    settings: &LossSettings,
    rows: &Rows,
    n: usize,
    memory: &mut Training,
    row_gradients: &mut RowGradients,
) -> LossSums {
    let (raw, values, d_raw, d_values) = memory.loss_views();
    raw_loss_and_gradient(
        distribution,
        settings,
        rows,
        n,
        raw,
        values,
        d_raw,
        d_values,
        row_gradients,
    )
}

/// The loss of n rows from raw parameters `[n, P]` and values `[n]`, and its gradient.
///
/// Policy: mean of `-min(r A, clip(r, 1 - eps, 1 + eps) A)` (Schulman et al. 2017, eq. 7), value:
/// mean of `(V - R)^2 / 2`, or of the larger of that and the same with V clipped to the old value
/// +- eps_v; minus the weighted entropy.
#[allow(
    clippy::too_many_arguments,
    reason = "slices of two callers, one over training memory and one over tensors"
)]
pub fn raw_loss_and_gradient(
    distribution: &Distribution,
    settings: &LossSettings,
    rows: &Rows,
    n: usize,
    raw: &[f32],
    values: &[f32],
    d_raw: &mut [f32],
    d_values: &mut [f32],
    row_gradients: &mut RowGradients,
) -> LossSums {
    let (width, action_len) = (distribution.raw_len(), distribution.action_len());
    let mut sums = LossSums {
        n: n as f64,
        ..LossSums::default()
    };
    let entropy_weight = settings.entropy_coefficient * settings.per_transition;
    for row in 0..n {
        let at = row % BLOCK;
        if at == 0 {
            let count = BLOCK.min(n - row);
            distribution.log_prob_entropy_gradient_rows(
                &raw[row * width..(row + count) * width],
                &rows.actions[row * action_len..(row + count) * action_len],
                [
                    &mut row_gradients.d_log_prob[..count * width],
                    &mut row_gradients.d_entropy[..count * width],
                ],
                [
                    &mut row_gradients.log_prob[..count],
                    &mut row_gradients.entropy[..count],
                ],
                &mut row_gradients.workspace,
            );
        }
        let (log_prob, entropy) = (row_gradients.log_prob[at], row_gradients.entropy[at]);
        let surrogate = surrogate(
            log_prob - rows.action_log_probs[row],
            rows.advantages[row],
            settings.clip_range,
        );
        sums.policy += f64::from(surrogate.loss);
        sums.entropy += f64::from(entropy);
        sums.approx_kl += f64::from(surrogate.ratio - 1.0 - surrogate.log_ratio);
        sums.clipped += f64::from(u8::from(surrogate.clipped));
        sums.overflowed += f64::from(u8::from(surrogate.overflowed));
        let weight = surrogate.d_log_prob * settings.per_transition;
        let of_row = at * width..(at + 1) * width;
        let gradients = row_gradients.d_log_prob[of_row.clone()].iter();
        let gradients = gradients.zip(&row_gradients.d_entropy[of_row]);
        for (d, (of_log_prob, of_entropy)) in d_raw[row * width..(row + 1) * width]
            .iter_mut()
            .zip(gradients)
        {
            // A derivative of zero stands even beside a log-probability that has collapsed.
            let of_surrogate = if weight == 0.0 {
                0.0
            } else {
                weight * of_log_prob
            };
            *d = of_surrogate - entropy_weight * of_entropy;
        }
        let (loss, d_value) = value_loss(
            values[row],
            rows.value_targets[row],
            rows.values[row],
            settings.value_clip_range,
        );
        sums.value += f64::from(loss);
        d_values[row] = d_value * settings.value_coefficient * settings.per_transition;
    }
    sums
}

/// The clipped surrogate of one transition.
struct Surrogate {
    log_ratio: f32,
    ratio: f32,
    loss: f32,
    d_log_prob: f32,
    clipped: bool,
    overflowed: bool,
}

fn surrogate(log_ratio: f32, advantage: f32, clip_range: f32) -> Surrogate {
    let overflowed = log_ratio.abs() > MAX_LOG_RATIO;
    let log_ratio = log_ratio.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO);
    let ratio = log_ratio.exp();
    let free = ratio * advantage;
    let clipped = ratio.clamp(1.0 - clip_range, 1.0 + clip_range) * advantage;
    Surrogate {
        log_ratio,
        ratio,
        loss: -free.min(clipped),
        // Where the clipped side is the smaller one it is constant.
        d_log_prob: if free <= clipped && !overflowed {
            -free
        } else {
            0.0
        },
        clipped: (ratio - 1.0).abs() > clip_range,
        overflowed,
    }
}

/// Loss and derivative of one value.
fn value_loss(value: f32, target: f32, old: f32, clip_range: Option<f32>) -> (f32, f32) {
    let error = value - target;
    let plain = (0.5 * error * error, error);
    let Some(epsilon) = clip_range else {
        return plain;
    };
    let moved = value - old;
    let clipped_error = old + moved.clamp(-epsilon, epsilon) - target;
    let clipped = 0.5 * clipped_error * clipped_error;
    if plain.0 >= clipped {
        plain
    } else if moved.abs() < epsilon {
        (clipped, clipped_error)
    } else {
        (clipped, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// epsilon 0.2. A > 0 and ratio 1.5: min(1.5, 1.2) A = 1.2 A, constant. A < 0 and ratio 1.5:
    /// min(-1.5, -1.2) = -1.5, its derivative flows.
    #[test]
    fn surrogate_is_clipped_on_the_optimistic_side_only() {
        let up = surrogate(1.5_f32.ln(), 2.0, 0.2);
        assert!((up.loss + 2.4).abs() < 1e-6);
        assert_eq!(up.d_log_prob, 0.0);
        assert!(up.clipped);
        let down = surrogate(1.5_f32.ln(), -2.0, 0.2);
        assert!((down.loss - 3.0).abs() < 1e-6);
        assert!((down.d_log_prob - 3.0).abs() < 1e-6);
        let inside = surrogate(0.0, 2.0, 0.2);
        assert_eq!(
            (inside.loss, inside.d_log_prob, inside.clipped),
            (-2.0, -2.0, false)
        );
    }

    /// A log-probability that collapsed since gathering: the loss stays finite, the transition is
    /// counted and pulls at nothing. What is not a number stays so, and is found by the gradient's norm.
    #[test]
    fn log_ratios_are_clamped_and_counted() {
        for (log_ratio, advantage) in [(200.0, -1.0), (f32::INFINITY, -1.0), (200.0, 1.0)] {
            let far = surrogate(log_ratio, advantage, 0.2);
            assert!(far.loss.is_finite() && far.overflowed && far.clipped);
            assert_eq!((far.log_ratio, far.d_log_prob), (MAX_LOG_RATIO, 0.0));
        }
        let gone = surrogate(f32::NEG_INFINITY, 1.0, 0.2);
        assert_eq!((gone.log_ratio, gone.d_log_prob), (-MAX_LOG_RATIO, 0.0));
        assert!(!surrogate(19.9, -1.0, 0.2).overflowed);
        assert!(surrogate(f32::NAN, 1.0, 0.2).loss.is_nan());
    }

    /// V = 3, R = 0, old 1, epsilon 0.5: plain 4.5, clipped (1.5)^2 / 2 = 1.125; the larger
    /// counts. V = 0, R = 0, old 1: plain 0, clipped (0.5)^2 / 2, constant.
    #[test]
    fn value_loss_takes_the_larger() {
        assert_eq!(value_loss(3.0, 0.0, 1.0, Some(0.5)), (4.5, 3.0));
        assert_eq!(value_loss(0.0, 0.0, 1.0, Some(0.5)), (0.125, 0.0));
        assert_eq!(value_loss(3.0, 1.0, 0.0, None), (2.0, 2.0));
    }
}
