//! How large a brain may be: a mistyped number ends in a message, not in a lack of memory.

use super::shapes::Shapes;
use crate::error::BrainError;
use angora_plugin_api::brain::{BrainSpec, Node, Op};

/// Most values that a node puts out for one sensation.
pub(super) const LARGEST_OUTPUT: usize = 1 << 26;
/// Most parameters: 4 GiB, of which learning holds more than four times as much.
const MOST_PARAMETERS: usize = 1 << 30;
/// Most values of an image that is laid out for a convolution.
const LARGEST_LAYOUT: usize = 1 << 28;

/// The number of values of a shape, if there are no more than a node may put out.
pub(super) fn output_len(shape: &[usize]) -> Option<usize> {
    let len = shape
        .iter()
        .try_fold(1_usize, |len, side| len.checked_mul(*side));
    len.filter(|len| *len <= LARGEST_OUTPUT)
}

/// Refuses a brain with more parameters than any machine would train. The shapes are checked, and
/// heads of so many units read policy and value.
pub(super) fn check(
    spec: &BrainSpec,
    shapes: &Shapes,
    heads: [usize; 2],
) -> Result<(), BrainError> {
    let mut total = 0_usize;
    for node in &spec.nodes {
        let width = node.inputs.iter().try_fold(0_usize, |sum, edge| {
            sum.checked_add(output_len(&shapes[&edge.from])?)
        });
        let own = width.and_then(|width| parameters(node, width, shapes));
        total = own
            .and_then(|own| total.checked_add(own))
            .filter(|total| *total <= MOST_PARAMETERS)
            .ok_or_else(|| too_large(&node.name))?;
    }
    for ((output, name), units) in super::graph::outputs(spec).into_iter().zip(heads) {
        let own = (shapes[name][0] + 1).checked_mul(units);
        total = own
            .and_then(|own| total.checked_add(own))
            .filter(|total| *total <= MOST_PARAMETERS)
            .ok_or_else(|| BrainError::Output {
                output,
                problem: LARGE.into(),
            })?;
    }
    Ok(())
}

const LARGE: &str =
    "with it the brain has more than 1,073,741,824 parameters, which is the most that is built";

fn too_large(node: &str) -> BrainError {
    BrainError::node(node, LARGE)
}

/// The number of a node's parameters, for inputs of so many values together; `None` is more than
/// can be counted, or laid out.
fn parameters(node: &Node, width: usize, shapes: &Shapes) -> Option<usize> {
    let dense = |inputs: usize, units: usize| inputs.checked_add(1)?.checked_mul(units);
    let cell =
        |gates: usize, units: usize| dense(width.checked_add(units)?, units)?.checked_mul(gates);
    match &node.op {
        Op::Dense { units, .. } | Op::MaskedDense { units, .. } => dense(width, *units),
        Op::SimpleRnn { units } => cell(1, *units),
        Op::Gru { units } => cell(3, *units)?.checked_add(units.checked_mul(3)?),
        Op::Lstm { units } => cell(4, *units),
        Op::LayerNorm { .. } => width.checked_mul(2),
        Op::Conv2d {
            filters, kernel, ..
        } => {
            let channels = shapes[&node.inputs[0].from].get(2)?;
            let window = kernel[0].checked_mul(kernel[1])?.checked_mul(*channels)?;
            let output = &shapes[&node.name];
            let laid_out = window.checked_mul(output[0].checked_mul(output[1])?)?;
            if laid_out > LARGEST_LAYOUT {
                return None;
            }
            dense(window, *filters)
        }
        _ => Some(0),
    }
}
