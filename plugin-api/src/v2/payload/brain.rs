//! Brains.

use crate::brain::{Edge, Op};
use crate::{ActionSpec, SensationSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a brain plugin is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BrainRequest {
    /// The senses of the task.
    pub sensations: Vec<SensationSpec>,
    /// What the task takes.
    pub action: ActionSpec,
    /// The brain's own configuration, as written by the user.
    #[serde(default)]
    pub config: serde_json::Value,
}

/// An architecture. The host attaches the head of the chosen action distribution to `policy`
/// and the scalar head to `value`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BrainSpec {
    /// The nodes, each after the nodes that feed it without delay.
    pub nodes: Vec<Node>,
    /// Name of the node whose output the policy head reads.
    pub policy: String,
    /// Name of the node whose output the value head reads; may be the same.
    pub value: String,
    /// Capabilities that a host must know; one that does not refuses the brain
    /// ([`capability`](crate::capability)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

/// A node of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Dotted name, unique: `policy.layer_1`. Parameters are named after it. A node whose name is
    /// that of a sense does not exist: senses are there by themselves.
    pub name: String,
    /// Region that the node belongs to; the part of the name before its last dot where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// What it computes.
    pub op: Op,
    /// What feeds it: names of senses or nodes.
    pub inputs: Vec<Edge>,
}
