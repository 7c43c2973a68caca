//! Regions of a small brain with areas below areas.

use super::load::{check_masks, copy_region};
use super::*;
use crate::config::RegionLoad;
use angora_brain::{Brain, DistributionKind, DistributionSettings};
use angora_checkpoint::NamedTensor;
use angora_core::SensationLayout;
use angora_plugin_api::brain::ActivationKind;
use angora_plugin_api::{ActionSpec, BrainSpec, Edge, Initialiser, Node, Op, SensationSpec, Sense};

fn dense(name: &str, region: Option<&str>, units: usize, input: &str) -> Node {
    Node {
        name: name.into(),
        region: region.map(str::to_owned),
        op: Op::Dense {
            units,
            activation: ActivationKind::Tanh,
            bias: true,
            initialiser: Initialiser::default(),
        },
        inputs: vec![Edge::new(input)],
    }
}

pub(super) fn graph() -> BrainSpec {
    BrainSpec {
        nodes: vec![
            dense("mc.pmc.plan", None, 4, "proprioception"),
            dense("mc.m1.out", None, 3, "mc.pmc.plan"),
            dense("mcx.out", None, 3, "mc.m1.out"),
            dense("critic", Some("basal_ganglia"), 3, "proprioception"),
        ],
        policy: "mcx.out".into(),
        value: "critic".into(),
        ..BrainSpec::default()
    }
}

pub(super) fn build(graph: &BrainSpec) -> Brain {
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Proprioception,
        shape: vec![2],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }]);
    let distribution = DistributionSettings::new(DistributionKind::Categorical);
    let action = ActionSpec::Discrete { n: 2 };
    Brain::build(graph, &layout, &action, &distribution).expect("a valid brain")
}

/// The parameters of a brain, as a run keeps them.
fn tensors(brain: &Brain, parameters: &[f32]) -> Tensors {
    let layout = brain.parameters();
    let named = |entry: &Parameter| NamedTensor {
        name: entry.name.clone(),
        shape: entry.shape.clone(),
        values: parameters[entry.range()].to_vec(),
    };
    Tensors {
        path: "there".into(),
        tensors: layout.entries().iter().map(named).collect(),
        facts: Facts {
            regions: region_names(layout),
            ..Facts::default()
        },
    }
}

fn load(region: &str, source_region: &str) -> RegionLoad {
    RegionLoad {
        region: region.into(),
        source: "there".into(),
        source_region: source_region.into(),
        sha256: String::new(),
    }
}

/// Names of the parameters that differ.
fn changed(brain: &Brain, before: &[f32], after: &[f32]) -> Vec<String> {
    let entries = brain.parameters().entries().iter();
    entries
        .filter(|entry| before[entry.range()] != after[entry.range()])
        .map(|entry| entry.name.clone())
        .collect()
}

#[test]
fn a_name_covers_its_region_and_those_below_it() {
    for (name, region, expected) in [
        ("mc", "mc", true),
        ("mc", "mc.m1", true),
        ("mc.m1", "mc", false),
        ("mc", "mcx", false),
        ("m", "mc", false),
        ("", "mc", false),
    ] {
        assert_eq!(covers(name, region), expected, "{name:?} {region:?}");
    }
}

#[test]
fn frozen_parameters_are_those_of_the_named_regions() {
    let brain = build(&graph());
    let layout = brain.parameters();
    for (freeze, nodes) in [
        (vec!["mc"], vec!["mc.pmc.plan", "mc.m1.out"]),
        (vec!["mc.m1", "mcx"], vec!["mc.m1.out", "mcx.out"]),
        (
            vec!["value_head", "basal_ganglia"],
            vec!["value_head", "critic"],
        ),
        (vec![], vec![]),
    ] {
        let names: Vec<String> = freeze.iter().map(|name| (*name).to_owned()).collect();
        let expected = nodes.iter().flat_map(|node| {
            ["kernel", "bias"].map(|array| {
                let name = format!("{node}.{array}");
                layout.get(&name).expect(&name).range()
            })
        });
        let found = frozen(layout, &names).expect("regions");
        assert_eq!(found, Frozen::new(expected), "{freeze:?}");
    }
}

#[test]
fn unknown_regions_and_freezing_everything_are_refused() {
    let brain = build(&graph());
    let refused = |freeze: &[&str]| {
        let freeze: Vec<String> = freeze.iter().map(|name| (*name).to_owned()).collect();
        let error = frozen(brain.parameters(), &freeze).expect_err("refused");
        error.to_string()
    };
    let unknown = refused(&["mc.m2"]);
    let start = "freeze: there is no region \"mc.m2\" in this brain; it has, nearest first: mc.m1, mc.pmc, mcx, ";
    assert!(unknown.starts_with(start), "{unknown}");
    let everything = ["mc", "mcx", "basal_ganglia", "policy_head", "value_head"];
    assert!(refused(&everything).contains("nothing would learn"));
}

