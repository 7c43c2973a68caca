//! Distributions of actions as data: expressions that the host checks, differentiates and runs.
//!
//! Everything is declared for one degree of freedom of the action; the host repeats it for each,
//! and log-probability and entropy are sums over the degrees of freedom. A value is either one
//! number or a list of *components* (the logits of a choice, the parts of a mixture): an operation
//! on a list and a number takes the number for each component.

use crate::ActionSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a distribution plugin is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DistributionRequest {
    /// What the task takes.
    pub action: ActionSpec,
    /// The distribution's own configuration, as written by the user.
    #[serde(default)]
    pub config: serde_json::Value,
}

/// A distribution of native actions. What the task takes comes from a native action by its
/// [`Support`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DistributionSpec {
    /// What the policy head, or the optimiser, gives; at least one.
    pub parameters: Vec<DistributionParameter>,
    /// Where native actions lie.
    pub support: Support,
    /// Random numbers that a sample is made of, for each degree of freedom anew, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub draws: Vec<Draw>,
    /// The expressions, each after those that it reads.
    pub nodes: Vec<Expression>,
    /// Log density (log mass of a choice) of the action; reads parameters and the action.
    pub log_prob: Operand,
    /// Entropy in nats, differential where continuous; reads parameters.
    pub entropy: Operand,
    /// How the entropy is known.
    #[serde(default)]
    pub entropy_form: EntropyForm,
    /// The action that is taken when the policy acts deterministically; reads parameters.
    pub mode: Operand,
    /// What the deterministic action is of the distribution.
    #[serde(default)]
    pub mode_form: ModeForm,
    /// An action drawn at random; reads parameters and draws.
    pub sample: Operand,
    /// Gain of the orthogonal weights of the policy head.
    #[serde(default = "head_gain")]
    pub head_gain: f64,
    /// Capabilities that a host must know; one that does not refuses the distribution
    /// ([`capability`](crate::capability)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

fn head_gain() -> f64 {
    0.01
}

/// A parameter of the distribution, of each degree of freedom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DistributionParameter {
    /// Its name, by which expressions read it: `mean`.
    pub name: String,
    /// How many components it has.
    #[serde(default)]
    pub components: Components,
    /// What makes the parameter of the raw number.
    #[serde(default)]
    pub activation: ParameterActivation,
    /// Least value. Tanh and sigmoid are scaled to the bounds, softplus begins at it, the others
    /// are clamped (without gradient beyond).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Whether all degrees of freedom have it in common.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shared: bool,
    /// Whether the policy head gives it. If not, its raw numbers are learned as they are, whatever
    /// the sensation.
    #[serde(default = "yes")]
    pub state_dependent: bool,
    /// Raw number from which a parameter starts that does not depend on the state.
    #[serde(default)]
    pub initial: f64,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Number of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Components {
    /// So many; 1 is a single number.
    Count(usize),
    /// As many as the degree of freedom has choices.
    Choices(ChoicesWord),
}

/// The word `choices`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChoicesWord {
    /// As many as there are choices.
    Choices,
}

impl Components {
    /// As many as the degree of freedom has choices.
    pub const CHOICES: Self = Self::Choices(ChoicesWord::Choices);
}

impl Default for Components {
    fn default() -> Self {
        Self::Count(1)
    }
}

/// What makes a parameter of a raw number x.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParameterActivation {
    /// x.
    #[default]
    Identity,
    /// ln(1 + exp x).
    Softplus,
    /// exp x.
    Exp,
    /// tanh x, in (-1, 1) or the bounds.
    Tanh,
    /// 1 / (1 + exp -x), in (0, 1) or the bounds.
    Sigmoid,
}

/// Where native actions of a degree of freedom lie, and what the task gets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Support {
    /// Any number; the task gets it clipped to \[-1, 1\] and spread over its bounds.
    Real,
    /// Between two numbers; spread over the task's bounds.
    Interval {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// An index below the number of choices of a discrete action.
    Choices,
    /// An index below `count`; spread over the bounds of a continuous action.
    Bins {
        /// Number of bins, at least 2.
        count: usize,
    },
}

/// A random number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Draw {
    /// Its name, by which expressions read it.
    pub name: String,
    /// Its distribution.
    pub kind: DrawKind,
}

/// The distribution of a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawKind {
    /// Uniform in \[0, 1).
    Uniform,
    /// Standard normal.
    Normal,
}

/// How the entropy is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EntropyForm {
    /// In closed form.
    #[default]
    Exact,
    /// By an estimate that has no random part.
    Estimate {
        /// The method, for people: `Gauss-Hermite quadrature, 8 nodes`.
        method: String,
        /// Largest error in nats over the parameters with which the host tries it.
        tolerance: f64,
    },
}

/// What a deterministic action is of its distribution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeForm {
    /// Where density or mass is highest.
    #[default]
    Mode,
    /// Half of the probability lies below.
    Median,
    /// The expectation.
    Mean,
}

