//! Which layer each node is in, and how edges go over several.

use super::{Edge, Graph, Node, Shape};
use std::collections::BTreeMap;

/// Width of a character of a label and of a caption, px; a little more than most are.
const LABEL_CHAR: f64 = 7.4;
const CAPTION_CHAR: f64 = 6.3;
/// Width of a region's label's character, px.
const REGION_CHAR: f64 = 6.9;
const LEAST_WIDTH: f64 = 76.0;
/// What an edge takes that passes a layer, px.
const BEND_WIDTH: f64 = 4.0;
/// What a loop takes at the right of its node, px.
pub const LOOP_WIDTH: f64 = 30.0;

/// Something that takes a place in one or several layers: a node, or a bend, which is where the
/// edges of a node pass layers together.
#[derive(Debug, Clone)]
pub struct Unit {
    /// First layer.
    pub first: usize,
    /// Last layer.
    pub last: usize,
    /// Width, px.
    pub width: f64,
    /// Region that it must stay in.
    pub region: Option<usize>,
}

/// Which way an edge goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To a lower layer.
    Down,
    /// To an upper layer.
    Up,
    /// Within a layer.
    Level,
    /// To its own node.
    Loop,
}

/// An edge on its way.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The edge.
    pub edge: Edge,
    /// Which way.
    pub way: Way,
    /// The bend that it takes; it leaves it beside its target's layer.
    pub bend: Option<usize>,
}

/// A part of an edge between a layer and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// The upper layer.
    pub layer: usize,
    /// The upper unit.
    pub upper: usize,
    /// The lower unit.
    pub lower: usize,
}

/// A graph in layers. Unit i is node i; bends come after the nodes.
#[derive(Debug, Clone)]
pub struct Layered {
    /// Nodes and bends.
    pub units: Vec<Unit>,
    /// One for each edge.
    pub routes: Vec<Route>,
    /// All parts of edges, each once.
    pub segments: Vec<Segment>,
    /// Number of layers.
    pub layers: usize,
    /// First and last layer of each region that has nodes.
    pub spans: Vec<Option<(usize, usize)>>,
}

impl Layered {
    /// The layers of a graph.
    #[must_use]
    pub fn new(graph: &Graph) -> Self {
        let layers = layers_of(graph);
        let units = graph.nodes.iter().enumerate().map(|(i, node)| {
            let loops = graph.edges.iter().any(|e| e.from == i && e.to == i);
            let extra = if loops { 2.0 * LOOP_WIDTH } else { 0.0 };
            Unit {
                first: layers[i],
                last: layers[i],
                width: box_width(&node.label, &node.caption) + extra,
                region: node.region,
            }
        });
        let mut layered = Self {
            units: units.collect(),
            routes: Vec::new(),
            segments: Vec::new(),
            layers: layers.iter().max().map_or(0, |last| last + 1),
            spans: vec![None; graph.regions.len()],
        };
        layered.route(graph);
        layered.cut();
        for unit in &layered.units {
            if let Some(region) = unit.region {
                let (first, last) = layered.spans[region].unwrap_or((unit.first, unit.last));
                layered.spans[region] = Some((first.min(unit.first), last.max(unit.last)));
            }
        }
        layered
    }

    /// Finds the way of each edge. The edges of a node in one direction share a bend.
    fn route(&mut self, graph: &Graph) {
        let mut bends: BTreeMap<(usize, bool, bool), usize> = BTreeMap::new();
        for edge in &graph.edges {
            let (from, to) = (self.units[edge.from].first, self.units[edge.to].first);
            let way = match to.cmp(&from) {
                _ if edge.from == edge.to => Way::Loop,
                std::cmp::Ordering::Greater => Way::Down,
                std::cmp::Ordering::Less => Way::Up,
                std::cmp::Ordering::Equal => Way::Level,
            };
            let (upper, lower) = (from.min(to), from.max(to));
            let bend = (lower > upper + 1).then(|| {
                let (first, last) = (upper + 1, lower - 1);
                let next = self.units.len();
                let bend = *bends
                    .entry((edge.from, way == Way::Up, edge.delayed))
                    .or_insert(next);
                let home = graph.nodes[edge.from].region;
                let stays = home.filter(|_| graph.nodes[edge.to].region == home);
                if bend == next {
                    self.units.push(Unit {
                        first,
                        last,
                        width: BEND_WIDTH,
                        region: stays,
                    });
                } else {
                    let unit = &mut self.units[bend];
                    unit.first = unit.first.min(first);
                    unit.last = unit.last.max(last);
                    unit.region = unit.region.filter(|_| stays.is_some());
                }
                bend
            });
            self.routes.push(Route {
                edge: *edge,
                way,
                bend,
            });
        }
    }

