//! Reverse-mode derivatives, as further nodes of the graph.

use super::graph::{Graph, Id, Op};
use angora_plugin_api::distribution::ExpressionOp as E;

/// The derivative of a single number by the raw numbers of each parameter, 0 where it does not
/// depend on them. A derivative of one component is that of each component.
pub fn gradient(graph: &mut Graph, output: Id, parameters: usize) -> Vec<Id> {
    let learned = graph.learned();
    let mut adjoints: Vec<Option<Id>> = vec![None; output + 1];
    adjoints[output] = Some(graph.constant(1.0));
    let zero = graph.constant(0.0);
    let mut by_raw = vec![zero; parameters];
    for id in (0..=output).rev() {
        let Some(adjoint) = adjoints[id].filter(|_| learned[id]) else {
            continue;
        };
        let node = graph.nodes()[id].clone();
        match node.op {
            Op::Raw(parameter) => by_raw[parameter] = adjoint,
            Op::Apply(op) => {
                for (at, &input) in node.inputs.iter().enumerate() {
                    if !learned[input] {
                        continue;
                    }
                    let Some(part) = part(graph, op, id, &node.inputs, at, adjoint) else {
                        continue;
                    };
                    let part = narrowed(graph, part, input, op, node.width);
                    adjoints[input] = Some(match adjoints[input] {
                        Some(sum) => graph.apply(E::Add, &[sum, part]),
                        None => part,
                    });
                }
            }
            // Only derivatives are made of these.
            Op::Trigamma | Op::OneHot => {}
            Op::Constant(_) | Op::Table(_) | Op::Action | Op::Draw(_) => {}
        }
    }
    by_raw
}

/// What a number that was taken for each of several components gets of them all.
fn narrowed(graph: &mut Graph, part: Id, input: Id, op: E, width: usize) -> Id {
    let spread = !matches!(
        op,
        E::Sum | E::LogSumExp | E::Largest | E::CumulativeSum | E::Pick
    );
    if graph.width(input) > 1 || width == 1 || !spread {
        return part;
    }
    if graph.width(part) > 1 {
        return graph.apply(E::Sum, &[part]);
    }
    let times = graph.constant(width as f64);
    graph.apply(E::Mul, &[part, times])
}

/// The adjoint of an operation's output times its derivative by an input; `None` where that is 0
/// almost everywhere.
fn part(graph: &mut Graph, op: E, output: Id, inputs: &[Id], at: usize, adjoint: Id) -> Option<Id> {
    let g = adjoint;
    let x = inputs[0];
    let y = inputs.get(1).copied().unwrap_or(x);
    let zero = graph.constant(0.0);
    let one = graph.constant(1.0);
    Some(match (op, at) {
        (E::Add, _) | (E::Sub, 0) | (E::Sum, _) => g,
        (E::Neg | E::Sub, _) => graph.apply(E::Neg, &[g]),
        (E::Abs, _) => {
            let negative = graph.apply(E::Less, &[x, zero]);
            let minus = graph.apply(E::Neg, &[g]);
            graph.apply(E::Select, &[negative, minus, g])
        }
        (E::Square, _) => {
            let two = graph.constant(2.0);
            let slope = graph.apply(E::Mul, &[x, two]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Sqrt, _) => {
            let half = graph.constant(0.5);
            let half = graph.apply(E::Mul, &[g, half]);
            graph.apply(E::Div, &[half, output])
        }
        (E::Exp, _) => graph.apply(E::Mul, &[g, output]),
        (E::Ln, _) => graph.apply(E::Div, &[g, x]),
        (E::Ln1p, _) => {
            let whole = graph.apply(E::Add, &[x, one]);
            graph.apply(E::Div, &[g, whole])
        }
        (E::Tanh, _) => {
            let square = graph.apply(E::Square, &[output]);
            let slope = graph.apply(E::Sub, &[one, square]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Sigmoid, _) => {
            let rest = graph.apply(E::Sub, &[one, output]);
            let slope = graph.apply(E::Mul, &[output, rest]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Softplus, _) => {
            let slope = graph.apply(E::Sigmoid, &[x]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Lgamma, _) => {
            let slope = graph.apply(E::Digamma, &[x]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Digamma, _) => {
            let slope = graph.trigamma(x);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Mul, 0) => graph.apply(E::Mul, &[g, y]),
        (E::Mul, _) => graph.apply(E::Mul, &[g, x]),
        (E::Div, 0) => graph.apply(E::Div, &[g, y]),
        (E::Div, _) => {
            let slope = graph.apply(E::Div, &[output, y]);
            let slope = graph.apply(E::Mul, &[g, slope]);
            graph.apply(E::Neg, &[slope])
        }
        (E::Pow, 0) => {
            let slope = graph.apply(E::Div, &[output, x]);
            let slope = graph.apply(E::Mul, &[slope, y]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Pow, _) => {
            let ln = graph.apply(E::Ln, &[x]);
            let slope = graph.apply(E::Mul, &[output, ln]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Min | E::Max, _) => {
            let order = if op == E::Min { [x, y] } else { [y, x] };
            let first = graph.apply(E::LessEqual, &order);
            let ends = if at == 0 { [g, zero] } else { [zero, g] };
            graph.apply(E::Select, &[first, ends[0], ends[1]])
        }
        (E::LnBeta, _) => {
            let sum = graph.apply(E::Add, &[x, y]);
            let of_sum = graph.apply(E::Digamma, &[sum]);
            let own = graph.apply(E::Digamma, &[inputs[at]]);
            let slope = graph.apply(E::Sub, &[own, of_sum]);
            graph.apply(E::Mul, &[g, slope])
        }
        (E::Select, 1) => graph.apply(E::Select, &[x, g, zero]),
        (E::Select, 2) => graph.apply(E::Select, &[x, zero, g]),
        (E::LogSumExp, _) => {
            let log = graph.apply(E::Sub, &[x, output]);
            let share = graph.apply(E::Exp, &[log]);
            graph.apply(E::Mul, &[g, share])
        }
        (E::Largest, _) => {
            let largest = graph.apply(E::LessEqual, &[output, x]);
            graph.apply(E::Select, &[largest, g, zero])
        }
        (E::CumulativeSum, _) => {
            // The sum of an adjoint from a component on; one number stands for each component.
            let width = graph.width(x);
            let zeros = graph.constants(&vec![0.0; width]);
            let g = graph.apply(E::Add, &[g, zeros]);
            let all = graph.apply(E::Sum, &[g]);
            let before = graph.apply(E::CumulativeSum, &[g]);
            let from = graph.apply(E::Sub, &[all, before]);
            graph.apply(E::Add, &[from, g])
        }
        (E::Pick, 0) => {
            let width = graph.width(x);
            let chosen = graph.one_hot(y, width);
            graph.apply(E::Mul, &[chosen, g])
        }
        (E::Less | E::LessEqual | E::Select | E::ArgMax | E::Pick | E::Table, _) => return None,
    })
}
