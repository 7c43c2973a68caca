//! The graphs that the brains answer with.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use angora_sdk::brain::Sizes;
use angora_sdk::{
    ActionSpec, ActivationKind, Brain, BrainRequest, BrainSpec, Fault, FaultCode, Initialiser,
    Node, Op, Padding, PoolKind, SensationSpec, Sense, sensation,
};
use brain_visual::Visual;
use serde_json::{Value, json};

fn design(id: &str, senses: &[SensationSpec], config: Value) -> Result<BrainSpec, Fault> {
    let request = BrainRequest {
        sensations: senses.to_vec(),
        action: ActionSpec::Discrete { n: 2 },
        config,
    };
    Visual::design(id, &request)
}

fn image(shape: &[usize]) -> SensationSpec {
    SensationSpec {
        shape: shape.to_vec(),
        ..sensation(Sense::Vision, 1)
    }
}

/// An image, joints, a goal and what only the value may know.
fn senses(height: usize, width: usize) -> Vec<SensationSpec> {
    vec![
        image(&[height, width, 3]),
        sensation(Sense::Proprioception, 4),
        sensation(Sense::Goal, 2),
        sensation(Sense::Asymmetric, 5),
    ]
}

fn square(sides: &[usize; 2]) -> usize {
    assert_eq!(sides[0], sides[1]);
    sides[0]
}

fn padding(padding: Padding) -> &'static str {
    match padding {
        Padding::Valid => "valid",
        Padding::Same => "same",
    }
}

fn line(node: &Node) -> String {
    let what = match &node.op {
        Op::Conv2d {
            filters,
            kernel,
            stride,
            padding: p,
            activation: ActivationKind::Relu,
            ..
        } => {
            let (kernel, stride) = (square(kernel), square(stride));
            format!("conv {filters} {kernel}/{stride} {}", padding(*p))
        }
        Op::Pool {
            kind: PoolKind::Max,
            window,
            stride,
            padding: p,
        } => format!("pool {}/{} {}", square(window), square(stride), padding(*p)),
        Op::Flatten => "flatten".to_owned(),
        Op::Dense {
            units,
            activation: ActivationKind::Relu,
            bias: true,
            ..
        } => format!("dense {units}"),
        Op::SimpleRnn { units } | Op::Gru { units } | Op::Lstm { units } => {
            format!("{} {units}", node.op.name())
        }
        _ => panic!("{node:?}"),
    };
    let inputs: Vec<_> = node.inputs.iter().map(|edge| edge.from.as_str()).collect();
    format!("{} {what} <- {}", node.name, inputs.join(" "))
}

/// `name what <- inputs` of every node.
fn drawn(spec: &BrainSpec) -> Vec<String> {
    spec.nodes.iter().map(line).collect()
}

#[test]
fn the_small_stem_is_shared_and_the_asymmetric_sense_reaches_the_value_only() {
    let spec = design("visual-small", &senses(84, 84), Value::Null).unwrap();
    assert_eq!(
        drawn(&spec),
        [
            "visual.conv_1 conv 32 8/4 valid <- vision",
            "visual.conv_2 conv 64 4/2 valid <- visual.conv_1",
            "visual.conv_3 conv 64 3/1 valid <- visual.conv_2",
            "visual.flatten flatten <- visual.conv_3",
            "visual.layer_1 dense 256 <- visual.flatten",
            "stem.layer_1 dense 256 <- visual.layer_1 proprioception goal",
            "value.layer_1 dense 256 <- stem.layer_1 asymmetric",
        ]
    );
    assert_eq!(
        (&*spec.policy, &*spec.value),
        ("stem.layer_1", "value.layer_1")
    );
}

