//! The graphs that the brains answer with.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::{
    ActionSpec, ActivationKind, Brain, BrainRequest, BrainSpec, Fault, FaultCode, Initialiser, Op,
    SensationSpec, Sense, sensation,
};
use brain_feedforward::Feedforward;
use serde_json::{Value, json};

fn design(id: &str, senses: Vec<SensationSpec>, config: Value) -> Result<BrainSpec, Fault> {
    let request = BrainRequest {
        sensations: senses,
        action: ActionSpec::Discrete { n: 2 },
        config,
    };
    Feedforward::design(id, &request)
}

fn senses() -> Vec<SensationSpec> {
    vec![
        sensation(Sense::Touch, 3),
        sensation(Sense::Goal, 2),
        sensation(Sense::Asymmetric, 5),
    ]
}

/// `name units <- inputs` of every node.
fn drawn(spec: &BrainSpec) -> Vec<String> {
    let line = |node: &angora_sdk::Node| {
        let Op::Dense {
            units,
            activation: ActivationKind::Tanh,
            bias: true,
            initialiser: Initialiser::Orthogonal { gain },
        } = node.op
        else {
            panic!("{node:?}");
        };
        assert_eq!(gain, std::f64::consts::SQRT_2);
        let inputs: Vec<_> = node.inputs.iter().map(|edge| edge.from.as_str()).collect();
        format!("{} {units} <- {}", node.name, inputs.join(" "))
    };
    spec.nodes.iter().map(line).collect()
}

#[test]
fn towers_read_all_senses_and_only_the_value_the_asymmetric_one() {
    let spec = design("simple", senses(), Value::Null).unwrap();
    assert_eq!(
        drawn(&spec),
        [
            "policy.layer_1 64 <- touch goal",
            "policy.layer_2 64 <- policy.layer_1",
            "value.layer_1 64 <- touch goal asymmetric",
            "value.layer_2 64 <- value.layer_1",
        ]
    );
    assert_eq!(
        (&*spec.policy, &*spec.value),
        ("policy.layer_2", "value.layer_2")
    );
}

#[test]
fn a_shared_stem_meets_the_asymmetric_sense_on_the_value_side_only() {
    let spec = design("deeper", senses(), json!({"shared": true})).unwrap();
    assert_eq!(
        drawn(&spec),
        [
            "stem.layer_1 64 <- touch goal",
            "stem.layer_2 64 <- stem.layer_1",
            "stem.layer_3 64 <- stem.layer_2",
            "stem.layer_4 32 <- stem.layer_3",
            "value.layer_1 32 <- stem.layer_4 asymmetric",
        ]
    );
    assert_eq!(
        (&*spec.policy, &*spec.value),
        ("stem.layer_4", "value.layer_1")
    );
}

#[test]
fn a_shared_stem_without_asymmetric_sense_serves_both_heads() {
    let spec = design(
        "wider",
        vec![sensation(Sense::Proprioception, 4)],
        json!({"shared": true}),
    )
    .unwrap();
    assert_eq!(
        drawn(&spec),
        [
            "stem.layer_1 1024 <- proprioception",
            "stem.layer_2 512 <- stem.layer_1"
        ]
    );
    assert_eq!(spec.policy, "stem.layer_2");
    assert_eq!(spec.value, "stem.layer_2");
}

#[test]
fn layers_are_as_asked_for_and_the_last_is_the_cells() {
    let own = |config| design("simple", vec![sensation(Sense::Touch, 3)], config);
    let dense = own(json!({"layers": [256, 128, 32]})).unwrap();
    assert_eq!(
        drawn(&dense)[3..],
        [
            "value.layer_1 256 <- touch",
            "value.layer_2 128 <- value.layer_1",
            "value.layer_3 32 <- value.layer_2",
        ]
    );
    let nodes = |spec: BrainSpec| -> Vec<String> {
        let line = |node: angora_sdk::Node| {
            let units = match node.op {
                Op::Dense { units, .. } | Op::Gru { units, .. } => units,
                other => panic!("{other:?}"),
            };
            format!("{} {units} <- {}", node.name, node.inputs[0].from)
        };
        spec.nodes.into_iter().take(2).map(line).collect()
    };
    let remembers = own(json!({"layers": [256, 128], "cell": "gru"})).unwrap();
    assert_eq!(
        nodes(remembers),
        [
            "policy.layer_1 256 <- touch",
            "policy.cell 128 <- policy.layer_1"
        ]
    );
    let alone = own(json!({"layers": [16], "cell": "gru"})).unwrap();
    assert_eq!(
        nodes(alone),
        ["policy.cell 16 <- touch", "value.cell 16 <- touch"]
    );
    for wrong in [json!([]), json!([64, 0]), json!([70_000])] {
        let fault = own(json!({"layers": wrong})).unwrap_err();
        assert_eq!((fault.code, &*fault.field), (FaultCode::Config, "layers"));
        assert!(fault.message.contains("such as [256, 256]"), "{fault:?}");
    }
}

