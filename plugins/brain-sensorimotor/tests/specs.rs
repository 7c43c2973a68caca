//! The graphs that the brains answer with.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::brain::Sizes;
use angora_sdk::{
    ActionSpec, ActivationKind, Brain, BrainRequest, BrainSpec, Edge, Fault, FaultCode,
    Initialiser, Node, Op, SensationSpec, Sense, sensation,
};
use brain_sensorimotor::Sensorimotor;
use serde_json::{Value, json};

fn design(id: &str, senses: &[SensationSpec], config: Value) -> Result<BrainSpec, Fault> {
    let request = BrainRequest {
        sensations: senses.to_vec(),
        action: ActionSpec::Discrete { n: 2 },
        config,
    };
    Sensorimotor::design(id, &request)
}

fn all_senses() -> Vec<SensationSpec> {
    Sense::ALL.map(|sense| sensation(sense, 5)).to_vec()
}

fn image(shape: &[usize]) -> SensationSpec {
    SensationSpec {
        shape: shape.to_vec(),
        ..sensation(Sense::Vision, 1)
    }
}

fn line(node: &Node) -> String {
    let units = match &node.op {
        Op::Dense {
            units,
            activation: ActivationKind::Relu,
            bias: true,
            initialiser: Initialiser::GlorotUniform,
        }
        | Op::SimpleRnn { units }
        | Op::Gru { units }
        | Op::Lstm { units } => *units,
        _ => panic!("{node:?}"),
    };
    let from = |edge: &Edge| match edge.delayed {
        true => format!("delayed({})", edge.from),
        false => edge.from.clone(),
    };
    let inputs: Vec<_> = node.inputs.iter().map(from).collect();
    let (name, op) = (&node.name, node.op.name());
    format!("{name} {op} {units} <- {}", inputs.join(" "))
}

/// `name op units <- inputs` of every node.
fn drawn(spec: &BrainSpec) -> Vec<String> {
    spec.nodes.iter().map(line).collect()
}

#[test]
fn shadow_is_drawn_area_by_area_with_a_long_short_term_memory() {
    let spec = design("shadow", &all_senses(), Value::Null).unwrap();
    assert_eq!(
        drawn(&spec),
        [
            "ssc.layer_1 dense 128 <- touch proprioception",
            "ssc.layer_2 dense 64 <- ssc.layer_1",
            "ppc.spl dense 256 <- vision ssc.layer_2",
            "ppc.ipl dense 256 <- ppc.spl",
            "ppc.ips dense 128 <- ppc.ipl ssc.layer_2",
            "pfc.mcc dense 64 <- goal ssc.layer_2",
            "pfc.lpfc dense 128 <- pfc.mcc goal vision",
            "mc.pmc.layer_1 dense 512 <- pfc.lpfc ppc.ipl",
            "mc.pmc.cell lstm 512 <- mc.pmc.layer_1",
            "mc.m1 dense 256 <- mc.pmc.cell pfc.mcc pfc.lpfc ssc.layer_2 ppc.ips",
            "value.layer_1 dense 512 <- mc.pmc.cell pfc.mcc ppc.ips pfc.lpfc ssc.layer_2 asymmetric",
            "value.layer_2 dense 512 <- value.layer_1",
        ]
    );
    assert_eq!((&*spec.policy, &*spec.value), ("mc.m1", "value.layer_2"));
}

#[test]
fn shadowv2_is_drawn_area_by_area() {
    let spec = design("shadowv2", &all_senses(), json!({"cell": "gru"})).unwrap();
    assert_eq!(
        drawn(&spec),
        [
            "ssc.layer_1 dense 296 <- touch proprioception",
            "ssc.layer_2 dense 296 <- ssc.layer_1",
            "ppc.spl dense 456 <- ssc.layer_2",
            "ppc.ipl dense 672 <- ssc.layer_2 vision ppc.spl",
            "ppc.ips dense 344 <- ppc.ipl ssc.layer_2 vision ppc.spl ssc.layer_2",
            "pfc.mcc dense 216 <- goal",
            "pfc.lpfc dense 360 <- pfc.mcc ppc.ipl ppc.ips",
            "mc.pmc.cell gru 256 <- pfc.lpfc ppc.spl ssc.layer_2",
            "mc.m1 dense 96 <- mc.pmc.cell ssc.layer_2 ppc.spl",
            "value.layer_1 dense 512 <- mc.pmc.cell pfc.mcc ppc.ips pfc.lpfc ssc.layer_2 asymmetric",
            "value.layer_2 dense 512 <- value.layer_1",
        ]
    );
    assert_eq!((&*spec.policy, &*spec.value), ("mc.m1", "value.layer_2"));
}

#[test]
fn every_area_is_a_region() {
    for id in ["shadow", "shadowv2"] {
        let mut senses = all_senses();
        senses[0] = image(&[32, 32, 3]);
        let spec = design(id, &senses, Value::Null).unwrap();
        let mut regions: Vec<&str> = spec.nodes.iter().map(Node::region).collect();
        regions.dedup();
        assert_eq!(
            regions,
            [
                "v1",
                "v2",
                "v4",
                "it",
                "visual_component",
                "ssc",
                "ppc.spl",
                "ppc.ipl",
                "ppc.ips",
                "pfc.mcc",
                "pfc.lpfc",
                "mc.pmc",
                "mc.m1",
                "value"
            ]
        );
    }
}

