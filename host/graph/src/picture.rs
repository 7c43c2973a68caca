//! A brain as a graph to draw.

use super::{Description, NodeRow, RegionRow};
use crate::drawing::{Edge, Graph, Node, Region, Shape};

/// What is drawn of a brain.
#[must_use]
pub fn graph(description: &Description) -> Graph {
    let mut graph = Graph {
        title: format!("{} for {}", description.brain, description.task),
        subtitle: match description.frozen {
            0 => format!("{} parameters", description.parameters),
            n => format!("{} parameters, {n} of them frozen", description.parameters),
        },
        ..Graph::default()
    };
    let mut names: Vec<&str> = Vec::new();
    for sense in &description.senses {
        names.push(&sense.name);
        graph.nodes.push(Node {
            label: sense.name.clone(),
            caption: times(&sense.shape),
            tooltip: format!("sense {} {:?}", sense.name, sense.shape),
            shape: Shape::Sense,
            ..Node::default()
        });
    }
    for region in &description.regions {
        // A box around a single node of the same name would say everything twice.
        let alone = matches!(&region.nodes[..], [node] if node.name == region.name);
        if !alone {
            graph.regions.push(Region {
                label: caption(region),
                frozen: region.frozen,
            });
        }
        for row in &region.nodes {
            names.push(&row.name);
            let mut node = node(row, region);
            node.region = (!alone).then(|| graph.regions.len() - 1);
            node.frozen = alone && region.frozen;
            graph.nodes.push(node);
        }
    }
    let place = |name: &str| names.iter().position(|other| *other == name);
    for row in description.regions.iter().flat_map(|region| &region.nodes) {
        for input in &row.inputs {
            if let (Some(from), Some(to)) = (place(&input.from), place(&row.name)) {
                graph.edges.push(Edge {
                    from,
                    to,
                    delayed: input.delayed,
                });
            }
        }
    }
    graph
}

fn caption(region: &RegionRow) -> String {
    let frozen = if region.frozen { ", frozen" } else { "" };
    match region.parameters {
        0 => region.name.clone(),
        n => format!("{} ({n}{frozen})", region.name),
    }
}

fn node(row: &NodeRow, region: &RegionRow) -> Node {
    let within = row.name.strip_prefix(&region.name);
    let within = within.and_then(|rest| rest.strip_prefix('.'));
    let op = match row.op {
        "head" => row.detail.clone(),
        op => format!("{op} {}", row.detail),
    };
    let (shape, size) = match (&row.shape, row.op) {
        (Some(shape), "head") => (Shape::Head, times(shape)),
        (Some(shape), _) => (Shape::Node, times(shape)),
        (None, _) => (Shape::Unused, "unused".to_owned()),
    };
    Node {
        label: within.unwrap_or(&row.name).to_owned(),
        caption: format!("{} · {size}", op.trim_end()),
        tooltip: tooltip(row),
        shape,
        ..Node::default()
    }
}

fn tooltip(row: &NodeRow) -> String {
    let mut text = format!("{}: {} {}", row.name, row.op, row.detail);
    for parameter in &row.parameters {
        text.push_str(&format!("\n{} {:?}", parameter.name, parameter.shape));
    }
    text
}

/// `84x84x3`.
fn times(shape: &[usize]) -> String {
    let sides: Vec<String> = shape.iter().map(ToString::to_string).collect();
    sides.join("x")
}
