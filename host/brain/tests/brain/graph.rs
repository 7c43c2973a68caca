//! What a wrong spec is told.

use angora_brain::{Brain, BrainError, DistributionKind, DistributionSettings};
use angora_core::SensationLayout;
use angora_plugin_api::brain::BrainSpec;
use angora_plugin_api::{ActionSpec, SensationSpec, Sense};
use serde_json::{Value, json};

fn build(nodes: Value, policy: &str, value: &str) -> Result<Brain, BrainError> {
    let spec: BrainSpec =
        serde_json::from_value(json!({"nodes": nodes, "policy": policy, "value": value}))
            .expect("a valid form");
    let sense = |sense, n| SensationSpec {
        sense,
        shape: vec![n],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    };
    let layout = SensationLayout::new(&[
        sense(Sense::Proprioception, 5),
        sense(Sense::Goal, 2),
        sense(Sense::Asymmetric, 4),
    ]);
    let action = ActionSpec::Box {
        low: vec![-1.0],
        high: vec![1.0],
    };
    let settings = DistributionSettings::new(DistributionKind::Gaussian);
    Brain::build(&spec, &layout, &action, &settings)
}

fn dense(name: &str, inputs: Value) -> Value {
    json!({"name": name, "op": {"type": "dense", "units": 4}, "inputs": inputs})
}

fn node(name: &str, op: Value, inputs: Value) -> Value {
    json!({"name": name, "op": op, "inputs": inputs})
}

#[test]
fn every_mistake_names_its_node_and_what_would_be_right() {
    let a = || dense("a", json!(["proprioception"]));
    let slice = json!({"type": "slice", "start": 3, "len": 2});
    let add = json!({"type": "add"});
    let masked = |mask: Value, signs: Value| json!({"type": "masked_dense", "units": 2, "mask": mask, "signs": signs});
    let goal_mask = json!([[true, true], [true, false]]);
    let conv = json!({"type": "conv2d", "filters": 1, "kernel": [1, 1], "stride": [1, 1]});
    let cases = [
        (
            json!([
                a(),
                node("cell", json!({"type": "gru", "units": 0}), json!(["a"]))
            ]),
            "a",
            "node \"cell\": has 0 units; it needs at least 1",
        ),
        (
            json!([a(), node("eye", conv, json!(["a"]))]),
            "a",
            "node \"eye\": takes an image [H, W, channels] and reads the shape [4]",
        ),
        (
            json!([a(), node("s", add.clone(), json!([{"delayed": "s"}]))]),
            "s",
            "node \"s\": its size cannot be told, since it follows from its own output",
        ),
        (
            json!([dense("a", json!(["goal", {"delayed": "b"}]))]),
            "a",
            "node \"a\": reads \"b\", which is neither a sense nor a node",
        ),
        (
            json!([
                dense("a", json!(["goal", "b"])),
                dense("b", json!(["goal"]))
            ]),
            "a",
            "node \"a\": reads \"b\", which is defined after it; move \"b\" before it, or delay",
        ),
        (
            json!([
                dense("a", json!(["goal", {"delayed": "critic"}])),
                dense("critic", json!(["a", "asymmetric"]))
            ]),
            "a",
            "it reaches the policy: asymmetric -> critic -> a -> policy",
        ),
        (
            json!([a(), a()]),
            "a",
            "node \"a\": there are two nodes of that name",
        ),
        (
            json!([dense("goal", json!(["goal"]))]),
            "goal",
            "node \"goal\": that is the name of a sense",
        ),
        (
            json!([dense("policy_head", json!(["goal"]))]),
            "policy_head",
            "the host's own head has that name",
        ),
        (
            json!([dense("a", json!(["propioception"]))]),
            "a",
            "node \"a\": reads \"propioception\", which is neither a sense nor a node; did you mean proprioception?",
        ),
        (
            json!([dense("a", json!(["touch"]))]),
            "a",
            "node \"a\": reads touch, which this task does not have; it has proprioception, goal, asymmetric",
        ),
        (
            json!([dense("a", json!(["b"])), dense("b", json!(["goal"]))]),
            "a",
            "node \"a\": reads \"b\", which is defined after it",
        ),
        (
            json!([dense("a", json!(["a"]))]),
            "a",
            "node \"a\": reads itself",
        ),
        (
            json!([dense("a", json!([]))]),
            "a",
            "node \"a\": has no inputs",
        ),
        (
            json!([a(), node("s", add, json!(["a", "goal"]))]),
            "s",
            "node \"s\": inputs differ in width: a has 4, goal has 2",
        ),
        (
            json!([a(), node("s", slice, json!(["a"]))]),
            "s",
            "node \"s\": takes 2 values from 3 of an input that has 4",
        ),
        (
            json!([
                a(),
                node("s", json!({"type": "layer_norm"}), json!(["a", "goal"]))
            ]),
            "s",
            "node \"s\": takes one input and has 2; put a concat before it",
        ),
        (
            json!([node(
                "m",
                masked(json!([[true, true]]), json!([])),
                json!(["goal"])
            )]),
            "m",
            "node \"m\": the mask has 1 rows for 2 inputs",
        ),
        (
            json!([node("m", masked(goal_mask, json!([1])), json!(["goal"]))]),
            "m",
            "node \"m\": there are 1 signs for 2 inputs; give one for each, or none at all",
        ),
        (
            json!([dense("motor.cell", json!(["goal"]))]),
            "motor.cel",
            "policy: there is no node \"motor.cel\"; did you mean motor.cell?",
        ),
        (
            json!([
                dense("critic.fusion", json!(["asymmetric"])),
                dense("b", json!(["goal", "critic.fusion"]))
            ]),
            "b",
            "it reaches the policy: asymmetric -> critic.fusion -> b -> policy",
        ),
    ];
    for (nodes, policy, expected) in cases {
        let error = build(nodes, policy, policy)
            .expect_err(expected)
            .to_string();
        assert!(error.contains(expected), "{error}\ninstead of\n{expected}");
    }
}

