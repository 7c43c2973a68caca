//! Operations in words.

use angora_plugin_api::Op;
use angora_plugin_api::brain::{ActivationKind, Padding, PoolKind};

/// The settings of an operation that its shapes do not tell.
#[must_use]
pub fn detail(op: &Op) -> String {
    let parts = match op {
        Op::Dense {
            activation, bias, ..
        } => vec![word(*activation), without(*bias)],
        Op::MaskedDense {
            activation,
            bias,
            mask,
            signs,
            ..
        } => {
            let all: usize = mask.iter().map(Vec::len).sum();
            let there = mask.iter().flatten().filter(|there| **there).count();
            let signed = signs.iter().any(|sign| *sign != 0);
            vec![
                word(*activation),
                without(*bias),
                format!("{there} of {all} connections"),
                if signed { "signed" } else { "" }.to_owned(),
            ]
        }
        Op::Activation { kind } => vec![word(*kind)],
        Op::Slice { start, len } => vec![format!("{start}..{}", start + len)],
        Op::Conv2d {
            kernel: [height, width],
            stride,
            padding,
            activation,
            ..
        } => vec![
            format!("{height}x{width}"),
            pace(*stride),
            same(*padding),
            word(*activation),
        ],
        Op::Pool {
            kind,
            window: [height, width],
            stride,
            padding,
        } => {
            let kind = match kind {
                PoolKind::Max => "max",
                PoolKind::Average => "average",
            };
            vec![
                kind.to_owned(),
                format!("{height}x{width}"),
                pace(*stride),
                same(*padding),
            ]
        }
        Op::Concat
        | Op::Add
        | Op::Multiply
        | Op::LayerNorm { .. }
        | Op::Flatten
        | Op::SimpleRnn { .. }
        | Op::Gru { .. }
        | Op::Lstm { .. } => Vec::new(),
    };
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

fn word(kind: ActivationKind) -> String {
    match kind {
        ActivationKind::Linear => "",
        ActivationKind::Tanh => "tanh",
        ActivationKind::Relu => "relu",
        ActivationKind::Sigmoid => "sigmoid",
        ActivationKind::Softplus => "softplus",
        ActivationKind::Elu => "elu",
    }
    .to_owned()
}

fn without(bias: bool) -> String {
    if bias { "" } else { "without bias" }.to_owned()
}

fn pace(stride: [usize; 2]) -> String {
    match stride {
        [1, 1] => String::new(),
        [down, right] => format!("stride {down}x{right}"),
    }
}

fn same(padding: Padding) -> String {
    match padding {
        Padding::Valid => "",
        Padding::Same => "same",
    }
    .to_owned()
}
