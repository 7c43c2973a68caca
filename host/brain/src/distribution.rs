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
//! | declared by a plugin | each parameter in turn, of each degree of freedom | in its support |

mod beta;
mod categorical;
pub mod declared;
mod gaussian;
mod multi_categorical;
mod settings;

use crate::error::BrainError;
use angora_core::Stream;
use angora_plugin_api::ActionSpec;
use angora_plugin_api::distribution::{DistributionSpec, Support};
pub use declared::Workspace;
use declared::{Declared, with_workspace};
use std::sync::Arc;

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
    Declared(Arc<Declared>),
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

    /// A distribution that the plugin contribution `id` declares, for an action.
    ///
    /// # Errors
    /// The first field of the declaration that is wrong, by its dotted path, or that the
    /// declaration does not fit the action.
    pub fn declared(
        id: &str,
        spec: DistributionSpec,
        action: &ActionSpec,
    ) -> Result<Self, BrainError> {
        let declared = Declared::new(id, spec, action)?;
        Ok(Self(Form::Declared(Arc::new(declared))))
    }

    /// Tries a plugin's declaration with numbers ([`declared::probe`]); nothing is tried of the
    /// built-in ones.
    ///
    /// # Errors
    /// The field of the declaration whose numbers are wrong.
    pub fn try_numbers(&self) -> Result<(), BrainError> {
        match &self.0 {
            Form::Declared(declared) => declared::probe::all(declared).map_err(|problem| {
                BrainError::Distribution(format!("{}: {problem}", declared.id()))
            }),
            _ => Ok(()),
        }
    }

    /// The declaration that a plugin's distribution is made of; `None` for the built-in ones.
    #[must_use]
    pub fn declaration(&self) -> Option<&Declared> {
        match &self.0 {
            Form::Declared(declared) => Some(declared),
            _ => None,
        }
    }

    /// Which it is.
    #[must_use]
    pub fn kind(&self) -> DistributionKind {
        match &self.0 {
            Form::Categorical { .. } => DistributionKind::Categorical,
            Form::MultiCategorical { .. } => DistributionKind::MultiCategorical,
            Form::Gaussian { .. } => DistributionKind::Gaussian,
            Form::Beta { .. } => DistributionKind::Beta,
            Form::Declared(declared) => DistributionKind::Plugin(declared.id().to_owned()),
        }
    }

    /// P, the number of raw values.
    #[must_use]
    pub fn raw_len(&self) -> usize {
        match &self.0 {
            Form::Categorical { choices } => *choices,
            Form::MultiCategorical { choices, .. } => choices.iter().sum(),
            Form::Gaussian { bounds, .. } | Form::Beta { bounds } => 2 * bounds.len(),
            Form::Declared(declared) => declared.raw_len(),
        }
    }

    /// How many raw values, the last ones, are parameters of their own instead of outputs of the
    /// policy head: the log standard deviations of a Gaussian that does not depend on the state.
    /// Their names, numbers and first values are [`free`](Self::free).
    #[must_use]
    pub fn free_raw_len(&self) -> usize {
        match &self.0 {
            Form::Gaussian {
                bounds,
                state_dependent: false,
            } => bounds.len(),
            Form::Declared(declared) => declared.free().iter().map(|(_, len, _)| len).sum(),
            _ => 0,
        }
    }

    /// The raw values that are parameters of their own, in order: name, number, first value.
    #[must_use]
    pub fn free(&self) -> Vec<(String, usize, f64)> {
        match &self.0 {
            Form::Declared(declared) => declared.free().to_vec(),
            _ if self.free_raw_len() == 0 => Vec::new(),
            _ => vec![("log_std".to_owned(), self.free_raw_len(), 0.0)],
        }
    }

    /// Gain of the orthogonal weights of the policy head.
    #[must_use]
    pub fn head_gain(&self) -> f64 {
        match &self.0 {
            Form::Beta { .. } => 1.0,
            Form::Declared(declared) => declared.spec().head_gain,
            _ => 0.01,
        }
    }

    /// A, the length of the native action.
    #[must_use]
    pub fn action_len(&self) -> usize {
        match &self.0 {
            Form::Categorical { .. } => 1,
            Form::MultiCategorical { choices, .. } => choices.len(),
            Form::Gaussian { bounds, .. } | Form::Beta { bounds } => bounds.len(),
            Form::Declared(declared) => declared.action_len(),
        }
    }

    /// Memory for the calls that take a workspace; they allocate nothing with it.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        let declared = self.declaration();
        declared.map(Declared::workspace).unwrap_or_default()
    }

    /// Draws a native action; its log-probability.
    ///
    /// # Panics
    /// As every function here: if `raw` has not P values or `action` not A.
    pub fn sample(&self, raw: &[f32], stream: &mut Stream, action: &mut [f32]) -> f32 {
        with_workspace(|workspace| self.sample_with(raw, stream, action, workspace))
    }

    /// As [`sample`](Self::sample), in a workspace of one's own instead of the thread's.
    pub fn sample_with(
        &self,
        raw: &[f32],
        stream: &mut Stream,
        action: &mut [f32],
        workspace: &mut Workspace,
    ) -> f32 {
        self.check(raw, action);
        match &self.0 {
            Form::Categorical { .. } => action[0] = categorical::sample(raw, stream),
            Form::MultiCategorical { choices, .. } => {
                multi_categorical::sample(choices, raw, stream, action);
            }
            Form::Gaussian { .. } => gaussian::sample(raw, stream, action),
            Form::Beta { .. } => beta::sample(raw, stream, action),
            Form::Declared(declared) => {
                declared.sample(raw, stream, action, workspace);
                return declared.log_prob(raw, action, workspace);
            }
        }
        self.log_prob(raw, action)
    }

    /// The native action that is taken deterministically: the most likely one, or what a
    /// declaration says instead.
    pub fn mode(&self, raw: &[f32], action: &mut [f32]) {
        self.check(raw, action);
        match &self.0 {
            Form::Categorical { .. } => action[0] = categorical::mode(raw),
            Form::MultiCategorical { choices, .. } => multi_categorical::mode(choices, raw, action),
            Form::Gaussian { .. } => action.copy_from_slice(&raw[..action.len()]),
            Form::Beta { .. } => beta::mode(raw, action),
            Form::Declared(declared) => with_workspace(|w| declared.mode(raw, action, w)),
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
            Form::Declared(declared) => with_workspace(|w| declared.log_prob(raw, action, w)),
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
            Form::Declared(declared) => with_workspace(|w| declared.entropy(raw, w)),
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
            Form::Declared(declared) => {
                let (mut log_prob, mut entropy) = ([0.0], [0.0]);
                let sums = [&mut log_prob[..], &mut entropy[..]];
                let slopes = [d_log_prob, d_entropy];
                with_workspace(|w| declared.gradient_rows(raw, action, slopes, sums, w));
                (log_prob[0], entropy[0])
            }
        }
    }

    /// As [`log_prob_entropy_gradient`](Self::log_prob_entropy_gradient) over n rows, one after
    /// another: log-probabilities and entropies `[n]`, derivatives `[n, P]`. A row is bitwise the
    /// same whatever stands beside it.
    pub fn log_prob_entropy_gradient_rows(
        &self,
        raw: &[f32],
        actions: &[f32],
        [d_log_prob, d_entropy]: [&mut [f32]; 2],
        [log_prob, entropy]: [&mut [f32]; 2],
        workspace: &mut Workspace,
    ) {
        let (n, width, len) = (log_prob.len(), self.raw_len(), self.action_len());
        assert!(raw.len() == n * width && actions.len() == n * len && entropy.len() == n);
        assert!(d_log_prob.len() == raw.len() && d_entropy.len() == raw.len());
        if let Form::Declared(declared) = &self.0 {
            let (slopes, sums) = ([d_log_prob, d_entropy], [log_prob, entropy]);
            declared.gradient_rows(raw, actions, slopes, sums, workspace);
            return;
        }
        for row in 0..n {
            let of_raw = row * width..(row + 1) * width;
            (log_prob[row], entropy[row]) = self.log_prob_entropy_gradient(
                &raw[of_raw.clone()],
                &actions[row * len..(row + 1) * len],
                &mut d_log_prob[of_raw.clone()],
                &mut d_entropy[of_raw],
            );
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
            Form::Declared(declared) if declared.bounds().is_empty() => {
                out.copy_from_slice(native);
            }
            Form::Declared(declared) => {
                let support = declared.spec().support;
                for ((out, x), bounds) in out.iter_mut().zip(native).zip(declared.bounds()) {
                    let share = match support {
                        Support::Interval { low, high } => (x - low as f32) / (high - low) as f32,
                        Support::Bins { count } => x / (count - 1) as f32,
                        Support::Real | Support::Choices => 0.5 * (x.clamp(-1.0, 1.0) + 1.0),
                    };
                    spread(out, bounds, share);
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
