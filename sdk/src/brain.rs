//! Brains: architectures as data, and a builder for them.

mod cell;
mod sizes;

pub use cell::Cell;
pub use sizes::Sizes;

use crate::{
    ActivationKind, BrainRequest, BrainSpec, Edge, Initialiser, Node, Op, Padding, PoolKind, Result,
};
use serde::de::DeserializeOwned;

/// A brain: answers a task's senses with a graph. A brain is data; it is asked once.
pub trait Brain: 'static {
    /// The brain that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense, or senses that it cannot take.
    fn design(id: &str, request: &BrainRequest) -> Result<BrainSpec>;
}

/// The settings of a request; where none are written, the defaults.
///
/// # Errors
/// A key or value that `C` does not take; the fault is on the key.
pub fn settings<C: DeserializeOwned + Default>(request: &BrainRequest) -> Result<C> {
    crate::settings::from_value(&request.config)
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
///
/// An eye, a memory, and a copy of the motor command that the memory reads one step later:
///
/// ```
/// use angora_sdk::brain::{BrainBuilder, Conv2d, Sizes};
/// use angora_sdk::{ActivationKind, Padding, SensationSpec, Sense, sensation};
///
/// let mut brain = BrainBuilder::new();
/// let v1 = brain.conv2d("v1.conv", Conv2d::new(8, 3, 1), "vision");
/// let v1 = brain.max_pool("v1.pool", 2, 2, Padding::Same, &v1);
/// let seen = brain.flatten("v1.flatten", &v1);
/// let memory = brain.lstm("memory", 32, &[&seen, "proprioception"]);
/// let m1 = brain.dense("m1", 16, ActivationKind::Tanh, &[&memory]);
/// brain.feedback(&memory, &m1);
/// brain.region(&m1, "motor_cortex");
/// let spec = brain.finish(&m1, &memory);
///
/// let image = SensationSpec { shape: vec![10, 10, 3], ..sensation(Sense::Vision, 1) };
/// let sizes = Sizes::new(&spec, &[image, sensation(Sense::Proprioception, 4)])?;
/// assert_eq!(sizes.shape("v1.pool"), Some(&[4, 4, 8][..]));
/// // The memory reads 128 + 4 values and the 16 of the step before.
/// assert_eq!(sizes.parameters_of("memory"), 224 + 4 * (148 * 32 + 32 * 32 + 32) + 528);
/// # Ok::<(), angora_sdk::Fault>(())
/// ```
#[derive(Debug, Default)]
pub struct BrainBuilder {
    nodes: Vec<Node>,
}

/// A convolution, for [`BrainBuilder::conv2d`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv2d {
    /// Number of filters.
    pub filters: usize,
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Strides, down and to the right.
    pub stride: [usize; 2],
    /// Padding.
    pub padding: Padding,
    /// Activation.
    pub activation: ActivationKind,
    /// How the kernel is drawn.
    pub initialiser: Initialiser,
}

