//! Which distribution, as written, and whether it fits an action.

use super::{Bounds, Form};
use crate::error::BrainError;
use angora_core::suggest::hint;
use angora_plugin_api::ActionSpec;
use serde::{Deserialize, Serialize};

/// A kind of distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum DistributionKind {
    /// One choice.
    Categorical,
    /// Several choices, or bins of each continuous degree of freedom.
    MultiCategorical,
    /// Independent normal distributions, clipped to the bounds.
    Gaussian,
    /// Independent Beta distributions within the bounds (Chou, Maturana and Scherer 2017).
    Beta,
    /// What a plugin contributes under this id.
    Plugin(String),
}

impl DistributionKind {
    /// Every built-in kind.
    pub const BUILT_IN: [Self; 4] = [
        Self::Categorical,
        Self::MultiCategorical,
        Self::Gaussian,
        Self::Beta,
    ];

    /// The name in files and messages.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Categorical => "categorical",
            Self::MultiCategorical => "multi-categorical",
            Self::Gaussian => "gaussian",
            Self::Beta => "beta",
            Self::Plugin(id) => id,
        }
    }

    /// The built-in kind of that name, else the plugin's.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let built_in = Self::BUILT_IN.into_iter().find(|kind| kind.name() == name);
        built_in.unwrap_or_else(|| Self::Plugin(name.to_owned()))
    }

    /// The kind that an action gets where none is written.
    #[must_use]
    pub fn default_for(action: &ActionSpec) -> Self {
        match action {
            ActionSpec::Box { .. } => Self::Gaussian,
            ActionSpec::Discrete { .. } => Self::Categorical,
            ActionSpec::MultiDiscrete { .. } => Self::MultiCategorical,
        }
    }
}

impl From<String> for DistributionKind {
    fn from(name: String) -> Self {
        Self::of(&name)
    }
}

impl From<DistributionKind> for String {
    fn from(kind: DistributionKind) -> Self {
        kind.name().to_owned()
    }
}

impl std::fmt::Display for DistributionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A distribution with its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistributionSettings {
    /// Which.
    pub kind: DistributionKind,
    /// Bins of each degree of freedom, for multi-categorical over continuous actions.
    #[serde(default = "bins")]
    pub bins: usize,
    /// Whether the policy head gives the standard deviations of a Gaussian. If not, they are
    /// parameters of their own.
    #[serde(default)]
    pub state_dependent_std: bool,
}

fn bins() -> usize {
    11
}

impl DistributionSettings {
    /// A kind with default options.
    #[must_use]
    pub fn new(kind: DistributionKind) -> Self {
        Self {
            kind,
            bins: bins(),
            state_dependent_std: false,
        }
    }
}

/// Checks that settings and action fit.
pub(super) fn form(
    settings: &DistributionSettings,
    action: &ActionSpec,
) -> Result<Form, BrainError> {
    use DistributionKind::{Beta, Categorical, Gaussian, MultiCategorical};
    if action.is_empty() {
        return Err(BrainError::Distribution(
            "the action has no degree of freedom".into(),
        ));
    }
    if let DistributionKind::Plugin(id) = &settings.kind {
        let known = hint(
            id,
            DistributionKind::BUILT_IN
                .iter()
                .map(DistributionKind::name),
        );
        return Err(BrainError::Distribution(format!(
            "{id:?} is not built in, and no plugin's declaration of it is given; {known}"
        )));
    }
    match (&settings.kind, action) {
        (Categorical, ActionSpec::Discrete { n }) => {
            choices(&[*n])?;
            Ok(Form::Categorical { choices: *n })
        }
        (MultiCategorical, ActionSpec::MultiDiscrete { n }) => {
            choices(n)?;
            Ok(Form::MultiCategorical {
                choices: n.clone(),
                bounds: Vec::new(),
            })
        }
        (MultiCategorical, ActionSpec::Box { low, high }) => {
            if settings.bins < 2 {
                return Err(BrainError::Distribution(format!(
                    "bins is {}; multi-categorical needs at least 2",
                    settings.bins
                )));
            }
            Ok(Form::MultiCategorical {
                choices: vec![settings.bins; low.len()],
                bounds: bounds(low, high)?,
            })
        }
        (Gaussian, ActionSpec::Box { low, high }) => Ok(Form::Gaussian {
            bounds: bounds(low, high)?,
            state_dependent: settings.state_dependent_std,
        }),
        (Beta, ActionSpec::Box { low, high }) => Ok(Form::Beta {
            bounds: bounds(low, high)?,
        }),
        (kind, action) => {
            let (what, fits) = match action {
                ActionSpec::Box { .. } => {
                    ("continuous (box)", "gaussian, beta or multi-categorical")
                }
                ActionSpec::Discrete { .. } => ("one choice (discrete)", "categorical"),
                ActionSpec::MultiDiscrete { .. } => {
                    ("several choices (multi-discrete)", "multi-categorical")
                }
            };
            Err(BrainError::Distribution(format!(
                "{kind} does not fit this action, which is {what}; {fits} does"
            )))
        }
    }
}

pub(super) fn choices(choices: &[usize]) -> Result<(), BrainError> {
    // Indices travel as f32.
    let most = 1 << 24;
    match choices.iter().find(|&&n| n == 0 || n > most) {
        None => Ok(()),
        Some(n) => Err(BrainError::Distribution(format!(
            "the action has {n} choices; it needs 1 to {most}"
        ))),
    }
}

pub(super) fn bounds(low: &[f64], high: &[f64]) -> Result<Vec<Bounds>, BrainError> {
    let error = |problem: String| Err(BrainError::Distribution(problem));
    if low.len() != high.len() {
        return error(format!(
            "the action has {} lower and {} upper bounds",
            low.len(),
            high.len()
        ));
    }
    let mut bounds = Vec::with_capacity(low.len());
    for (i, (&low, &high)) in low.iter().zip(high).enumerate() {
        let (narrow_low, narrow_high) = (low as f32, high as f32);
        if !(narrow_low.is_finite() && narrow_high.is_finite() && narrow_low <= narrow_high) {
            return error(format!(
                "the bounds of action[{i}] are {low} and {high}; they must be finite and in order"
            ));
        }
        bounds.push(Bounds {
            low: narrow_low,
            high: narrow_high,
        });
    }
    Ok(bounds)
}
