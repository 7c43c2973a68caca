//! Brains.

use super::spec::{ActionSpec, SensationSpec};
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrainSpec {
    /// The nodes, each after the nodes that feed it without delay.
    pub nodes: Vec<Node>,
    /// Name of the node whose output the policy head reads.
    pub policy: String,
    /// Name of the node whose output the value head reads; may be the same.
    pub value: String,
}

/// A node of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "EdgeForm", into = "EdgeForm")]
pub struct Edge {
    /// A sense or node.
    pub from: String,
    /// Whether the value of the previous control step is read (zero at an episode's start).
    pub delayed: bool,
}

/// How an edge is written: a name, or `{ "delayed": name }`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum EdgeForm {
    Now(String),
    Delayed { delayed: String },
}

/// An elementwise function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivationKind {
    /// The identity.
    #[default]
    Linear,
    /// Hyperbolic tangent.
    Tanh,
    /// max(x, 0).
    Relu,
    /// Logistic function.
    Sigmoid,
    /// ln(1 + exp x).
    Softplus,
    /// x for x > 0, exp(x) - 1 below.
    Elu,
}

/// How a weight matrix is drawn; biases start at zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Initialiser {
    /// Orthogonal with a gain (Saxe et al. 2014).
    Orthogonal {
        /// Factor.
        gain: f64,
    },
    /// Uniform within sqrt(6 / (in + out)) (Glorot and Bengio 2010).
    GlorotUniform,
    /// Zero.
    Zero,
}

/// Padding of a convolution or pooling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// None: the output shrinks.
    #[default]
    Valid,
    /// Zeros, so that the output has ceil(input / stride) places.
    Same,
}

/// Which value a pool takes of its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// The largest.
    Max,
    /// The mean.
    Average,
}

/// What a node computes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Op {
    /// y = f(x W + b). Inputs are concatenated.
    Dense {
        /// Number of units.
        units: usize,
        /// f.
        #[serde(default)]
        activation: ActivationKind,
        /// Whether there is a bias.
        #[serde(default = "yes")]
        bias: bool,
        /// How W is drawn.
        #[serde(default)]
        initialiser: Initialiser,
    },
    /// Dense with fixed connectivity, optionally with fixed signs per input unit (Dale's law).
    MaskedDense {
        /// Number of units.
        units: usize,
        /// f.
        #[serde(default)]
        activation: ActivationKind,
        /// Whether there is a bias.
        #[serde(default = "yes")]
        bias: bool,
        /// How W is drawn.
        #[serde(default)]
        initialiser: Initialiser,
        /// `[inputs][units]`, true where there is a connection.
        mask: Vec<Vec<bool>>,
        /// Sign of each input unit's connections: 1, -1, or 0 for free; empty for all free.
        #[serde(default)]
        signs: Vec<i8>,
    },
    /// An elementwise function.
    Activation {
        /// Which.
        kind: ActivationKind,
    },
    /// Inputs side by side.
    Concat,
    /// Part of the input: `len` values from `start`.
    Slice {
        /// First value.
        start: usize,
        /// Number of values.
        len: usize,
    },
    /// Elementwise sum of all inputs.
    Add,
    /// Elementwise product of all inputs.
    Multiply,
    /// Layer normalisation with scale and offset (Ba et al. 2016).
    LayerNorm {
        /// Added to the variance.
        #[serde(default = "layer_norm_epsilon")]
        epsilon: f64,
    },
    /// The input as a vector.
    Flatten,
    /// Two-dimensional convolution over `[H, W, channels]`.
    Conv2d {
        /// Number of filters.
        filters: usize,
        /// Height and width of the kernel.
        kernel: [usize; 2],
        /// Strides.
        stride: [usize; 2],
        /// Padding.
        #[serde(default)]
        padding: Padding,
        /// Activation.
        #[serde(default)]
        activation: ActivationKind,
        /// How the kernel is drawn.
        #[serde(default)]
        initialiser: Initialiser,
    },
    /// Pooling over `[H, W, channels]`.
    Pool {
        /// Which value.
        kind: PoolKind,
        /// Window.
        window: [usize; 2],
        /// Strides.
        stride: [usize; 2],
        /// Padding.
        #[serde(default)]
        padding: Padding,
    },
    /// h' = tanh(x W + h U + b).
    SimpleRnn {
        /// Number of units.
        units: usize,
    },
    /// Gated recurrent unit (Cho et al. 2014; reset after the product; bias of the update gate,
    /// which keeps the state, starts at 1).
    Gru {
        /// Number of units.
        units: usize,
    },
    /// Long short-term memory (Hochreiter and Schmidhuber 1997; forget bias 1).
    Lstm {
        /// Number of units.
        units: usize,
    },
}

impl From<EdgeForm> for Edge {
    fn from(form: EdgeForm) -> Self {
        let (from, delayed) = match form {
            EdgeForm::Now(from) => (from, false),
            EdgeForm::Delayed { delayed } => (delayed, true),
        };
        Self { from, delayed }
    }
}

impl From<Edge> for EdgeForm {
    fn from(edge: Edge) -> Self {
        if edge.delayed {
            Self::Delayed { delayed: edge.from }
        } else {
            Self::Now(edge.from)
        }
    }
}

impl Default for Initialiser {
    fn default() -> Self {
        Self::Orthogonal {
            gain: std::f64::consts::SQRT_2,
        }
    }
}

fn yes() -> bool {
    true
}

fn layer_norm_epsilon() -> f64 {
    1e-5
}
