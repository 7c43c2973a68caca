//! A brain described for people: its graph by region, with shapes and parameters, and its picture.
//!
//! In comes a brain with the graph that it was built from; out comes a [`Description`], as rows or as
//! SVG. Nothing here knows the settings of a run, or prints.

pub mod drawing;
pub mod picture;
mod words;

use angora_brain::{Brain, Parameter};
use angora_plugin_api::{BrainSpec, Node, TaskSpec};
use serde::Serialize;
use std::ops::Range;
use words::detail;

/// Whose brain it is.
pub struct Subject<'e> {
    /// The run, where it is one's.
    pub run: Option<String>,
    /// Id of the brain.
    pub brain: &'e str,
    /// Id of the task.
    pub task: &'e str,
}

/// A brain, for people and programs.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    /// Id of the brain.
    pub brain: String,
    /// Id of the task.
    pub task: String,
    /// The run, where it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Number of parameters.
    pub parameters: usize,
    /// Number of those that do not learn.
    pub frozen: usize,
    /// What the brain can sense.
    pub senses: Vec<SenseRow>,
    /// Regions in the order of the graph, the heads last.
    pub regions: Vec<RegionRow>,
}

/// A sense.
#[derive(Debug, Clone, Serialize)]
pub struct SenseRow {
    /// Name.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
}

/// A region.
#[derive(Debug, Clone, Serialize)]
pub struct RegionRow {
    /// Name.
    pub name: String,
    /// Number of parameters.
    pub parameters: usize,
    /// Part of all parameters, 0..1.
    pub share: f64,
    /// Whether it does not learn.
    pub frozen: bool,
    /// Nodes in order.
    pub nodes: Vec<NodeRow>,
}

/// A node, or a head.
#[derive(Debug, Clone, Serialize)]
pub struct NodeRow {
    /// Name.
    pub name: String,
    /// Operation; `head` for the heads that the host attaches.
    pub op: &'static str,
    /// The operation's settings in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Output shape; absent where neither policy nor value needs the node, which is then not
    /// computed and has no parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<usize>>,
    /// What feeds it.
    pub inputs: Vec<InputRow>,
    /// Its parameters.
    pub parameters: Vec<ParameterRow>,
}

/// An input.
#[derive(Debug, Clone, Serialize)]
pub struct InputRow {
    /// A sense or node.
    pub from: String,
    /// Whether it is the output of the previous control step.
    pub delayed: bool,
}

/// A parameter.
#[derive(Debug, Clone, Serialize)]
pub struct ParameterRow {
    /// Dotted name.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
}

impl Description {
    /// Of a brain that was built from a graph for a task; `frozen` are the ranges of parameters that do
    /// not learn.
    #[must_use]
    pub fn new(
        subject: &Subject<'_>,
        task: &TaskSpec,
        graph: &BrainSpec,
        brain: &Brain,
        frozen: &[Range<usize>],
    ) -> Self {
        let mut description = Self {
            brain: subject.brain.to_owned(),
            task: subject.task.to_owned(),
            run: subject.run.clone(),
            parameters: brain.parameters().len(),
            frozen: frozen.iter().map(ExactSizeIterator::len).sum(),
            senses: senses(task),
            regions: Vec::new(),
        };
        for node in &graph.nodes {
            description.add(node.region(), node_row(node, brain));
        }
        for head in heads(graph, brain) {
            let name = head.name.clone();
            description.add(&name, head);
        }
        let sizes = brain.region_sizes();
        let is_frozen = |place| frozen.iter().any(|range| range.contains(&place));
        for region in &mut description.regions {
            let n = sizes.get(&region.name).copied().unwrap_or(0);
            region.parameters = n;
            region.share = n as f64 / description.parameters.max(1) as f64;
            let mut entries = brain.parameters().entries().iter();
            region.frozen = entries.any(|e| e.region == region.name && is_frozen(e.offset));
        }
        description
    }

    /// The graph as an SVG picture.
    #[must_use]
    pub fn drawn(&self) -> String {
        drawing::draw(&picture::graph(self))
    }

    /// Adds a node to its region.
    fn add(&mut self, region: &str, node: NodeRow) {
        match self.regions.iter_mut().find(|row| row.name == region) {
            Some(row) => row.nodes.push(node),
            None => self.regions.push(RegionRow {
                name: region.to_owned(),
                parameters: 0,
                share: 0.0,
                frozen: false,
                nodes: vec![node],
            }),
        }
    }
}

fn senses(task: &TaskSpec) -> Vec<SenseRow> {
    let senses = task.sensations.iter().filter(|sense| !sense.is_empty());
    senses
        .map(|sense| SenseRow {
            name: sense.sense.name().to_owned(),
            shape: sense.shape.clone(),
        })
        .collect()
}

fn node_row(node: &Node, brain: &Brain) -> NodeRow {
    let inputs = node.inputs.iter().map(|edge| InputRow {
        from: edge.from.clone(),
        delayed: edge.delayed,
    });
    NodeRow {
        name: node.name.clone(),
        op: node.op.name(),
        detail: detail(&node.op),
        shape: brain.node_shapes().get(&node.name).cloned(),
        inputs: inputs.collect(),
        parameters: parameters(brain, &node.name),
    }
}

/// The heads that the host attaches.
fn heads(graph: &BrainSpec, brain: &Brain) -> [NodeRow; 2] {
    let distribution = brain.distribution();
    let kind = distribution.kind();
    [
        (
            "policy_head",
            &graph.policy,
            kind.name(),
            distribution.raw_len() - distribution.free_raw_len(),
        ),
        ("value_head", &graph.value, "value", 1),
    ]
    .map(|(name, from, detail, width)| NodeRow {
        name: name.to_owned(),
        op: "head",
        detail: detail.to_owned(),
        shape: Some(vec![width]),
        inputs: vec![InputRow {
            from: from.clone(),
            delayed: false,
        }],
        parameters: parameters(brain, name),
    })
}

fn parameters(brain: &Brain, node: &str) -> Vec<ParameterRow> {
    let is_of_node =
        |entry: &&Parameter| entry.name.rsplit_once('.').is_some_and(|(n, _)| n == node);
    let entries = brain.parameters().entries().iter().filter(is_of_node);
    entries
        .map(|entry| ParameterRow {
            name: entry.name.clone(),
            shape: entry.shape.clone(),
        })
        .collect()
}
