//! A channel: one named quantity over the time of an episode.

use angora_brain::Region;
use serde::Serialize;
use std::ops::Range;

/// What the rows of a channel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// One for each state: before each of T steps, and at the end.
    State,
    /// One for each of T steps.
    Step,
}

/// Precision of the values, as safetensors names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Precision {
    /// Single.
    F32,
    /// Double.
    F64,
}

/// A part of a row with a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Name.
    pub name: String,
    /// Column of its first value.
    pub start: usize,
    /// Shape.
    pub shape: Vec<usize>,
}

/// A channel, as the header describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Channel {
    /// Dotted name, that of the array.
    pub name: String,
    /// What it belongs to.
    pub group: &'static str,
    /// What its rows are.
    pub axis: Axis,
    /// Precision.
    pub dtype: Precision,
    /// Shape of a row.
    pub shape: Vec<usize>,
    /// Unit, `mixed` where values differ, empty for none.
    pub unit: String,
    /// Lowest possible value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Highest possible value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// A name for each value of a row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,
    /// Parts of a row, of several values each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Where the values come from.
    #[serde(skip)]
    pub(super) source: Source,
}

impl Channel {
    /// A channel without limits and names.
    pub(super) fn new(name: impl Into<String>, source: Source, shape: Vec<usize>) -> Self {
        Self {
            name: name.into(),
            group: source.group(),
            axis: match source.moment() {
                Moment::State => Axis::State,
                Moment::Action | Moment::Outcome => Axis::Step,
            },
            dtype: source.precision(),
            shape,
            unit: String::new(),
            low: None,
            high: None,
            components: Vec::new(),
            parts: Vec::new(),
            source,
        }
    }

    /// With a unit.
    pub(super) fn unit(mut self, unit: &str) -> Self {
        unit.clone_into(&mut self.unit);
        self
    }

    /// With a name for each value; without any where they are not as many as the values.
    pub(super) fn components(mut self, names: &[String]) -> Self {
        if names.len() == self.width() {
            self.components = names.to_vec();
        }
        self
    }

    /// Values of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A channel that is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Omitted {
    /// Its name.
    pub channel: String,
    /// Values of a row.
    pub width: usize,
    /// Why.
    pub reason: String,
}

/// When a row is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Between two steps, and at both ends.
    State,
    /// When the brain has acted and the body has not moved yet.
    Action,
    /// After the step.
    Outcome,
}

/// Where the values of a channel come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Time,
    BodyPose,
    Qpos,
    Qvel,
    Control,
    Sensors,
    Sensation(Range<usize>),
    Input(Range<usize>),
    Action,
    MotorCommand,
    ExecutedCommand,
    Policy,
    Value,
    Reward,
    RewardTerms,
    Signal(Range<usize>),
    Activity(Region),
    ActivityMean(Region),
    RecurrentState(Range<usize>),
}

impl Source {
    pub(super) fn moment(&self) -> Moment {
        match self {
            Self::Time
            | Self::BodyPose
            | Self::Qpos
            | Self::Qvel
            | Self::Sensors
            | Self::Sensation(_)
            | Self::Signal(_)
            | Self::RecurrentState(_) => Moment::State,
            Self::Input(_)
            | Self::Action
            | Self::MotorCommand
            | Self::Policy
            | Self::Value
            | Self::Activity(_)
            | Self::ActivityMean(_) => Moment::Action,
            Self::Control | Self::ExecutedCommand | Self::Reward | Self::RewardTerms => {
                Moment::Outcome
            }
        }
    }

    /// That of the engine, so that nothing is rounded but poses, which the positions give again.
    fn precision(&self) -> Precision {
        match self {
            Self::Time
            | Self::Qpos
            | Self::Qvel
            | Self::Reward
            | Self::RewardTerms
            | Self::Signal(_) => Precision::F64,
            _ => Precision::F32,
        }
    }

    fn group(&self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::BodyPose | Self::Qpos | Self::Qvel | Self::Control | Self::Sensors => "scene",
            Self::Sensation(_) => "sense",
            Self::Input(_) => "input",
            Self::Action | Self::MotorCommand | Self::ExecutedCommand | Self::Policy => "action",
            Self::Value => "value",
            Self::Reward | Self::RewardTerms => "reward",
            Self::Signal(_) => "signal",
            Self::Activity(_) => "activity",
            Self::ActivityMean(_) => "activity_mean",
            Self::RecurrentState(_) => "recurrent_state",
        }
    }
}
