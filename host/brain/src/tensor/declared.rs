//! A declared distribution as tensor expressions `[n, degrees of freedom, components]`.

use super::distribution::{digamma, ln_beta, ln_gamma};
use crate::distribution::declared::{Declared, Op, Part};
use angora_plugin_api::distribution::ExpressionOp as E;
use burn::tensor::{Device, Tensor, TensorData, activation};

/// Log-probabilities and entropies `[n, A]` of native actions, in the order of the parts.
pub fn declared(
    declared: &Declared,
    raw: &Tensor<2>,
    action: &Tensor<2>,
) -> (Tensor<2>, Tensor<2>) {
    let parts = declared
        .parts()
        .iter()
        .map(|part| of_part(part, raw, action));
    let (log_probs, entropies): (Vec<_>, Vec<_>) = parts.unzip();
    (Tensor::cat(log_probs, 1), Tensor::cat(entropies, 1))
}

fn of_part(part: &Part, raw: &Tensor<2>, action: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let lowered = part.lowered();
    let graph = &lowered.graph;
    let (n, degrees) = (raw.dims()[0], part.degrees().len());
    let device = raw.device();
    let outputs = [lowered.log_prob, lowered.entropy];
    let needed = graph.needed(&outputs);
    let mut values: Vec<Option<Tensor<3>>> = Vec::with_capacity(graph.nodes().len());
    for (node, needed) in graph.nodes().iter().zip(needed) {
        let value = needed.then(|| match node.op {
            Op::Constant(bits) => constants(&[f64::from_bits(bits)], &device),
            Op::Table(index) => constants(graph.table(index), &device),
            Op::Raw(parameter) => columns(raw, part.starts(parameter), node.width),
            Op::Action => columns(action, part.degrees(), 1),
            Op::Apply(op) => {
                let inputs: Vec<Tensor<3>> = node
                    .inputs
                    .iter()
                    .filter_map(|&id| values[id].clone())
                    .collect();
                apply(op, inputs, [n, degrees, node.width])
            }
            // Draws are read by samples, and the others by derivatives, which Burn makes itself.
            Op::Draw(_) | Op::Trigamma | Op::OneHot => constants(&[f64::NAN], &device),
        });
        values.push(value);
    }
    let [log_prob, entropy] = outputs.map(|id| {
        let value = values[id]
            .clone()
            .unwrap_or_else(|| constants(&[f64::NAN], &device));
        value.expand([n, degrees, 1]).reshape([n, degrees])
    });
    (log_prob, entropy)
}

fn constants(values: &[f64], device: &Device) -> Tensor<3> {
    let values: Vec<f32> = values.iter().map(|&x| x as f32).collect();
    let shape = [1, 1, values.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The columns that begin at each start, `width` of them.
fn columns(matrix: &Tensor<2>, starts: &[usize], width: usize) -> Tensor<3> {
    let n = matrix.dims()[0];
    let first = starts.first().copied().unwrap_or(0);
    let regular = starts
        .iter()
        .enumerate()
        .all(|(at, &start)| start == first + at * width);
    let columns = if regular {
        matrix.clone().narrow(1, first, starts.len() * width)
    } else {
        let parts = starts
            .iter()
            .map(|&start| matrix.clone().narrow(1, start, width));
        Tensor::cat(parts.collect(), 1)
    };
    columns.reshape([n, starts.len(), width])
}

/// One operation; a single number is taken for each component.
fn apply(op: E, inputs: Vec<Tensor<3>>, shape: [usize; 3]) -> Tensor<3> {
    let mut inputs = inputs.into_iter();
    let mut next = || {
        inputs
            .next()
            .unwrap_or_else(|| Tensor::zeros(shape, &Device::default()))
    };
    let x = next();
    let whole = |x: Tensor<3>| {
        let width = x.dims()[2];
        x.expand([shape[0], shape[1], width])
    };
    match op {
        E::Table => x,
        E::Neg => -x,
        E::Abs => x.abs(),
        E::Square => x.square(),
        E::Sqrt => x.sqrt(),
        E::Exp => x.clamp(-87.0, 88.0).exp(),
        E::Ln => x.log(),
        E::Ln1p => x.log1p(),
        E::Tanh => x.tanh(),
        E::Sigmoid => activation::sigmoid(x),
        E::Softplus => activation::softplus(x, 1.0),
        E::Lgamma => ln_gamma(x),
        E::Digamma => digamma(x),
        E::Add => x + next(),
        E::Sub => x - next(),
        E::Mul => x * next(),
        E::Div => x / next(),
        E::Pow => (x.log() * next()).exp(),
        E::Min => x.expand(shape).min_pair(next().expand(shape)),
        E::Max => x.expand(shape).max_pair(next().expand(shape)),
        E::LnBeta => ln_beta(x.expand(shape), next().expand(shape)),
        E::Less => x.expand(shape).lower(next().expand(shape)).float(),
        E::LessEqual => x.expand(shape).lower_equal(next().expand(shape)).float(),
        E::Select => {
            let chosen = x.expand(shape).not_equal_elem(0.0);
            let (yes, no) = (next().expand(shape), next().expand(shape));
            no.mask_where(chosen, yes)
        }
        E::Sum => x.sum_dim(2),
        E::LogSumExp => {
            let most = x.clone().detach().max_dim(2);
            (x - most.clone()).exp().sum_dim(2).log() + most
        }
        E::Largest => x.max_dim(2),
        E::ArgMax => x.argmax(2).float(),
        E::CumulativeSum => x.cumsum(2),
        E::Pick => {
            let x = whole(x);
            let last = x.dims()[2] - 1;
            let index = whole(next()).clamp(0.0, last as f64).int();
            x.gather(2, index)
        }
    }
}