#[test]
fn images_are_refused_by_name() {
    let image = SensationSpec {
        shape: vec![8, 8, 3],
        ..sensation(Sense::Vision, 1)
    };
    let fault = design("simple", vec![image], Value::Null).unwrap_err();
    assert_eq!(
        (fault.code, &*fault.field),
        (FaultCode::Unsupported, "vision")
    );
    assert!(fault.message.contains("[8, 8, 3]"), "{fault}");
    assert!(
        fault
            .message
            .contains("visual-small and cornet-z of brain-visual"),
        "{fault}"
    );
}

#[test]
fn only_images_are_sent_to_another_brain() {
    let matrix = SensationSpec {
        shape: vec![4, 4],
        ..sensation(Sense::Touch, 1)
    };
    let fault = design("simple", vec![matrix], Value::Null).unwrap_err();
    assert_eq!(&*fault.field, "touch");
    assert!(!fault.message.contains("brain-visual"), "{fault}");
}

#[test]
fn vision_that_is_a_vector_is_read_like_any_sense() {
    let spec = design("simple", vec![sensation(Sense::Vision, 7)], Value::Null).unwrap();
    assert_eq!(drawn(&spec)[0], "policy.layer_1 64 <- vision");
}

/// `name op units <- inputs` of every node.
fn drawn_with_cells(spec: &BrainSpec) -> Vec<String> {
    let units = |op: &Op| match op {
        Op::Dense { units, .. }
        | Op::SimpleRnn { units }
        | Op::Gru { units }
        | Op::Lstm { units } => *units,
        _ => panic!("{op:?}"),
    };
    let line = |node: &angora_sdk::Node| {
        let inputs: Vec<_> = node.inputs.iter().map(|edge| edge.from.as_str()).collect();
        let (name, op, units) = (&node.name, node.op.name(), units(&node.op));
        format!("{name} {op} {units} <- {}", inputs.join(" "))
    };
    spec.nodes.iter().map(line).collect()
}

#[test]
fn a_cell_ends_each_tower() {
    let spec = design("simple", senses(), json!({"cell": "lstm"})).unwrap();
    assert_eq!(
        drawn_with_cells(&spec),
        [
            "policy.layer_1 dense 64 <- touch goal",
            "policy.cell lstm 64 <- policy.layer_1",
            "value.layer_1 dense 64 <- touch goal asymmetric",
            "value.cell lstm 64 <- value.layer_1",
        ]
    );
    assert_eq!((&*spec.policy, &*spec.value), ("policy.cell", "value.cell"));
}

#[test]
fn a_shared_cell_meets_the_asymmetric_sense_after_it() {
    let config = json!({"cell": "rnn", "shared": true});
    let spec = design("wider", senses(), config).unwrap();
    assert_eq!(
        drawn_with_cells(&spec),
        [
            "stem.layer_1 dense 1024 <- touch goal",
            "stem.cell simple_rnn 512 <- stem.layer_1",
            "value.layer_1 dense 512 <- stem.cell asymmetric",
        ]
    );
    assert_eq!(
        (&*spec.policy, &*spec.value),
        ("stem.cell", "value.layer_1")
    );
}

#[test]
fn an_unknown_cell_is_answered_with_the_known_ones() {
    let fault = design("simple", senses(), json!({"cell": "ltsm"})).unwrap_err();
    assert_eq!((fault.code, &*fault.field), (FaultCode::Config, "cell"));
    for known in ["ltsm", "ffn", "rnn", "gru", "lstm"] {
        assert!(fault.message.contains(&format!("{known:?}")), "{fault}");
    }
}

#[test]
fn a_policy_without_a_sense_is_refused() {
    let fault = design("simple", vec![sensation(Sense::Asymmetric, 2)], Value::Null);
    assert_eq!(fault.unwrap_err().code, FaultCode::Failed);
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let fault = design("simple", senses(), json!({"sharde": true})).unwrap_err();
    assert_eq!(fault.code, FaultCode::Config);
    assert!(fault.message.contains("sharde"), "{fault}");
}
