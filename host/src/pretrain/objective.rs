//! What a region is trained to say of a picture, and how well it says it.

mod bins;
mod picture;
mod pose;
#[cfg(test)]
mod tests;

use super::{Score, States};
use angora_optimisation::{Examples, Loss};
use angora_simulation::Quantity;
use bins::Bins;
use picture::Picture;
use pose::Pose;
use serde::Serialize;
use std::ops::Range;

/// Kinds of objectives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ObjectiveKind {
    /// Where things are: the labels themselves
    Pose,
    /// In which of several equally likely intervals each label lies
    Classification,
    /// The picture, at low resolution
    Reconstruction,
}

impl ObjectiveKind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pose => "pose",
            Self::Classification => "classification",
            Self::Reconstruction => "reconstruction",
        }
    }

    /// Units of a layer between the region and the readout: a picture needs a decoder, while what
    /// is asked of a label should be readable from the region itself.
    #[must_use]
    pub fn hidden(self) -> Option<usize> {
        match self {
            Self::Pose | Self::Classification => None,
            Self::Reconstruction => Some(256),
        }
    }
}

/// What an objective is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Which.
    pub kind: ObjectiveKind,
    /// Intervals per label of a classification.
    pub bins: usize,
    /// Longest side of a reconstructed picture, pixels.
    pub pixels: usize,
    /// Height, width and channels of the sense of vision.
    pub image: [usize; 3],
}

/// An objective, fitted to the states that are learned from.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    form: Form,
    /// Labels that do not vary, by name: there is nothing to learn of them.
    pub left_out: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Pose(Pose),
    Bins(Bins),
    Picture(Picture),
}

/// A label that varies.
#[derive(Debug, Clone, PartialEq)]
struct Label {
    /// Place among the labels of a state.
    at: usize,
    name: String,
    unit: &'static str,
    /// Of the states that are learned from.
    mean: f64,
    /// Standard deviation of the same.
    sd: f64,
}

impl Objective {
    /// Fits means, intervals and scales to the first `learned` states.
    ///
    /// # Errors
    /// There is no label that varies.
    pub fn new(
        shape: &Shape,
        quantities: &[Quantity],
        states: &States,
        learned: usize,
    ) -> Result<Self, String> {
        if shape.kind == ObjectiveKind::Reconstruction {
            let picture = Picture::new(shape.image, shape.pixels, states, learned);
            return Ok(Self {
                form: Form::Picture(picture),
                left_out: Vec::new(),
            });
        }
        let (labels, left_out) = varying(quantities, states, learned);
        if labels.is_empty() {
            return Err(match &left_out[..] {
                [] => "the scene has no joint, site or moving body to tell from a picture".into(),
                constant => format!(
                    "nothing varies from state to state: {}",
                    constant.join(", ")
                ),
            });
        }
        let form = match shape.kind {
            ObjectiveKind::Classification => {
                Form::Bins(Bins::new(labels, shape.bins, states, learned))
            }
            _ => Form::Pose(Pose::new(labels)),
        };
        Ok(Self { form, left_out })
    }

    /// Numbers that a readout gives.
    #[must_use]
    pub fn outputs(&self) -> usize {
        match &self.form {
            Form::Pose(pose) => pose.labels.len(),
            Form::Bins(bins) => bins.outputs(),
            Form::Picture(picture) => picture.values(),
        }
    }

    /// What is minimised.
    #[must_use]
    pub fn loss(&self) -> Loss {
        match &self.form {
            Form::Pose(_) | Form::Picture(_) => Loss::SquaredError,
            Form::Bins(bins) => Loss::CrossEntropy { classes: bins.bins },
        }
    }

    /// Names of what is told apart, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.form {
            Form::Pose(pose) => names(&pose.labels),
            Form::Bins(bins) => format!("{}, {} intervals each", names(&bins.labels), bins.bins),
            Form::Picture(picture) => picture.describe(),
        }
    }

    /// What predictions for some states are worth.
    #[must_use]
    pub fn score(&self, states: &States, of: Range<usize>, predictions: &[f32]) -> Score {
        match &self.form {
            Form::Pose(pose) => pose.score(states, of, predictions),
            Form::Bins(bins) => bins.score(states, of, predictions),
            Form::Picture(picture) => picture.score(states, of, predictions),
        }
    }
}

/// An objective over the states that it was fitted to.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'l> {
    /// What is asked.
    pub objective: &'l Objective,
    /// Of what.
    pub states: &'l States,
}

impl Examples for Lesson<'_> {
    fn write(&self, example: usize, sensation: &mut [f32], target: &mut [f32]) {
        self.states.sensation(example, sensation);
        match &self.objective.form {
            Form::Pose(pose) => pose.target(self.states.labels(example), target),
            Form::Bins(bins) => bins.target(self.states.labels(example), target),
            Form::Picture(picture) => picture.target(self.states.pixels(example), target),
        }
    }
}

/// The labels that vary, and the names of those that do not.
fn varying(quantities: &[Quantity], states: &States, learned: usize) -> (Vec<Label>, Vec<String>) {
    let (mut labels, mut constant) = (Vec::new(), Vec::new());
    for (at, quantity) in quantities.iter().enumerate() {
        let values = || (0..learned).map(|state| states.labels(state)[at]);
        let mean = values().sum::<f64>() / learned as f64;
        let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / learned as f64;
        // Of what is computed by different ways through the physics, the last digits vary.
        if variance.sqrt() < 1e-9 * mean.abs().max(1.0) {
            constant.push(quantity.name.clone());
            continue;
        }
        labels.push(Label {
            at,
            name: quantity.name.clone(),
            unit: quantity.unit,
            mean,
            sd: variance.sqrt(),
        });
    }
    (labels, constant)
}

fn names(labels: &[Label]) -> String {
    let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
    names.join(", ")
}
