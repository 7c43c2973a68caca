//! Brains of several sizes in words and as pictures.

use super::text;
use crate::config::{Experiment, Layers, Source, resolve};
use crate::run::regions;
use angora_brain::Brain;
use angora_core::SensationLayout;
use angora_graph::{Description, Subject, drawing, picture};
use angora_plugin_api::{ActionSpec, BrainSpec, SensationSpec, Sense, TaskSpec};
use serde_json::{Value, json};

/// A brain for manipulation with 20 nodes: two visual layers, somatosensory and premotor areas, a
/// recurrent motor cortex with feedback, and a critic that sees more.
fn sensorimotor() -> BrainSpec {
    let dense = |units: usize| json!({ "type": "dense", "units": units, "activation": "tanh" });
    let conv = |filters: usize, kernel: usize| {
        json!({ "type": "conv2d", "filters": filters, "kernel": [kernel, kernel],
                "stride": [2, 2], "activation": "relu" })
    };
    let node =
        |name: &str, op: Value, inputs: Value| json!({ "name": name, "op": op, "inputs": inputs });
    let concat = || json!({ "type": "concat" });
    let text = json!({
        "nodes": [
            node("visual.v1.filters", conv(16, 5), json!(["vision"])),
            node("visual.v1.pool", json!({ "type": "pool", "kind": "max", "window": [2, 2], "stride": [2, 2] }), json!(["visual.v1.filters"])),
            node("visual.v2.filters", conv(32, 3), json!(["visual.v1.pool"])),
            node("visual.v2.flat", json!({ "type": "flatten" }), json!(["visual.v2.filters"])),
            node("visual.it", dense(64), json!(["visual.v2.flat"])),
            node("s1.touch", dense(48), json!(["touch"])),
            node("s1.muscles", dense(48), json!(["proprioception"])),
            node("s1.joined", concat(), json!(["s1.touch", "s1.muscles"])),
            node("s1.norm", json!({ "type": "layer_norm" }), json!(["s1.joined"])),
            node("ppc.goal", dense(32), json!(["goal"])),
            node("ppc.space", dense(64), json!(["visual.it", "s1.norm", "ppc.goal", { "delayed": "mc.m1.cells" }])),
            node("mc.pmc.plan", json!({ "type": "gru", "units": 64 }), json!(["ppc.space", "ppc.goal"])),
            node("mc.pmc.gate", json!({ "type": "dense", "units": 64, "activation": "sigmoid" }), json!(["ppc.goal"])),
            node("mc.pmc.out", json!({ "type": "multiply" }), json!(["mc.pmc.plan", "mc.pmc.gate"])),
            node("mc.m1.cells", json!({ "type": "lstm", "units": 96 }), json!(["mc.pmc.out", "s1.norm"])),
            node("mc.m1.out", dense(32), json!(["mc.m1.cells", { "delayed": "mc.m1.out" }])),
            node("critic.privileged", dense(32), json!(["asymmetric"])),
            node("critic.joined", concat(), json!(["mc.pmc.plan", "critic.privileged", "ppc.goal"])),
            node("critic.hidden", dense(64), json!(["critic.joined", { "delayed": "critic.hidden" }])),
            node("idle", dense(8), json!(["goal"])),
        ],
        "policy": "mc.m1.out",
        "value": "critic.hidden",
    });
    serde_json::from_value(text).expect("a valid spec")
}

fn senses() -> Vec<SensationSpec> {
    let sense = |sense, shape: &[usize]| SensationSpec {
        sense,
        shape: shape.to_vec(),
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    };
    vec![
        sense(Sense::Vision, &[48, 48, 3]),
        sense(Sense::Touch, &[92]),
        sense(Sense::Proprioception, &[48]),
        sense(Sense::Goal, &[7]),
        sense(Sense::Asymmetric, &[12]),
    ]
}