#[test]
fn senses_that_are_missing_are_left_out() {
    let spec = design(
        "shadow",
        &[sensation(Sense::Proprioception, 3)],
        Value::Null,
    )
    .unwrap();
    let lines = drawn(&spec);
    assert_eq!(lines[0], "ssc.layer_1 dense 128 <- proprioception");
    assert_eq!(lines[2], "ppc.spl dense 256 <- ssc.layer_2");
    assert_eq!(lines[5], "pfc.mcc dense 64 <- ssc.layer_2");
    assert_eq!(lines[6], "pfc.lpfc dense 128 <- pfc.mcc");
    assert!(
        lines.iter().all(|line| !line.contains("asymmetric")),
        "{lines:?}"
    );
}

#[test]
fn without_a_goal_shadowv2_has_no_cingulate_area() {
    let senses = [sensation(Sense::Touch, 3), sensation(Sense::Goal, 0)];
    let spec = design("shadowv2", &senses, Value::Null).unwrap();
    let lines = drawn(&spec);
    assert_eq!(lines[5], "pfc.lpfc dense 360 <- ppc.ipl ppc.ips");
    assert_eq!(
        lines[8],
        "value.layer_1 dense 512 <- mc.pmc.cell ppc.ips pfc.lpfc ssc.layer_2"
    );
    // Whatever is missing, every input is a sense or a node.
    Sizes::new(&spec, &senses[..1]).unwrap();
}

#[test]
fn without_a_cell_the_premotor_cortex_has_a_dense_layer_of_its_size() {
    let spec = design("shadow", &all_senses(), json!({"cell": "ffn"})).unwrap();
    assert_eq!(
        drawn(&spec)[8],
        "mc.pmc.layer_2 dense 512 <- mc.pmc.layer_1"
    );
    let spec = design("shadowv2", &all_senses(), json!({"cell": "ffn"})).unwrap();
    assert_eq!(
        drawn(&spec)[7],
        "mc.pmc.layer_1 dense 256 <- pfc.lpfc ppc.spl ssc.layer_2"
    );
}

#[test]
fn feedback_is_an_efference_copy_one_step_late() {
    for (id, units, m1) in [("shadow", 128, 256), ("shadowv2", 296, 96)] {
        let without = design(id, &all_senses(), Value::Null).unwrap();
        let with = design(id, &all_senses(), json!({"feedback": true})).unwrap();
        assert_eq!(
            drawn(&with)[0],
            format!("ssc.layer_1 dense {units} <- touch proprioception delayed(mc.m1)")
        );
        assert_eq!(drawn(&with)[1..], drawn(&without)[1..]);
        let count = |spec| Sizes::new(spec, &all_senses()).unwrap().parameters();
        assert_eq!(count(&with) - count(&without), m1 * units);
    }
}

#[test]
fn an_image_goes_through_the_ventral_stream_first() {
    let senses = [image(&[64, 48, 3]), sensation(Sense::Touch, 3)];
    let spec = design("shadow", &senses, Value::Null).unwrap();
    let sizes = Sizes::new(&spec, &senses).unwrap();
    let shapes = [
        ("v1.conv", vec![32, 24, 64]),
        ("v1.pool", vec![16, 12, 64]),
        ("v2.pool", vec![8, 6, 128]),
        ("v4.pool", vec![4, 3, 256]),
        ("it.pool", vec![2, 2, 512]),
        ("visual_component.output", vec![7]),
    ];
    for (node, shape) in shapes {
        assert_eq!(sizes.shape(node), Some(&*shape), "{node}");
    }
    let spl = spec.nodes.iter().find(|node| node.name == "ppc.spl");
    assert_eq!(
        spl.unwrap().inputs,
        [
            Edge::new("visual_component.output"),
            Edge::new("ssc.layer_2")
        ]
    );
}

#[test]
fn what_cannot_be_taken_is_said() {
    let touch = sensation(Sense::Touch, 3);
    let small = design("shadow", &[image(&[31, 64, 3]), touch.clone()], Value::Null).unwrap_err();
    assert_eq!(
        (small.code, &*small.field),
        (FaultCode::Unsupported, "vision")
    );
    assert!(
        small
            .message
            .contains("31 x 64 pixels; CORnet-Z halves it five times"),
        "{small}"
    );
    assert!(small.message.contains("at least 32 x 32"), "{small}");

    let flat = design("shadow", &[image(&[64, 64]), touch], Value::Null).unwrap_err();
    assert!(flat.message.contains("[H, W, channels]"), "{flat}");

    let matrix = SensationSpec {
        shape: vec![4, 4],
        ..sensation(Sense::Touch, 1)
    };
    let matrix = design("shadowv2", &[matrix], Value::Null).unwrap_err();
    assert_eq!(&*matrix.field, "touch");

    let blind = [sensation(Sense::Vision, 3), sensation(Sense::Goal, 2)];
    let body = design("shadowv2", &blind, Value::Null).unwrap_err();
    assert!(
        body.message
            .contains("needs touch or proprioception, and the task has only vision, goal"),
        "{body}"
    );

    let cell = design("shadow", &all_senses(), json!({"cell": "rn"})).unwrap_err();
    assert_eq!((cell.code, &*cell.field), (FaultCode::Config, "cell"));
    assert!(cell.message.contains("\"rnn\""), "{cell}");

    let id = design("shadow2", &all_senses(), Value::Null).unwrap_err();
    assert_eq!(id.code, FaultCode::UnknownId);
}
