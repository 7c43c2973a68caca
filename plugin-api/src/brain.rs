//! Brains as data: a declarative graph that the host checks, builds and differentiates.

use std::collections::BTreeMap;

pub use crate::v1::payload::brain::{ActivationKind, Edge, Initialiser, Op, Padding, PoolKind};
pub use crate::v2::payload::brain::{BrainRequest, BrainSpec, Node};

impl Edge {
    /// An edge without delay.
    #[must_use]
    pub fn new(from: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            delayed: false,
        }
    }

    /// An edge from the previous control step.
    #[must_use]
    pub fn delayed(from: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            delayed: true,
        }
    }
}

impl Op {
    /// The name used in files and messages.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Dense { .. } => "dense",
            Self::MaskedDense { .. } => "masked_dense",
            Self::Activation { .. } => "activation",
            Self::Concat => "concat",
            Self::Slice { .. } => "slice",
            Self::Add => "add",
            Self::Multiply => "multiply",
            Self::LayerNorm { .. } => "layer_norm",
            Self::Flatten => "flatten",
            Self::Conv2d { .. } => "conv2d",
            Self::Pool { .. } => "pool",
            Self::SimpleRnn { .. } => "simple_rnn",
            Self::Gru { .. } => "gru",
            Self::Lstm { .. } => "lstm",
        }
    }
}

impl Node {
    /// The region: as written, or the name up to its last dot (all of it where there is none).
    #[must_use]
    pub fn region(&self) -> &str {
        match &self.region {
            Some(region) => region,
            None => self.name.rsplit_once('.').map_or(&self.name, |(r, _)| r),
        }
    }
}

/// The JSON Schema of a brain, for editors and other languages.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(BrainSpec).to_value()
}

/// The parameters per region, as a report.
pub type RegionSizes = BTreeMap<String, usize>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spec_reads_the_short_and_the_delayed_form_of_an_edge() {
        let text = r#"{
            "nodes": [
                {"name": "m1.a", "op": {"type": "dense", "units": 4, "activation": "tanh"},
                 "inputs": ["proprioception", {"delayed": "m1.a"}]},
                {"name": "m1.b", "region": "motor", "op": {"type": "gru", "units": 4}, "inputs": ["m1.a"]}
            ],
            "policy": "m1.b", "value": "m1.a"
        }"#;
        let spec: BrainSpec = serde_json::from_str(text).expect("a valid spec");
        assert_eq!(spec.nodes[0].inputs[1], Edge::delayed("m1.a"));
        assert_eq!(spec.nodes[0].region(), "m1");
        assert_eq!(spec.nodes[1].region(), "motor");
        let again: BrainSpec =
            serde_json::from_value(serde_json::to_value(&spec).expect("serialises"))
                .expect("reads its own form");
        assert_eq!(again, spec);
    }

    /// What a node computes is closed: an unknown part of it would be another computation. What a
    /// host does not know beside it is harmless, unless `requires` says otherwise.
    #[test]
    fn unknown_parts_of_an_operation_are_refused_by_name() {
        let text = r#"{"name": "a", "colour": "red", "inputs": [], "op": OP}"#;
        let node = |op: &str| serde_json::from_str::<Node>(&text.replace("OP", op));
        let error = node(r#"{"type": "gru", "units": 4, "dropout": 0.1}"#).expect_err("unknown");
        assert!(error.to_string().contains("dropout"), "{error}");
        assert!(node(r#"{"type": "gru", "units": 4}"#).is_ok());
    }
}
