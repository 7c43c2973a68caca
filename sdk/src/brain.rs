//! Brains: architectures as data, and a builder for them.

use crate::{ActivationKind, BrainRequest, BrainSpec, Edge, Initialiser, Node, Op, Result};

/// A brain: answers a task's senses with a graph. A brain is data; it is asked once.
pub trait Brain: 'static {
    /// The brain that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense, or senses that it cannot take.
    fn design(id: &str, request: &BrainRequest) -> Result<BrainSpec>;
}

/// Builds a [`BrainSpec`] node by node.
///
/// ```
/// use angora_sdk::{ActivationKind, BrainBuilder};
/// let mut brain = BrainBuilder::new();
/// let hidden = brain.dense("policy.layer_1", 64, ActivationKind::Tanh, &["proprioception"]);
/// let critic = brain.dense("value.layer_1", 64, ActivationKind::Tanh, &["proprioception"]);
/// let spec = brain.finish(&hidden, &critic);
/// assert_eq!(spec.nodes.len(), 2);
/// ```
#[derive(Debug, Default)]
pub struct BrainBuilder {
    nodes: Vec<Node>,
}

impl BrainBuilder {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node; returns its name.
    pub fn node(&mut self, name: &str, op: Op, inputs: &[&str]) -> String {
        self.nodes.push(Node {
            name: name.to_owned(),
            region: None,
            op,
            inputs: inputs.iter().map(|input| Edge::new(*input)).collect(),
        });
        name.to_owned()
    }

    /// Adds a dense layer with orthogonal weights; returns its name.
    pub fn dense(
        &mut self,
        name: &str,
        units: usize,
        activation: ActivationKind,
        inputs: &[&str],
    ) -> String {
        self.node(
            name,
            Op::Dense {
                units,
                activation,
                bias: true,
                initialiser: Initialiser::default(),
            },
            inputs,
        )
    }

    /// Feeds a node from another's previous control step as well.
    pub fn feedback(&mut self, to: &str, from: &str) {
        if let Some(node) = self.nodes.iter_mut().find(|node| node.name == to) {
            node.inputs.push(Edge::delayed(from));
        }
    }

    /// The graph whose policy and value heads read these nodes.
    #[must_use]
    pub fn finish(self, policy: &str, value: &str) -> BrainSpec {
        BrainSpec {
            nodes: self.nodes,
            policy: policy.to_owned(),
            value: value.to_owned(),
        }
    }
}
