//! Pictures of brains: a layered drawing of the graph (after Sugiyama, Tagawa and Toda 1981), with
//! a box around each region.
//!
//! Information flows downwards: a node's layer is its longest way from a sense. What reads the
//! previous control step is dashed, and flows upwards where it comes from below.

mod edges;
mod layers;
mod order;
mod place;
mod sheet;
mod straighten;
mod svg;

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Boxes.
    pub regions: Vec<Region>,
    /// Senses, nodes and heads, in any order; the picture keeps to it where it can.
    pub nodes: Vec<Node>,
    /// Connections between nodes, by index.
    pub edges: Vec<Edge>,
}

/// A box around nodes.
#[derive(Debug, Clone, Default)]
pub struct Region {
    /// What stands above it.
    pub label: String,
    /// Whether it does not learn.
    pub frozen: bool,
}

/// What a node looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// A sense.
    Sense,
    /// A node.
    #[default]
    Node,
    /// A node that is not computed.
    Unused,
    /// A head.
    Head,
}

/// A node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// First line.
    pub label: String,
    /// Second line, smaller.
    pub caption: String,
    /// What a viewer shows when pointing at it.
    pub tooltip: String,
    /// Its box, by index.
    pub region: Option<usize>,
    /// What it looks like.
    pub shape: Shape,
    /// Whether it does not learn; for nodes without a box.
    pub frozen: bool,
}

/// A connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// From this node.
    pub from: usize,
    /// To this one.
    pub to: usize,
    /// Whether it carries the previous control step.
    pub delayed: bool,
}

/// The picture, as a file of its own.
#[must_use]
pub fn draw(graph: &Graph) -> String {
    let layered = layers::Layered::new(graph);
    let order = order::Order::new(graph, &layered);
    let columns = place::columns(graph, &layered, &order);
    svg::render(graph, &layered, &columns)
}

#[cfg(test)]
mod tests;