impl Conv2d {
    /// A square kernel of `size` by `size` with ReLU, orthogonal weights and no padding.
    #[must_use]
    pub fn new(filters: usize, size: usize, stride: usize) -> Self {
        Self {
            filters,
            kernel: [size; 2],
            stride: [stride; 2],
            padding: Padding::Valid,
            activation: ActivationKind::Relu,
            initialiser: Initialiser::default(),
        }
    }
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
        self.dense_with(name, units, activation, Initialiser::default(), inputs)
    }

    /// Adds a dense layer whose weights are drawn as told; returns its name.
    pub fn dense_with(
        &mut self,
        name: &str,
        units: usize,
        activation: ActivationKind,
        initialiser: Initialiser,
        inputs: &[&str],
    ) -> String {
        let op = Op::Dense {
            units,
            activation,
            bias: true,
            initialiser,
        };
        self.node(name, op, inputs)
    }

    /// Adds a simple recurrent layer; returns its name.
    pub fn simple_rnn(&mut self, name: &str, units: usize, inputs: &[&str]) -> String {
        self.node(name, Op::SimpleRnn { units }, inputs)
    }

    /// Adds gated recurrent units; returns their name.
    pub fn gru(&mut self, name: &str, units: usize, inputs: &[&str]) -> String {
        self.node(name, Op::Gru { units }, inputs)
    }

    /// Adds long short-term memory; returns its name.
    pub fn lstm(&mut self, name: &str, units: usize, inputs: &[&str]) -> String {
        self.node(name, Op::Lstm { units }, inputs)
    }

    /// Adds a convolution over an image `[H, W, channels]`; returns its name.
    pub fn conv2d(&mut self, name: &str, form: Conv2d, image: &str) -> String {
        let op = Op::Conv2d {
            filters: form.filters,
            kernel: form.kernel,
            stride: form.stride,
            padding: form.padding,
            activation: form.activation,
            initialiser: form.initialiser,
        };
        self.node(name, op, &[image])
    }

    /// Adds a pool that takes the largest value of each square window; returns its name.
    pub fn max_pool(
        &mut self,
        name: &str,
        window: usize,
        stride: usize,
        padding: Padding,
        image: &str,
    ) -> String {
        let op = Op::Pool {
            kind: PoolKind::Max,
            window: [window; 2],
            stride: [stride; 2],
            padding,
        };
        self.node(name, op, &[image])
    }

    /// Adds a node that makes a vector of an image, as dense layers and cells need one; returns
    /// its name.
    pub fn flatten(&mut self, name: &str, image: &str) -> String {
        self.node(name, Op::Flatten, &[image])
    }

    /// Feeds a node from another's previous control step as well. `from` may be added later.
    ///
    /// # Panics
    /// There is no node `to`.
    #[track_caller]
    pub fn feedback(&mut self, to: &str, from: &str) {
        self.added(to).inputs.push(Edge::delayed(from));
    }

    /// Says which region a node belongs to; otherwise it is the name up to its last dot. Regions
    /// are what is frozen, pretrained, recorded and lesioned.
    ///
    /// # Panics
    /// There is no node of that name.
    #[track_caller]
    pub fn region(&mut self, node: &str, region: &str) {
        self.added(node).region = Some(region.to_owned());
    }

    #[track_caller]
    fn added(&mut self, name: &str) -> &mut Node {
        match self.nodes.iter_mut().find(|node| node.name == name) {
            Some(node) => node,
            None => panic!("there is no node \"{name}\"; add it first"),
        }
    }

    /// The graph whose policy and value heads read these nodes.
    #[must_use]
    pub fn finish(self, policy: &str, value: &str) -> BrainSpec {
        BrainSpec {
            nodes: self.nodes,
            policy: policy.to_owned(),
            value: value.to_owned(),
            ..BrainSpec::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultCode;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        cell: Cell,
        units: usize,
    }

    fn read(config: serde_json::Value) -> Result<Config> {
        settings(&BrainRequest {
            sensations: vec![],
            action: crate::ActionSpec::Discrete { n: 2 },
            config,
        })
    }

    #[test]
    fn settings_are_the_defaults_where_nothing_is_written() {
        assert_eq!(read(serde_json::Value::Null), Ok(Config::default()));
        assert_eq!(read(serde_json::json!({})), Ok(Config::default()));
        let written = read(serde_json::json!({"cell": "rnn", "units": 3})).expect("is valid");
        assert_eq!((written.cell, written.units), (Cell::Rnn, 3));
    }

    #[test]
    fn settings_refuse_an_unknown_cell_as_a_fault_of_configuration() {
        let fault = read(serde_json::json!({"cell": "transformer"})).expect_err("no such cell");
        assert_eq!((fault.code, &*fault.field), (FaultCode::Config, "cell"));
        assert!(fault.message.contains("cell is \"transformer\""), "{fault}");
        assert!(fault.message.contains("\"gru\""), "{fault}");
    }

    #[test]
    fn a_fault_of_configuration_is_on_its_key() {
        let fault = read(serde_json::json!({"cell": "gru", "units": "many"}));
        assert_eq!(fault.expect_err("no number").field, "units");
        let fault = read(serde_json::json!({"units": 2, "cel": "gru"}));
        assert_eq!(fault.expect_err("no such key").field, "cel");
        let fault = read(serde_json::json!("gru"));
        assert_eq!(fault.expect_err("no table").field, "");
    }

    #[test]
    fn feedback_and_region_change_the_node_that_they_name() {
        let mut brain = BrainBuilder::new();
        let s1 = brain.gru("s1", 4, &["touch"]);
        let m1 = brain.dense_with("m1", 2, ActivationKind::Relu, Initialiser::Zero, &[&s1]);
        brain.feedback(&s1, &m1);
        brain.region(&m1, "motor");
        let spec = brain.finish(&m1, &s1);
        assert_eq!(
            spec.nodes[0].inputs,
            [Edge::new("touch"), Edge::delayed("m1")]
        );
        assert_eq!(spec.nodes[0].region(), "s1");
        assert_eq!(spec.nodes[1].region(), "motor");
        let Op::Dense { initialiser, .. } = spec.nodes[1].op else {
            panic!("{:?}", spec.nodes[1]);
        };
        assert_eq!(initialiser, Initialiser::Zero);
    }

    #[test]
    #[should_panic(expected = "there is no node \"m1\"")]
    fn feedback_to_a_node_that_is_not_there_is_said() {
        BrainBuilder::new().feedback("m1", "m1");
    }
}