#[test]
fn a_region_is_loaded_whole_and_alone() {
    let brain = build(&graph());
    let there = tensors(
        &brain,
        &brain
            .initialise(2)
            .iter()
            .map(|x| x + 1.0)
            .collect::<Vec<_>>(),
    );
    let before = brain.initialise(1);
    let mut after = before.clone();
    copy_region(brain.parameters(), &load("mc", "mc"), &there, &mut after).expect("fits");
    let names = [
        "mc.pmc.plan.kernel",
        "mc.pmc.plan.bias",
        "mc.m1.out.kernel",
        "mc.m1.out.bias",
    ];
    assert_eq!(changed(&brain, &before, &after), names);
    for name in names {
        let entry = brain.parameters().get(name).expect(name);
        let tensor = there.tensors.iter().find(|t| t.name == name).expect(name);
        assert_eq!(after[entry.range()], tensor.values);
    }
}

#[test]
fn a_region_may_come_from_one_of_another_name() {
    let brain = build(&graph());
    let there = tensors(&brain, &vec![7.0; brain.parameters().len()]);
    let before = brain.initialise(1);
    let mut after = before.clone();
    // Both are [inputs 3 or 4, 3]: the kernels differ, and the message says how.
    let error = copy_region(
        brain.parameters(),
        &load("mcx", "mc.m1"),
        &there,
        &mut after,
    )
    .expect_err("does not fit");
    assert_eq!(
        error,
        "region \"mc.m1\" of there does not fit region \"mcx\" of this brain, so nothing is loaded:\n    mcx.out.kernel is [3, 3] here and [4, 3] there"
    );
    assert_eq!(before, after, "nothing is half loaded");
    let mut renamed = there.clone();
    for tensor in &mut renamed.tensors {
        tensor.name = tensor.name.replace("mcx.", "motor.");
    }
    // As another program would write it: by name only.
    renamed.facts = Facts::default();
    copy_region(
        brain.parameters(),
        &load("mcx", "motor"),
        &renamed,
        &mut after,
    )
    .expect("fits");
    assert_eq!(
        changed(&brain, &before, &after),
        ["mcx.out.kernel", "mcx.out.bias"]
    );
}

#[test]
fn all_that_does_not_fit_is_reported() {
    let brain = build(&graph());
    let mut there = tensors(&brain, &brain.initialise(1));
    there.tensors.retain(|t| t.name != "mc.m1.out.bias");
    there.facts = Facts::default();
    for tensor in &mut there.tensors {
        match tensor.name.as_str() {
            "mc.pmc.plan.kernel" => tensor.shape = vec![8],
            "mc.m1.out.kernel" => tensor.values[0] = f32::NAN,
            "mc.pmc.plan.bias" => tensor.name = "mc.pmc.plan.offset".into(),
            _ => {}
        }
    }
    let mut after = brain.initialise(2);
    let before = after.clone();
    let error = copy_region(brain.parameters(), &load("mc", "mc"), &there, &mut after)
        .expect_err("does not fit");
    for line in [
        "mc.pmc.plan.kernel is [2, 4] here and [8] there",
        "mc.pmc.plan.bias [4] is missing there",
        "mc.m1.out.kernel has values there that are not finite",
        "mc.m1.out.bias [3] is missing there",
        "mc.pmc.plan.offset [4] is only there",
    ] {
        assert!(error.contains(&format!("\n    {line}")), "{line}\n{error}");
    }
    assert_eq!(error.lines().count(), 6, "{error}");
    assert_eq!(before, after, "nothing is half loaded");
    let error = copy_region(
        brain.parameters(),
        &load("mc", "cerebellum"),
        &there,
        &mut after,
    )
    .expect_err("is not there");
    assert!(
        error.starts_with("there is no region \"cerebellum\" in there; it has"),
        "{error}"
    );
}

#[test]
fn loaded_weights_keep_to_masks_and_signs() {
    let mut graph = graph();
    graph.nodes[2].op = Op::MaskedDense {
        units: 3,
        activation: ActivationKind::Tanh,
        bias: true,
        initialiser: Initialiser::default(),
        mask: vec![vec![true, false, true]; 3],
        signs: vec![1, -1, 0],
    };
    let brain = build(&graph);
    let mut parameters = brain.initialise(1);
    let check = |parameters: &[f32]| check_masks(&graph, brain.parameters(), parameters);
    check(&parameters).expect("what the brain itself draws fits");
    let kernel = brain.parameters().get("mcx.out.kernel").expect("there");
    let rows = [[0.5, 0.0, 0.5], [0.5, -0.0, -0.5], [-0.5, 0.0, 0.5]];
    parameters[kernel.range()].copy_from_slice(&rows.concat());
    assert_eq!(
        check(&parameters),
        Err("what is loaded into mcx.out.kernel has weights of another sign than the node gives their inputs: 1 of them".into())
    );
    parameters[kernel.range()].fill(0.5);
    assert_eq!(
        check(&parameters),
        Err("what is loaded into mcx.out.kernel has connections that the node's mask does not have: 3 of them".into())
    );
}