    /// Cuts the routes into segments.
    fn cut(&mut self) {
        for Route { edge, way, bend } in &self.routes {
            let (upper, lower) = match way {
                Way::Down => (edge.from, edge.to),
                Way::Up => (edge.to, edge.from),
                Way::Level | Way::Loop => continue,
            };
            let (top, bottom) = (self.units[upper].last, self.units[lower].first);
            let mut segment = |layer, upper, lower| {
                self.segments.push(Segment {
                    layer,
                    upper,
                    lower,
                });
            };
            match bend {
                None => segment(top, upper, lower),
                Some(bend) => {
                    segment(top, upper, *bend);
                    for layer in top + 1..bottom - 1 {
                        segment(layer, *bend, *bend);
                    }
                    segment(bottom - 1, *bend, lower);
                }
            }
        }
        self.segments.sort_unstable();
        self.segments.dedup();
    }
}

/// The layer of each node: below all that feed it without delay, near to most of its neighbours.
fn layers_of(graph: &Graph) -> Vec<usize> {
    let mut layers = longest_ways(graph);
    // Within a region edges are to be short, so that its box is small.
    let weight = |edge: &Edge| {
        let region = graph.nodes[edge.from].region;
        let inside = region.is_some() && region == graph.nodes[edge.to].region;
        if inside { 3_i32 } else { 1 }
    };
    for _ in 0..graph.nodes.len() {
        let before = layers.clone();
        for (i, node) in graph.nodes.iter().enumerate().rev() {
            if node.shape == Shape::Sense {
                continue;
            }
            let (mut above, mut below) = (1, usize::MAX);
            let mut pull = 0;
            for edge in graph.edges.iter().filter(|edge| !edge.delayed) {
                if edge.to == i {
                    above = above.max(layers[edge.from] + 1);
                    pull -= weight(edge);
                } else if edge.from == i {
                    below = below.min(layers[edge.to] - 1);
                    pull += weight(edge);
                }
            }
            layers[i] = if pull > 0 { below } else { above };
        }
        if layers == before {
            break;
        }
    }
    layers
}

/// The longest way of each node from a sense, over edges without delay; those make no circle.
fn longest_ways(graph: &Graph) -> Vec<usize> {
    let least = |node: &Node| usize::from(node.shape != Shape::Sense);
    let mut layers: Vec<usize> = graph.nodes.iter().map(least).collect();
    // The longest way has at most all nodes.
    for _ in 0..graph.nodes.len() {
        let before = layers.clone();
        for edge in graph.edges.iter().filter(|edge| !edge.delayed) {
            layers[edge.to] = layers[edge.to].max(layers[edge.from] + 1);
        }
        if layers == before {
            break;
        }
    }
    layers
}

/// Width of a node's box, px.
#[must_use]
pub fn box_width(label: &str, caption: &str) -> f64 {
    let of = |text: &str, char: f64| text.chars().count() as f64 * char + 22.0;
    of(label, LABEL_CHAR)
        .max(of(caption, CAPTION_CHAR))
        .max(LEAST_WIDTH)
}

/// Width that a region's label needs, px.
#[must_use]
pub fn label_width(label: &str) -> f64 {
    label.chars().count() as f64 * REGION_CHAR + 20.0
}