#[test]
fn the_ventral_stream_has_an_area_per_region() {
    let images = [image(&[64, 96, 1])];
    let config = json!({"cell": "gru", "units": 32});
    let spec = design("cornet-z", &images, config).unwrap();
    assert_eq!(
        drawn(&spec),
        [
            "v1.conv conv 64 7/2 same <- vision",
            "v1.pool pool 3/2 same <- v1.conv",
            "v2.conv conv 128 3/1 same <- v1.pool",
            "v2.pool pool 3/2 same <- v2.conv",
            "v4.conv conv 256 3/1 same <- v2.pool",
            "v4.pool pool 3/2 same <- v4.conv",
            "it.conv conv 512 3/1 same <- v4.pool",
            "it.pool pool 3/2 same <- it.conv",
            "visual.flatten flatten <- it.pool",
            "visual.layer_1 dense 256 <- visual.flatten",
            "stem.layer_1 dense 32 <- visual.layer_1",
            "stem.cell gru 32 <- stem.layer_1",
        ]
    );
    assert_eq!((&*spec.policy, &*spec.value), ("stem.cell", "stem.cell"));
    let mut regions: Vec<&str> = spec.nodes.iter().map(Node::region).collect();
    regions.dedup();
    assert_eq!(regions, ["v1", "v2", "v4", "it", "visual", "stem"]);
    let sizes = Sizes::new(&spec, &images).unwrap();
    assert_eq!(sizes.shape("v1.pool"), Some(&[16, 24, 64][..]));
    assert_eq!(sizes.shape("it.pool"), Some(&[2, 3, 512][..]));
}

#[test]
fn without_sharing_each_side_sees_for_itself() {
    let config = json!({"shared": false, "cell": "lstm"});
    let spec = design("visual-small", &senses(84, 84), config).unwrap();
    let lines = drawn(&spec);
    assert_eq!(
        lines[4..7],
        [
            "policy.visual.layer_1 dense 256 <- policy.visual.flatten",
            "policy.layer_1 dense 256 <- policy.visual.layer_1 proprioception goal",
            "policy.cell lstm 256 <- policy.layer_1",
        ]
    );
    assert_eq!(lines[7], "value.visual.conv_1 conv 32 8/4 valid <- vision");
    assert_eq!(
        lines[12..],
        [
            "value.layer_1 dense 256 <- value.visual.layer_1 proprioception goal asymmetric",
            "value.cell lstm 256 <- value.layer_1",
        ]
    );
    assert_eq!((&*spec.policy, &*spec.value), ("policy.cell", "value.cell"));
    let policy = lines[..7].join("\n");
    assert!(!policy.contains("asymmetric"), "{policy}");
}

#[test]
fn the_stem_follows_the_size_of_the_image() {
    let first = |height, width| {
        let images = [image(&[height, width, 3])];
        let spec = design("visual-small", &images, Value::Null).unwrap();
        let sizes = Sizes::new(&spec, &images).unwrap();
        let end = sizes.shape("visual.conv_3").unwrap().to_vec();
        (drawn(&spec)[0].clone(), end)
    };
    let large = "visual.conv_1 conv 32 8/4 valid <- vision".to_owned();
    let little = "visual.conv_1 conv 32 3/2 same <- vision".to_owned();
    assert_eq!(first(84, 84), (large.clone(), vec![7, 7, 64]));
    assert_eq!(first(36, 50), (large, vec![1, 2, 64]));
    assert_eq!(first(35, 200), (little.clone(), vec![9, 50, 64]));
    assert_eq!(first(10, 10), (little.clone(), vec![3, 3, 64]));
    assert_eq!(first(3, 3), (little, vec![1, 1, 64]));
}

#[test]
fn convolutions_and_layers_of_a_stem_are_drawn_alike() {
    for (id, expected) in [
        ("visual-small", Initialiser::default()),
        ("cornet-z", Initialiser::GlorotUniform),
    ] {
        let spec = design(id, &senses(64, 64), Value::Null).unwrap();
        let drawn: Vec<_> = spec
            .nodes
            .iter()
            .take_while(|node| !node.name.starts_with("stem"))
            .filter_map(|node| match node.op {
                Op::Conv2d { initialiser, .. } | Op::Dense { initialiser, .. } => Some(initialiser),
                _ => None,
            })
            .collect();
        assert!(drawn.len() > 3, "{drawn:?}");
        assert!(drawn.iter().all(|one| *one == expected), "{drawn:?}");
    }
}

