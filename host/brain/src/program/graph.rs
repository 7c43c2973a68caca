//! The graph of a spec: names, order, what is needed and where privileged information goes.

use crate::error::BrainError;
use angora_core::suggest::hint;
use angora_plugin_api::Sense;
use angora_plugin_api::brain::{BrainSpec, Node};
use std::collections::BTreeSet;

/// Names that the heads take.
const HEADS: [&str; 2] = ["policy_head", "value_head"];

/// The sense of that name.
pub(super) fn sense(name: &str) -> Option<Sense> {
    Sense::ALL.into_iter().find(|sense| sense.name() == name)
}

/// Checks names and edges, apart from widths.
pub(super) fn check(spec: &BrainSpec) -> Result<(), BrainError> {
    let mut defined = BTreeSet::new();
    for node in &spec.nodes {
        check_name(node, &defined)?;
        if node.inputs.is_empty() {
            let problem = "has no inputs; it needs at least one sense or node";
            return Err(BrainError::node(&node.name, problem));
        }
        for edge in &node.inputs {
            if edge.delayed {
                return Err(BrainError::NotBuilt {
                    node: node.name.clone(),
                    what: format!("delayed edges (from \"{}\")", edge.from),
                    built: "edges without delay",
                });
            }
            check_edge(spec, node, &edge.from, &defined)?;
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
fn outputs(spec: &BrainSpec) -> [(&'static str, &str); 2] {
    [("policy", &spec.policy), ("value", &spec.value)]
}

fn check_name(node: &Node, defined: &BTreeSet<&str>) -> Result<(), BrainError> {
    let name = node.name.as_str();
    let problem = if name.is_empty() || name.split('.').any(str::is_empty) {
        "a name is one or more words with dots between them"
    } else if sense(name).is_some() {
        "that is the name of a sense; senses are there by themselves"
    } else if HEADS.contains(&name) {
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
    from: &str,
    defined: &BTreeSet<&str>,
) -> Result<(), BrainError> {
    if defined.contains(from) || sense(from).is_some() {
        return Ok(());
    }
    let problem = if from == node.name {
        "reads itself; only a delayed edge may".to_owned()
    } else if spec.nodes.iter().any(|other| other.name == from) {
        format!("reads \"{from}\", which is defined after it; move \"{from}\" before it")
    } else {
        let senses = Sense::ALL.map(Sense::name);
        let names: Vec<&str> = senses.into_iter().chain(defined.iter().copied()).collect();
        let hint = hint(from, names);
        format!("reads \"{from}\", which is neither a sense nor a node; {hint}")
    };
    Err(BrainError::node(&node.name, problem))
}

/// Whether each node feeds the policy or the value.
pub(super) fn needed(spec: &BrainSpec) -> Vec<bool> {
    let mut names: BTreeSet<&str> = outputs(spec).map(|(_, name)| name).into();
    let mut needed = vec![false; spec.nodes.len()];
    for (node, needed) in spec.nodes.iter().zip(&mut needed).rev() {
        *needed = names.contains(node.name.as_str());
        if *needed {
            names.extend(node.inputs.iter().map(|edge| edge.from.as_str()));
        }
    }
    needed
}

/// Refuses a path from `asymmetric` to the policy.
fn check_privileged(spec: &BrainSpec) -> Result<(), BrainError> {
    let mut path = vec!["policy".to_owned()];
    let mut at = spec.policy.as_str();
    let tainted = tainted(spec);
    if !tainted.contains(at) {
        return Ok(());
    }
    loop {
        path.push(at.to_owned());
        let node = spec.nodes.iter().find(|node| node.name == at);
        let before = node.and_then(|node| {
            let mut froms = node.inputs.iter().map(|edge| edge.from.as_str());
            froms.find(|from| tainted.contains(from))
        });
        match before {
            Some(before) => at = before,
            None => break,
        }
    }
    path.reverse();
    Err(BrainError::Asymmetric { path })
}

/// The names that privileged information reaches.
fn tainted(spec: &BrainSpec) -> BTreeSet<&str> {
    let mut tainted = BTreeSet::from([Sense::Asymmetric.name()]);
    for node in &spec.nodes {
        if node
            .inputs
            .iter()
            .any(|e| tainted.contains(e.from.as_str()))
        {
            tainted.insert(&node.name);
        }
    }
    tainted
}
