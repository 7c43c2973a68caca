//! What a pretraining found, as it is written.

use super::ObjectiveKind;
use serde::Serialize;

/// How well held-out states are told, against an answer that looks at nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// What error and baseline are.
    pub measure: &'static str,
    /// What the baseline answers.
    pub baseline_is: &'static str,
    /// Of the network.
    pub error: f64,
    /// Of the answer that looks at nothing.
    pub baseline: f64,
    /// What the errors of the parts are.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub part_measure: &'static str,
    /// Label by label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartScore>,
}

/// The same for one label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartScore {
    /// Label.
    pub name: String,
    /// Unit of the errors.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub unit: &'static str,
    /// Of the network.
    pub error: f64,
    /// Of the answer that looks at nothing.
    pub baseline: f64,
}

/// An epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Epoch {
    /// From 1.
    pub epoch: usize,
    /// Mean loss of the states that are learned from, each before the update that learned from it.
    pub loss: f64,
    /// Error of the held-out states.
    pub error: f64,
    /// Step size at the end.
    pub learning_rate: f64,
}

/// Everything that is known of a pretraining. The same seed and settings give the same, byte for
/// byte.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Id of the task.
    pub task: String,
    /// Id of the brain.
    pub brain: String,
    /// Regions that learned, the named ones and those that feed them.
    pub regions: Vec<String>,
    /// Of these, the ones that were frozen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<String>,
    /// Nodes that were read out.
    pub outputs: Vec<String>,
    /// Senses that reached them.
    pub senses: Vec<&'static str>,
    /// What was asked.
    pub objective: ObjectiveKind,
    /// Labels that did not vary.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// States that were learned from.
    pub states: usize,
    /// States that were held out.
    pub held_out: usize,
    /// States per update.
    pub minibatch: usize,
    /// Step size of Adam at the first update.
    pub learning_rate: f64,
    /// Epochs that were asked for.
    pub epochs: usize,
    /// Seed of states, parameters and order.
    pub seed: u64,
    /// Whether all epochs were done.
    pub complete: bool,
    /// Of the held-out states, at the end.
    pub score: Score,
    /// Epoch by epoch.
    pub history: Vec<Epoch>,
}