/// One operation with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expression {
    /// Its name, unique among nodes, parameters and draws; `action` is the native action.
    pub name: String,
    /// The name of an [`ExpressionOp`].
    pub op: String,
    /// What it reads: names, or numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Operand>,
    /// The components of a `table`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<f64>,
}

/// What an operation reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Operand {
    /// A constant.
    Number(f64),
    /// A parameter, a draw, a node before, or `action`.
    Name(String),
}

/// The name of the native action in expressions.
pub const ACTION: &str = "action";

macro_rules! operations {
    ($($(#[$meta:meta])* $variant:ident $name:literal $arity:literal,)*) => {
        /// The operations of which expressions are made: a closed set.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ExpressionOp {
            $($(#[$meta])* $variant,)*
        }

        impl ExpressionOp {
            /// Every operation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in declarations.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Number of inputs.
            #[must_use]
            pub const fn arity(self) -> usize {
                match self { $(Self::$variant => $arity,)* }
            }

            /// The operation of a name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|op| op.name() == name)
            }
        }
    };
}

operations! {
    /// Constant components, which are in `values`.
    Table "table" 0,
    /// -x.
    Neg "neg" 1,
    /// |x|.
    Abs "abs" 1,
    /// x^2.
    Square "square" 1,
    /// Square root of x >= 0.
    Sqrt "sqrt" 1,
    /// exp x, with x clamped to \[-87, 88\].
    Exp "exp" 1,
    /// Natural logarithm of x > 0; NaN elsewhere.
    Ln "ln" 1,
    /// ln(1 + x) for x > -1, without loss where x is small; NaN elsewhere.
    Ln1p "ln_1p" 1,
    /// Hyperbolic tangent.
    Tanh "tanh" 1,
    /// 1 / (1 + exp -x).
    Sigmoid "sigmoid" 1,
    /// ln(1 + exp x).
    Softplus "softplus" 1,
    /// ln |gamma(x)| for x > 0.
    Lgamma "lgamma" 1,
    /// Derivative of lgamma for x > 0.
    Digamma "digamma" 1,
    /// x + y.
    Add "add" 2,
    /// x - y.
    Sub "sub" 2,
    /// x y.
    Mul "mul" 2,
    /// x / y.
    Div "div" 2,
    /// x^y for x > 0.
    Pow "pow" 2,
    /// The smaller.
    Min "min" 2,
    /// The larger.
    Max "max" 2,
    /// ln B(x, y), the logarithm of the Beta function, for x, y > 0; without the cancellation of
    /// three lgammas.
    LnBeta "ln_beta" 2,
    /// 1 where x < y, else 0.
    Less "less" 2,
    /// 1 where x <= y, else 0.
    LessEqual "less_equal" 2,
    /// y where x is not 0, else z.
    Select "select" 3,
    /// Sum over the components.
    Sum "sum" 1,
    /// ln of the sum of the exponentials of the components.
    LogSumExp "log_sum_exp" 1,
    /// The largest component.
    Largest "largest" 1,
    /// Index of the first of the largest components; without derivative.
    ArgMax "arg_max" 1,
    /// Each component plus all before it.
    CumulativeSum "cumulative_sum" 1,
    /// The component of x with the index y, a single whole number.
    Pick "pick" 2,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_read_with_its_defaults() {
        let text = r#"{
            "parameters": [
                {"name": "mean"},
                {"name": "log_std", "state_dependent": false, "low": -5.0},
                {"name": "logits", "components": "choices"}
            ],
            "support": {"type": "interval", "low": -1, "high": 1},
            "nodes": [{"name": "z", "op": "mul", "inputs": ["mean", -0.5]}],
            "log_prob": "z", "entropy": 1.5, "mode": "mean", "sample": "mean"
        }"#;
        let spec: DistributionSpec = serde_json::from_str(text).expect("a valid spec");
        assert!(spec.parameters[0].state_dependent && !spec.parameters[1].state_dependent);
        assert_eq!(spec.parameters[0].components, Components::Count(1));
        assert_eq!(spec.parameters[2].components, Components::CHOICES);
        assert_eq!(spec.nodes[0].inputs[1], Operand::Number(-0.5));
        assert_eq!(spec.entropy, Operand::Number(1.5));
        assert_eq!(spec.mode_form, ModeForm::Mode);
        let again = serde_json::to_value(&spec).and_then(serde_json::from_value);
        assert_eq!(again.ok(), Some(spec));
    }

    #[test]
    fn operations_have_names_of_their_own() {
        for (at, op) in ExpressionOp::ALL.iter().enumerate() {
            assert_eq!(ExpressionOp::parse(op.name()), Some(*op));
            let before = &ExpressionOp::ALL[..at];
            assert!(before.iter().all(|other| other.name() != op.name()));
        }
        assert_eq!(ExpressionOp::parse("erf"), None);
    }
}