#[test]
fn parameters_are_those_of_the_readme() {
    let count = |id: &str, side: usize, config: Value| {
        let senses = [image(&[side, side, 3]), sensation(Sense::Proprioception, 4)];
        let spec = design(id, &senses, config).unwrap();
        Sizes::new(&spec, &senses).unwrap().parameters()
    };
    // 32 (8*8*3 + 1) + 64 (4*4*32 + 1) + 64 (3*3*64 + 1), 256 (7*7*64 + 1), 256 (256 + 4 + 1).
    let large = 6_176 + 32_832 + 36_928 + 803_072 + 66_816;
    assert_eq!(count("visual-small", 84, Value::Null), large);
    let separate = json!({"shared": false});
    assert_eq!(count("visual-small", 84, separate), 2 * large);
    // 32 (3*3*3 + 1) + 64 (3*3*32 + 1) + 64 (3*3*64 + 1), 256 (8*8*64 + 1), 256 (256 + 4 + 1).
    let little = 896 + 18_496 + 36_928 + 1_048_832 + 66_816;
    assert_eq!(count("visual-small", 32, Value::Null), little);
    // The four areas as published, 256 (3*3*512 + 1), 256 (256 + 4 + 1), 4 gates.
    let areas = 9_472 + 73_856 + 295_168 + 1_180_160;
    let lstm = 4 * (512 * 256 + 256);
    assert_eq!(
        count("cornet-z", 84, json!({"cell": "lstm"})),
        areas + 1_179_904 + 66_816 + lstm
    );
}

#[test]
fn what_cannot_be_taken_is_said() {
    let refused = |id: &str, senses: &[SensationSpec], config: Value| {
        let fault = design(id, senses, config).unwrap_err();
        (fault.code, fault.field.clone(), fault.message)
    };
    let (code, field, message) = refused("cornet-z", &[image(&[31, 84, 3])], Value::Null);
    assert_eq!((code, &*field), (FaultCode::Unsupported, "vision"));
    assert!(
        message.contains("31 x 84 pixels; this brain needs at least 32 x 32"),
        "{message}"
    );
    assert!(message.contains("visual-small takes smaller"), "{message}");
    let (_, _, message) = refused("visual-small", &[image(&[2, 2, 3])], Value::Null);
    assert!(message.ends_with("at least 3 x 3"), "{message}");

    let blind = [sensation(Sense::Touch, 4), sensation(Sense::Goal, 2)];
    let (code, field, message) = refused("visual-small", &blind, Value::Null);
    assert_eq!((code, &*field), (FaultCode::Unsupported, "vision"));
    assert!(message.contains("only touch, goal"), "{message}");
    assert!(message.contains("brain-feedforward"), "{message}");
    let (_, _, message) = refused("visual-small", &[image(&[7])], Value::Null);
    assert!(
        message.contains("[7]; the visual brains read an image [H, W, channels]"),
        "{message}"
    );

    let matrix = SensationSpec {
        shape: vec![4, 4],
        ..sensation(Sense::Touch, 1)
    };
    let (_, field, _) = refused("cornet-z", &[image(&[84, 84, 3]), matrix], Value::Null);
    assert_eq!(field, "touch");

    let eye = [image(&[84, 84, 3])];
    let (code, field, _) = refused("cornet-z", &eye, json!({"units": 0}));
    assert_eq!((code, &*field), (FaultCode::Config, "units"));
    let (code, field, message) = refused("cornet-z", &eye, json!({"cell": "grue"}));
    assert_eq!((code, &*field), (FaultCode::Config, "cell"));
    assert!(message.contains("\"gru\""), "{message}");
    let (code, _, message) = refused("cornet-s", &eye, Value::Null);
    assert_eq!(code, FaultCode::UnknownId);
    assert!(message.contains("visual-small, cornet-z"), "{message}");
}
