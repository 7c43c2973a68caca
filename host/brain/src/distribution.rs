//! Distributions of actions over the raw numbers that the policy head gives.
//!
//! One row at a time: `raw` has P values and `action` has A, the *native* action, which is what a
//! rollout stores and what the log-probability is of. What the task takes comes from it by
//! [`Distribution::motor_command`]. Entropy and log-probability are sums over the degrees of
//! freedom. Nothing allocates.
//!
//! | kind | raw | native action |
//! | --- | --- | --- |
//! | categorical | one logit per choice | index |
//! | multi-categorical | the logits of each degree of freedom, one after another | indices |
//! | gaussian | means, then log standard deviations | any numbers |
//! | beta | A values, then A: alpha, beta = 1 + softplus | in (0, 1) |

mod beta;
mod categorical;
mod gaussian;
mod multi_categorical;
mod settings;

use crate::error::BrainError;
use angora_core::Stream;
use angora_plugin_api::ActionSpec;

pub use settings::{DistributionKind, DistributionSettings};

/// Smallest native action of a Beta, and its distance from 1 at the other end.
pub const BETA_MARGIN: f32 = 1e-6;

/// A distribution for one action spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution(Form);

/// The bounds of a degree of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub low: f32,
    pub high: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    Categorical {
        choices: usize,
    },
    MultiCategorical {
        /// Choices of each degree of freedom.
        choices: Vec<usize>,
        /// The bounds that bins spread over; none where choices are what the task takes.
        bounds: Vec<Bounds>,
    },
    Gaussian {
        bounds: Vec<Bounds>,
        state_dependent: bool,
    },
    Beta {
        bounds: Vec<Bounds>,
    },
}

impl Distribution {
    /// The distribution of that kind for an action.
    ///
    /// # Errors
    /// Where the kind does not fit the action (the message names what fits), or bounds or numbers
    /// of choices make no sense.
    pub fn new(settings: &DistributionSettings, action: &ActionSpec) -> Result<Self, BrainError> {
        settings::form(settings, action).map(Self)
    }

    /// Which it is.
    #[must_use]
    pub fn kind(&self) -> DistributionKind {
        match &self.0 {
            Form::Categorical { .. } => DistributionKind::Categorical,
            Form::MultiCategorical { .. } => DistributionKind::MultiCategorical,
            Form::Gaussian { .. } => DistributionKind::Gaussian,
            Form::Beta { .. } => DistributionKind::Beta,
        }
    }

    /// P, the number of raw values.
    #[must_use]
    pub fn raw_len(&self) -> usize {
        match &self.0 {
            Form::Categorical { choices } => *choices,
            Form::MultiCategorical { choices, .. } => choices.iter().sum(),
            Form::Gaussian { bounds, .. } | Form::Beta { bounds } => 2 * bounds.len(),
        }
    }

    /// How many raw values, the last ones, are parameters of their own instead of outputs of the
    /// policy head: the log standard deviations of a Gaussian that does not depend on the state.
    #[must_use]
    pub fn free_raw_len(&self) -> usize {
        match &self.0 {
            Form::Gaussian {
                bounds,
                state_dependent: false,
            } => bounds.len(),
            _ => 0,
        }
    }

    /// A, the length of the native action.
    #[must_use]
    pub fn action_len(&self) -> usize {
        match &self.0 {
            Form::Categorical { .. } => 1,
            Form::MultiCategorical { choices, .. } => choices.len(),
            Form::Gaussian { bounds, .. } | Form::Beta { bounds } => bounds.len(),
        }
    }

    /// Draws a native action; its log-probability.
    ///
    /// # Panics
    /// As every function here: if `raw` has not P values or `action` not A.
    pub fn sample(&self, raw: &[f32], stream: &mut Stream, action: &mut [f32]) -> f32 {
        self.check(raw, action);
        match &self.0 {
            Form::Categorical { .. } => action[0] = categorical::sample(raw, stream),
            Form::MultiCategorical { choices, .. } => {
                multi_categorical::sample(choices, raw, stream, action);
            }
            Form::Gaussian { .. } => gaussian::sample(raw, stream, action),
            Form::Beta { .. } => beta::sample(raw, stream, action),
        }
        self.log_prob(raw, action)
    }

    /// The most likely native action.
    pub fn mode(&self, raw: &[f32], action: &mut [f32]) {
        self.check(raw, action);
        match &self.0 {
            Form::Categorical { .. } => action[0] = categorical::mode(raw),
            Form::MultiCategorical { choices, .. } => multi_categorical::mode(choices, raw, action),
            Form::Gaussian { .. } => action.copy_from_slice(&raw[..action.len()]),
            Form::Beta { .. } => beta::mode(raw, action),
        }
    }

