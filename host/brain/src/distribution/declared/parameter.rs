//! From raw numbers to parameters.

use super::graph::{Graph, Id};
use super::lower::MOST_COMPONENTS;
use angora_plugin_api::distribution::{
    Components, DistributionParameter, ExpressionOp as E, ParameterActivation,
};

/// Number of components of a parameter.
///
/// # Errors
/// What is wrong with the parameter, beginning with the field.
pub fn width(parameter: &DistributionParameter, choices: usize) -> Result<usize, String> {
    let width = match parameter.components {
        Components::Count(n) => n,
        Components::Choices(_) if choices == 0 => {
            return Err(
                "components: \"choices\" needs a support of choices or bins; give a number".into(),
            );
        }
        Components::Choices(_) if parameter.shared => {
            return Err("shared: degrees of freedom may have different numbers of choices; a shared parameter needs a number of components".into());
        }
        Components::Choices(_) => choices,
    };
    if width == 0 || width > MOST_COMPONENTS {
        return Err(format!(
            "components: it is {width}, expected 1 to {MOST_COMPONENTS}"
        ));
    }
    for (field, bound) in [("low", parameter.low), ("high", parameter.high)] {
        if bound.is_some_and(|bound| !bound.is_finite()) {
            return Err(format!("{field}: it is not a finite number"));
        }
    }
    if let (Some(low), Some(high)) = (parameter.low, parameter.high)
        && low >= high
    {
        return Err(format!("low: it is {low}, which is not below high, {high}"));
    }
    let scaled = matches!(
        parameter.activation,
        ParameterActivation::Tanh | ParameterActivation::Sigmoid
    );
    if scaled && parameter.low.is_some() != parameter.high.is_some() {
        return Err(
            "activation: tanh and sigmoid are scaled to both bounds; give low and high, or neither"
                .into(),
        );
    }
    if !parameter.initial.is_finite() {
        return Err("initial: it is not a finite number".into());
    }
    if parameter.state_dependent && parameter.initial != 0.0 {
        return Err(format!(
            "initial: it is {}, but the policy head gives this parameter; add a constant in an expression, or set state_dependent to false",
            parameter.initial
        ));
    }
    Ok(width)
}

/// The parameter of its raw numbers.
pub fn activate(graph: &mut Graph, parameter: &DistributionParameter, raw: Id) -> Id {
    let (low, high) = (parameter.low, parameter.high);
    match parameter.activation {
        ParameterActivation::Identity => clamp(graph, raw, low, high),
        ParameterActivation::Exp => {
            let value = graph.apply(E::Exp, &[raw]);
            clamp(graph, value, low, high)
        }
        ParameterActivation::Softplus => {
            let value = graph.apply(E::Softplus, &[raw]);
            let start = graph.constant(low.unwrap_or(0.0));
            let value = graph.apply(E::Add, &[value, start]);
            clamp(graph, value, None, high)
        }
        ParameterActivation::Tanh => {
            let value = graph.apply(E::Tanh, &[raw]);
            let (low, high) = (low.unwrap_or(-1.0), high.unwrap_or(1.0));
            affine(graph, value, 0.5 * (high - low), 0.5 * (low + high))
        }
        ParameterActivation::Sigmoid => {
            let value = graph.apply(E::Sigmoid, &[raw]);
            let (low, high) = (low.unwrap_or(0.0), high.unwrap_or(1.0));
            affine(graph, value, high - low, low)
        }
    }
}

fn affine(graph: &mut Graph, x: Id, slope: f64, offset: f64) -> Id {
    let (slope, offset) = (graph.constant(slope), graph.constant(offset));
    let x = graph.apply(E::Mul, &[x, slope]);
    graph.apply(E::Add, &[x, offset])
}

fn clamp(graph: &mut Graph, x: Id, low: Option<f64>, high: Option<f64>) -> Id {
    let mut x = x;
    for (op, bound) in [(E::Max, low), (E::Min, high)] {
        if let Some(bound) = bound {
            let bound = graph.constant(bound);
            x = graph.apply(op, &[x, bound]);
        }
    }
    x
}
