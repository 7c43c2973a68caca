//! The graph of a spec: names, order, what is needed and where privileged information goes.

use crate::error::BrainError;
use angora_core::limits::GRAPH_NODES;
use angora_core::suggest::hint;
use angora_plugin_api::Sense;
use angora_plugin_api::brain::{BrainSpec, Edge, Node};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The sense of that name.
pub(super) fn sense(name: &str) -> Option<Sense> {
    Sense::ALL.into_iter().find(|sense| sense.name() == name)
}

/// Checks names and edges, apart from widths; the heads have names of their own.
pub(super) fn check(spec: &BrainSpec, heads: &[&str]) -> Result<(), BrainError> {
    if spec.nodes.len() > GRAPH_NODES {
        let nodes = spec.nodes.len();
        return Err(BrainError::Size {
            problem: format!("it has {nodes} nodes; at most {GRAPH_NODES} are allowed"),
        });
    }
    let mut defined = BTreeSet::new();
    for node in &spec.nodes {
        check_name(node, heads, &defined)?;
        if node.inputs.is_empty() {
            let problem = "has no inputs; it needs at least one sense or node";
            return Err(BrainError::node(&node.name, problem));
        }
        for edge in &node.inputs {
            check_edge(spec, node, edge, &defined)?;
        }
        defined.insert(node.name.as_str());
    }
    for (output, name) in outputs(spec) {
        if !defined.contains(name) && sense(name).is_none() {
            let names = spec.nodes.iter().map(|node| node.name.as_str());
            let hint = hint(name, names);
            let problem = format!("there is no node \"{name}\"; {hint}");
            return Err(BrainError::Output { output, problem });
        }
    }
    check_privileged(spec)
}

/// What the heads read.
pub(super) fn outputs(spec: &BrainSpec) -> [(&'static str, &str); 2] {
    [("policy", &spec.policy), ("value", &spec.value)]
}

fn check_name(node: &Node, heads: &[&str], defined: &BTreeSet<&str>) -> Result<(), BrainError> {
    let name = node.name.as_str();
    let problem = if name.is_empty() || name.split('.').any(str::is_empty) {
        "a name is one or more words with dots between them"
    } else if sense(name).is_some() {
        "that is the name of a sense; senses are there by themselves"
    } else if heads.contains(&name) {
        "the host's own head has that name"
    } else if defined.contains(name) {
        "there are two nodes of that name"
    } else {
        return Ok(());
    };
    Err(BrainError::node(name, problem))
}

fn check_edge(
    spec: &BrainSpec,
    node: &Node,
    edge: &Edge,
    defined: &BTreeSet<&str>,
) -> Result<(), BrainError> {
    let from = edge.from.as_str();
    let exists = spec.nodes.iter().any(|other| other.name == from);
    if defined.contains(from) || sense(from).is_some() || edge.delayed && exists {
        return Ok(());
    }
    let problem = if from == node.name {
        "reads itself; only a delayed edge may".to_owned()
    } else if exists {
        format!(
            "reads \"{from}\", which is defined after it; move \"{from}\" before it, or delay \
             the edge"
        )
    } else {
        let senses = Sense::ALL.map(Sense::name);
        let names: Vec<&str> = senses.into_iter().chain(defined.iter().copied()).collect();
        let hint = hint(from, names);
        format!("reads \"{from}\", which is neither a sense nor a node; {hint}")
    };
    Err(BrainError::node(&node.name, problem))
}

/// Whether each node feeds the policy or the value, now or at a later step.
pub(super) fn needed(spec: &BrainSpec) -> Vec<bool> {
    let mut names: BTreeSet<&str> = outputs(spec).map(|(_, name)| name).into();
    loop {
        let known = names.len();
        for node in spec.nodes.iter().rev() {
            if names.contains(node.name.as_str()) {
                names.extend(node.inputs.iter().map(|edge| edge.from.as_str()));
            }
        }
        if names.len() == known {
            break;
        }
    }
    let needed = |node: &Node| names.contains(node.name.as_str());
    spec.nodes.iter().map(needed).collect()
}

/// Refuses a path from `asymmetric` to the policy; delayed edges count.
fn check_privileged(spec: &BrainSpec) -> Result<(), BrainError> {
    // Backwards from the policy, breadth first: the shortest path.
    let mut next: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([spec.policy.as_str()]);
    while let Some(at) = queue.pop_front() {
        if at == Sense::Asymmetric.name() {
            let mut path = vec![at.to_owned()];
            let mut at = at;
            while let Some(&after) = next.get(at) {
                path.push(after.to_owned());
                at = after;
            }
            path.push("policy".to_owned());
            return Err(BrainError::Asymmetric { path });
        }
        let Some(node) = spec.nodes.iter().find(|node| node.name == at) else {
            continue;
        };
        for edge in &node.inputs {
            let from = edge.from.as_str();
            if from != spec.policy && !next.contains_key(from) {
                next.insert(from, at);
                queue.push_back(from);
            }
        }
    }
    Ok(())
}