    /// Log-probability (log density where continuous) of a native action.
    #[must_use]
    pub fn log_prob(&self, raw: &[f32], action: &[f32]) -> f32 {
        self.check(raw, action);
        match &self.0 {
            Form::Categorical { .. } => categorical::log_prob(raw, action[0]),
            Form::MultiCategorical { choices, .. } => {
                multi_categorical::log_prob(choices, raw, action)
            }
            Form::Gaussian { .. } => gaussian::log_prob(raw, action),
            Form::Beta { .. } => beta::log_prob(raw, action),
        }
    }

    /// Entropy in nats (differential where continuous).
    #[must_use]
    pub fn entropy(&self, raw: &[f32]) -> f32 {
        assert_eq!(raw.len(), self.raw_len(), "length of raw");
        match &self.0 {
            Form::Categorical { .. } => categorical::entropy(raw),
            Form::MultiCategorical { choices, .. } => multi_categorical::entropy(choices, raw),
            Form::Gaussian { .. } => gaussian::entropy(raw),
            Form::Beta { .. } => beta::entropy(raw),
        }
    }

    /// Log-probability and entropy; writes their derivatives by `raw`, P values each.
    pub fn log_prob_entropy_gradient(
        &self,
        raw: &[f32],
        action: &[f32],
        d_log_prob: &mut [f32],
        d_entropy: &mut [f32],
    ) -> (f32, f32) {
        self.check(raw, action);
        assert!(d_log_prob.len() == raw.len() && d_entropy.len() == raw.len());
        match &self.0 {
            Form::Categorical { .. } => {
                categorical::gradient(raw, action[0], d_log_prob, d_entropy)
            }
            Form::MultiCategorical { choices, .. } => {
                multi_categorical::gradient(choices, raw, action, d_log_prob, d_entropy)
            }
            Form::Gaussian { .. } => gaussian::gradient(raw, action, d_log_prob, d_entropy),
            Form::Beta { .. } => beta::gradient(raw, action, d_log_prob, d_entropy),
        }
    }

    /// What the task takes, from a native action: an index as it is; a Gaussian's value clipped
    /// to \[-1, 1\] and spread from low to high; a Beta's value, or a bin, spread from low to high.
    pub fn motor_command(&self, native: &[f32], out: &mut [f32]) {
        assert!(native.len() == self.action_len() && out.len() == native.len());
        let spread = |out: &mut f32, bounds: &Bounds, share: f32| {
            // The last clamp keeps a rounding error within the bounds.
            let value = bounds.low + share * (bounds.high - bounds.low);
            *out = value.clamp(bounds.low, bounds.high);
        };
        match &self.0 {
            Form::Categorical { .. } => out[0] = native[0],
            Form::MultiCategorical { bounds, .. } if bounds.is_empty() => {
                out.copy_from_slice(native);
            }
            Form::MultiCategorical { choices, bounds } => {
                for (((out, x), bounds), bins) in
                    out.iter_mut().zip(native).zip(bounds).zip(choices)
                {
                    spread(out, bounds, x / (bins - 1) as f32);
                }
            }
            Form::Gaussian { bounds, .. } => {
                for ((out, x), bounds) in out.iter_mut().zip(native).zip(bounds) {
                    spread(out, bounds, 0.5 * (x.clamp(-1.0, 1.0) + 1.0));
                }
            }
            Form::Beta { bounds } => {
                for ((out, x), bounds) in out.iter_mut().zip(native).zip(bounds) {
                    spread(out, bounds, *x);
                }
            }
        }
    }

    /// Mean of the standard deviations of a Gaussian, in native units; `None` for other kinds.
    #[must_use]
    pub fn mean_std(&self, raw: &[f32]) -> Option<f32> {
        match &self.0 {
            Form::Gaussian { bounds, .. } => {
                let log_std = &raw[bounds.len()..];
                Some(log_std.iter().map(|x| x.exp()).sum::<f32>() / bounds.len() as f32)
            }
            _ => None,
        }
    }

    /// What it is made of.
    pub(crate) fn form(&self) -> &Form {
        &self.0
    }

    fn check(&self, raw: &[f32], action: &[f32]) {
        assert_eq!(raw.len(), self.raw_len(), "length of raw");
        assert_eq!(action.len(), self.action_len(), "length of the action");
    }
}
