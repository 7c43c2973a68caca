//! Distributions of actions: expressions as data, and a builder for them.

mod expression;

pub use expression::Expr;

use crate::{ActionSpec, Result};
use angora_plugin_api::distribution::{
    ACTION, Components, DistributionParameter, Draw, DrawKind, Expression, ExpressionOp,
};
pub use angora_plugin_api::distribution::{
    DistributionSpec, EntropyForm, ModeForm, Operand, ParameterActivation, Support,
};
use serde::de::DeserializeOwned;
use std::cell::RefCell;

/// A distribution of actions, declared for one degree of freedom. It is data, asked for once; the
/// host checks it, differentiates it and runs it.
///
/// ```
/// use angora_sdk::distribution::{DistributionBuilder, Parameter, Results, Support};
/// use angora_sdk::{ActionSpec, Distribution, DistributionSpec, NoConfig, Result};
///
/// /// Laplace's distribution.
/// struct Laplace;
///
/// impl Distribution for Laplace {
///     type Config = NoConfig;
///
///     fn declare(_id: &str, _config: NoConfig, _action: &ActionSpec) -> Result<DistributionSpec> {
///         let d = DistributionBuilder::new();
///         let mean = d.parameter(Parameter::new("mean"));
///         let log_scale = d.parameter(Parameter::new("log_scale").bounds(-5.0, 2.0).free(0.0));
///         let scale = log_scale.exp();
///         let ln_2 = std::f64::consts::LN_2;
///         // By inversion; the draw stays away from the logarithm's pole.
///         let u = d.uniform("u") * 0.999_998 - 0.499_999;
///         let away = -(-u.abs() * 2.0).ln_1p() * scale;
///         Ok(d.finish(Support::Real, Results {
///             log_prob: -(d.action() - mean).abs() / scale - log_scale - ln_2,
///             entropy: log_scale + 1.0 + ln_2,
///             mode: mean,
///             sample: mean + u.less(0.0).select(-away, away),
///         }))
///     }
/// }
/// # let action = ActionSpec::Box { low: vec![-1.0], high: vec![1.0] };
/// # let spec = Laplace::declare("laplace", NoConfig {}, &action)?;
/// # assert_eq!(spec.parameters.len(), 2);
/// # Ok::<(), angora_sdk::Fault>(())
/// ```
pub trait Distribution: 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`](crate::NoConfig) for none.
    type Config: DeserializeOwned + Default;

    /// The declaration that `export_plugin!` lists under `id`, for what a task takes.
    ///
    /// # Errors
    /// Settings that make no sense, or an action that it is not for.
    fn declare(id: &str, config: Self::Config, action: &ActionSpec) -> Result<DistributionSpec>;
}

/// A parameter, for [`DistributionBuilder::parameter`].
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter(DistributionParameter);

impl Parameter {
    /// A single number that the policy head gives as it is.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(DistributionParameter {
            name: name.to_owned(),
            components: Components::Count(1),
            activation: ParameterActivation::Identity,
            low: None,
            high: None,
            shared: false,
            state_dependent: true,
            initial: 0.0,
        })
    }

    /// The same with so many components.
    #[must_use]
    pub fn components(mut self, count: usize) -> Self {
        self.0.components = Components::Count(count);
        self
    }

    /// The same with as many components as the degree of freedom has choices or bins.
    #[must_use]
    pub fn per_choice(mut self) -> Self {
        self.0.components = Components::CHOICES;
        self
    }

    /// The same through an activation.
    #[must_use]
    pub fn activation(mut self, activation: ParameterActivation) -> Self {
        self.0.activation = activation;
        self
    }

    /// The same within bounds.
    #[must_use]
    pub fn bounds(mut self, low: f64, high: f64) -> Self {
        (self.0.low, self.0.high) = (Some(low), Some(high));
        self
    }

    /// The same in common for all degrees of freedom.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.0.shared = true;
        self
    }

    /// The same as a number that is learned whatever the sensation, from `initial` on (before the
    /// activation).
    #[must_use]
    pub fn free(mut self, initial: f64) -> Self {
        self.0.state_dependent = false;
        self.0.initial = initial;
        self
    }
}

/// What a distribution is made of.
#[derive(Debug, Clone, Copy)]
pub struct Results<'d> {
    /// Log density, or log mass of a choice, of [`DistributionBuilder::action`].
    pub log_prob: Expr<'d>,
    /// Entropy in nats.
    pub entropy: Expr<'d>,
    /// Deterministic action.
    pub mode: Expr<'d>,
    /// Random action, from draws.
    pub sample: Expr<'d>,
}

/// Builds a [`DistributionSpec`] from expressions that are written as arithmetic.
#[derive(Debug, Default)]
pub struct DistributionBuilder {
    parameters: RefCell<Vec<DistributionParameter>>,
    draws: RefCell<Vec<Draw>>,
    nodes: RefCell<Vec<Expression>>,
}

impl DistributionBuilder {
    /// Nothing declared yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a parameter.
    pub fn parameter(&self, parameter: Parameter) -> Expr<'_> {
        let mut parameters = self.parameters.borrow_mut();
        parameters.push(parameter.0);
        Expr::new(self, expression::Kind::Parameter(parameters.len() - 1))
    }

    /// The native action whose probability is asked for; only `log_prob` may read it.
    #[must_use]
    pub fn action(&self) -> Expr<'_> {
        Expr::new(self, expression::Kind::Action)
    }

    /// Declares a draw from \[0, 1); only `sample` may read it.
    pub fn uniform(&self, name: &str) -> Expr<'_> {
        self.draw(name, DrawKind::Uniform)
    }

    /// Declares a draw from the standard normal distribution; only `sample` may read it.
    pub fn normal(&self, name: &str) -> Expr<'_> {
        self.draw(name, DrawKind::Normal)
    }

    fn draw(&self, name: &str, kind: DrawKind) -> Expr<'_> {
        let mut draws = self.draws.borrow_mut();
        draws.push(Draw {
            name: name.to_owned(),
            kind,
        });
        Expr::new(self, expression::Kind::Draw(draws.len() - 1))
    }

    /// A constant.
    #[must_use]
    pub fn number(&self, value: f64) -> Expr<'_> {
        Expr::new(self, expression::Kind::Number(value))
    }

    /// Constant components, such as the nodes of a quadrature.
    pub fn table(&self, values: &[f64]) -> Expr<'_> {
        self.push(ExpressionOp::Table, &[], values)
    }

    fn push(&self, op: ExpressionOp, inputs: &[Operand], values: &[f64]) -> Expr<'_> {
        let mut nodes = self.nodes.borrow_mut();
        // What is written twice is computed once.
        let known = nodes.iter().position(|node| {
            node.op == op.name() && node.inputs == inputs && node.values == values
        });
        let at = known.unwrap_or_else(|| {
            let name = format!("n{}", nodes.len());
            nodes.push(Expression {
                name,
                op: op.name().to_owned(),
                inputs: inputs.to_vec(),
                values: values.to_vec(),
            });
            nodes.len() - 1
        });
        Expr::new(self, expression::Kind::Node(at))
    }

    fn operand(&self, kind: expression::Kind) -> Operand {
        match kind {
            expression::Kind::Number(value) => Operand::Number(value),
            expression::Kind::Action => Operand::Name(ACTION.to_owned()),
            expression::Kind::Parameter(at) => {
                Operand::Name(self.parameters.borrow()[at].name.clone())
            }
            expression::Kind::Draw(at) => Operand::Name(self.draws.borrow()[at].name.clone()),
            expression::Kind::Node(at) => Operand::Name(self.nodes.borrow()[at].name.clone()),
        }
    }

    /// The declaration. Entropy is exact, the deterministic action the mode, and the head's weights
    /// are small, unless fields of the result are changed.
    ///
    /// # Panics
    /// If a result was made by another builder.
    #[must_use]
    pub fn finish(&self, support: Support, results: Results<'_>) -> DistributionSpec {
        let operand = |expr: Expr<'_>| {
            expr.check(self);
            self.operand(expr.kind())
        };
        DistributionSpec {
            log_prob: operand(results.log_prob),
            entropy: operand(results.entropy),
            entropy_form: EntropyForm::Exact,
            mode: operand(results.mode),
            mode_form: ModeForm::Mode,
            sample: operand(results.sample),
            head_gain: 0.01,
            requires: Vec::new(),
            parameters: self.parameters.borrow().clone(),
            support,
            draws: self.draws.borrow().clone(),
            nodes: self.nodes.borrow().clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_becomes_nodes_and_equal_ones_are_one() {
        let d = DistributionBuilder::new();
        let mean = d.parameter(Parameter::new("mean").bounds(-2.0, 2.0));
        let noise = d.normal("noise");
        let z = (d.action() - mean) * 0.5;
        let again = (d.action() - mean) * 0.5;
        let spec = d.finish(
            Support::Real,
            Results {
                log_prob: z + again,
                entropy: d.number(1.0),
                mode: mean,
                sample: 1.0 - noise,
            },
        );
        let names: Vec<&str> = spec.nodes.iter().map(|node| node.op.as_str()).collect();
        assert_eq!(names, ["sub", "mul", "add", "sub"]);
        let name = |name: &str| Operand::Name(name.into());
        assert_eq!(spec.nodes[0].inputs, [name("action"), name("mean")]);
        assert_eq!(spec.nodes[1].inputs, [name("n0"), Operand::Number(0.5)]);
        assert_eq!(spec.nodes[2].inputs, [name("n1"), name("n1")]);
        assert_eq!(spec.nodes[3].inputs, [Operand::Number(1.0), name("noise")]);
        assert_eq!(
            (spec.entropy, spec.mode),
            (Operand::Number(1.0), name("mean"))
        );
        assert_eq!(spec.parameters[0].high, Some(2.0));
    }

    #[test]
    #[should_panic(expected = "of another builder")]
    fn builders_do_not_mix() {
        let (one, other) = (DistributionBuilder::new(), DistributionBuilder::new());
        let _ = one.action() + other.action();
    }
}