fn describe(graph: &BrainSpec, freeze: &[&str]) -> Description {
    let action = ActionSpec::Box {
        low: vec![-1.0; 20],
        high: vec![1.0; 20],
    };
    let mut layers = Layers::default();
    let settings = "task = \"Manipulate-v0\"\nbrain = \"hand-made\"";
    layers
        .text(settings, Source::CommandLine)
        .expect("settings");
    let experiment: Experiment = resolve(&layers, &action, false).expect("resolves");
    let task = TaskSpec {
        sensations: senses(),
        action: action.clone(),
        signals: Vec::new(),
        reward_terms: Vec::new(),
        max_episode_steps: None,
        reward_threshold: None,
        control_timestep: None,
        saves_state: false,
        ..TaskSpec::default()
    };
    let layout = SensationLayout::new(&task.sensations);
    let brain = Brain::build(graph, &layout, &action, &experiment.distribution).expect("builds");
    let freeze: Vec<String> = freeze.iter().map(|name| (*name).to_owned()).collect();
    let frozen = regions::frozen(brain.parameters(), &freeze).expect("regions");
    let subject = Subject {
        run: None,
        brain: &experiment.brain,
        task: &experiment.task,
    };
    Description::new(&subject, &task, graph, &brain, frozen.ranges())
}

#[test]
fn the_tree_says_what_each_node_is_and_reads() {
    let text = text::text(&describe(&sensorimotor(), &["visual"]));
    for part in [
        "brain     hand-made\ntask      Manipulate-v0\nsenses    vision [48, 48, 3], touch [92],",
        "visual.v1  (frozen)\n├─ visual.v1.filters  conv2d 5x5 stride 2x2 relu  [22, 22, 16]  from vision\n│                     kernel [5, 5, 3, 16], bias [16]\n└─ visual.v1.pool     pool max 2x2 stride 2x2     [11, 11, 16]  from visual.v1.filters\n\n",
        "from visual.it, s1.norm, ppc.goal, mc.m1.cells (delayed)\n",
        "└─ idle  dense tanh  unused  from goal\n",
        "└─ policy_head  head gaussian  [20]  from mc.m1.out\n                kernel [32, 20], bias [20], log_std [20]\n",
        "\nvisual            51264   22.1 %  frozen\n",
        "\nidle                  0    0.0 %\n",
        "\nall              232425  100.0 %  57120 frozen\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn shares_and_sizes_agree_with_the_brain() {
    let description = describe(&sensorimotor(), &["mc", "value_head"]);
    let sum: usize = description
        .regions
        .iter()
        .map(|region| region.parameters)
        .sum();
    assert_eq!(sum, description.parameters);
    let shares: f64 = description.regions.iter().map(|region| region.share).sum();
    assert!((shares - 1.0).abs() < 1e-12, "{shares}");
    for region in &description.regions {
        let rows = region.nodes.iter().flat_map(|node| &node.parameters);
        let shapes: usize = rows.map(|row| row.shape.iter().product::<usize>()).sum();
        assert_eq!(shapes, region.parameters, "{}", region.name);
        let expected = ["mc.pmc", "mc.m1", "value_head"].contains(&region.name.as_str());
        assert_eq!(region.frozen, expected, "{}", region.name);
    }
    let frozen = description.regions.iter().filter(|region| region.frozen);
    let frozen: usize = frozen.map(|region| region.parameters).sum();
    assert_eq!(frozen, description.frozen);
}

#[test]
fn the_picture_shows_every_node_and_edge() {
    let description = describe(&sensorimotor(), &["visual"]);
    let graph = picture::graph(&description);
    // 5 senses, 20 nodes, 2 heads; a box for each region of several nodes or of another name.
    assert_eq!((graph.nodes.len(), graph.regions.len()), (27, 8));
    let edges = description.regions.iter().flat_map(|region| &region.nodes);
    let edges: usize = edges.map(|node| node.inputs.len()).sum();
    assert_eq!(graph.edges.len(), edges);
    let svg = drawing::draw(&graph);
    let document = roxmltree::Document::parse(&svg).expect("XML");
    let texts: Vec<&str> = document.descendants().filter_map(|n| n.text()).collect();
    for text in [
        "hand-made for Manipulate-v0",
        "visual.v1 (1216, frozen)",
        "conv2d 5x5 stride 2x2 relu · 22x22x16",
        "lstm · 96",
        "gaussian · 20",
        "dense tanh · unused",
        "the control step before",
    ] {
        assert!(texts.contains(&text), "{text} in {texts:?}");
    }
}
