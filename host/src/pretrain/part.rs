//! The part of a brain that is trained, with what it is read by.

use crate::run::regions::{covers, no_region};
use angora_plugin_api::Sense;
use angora_plugin_api::brain::{ActivationKind, BrainSpec, Edge, Initialiser, Node, Op};
use std::collections::{BTreeMap, BTreeSet};

/// Names of the nodes that are added for the training and dropped after it begin so.
const ADDED: &str = "pretraining";

/// Some regions of a brain's graph with all that feeds them within one control step.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The graph, whose policy is what the readout reads.
    pub graph: BrainSpec,
    /// The nodes whose values leave the regions.
    pub outputs: Vec<String>,
    /// The regions that learn, in the order of the graph: those that were named and those that
    /// feed them.
    pub regions: Vec<String>,
    /// The senses that reach the outputs.
    pub senses: Vec<Sense>,
    /// Whether something is remembered on the way.
    pub remembers: bool,
}

impl Part {
    /// The part that ends with these regions, where `shapes` are those of the nodes that the brain
    /// needs. The readout reads what leaves the regions, through a layer of `hidden` units
    /// where there is one.
    ///
    /// # Errors
    /// A region that is not there, or that does not see.
    pub fn new(
        brain: &BrainSpec,
        shapes: &BTreeMap<String, Vec<usize>>,
        regions: &[String],
        hidden: Option<usize>,
    ) -> Result<Self, String> {
        let needed = |node: &&Node| shapes.contains_key(&node.name);
        let nodes: Vec<&Node> = brain.nodes.iter().filter(needed).collect();
        for name in regions {
            check_region(name, &nodes)?;
        }
        let inside = |node: &Node| regions.iter().any(|name| covers(name, node.region()));
        let outputs: Vec<String> = nodes
            .iter()
            .filter(|node| inside(node) && leaves(&node.name, brain, &nodes, inside))
            .map(|node| node.name.clone())
            .collect();
        let reached = upstream(&nodes, &outputs);
        let part = |node: &&&Node| reached.contains(node.name.as_str());
        let senses: Vec<Sense> = Sense::ALL
            .into_iter()
            .filter(|sense| reached.contains(sense.name()))
            .collect();
        if !senses.contains(&Sense::Vision) {
            return Err(blind(regions, &senses, &nodes));
        }
        let mut named: Vec<String> = Vec::new();
        for node in nodes.iter().filter(part) {
            if !named.iter().any(|name| name == node.region()) {
                named.push(node.region().to_owned());
            }
        }
        let remembers = nodes.iter().filter(part).any(|node| remembers(node));
        let mut graph = brain.clone();
        graph.policy = attach(&mut graph, shapes, &outputs, hidden);
        Ok(Self {
            graph,
            outputs,
            regions: named,
            senses,
            remembers,
        })
    }
}

/// Refuses a region that has no node.
fn check_region(name: &str, nodes: &[&Node]) -> Result<(), String> {
    if nodes.iter().any(|node| covers(name, node.region())) {
        return Ok(());
    }
    let regions = nodes.iter().map(|node| node.region());
    Err(no_region(name, "this brain", regions.collect()))
}

/// Whether a head or anything outside reads a node.
fn leaves(name: &str, brain: &BrainSpec, nodes: &[&Node], inside: impl Fn(&Node) -> bool) -> bool {
    let outside = nodes.iter().filter(|node| !inside(node));
    let mut edges = outside.flat_map(|node| &node.inputs);
    brain.policy == name || brain.value == name || edges.any(|edge| edge.from == name)
}

/// Names of the nodes and senses that reach some nodes within a control step, with themselves.
fn upstream<'g>(nodes: &[&'g Node], from: &'g [String]) -> BTreeSet<&'g str> {
    let mut reached: BTreeSet<&str> = from.iter().map(String::as_str).collect();
    // Edges that are not delayed point backwards in the graph's order.
    for node in nodes.iter().rev() {
        if reached.contains(node.name.as_str()) {
            let edges = node.inputs.iter().filter(|edge| !edge.delayed);
            reached.extend(edges.map(|edge| edge.from.as_str()));
        }
    }
    reached
}

fn remembers(node: &Node) -> bool {
    let cell = matches!(
        node.op,
        Op::SimpleRnn { .. } | Op::Gru { .. } | Op::Lstm { .. }
    );
    cell || node.inputs.iter().any(|edge| edge.delayed)
}

/// Why regions that do not see cannot be pretrained.
fn blind(regions: &[String], senses: &[Sense], nodes: &[&Node]) -> String {
    let word = regions.join(", ");
    let what = match senses {
        [] => "senses nothing within a control step".to_owned(),
        senses => {
            let names: Vec<&str> = senses.iter().map(|sense| sense.name()).collect();
            format!("senses only {}", names.join(", "))
        }
    };
    let mut seeing: Vec<&str> = Vec::new();
    for node in nodes {
        let name = [node.name.clone()];
        if upstream(nodes, &name).contains(Sense::Vision.name()) && !seeing.contains(&node.region())
        {
            seeing.push(node.region());
        }
    }
    let hint = match seeing[..] {
        [] => "no region of this brain sees".to_owned(),
        _ => format!("regions that see: {}", seeing.join(", ")),
    };
    format!("region {word:?} {what}, and is to learn from pictures; {hint}")
}

