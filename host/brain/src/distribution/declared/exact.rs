//! The expressions in f64, node by node: what checks and constants are computed with.

use super::graph::{Graph, Id, Op};
use angora_plugin_api::distribution::ExpressionOp;

/// What expressions read of one degree of freedom.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The raw numbers of each parameter.
    pub raw: &'a [Vec<f64>],
    /// The native action.
    pub action: f64,
    /// The random numbers.
    pub draws: &'a [f64],
}

/// The components of some nodes, one after another.
pub fn values(graph: &Graph, outputs: &[Id], inputs: Inputs<'_>) -> Vec<Vec<f64>> {
    let needed = graph.needed(outputs);
    let mut found: Vec<Vec<f64>> = Vec::with_capacity(graph.nodes().len());
    for (node, needed) in graph.nodes().iter().zip(needed) {
        if !needed {
            found.push(Vec::new());
            continue;
        }
        let read: Vec<&[f64]> = node.inputs.iter().map(|&id| found[id].as_slice()).collect();
        let value = match node.op {
            Op::Constant(bits) => vec![f64::from_bits(bits)],
            Op::Table(index) => graph.table(index).to_vec(),
            Op::Raw(parameter) => inputs.raw[parameter].clone(),
            Op::Action => vec![inputs.action],
            Op::Draw(index) => vec![inputs.draws[index]],
            Op::Apply(op) => apply(op, &read, node.width),
            Op::Trigamma => read[0].iter().map(|&x| trigamma(x)).collect(),
            Op::OneHot => (0..node.width)
                .map(|at| f64::from(u8::from(at == index(read[0][0], node.width))))
                .collect(),
        };
        found.push(value);
    }
    outputs.iter().map(|&id| found[id].clone()).collect()
}

/// A component's index from a number.
fn index(x: f64, width: usize) -> usize {
    (x as usize).min(width - 1)
}

/// One operation; a single number is taken for each of `width` components.
pub fn apply(op: ExpressionOp, read: &[&[f64]], width: usize) -> Vec<f64> {
    use ExpressionOp as E;
    let at = |input: usize, c: usize| {
        let list = read[input];
        if list.len() == 1 { list[0] } else { list[c] }
    };
    let map = |f: fn(f64) -> f64| (0..width).map(|c| f(at(0, c))).collect();
    let pair = |f: fn(f64, f64) -> f64| (0..width).map(|c| f(at(0, c), at(1, c))).collect();
    let largest = || read[0].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match op {
        // Tables are leaves.
        E::Table => Vec::new(),
        E::Neg => map(|x| -x),
        E::Abs => map(f64::abs),
        E::Square => map(|x| x * x),
        E::Sqrt => map(f64::sqrt),
        E::Exp => map(|x| x.clamp(-87.0, 88.0).exp()),
        E::Ln => map(|x| if x > 0.0 { x.ln() } else { f64::NAN }),
        E::Ln1p => map(|x| if x > -1.0 { x.ln_1p() } else { f64::NAN }),
        E::Tanh => map(f64::tanh),
        E::Sigmoid => map(|x| 1.0 / (1.0 + (-x).exp())),
        E::Softplus => map(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()),
        E::Lgamma => map(ln_gamma),
        E::Digamma => map(digamma),
        E::Add => pair(|x, y| x + y),
        E::Sub => pair(|x, y| x - y),
        E::Mul => pair(|x, y| x * y),
        E::Div => pair(|x, y| x / y),
        E::Pow => pair(|x, y| if x > 0.0 { x.powf(y) } else { f64::NAN }),
        E::Min => pair(|x, y| if x <= y { x } else { y }),
        E::Max => pair(|x, y| if x >= y { x } else { y }),
        E::LnBeta => pair(|x, y| ln_gamma(x) + ln_gamma(y) - ln_gamma(x + y)),
        E::Less => pair(|x, y| f64::from(u8::from(x < y))),
        E::LessEqual => pair(|x, y| f64::from(u8::from(x <= y))),
        E::Select => (0..width)
            .map(|c| if at(0, c) != 0.0 { at(1, c) } else { at(2, c) })
            .collect(),
        E::Sum => vec![read[0].iter().sum()],
        E::LogSumExp => {
            let most = largest();
            let sum: f64 = read[0].iter().map(|x| (x - most).exp()).sum();
            vec![most + sum.ln()]
        }
        E::Largest => vec![largest()],
        E::ArgMax => {
            let most = largest();
            let first = read[0].iter().position(|&x| x == most).unwrap_or(0);
            vec![first as f64]
        }
        E::CumulativeSum => {
            let mut sum = 0.0;
            let mut add = |x: &f64| {
                sum += x;
                sum
            };
            read[0].iter().map(&mut add).collect()
        }
        E::Pick => vec![read[0][index(read[1][0], read[0].len())]],
    }
}

/// Where Stirling's series begins: its first missing term is then below 1e-16.
const SHIFT: f64 = 15.0;

/// ln gamma(x), x > 0 (Abramowitz and Stegun 6.1.40 after the recurrence).
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut y, mut product) = (x, 0.0);
    while y < SHIFT {
        product += y.ln();
        y += 1.0;
    }
    let square = 1.0 / (y * y);
    let series = (1.0 / 12.0
        - square
            * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))))
        / y;
    (y - 0.5) * y.ln() - y + 0.5 * std::f64::consts::TAU.ln() + series - product
}

/// digamma(x), x > 0 (6.3.18).
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut y, mut sum) = (x, 0.0);
    while y < SHIFT {
        sum += 1.0 / y;
        y += 1.0;
    }
    let square = 1.0 / (y * y);
    let series = square
        * (1.0 / 12.0
            - square
                * (1.0 / 120.0 - square * (1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0))));
    y.ln() - 0.5 / y - series - sum
}

/// trigamma(x), x > 0 (6.4.11).
pub fn trigamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut y, mut sum) = (x, 0.0);
    while y < SHIFT {
        sum += 1.0 / (y * y);
        y += 1.0;
    }
    let square = 1.0 / (y * y);
    let series =
        square * (1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square / 30.0)));
    (1.0 + 0.5 / y + series) / y + sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::function::gamma;

    #[test]
    fn gamma_functions_agree_with_statrs() {
        for i in 1..400 {
            let x = 0.05 * f64::from(i);
            let expected = gamma::ln_gamma(x);
            assert!(
                (ln_gamma(x) - expected).abs() < 1e-12 * (1.0 + expected.abs()),
                "{x}"
            );
            let expected = gamma::digamma(x);
            assert!(
                (digamma(x) - expected).abs() < 1e-12 * (1.0 + expected.abs()),
                "{x}"
            );
            let h = 1e-4 * x;
            let slope = (digamma(x + h) - digamma(x - h)) / (2.0 * h);
            assert!(
                (trigamma(x) - slope).abs() < 1e-6 * (1.0 + slope.abs()),
                "{x}"
            );
        }
        assert!(ln_gamma(0.0).is_nan() && digamma(-1.0).is_nan() && trigamma(f64::NAN).is_nan());
    }
}