/// A number with too many digits ends in a message, not in a lack of memory.
#[test]
fn brains_that_no_machine_holds_are_refused() {
    let wide = |name: &str, units: usize, inputs: Value| {
        let op = json!({"type": "dense", "units": units});
        node(name, op, inputs)
    };
    let lstm = json!({"type": "lstm", "units": 30_000});
    let all = json!({"type": "slice", "start": 0, "len": usize::MAX});
    let most = "with it the brain has more than 1,073,741,824 parameters";
    let cases = [
        (
            json!([wide("a", 100_000_000_000, json!(["goal"]))]),
            "a",
            "node \"a\": puts out 100000000000 values, and 67108864 is the most for one node"
                .to_owned(),
        ),
        (
            json!([node("a", all, json!(["goal"]))]),
            "a",
            "node \"a\": puts out 18446744073709551615 values".to_owned(),
        ),
        (
            json!([
                wide("a", 40_000, json!(["goal"])),
                wide("b", 40_000, json!(["a"]))
            ]),
            "b",
            format!("node \"b\": {most}"),
        ),
        (
            json!([node("cell", lstm, json!(["goal"]))]),
            "cell",
            format!("node \"cell\": {most}"),
        ),
        // Each is small enough alone.
        (
            json!([
                wide("a", 25_000, json!(["goal"])),
                wide("b", 25_000, json!(["a"])),
                wide("c", 25_000, json!(["b"])),
            ]),
            "c",
            format!("node \"c\": {most}"),
        ),
        (
            json!([
                wide("a", 1 << 26, json!(["goal"])),
                wide("b", 11, json!(["a"]))
            ]),
            "a",
            format!("policy: {most}"),
        ),
    ];
    for (nodes, policy, expected) in cases {
        let error = build(nodes, policy, policy)
            .expect_err(&expected)
            .to_string();
        assert!(error.contains(&expected), "{error}\ninstead of\n{expected}");
    }
}

#[test]
fn privileged_information_may_reach_the_value() {
    let nodes = json!([
        dense("a", json!(["goal"])),
        dense("b", json!(["a", "asymmetric"]))
    ]);
    let brain = build(nodes, "a", "b").expect("builds");
    assert_eq!(brain.region_sizes()["b"], 8 * 4 + 4);
}

#[test]
fn a_head_may_read_a_sense() {
    let brain = build(json!([]), "goal", "proprioception").expect("builds");
    assert_eq!(brain.parameters().len(), 2 + 1 + 1 + 5 + 1);
}

/// A graph in which each node reads the one before it.
fn chain(nodes: usize) -> Result<Brain, BrainError> {
    let node = |i: usize| {
        let from = match i {
            0 => "proprioception".to_owned(),
            _ => format!("n{}", i - 1),
        };
        json!({"name": format!("n{i}"), "op": {"type": "activation", "kind": "tanh"}, "inputs": [from]})
    };
    let last = format!("n{}", nodes - 1);
    build((0..nodes).map(node).collect(), &last, &last)
}

#[test]
fn a_deep_graph_needs_no_deep_stack() {
    // Each level of a graph costs memory, never a frame of the stack.
    let work = || chain(3_000).map(|brain| brain.state_len());
    let thread = std::thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(work);
    let built = thread.expect("starts").join().expect("no overflow");
    assert_eq!(built, Ok(0));
}

#[test]
fn a_graph_has_a_largest_size() {
    let error = chain(10_001).expect_err("too large").to_string();
    assert_eq!(
        error,
        "graph: it has 10001 nodes; at most 10000 are allowed"
    );
}