/// Adds what lies between the outputs and the readout; the name of the last node.
fn attach(
    graph: &mut BrainSpec,
    shapes: &BTreeMap<String, Vec<usize>>,
    outputs: &[String],
    hidden: Option<usize>,
) -> String {
    let mut add = |name: String, op: Op, inputs: Vec<Edge>| {
        let name = format!("{ADDED}.{name}");
        graph.nodes.push(Node {
            name: name.clone(),
            region: None,
            op,
            inputs,
        });
        name
    };
    let mut vectors = Vec::new();
    for output in outputs {
        let is_image = shapes.get(output).is_some_and(|shape| shape.len() > 1);
        vectors.push(match is_image {
            false => output.clone(),
            true => {
                let name = format!("flatten_{}", vectors.len() + 1);
                add(name, Op::Flatten, vec![Edge::new(output)])
            }
        });
    }
    let edges = |names: &[String]| names.iter().map(Edge::new).collect();
    let mut last = match &vectors[..] {
        [one] => one.clone(),
        several => add("concat".into(), Op::Concat, edges(several)),
    };
    if let Some(units) = hidden {
        let op = Op::Dense {
            units,
            activation: ActivationKind::Relu,
            bias: true,
            initialiser: Initialiser::default(),
        };
        last = add("hidden".into(), op, edges(&[last]));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(name: &str, units: usize, inputs: Vec<Edge>) -> Node {
        Node {
            name: name.into(),
            region: None,
            op: Op::Dense {
                units,
                activation: ActivationKind::Tanh,
                bias: true,
                initialiser: Initialiser::default(),
            },
            inputs,
        }
    }

    /// An eye feeds two areas; one of them also feels, and hears of the other by a delayed edge.
    fn brain() -> (BrainSpec, BTreeMap<String, Vec<usize>>) {
        let delayed = Edge {
            from: "motor.out".into(),
            delayed: true,
        };
        let eye = Node {
            name: "eye.conv".into(),
            region: None,
            op: Op::Flatten,
            inputs: vec![Edge::new("vision")],
        };
        let graph = BrainSpec {
            nodes: vec![
                eye,
                dense("what.out", 3, vec![Edge::new("eye.conv")]),
                dense(
                    "where.out",
                    3,
                    vec![Edge::new("eye.conv"), Edge::new("touch"), delayed],
                ),
                dense(
                    "motor.out",
                    2,
                    vec![Edge::new("what.out"), Edge::new("where.out")],
                ),
                dense("critic.out", 2, vec![Edge::new("proprioception")]),
                dense("spare.out", 2, vec![Edge::new("vision")]),
            ],
            policy: "motor.out".into(),
            value: "critic.out".into(),
            ..BrainSpec::default()
        };
        let shapes = graph.nodes[..5].iter().map(|node| {
            let shape = match node.name.as_str() {
                "eye.conv" => vec![4, 4, 2],
                _ => vec![3],
            };
            (node.name.clone(), shape)
        });
        (graph.clone(), shapes.collect())
    }

    fn part(regions: &[&str], hidden: Option<usize>) -> Result<Part, String> {
        let (graph, shapes) = brain();
        let regions: Vec<String> = regions.iter().map(ToString::to_string).collect();
        Part::new(&graph, &shapes, &regions, hidden)
    }

    #[test]
    fn a_region_is_read_where_it_leaves_and_learns_with_what_feeds_it() {
        let eye = part(&["eye"], None).expect("sees");
        assert_eq!(
            (&eye.outputs[..], &eye.regions[..]),
            (&["eye.conv".into()][..], &["eye".into()][..])
        );
        assert_eq!(eye.senses, [Sense::Vision]);
        // An image is flattened.
        assert_eq!(eye.graph.policy, "pretraining.flatten_1");
        assert!(!eye.remembers);

        let place = part(&["where"], None).expect("sees");
        assert_eq!(place.graph.policy, "where.out");
        assert_eq!(place.regions, ["eye", "where"]);
        assert_eq!(place.senses, [Sense::Vision, Sense::Touch]);
        assert!(place.remembers, "the delayed edge");

        let both = part(&["what", "where"], Some(7)).expect("see");
        assert_eq!(both.outputs, ["what.out", "where.out"]);
        assert_eq!(both.regions, ["eye", "what", "where"]);
        let added: Vec<&str> = both.graph.nodes[6..]
            .iter()
            .map(|n| n.name.as_str())
            .collect();
        assert_eq!(added, ["pretraining.concat", "pretraining.hidden"]);
        assert_eq!(both.graph.policy, "pretraining.hidden");
    }

    #[test]
    fn regions_that_are_not_there_or_do_not_see_are_refused() {
        let unknown = part(&["eyes"], None).expect_err("refused");
        assert!(
            unknown.starts_with(
                "there is no region \"eyes\" in this brain; it has, nearest first: eye,"
            ),
            "{unknown}"
        );
        let blind = part(&["critic"], None).expect_err("refused");
        assert_eq!(
            blind,
            "region \"critic\" senses only proprioception, and is to learn from pictures; regions that see: eye, what, where, motor"
        );
        // What nothing needs is no region of the brain.
        let spare = part(&["spare"], None).expect_err("refused");
        assert!(spare.contains("there is no region \"spare\""), "{spare}");
    }
}
