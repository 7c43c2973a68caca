//! Specs of tasks, rewards and preprocessors: what they exchange with the host, as data.

use crate::Sense;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

pub use crate::v1::payload::spec::{ActionSpec, Ending, RewardConfiguration, RewardSpec};
pub use crate::v2::payload::task::{
    ConditionSpec, ElementSpec, EventSpec, RewardContext, SensationSpec, SignalSpec, TaskSpec,
};

impl SensationSpec {
    /// Number of receptors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the sense has no receptor.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is a picture: vision `[H, W, channels]`. Pictures are whole numbers from 0 to
    /// 255 wherever they go, in preprocessors too: the host keeps them as bytes and divides them by
    /// 255 where they enter a brain. Vision may also be a vector, such as a pose in place of a
    /// picture of it, whose values are left as they are.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        self.sense == Sense::Vision && self.shape.len() == 3
    }
}

impl Default for ActionSpec {
    /// Nothing to decide: one choice.
    fn default() -> Self {
        Self::Discrete { n: 1 }
    }
}

impl ActionSpec {
    /// Length of the action slice.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Box { low, .. } => low.len(),
            Self::Discrete { .. } => 1,
            Self::MultiDiscrete { n } => n.len(),
        }
    }

    /// Whether there is nothing to decide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Name of the signal, of one value, that is not zero at a control step that is a success. Of a
/// task that has it, the host reports how many episodes end with one.
pub const SUCCESS: &str = "success";

/// Name of the signal, of one value, that counts the goals which were reached since the episode
/// began, for tasks that set one goal after another. Of a task that has it, the host reports how
/// many an episode reaches and how long one takes.
pub const GOALS_REACHED: &str = "goals_reached";

impl Ending {
    /// Whether the episode is over.
    #[must_use]
    pub fn is_end(self) -> bool {
        self != Self::None
    }

    /// From the number that crosses the boundary.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Terminated),
            2 => Some(Self::Truncated),
            _ => None,
        }
    }
}

impl TaskSpec {
    /// Number of f32 of one sensation.
    #[must_use]
    pub fn sensation_len(&self) -> usize {
        self.sensations.iter().map(SensationSpec::len).sum()
    }

    /// Number of f64 of all signals.
    #[must_use]
    pub fn signal_len(&self) -> usize {
        self.signals.iter().map(|signal| signal.len).sum()
    }

    /// The row of conditions where the user sets none.
    #[must_use]
    pub fn default_conditions(&self) -> Vec<f64> {
        self.conditions.iter().map(|c| c.default).collect()
    }

    /// Where among all signals the one is that says whether a control step is a success: it is
    /// named `success`, has one value, and that is not zero where it is.
    #[must_use]
    pub fn success_signal(&self) -> Option<usize> {
        self.single_signal(SUCCESS)
    }

    /// Where among all signals the one is that counts the goals which an episode reached.
    #[must_use]
    pub fn goals_signal(&self) -> Option<usize> {
        self.single_signal(GOALS_REACHED)
    }

    fn single_signal(&self, name: &str) -> Option<usize> {
        let place = signal_range(&self.signals, name)?;
        (place.len() == 1).then_some(place.start)
    }
}

impl ConditionSpec {
    /// Why the condition may not have a value; `None` if it may.
    #[must_use]
    pub fn refusal(&self, value: f64) -> Option<String> {
        if !self.values.is_empty() && !self.values.contains(&value) {
            let values: Vec<String> = self.values.iter().map(f64::to_string).collect();
            return Some(format!("{value} is not one of {}", values.join(", ")));
        }
        match (self.low, self.high) {
            (Some(low), _) if value < low => Some(format!("{value} is below {low}")),
            (_, Some(high)) if value > high => Some(format!("{value} is above {high}")),
            _ if !value.is_finite() => Some(format!("{value} is not a finite number")),
            _ => None,
        }
    }
}

/// Names of elements as labels: the declared ones, or none.
#[must_use]
pub fn element_names(elements: &[ElementSpec]) -> Vec<String> {
    elements
        .iter()
        .map(|element| element.name.clone())
        .collect()
}

/// Unit of all elements together: that of each where they are declared and the same, `mixed`
/// where they differ, else `unit`.
#[must_use]
pub fn common_unit<'s>(unit: &'s str, elements: &'s [ElementSpec]) -> &'s str {
    let mut units = elements.iter().map(|element| {
        if element.unit.is_empty() {
            unit
        } else {
            element.unit.as_str()
        }
    });
    let Some(first) = units.next() else {
        return unit;
    };
    if units.all(|unit| unit == first) {
        first
    } else {
        "mixed"
    }
}

/// Where a signal lies among all.
fn signal_range(signals: &[SignalSpec], name: &str) -> Option<Range<usize>> {
    let at = signals.iter().position(|signal| signal.name == name)?;
    let before = signals[..at].iter().map(|signal| signal.len).sum();
    Some(before..before + signals[at].len)
}

impl RewardContext {
    /// Where a signal lies among all.
    #[must_use]
    pub fn signal(&self, name: &str) -> Option<Range<usize>> {
        signal_range(&self.signals, name)
    }
}

/// What a preprocessor is told when it is created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreprocessorContext {
    /// The senses, laid out one after another.
    pub sensations: Vec<SensationSpec>,
    /// Discount of the learner, for preprocessors of rewards.
    pub discount: f64,
}

/// What the numbers of a preprocessor's statistics are, for those who want to show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatisticsForm {
    /// Running moments: the number of samples, then the mean of each of n elements, then the sum
    /// of squared deviations from the mean (M2) of each. The elements are the values of all senses
    /// that are vectors, in the order of the senses, where it changes sensations; one number (a
    /// running return) where it changes rewards alone.
    Moments,
    /// The preprocessor's own business; a form that this version does not know counts as this.
    #[default]
    #[serde(other)]
    Opaque,
}

/// What a preprocessor says of itself once created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreprocessorSpec {
    /// Number of f64 of its mergeable statistics.
    pub statistics_len: usize,
    /// What they are.
    #[serde(default)]
    pub statistics_form: StatisticsForm,
    /// Whether it changes sensations.
    pub sensations: bool,
    /// Whether it changes rewards.
    pub rewards: bool,
}
