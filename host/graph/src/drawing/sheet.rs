//! The sheet: where layers and boxes are, in px.

use super::Graph;
use super::layers::{Layered, box_width};
use super::place::Columns;

/// Around everything, px.
pub const MARGIN: f64 = 24.0;
/// Height of title and subtitle, px.
const TITLE: f64 = 58.0;
const LEGEND: f64 = 34.0;
/// Of an entry of the legend, px.
pub const LEGEND_WIDTH: f64 = 190.0;
/// Of every node, px.
pub const NODE_HEIGHT: f64 = 42.0;
/// Between two layers, px: room for arrows; boxes that begin or end there need more.
const LEAST_GAP: f64 = 38.0;
/// Above the first and below the last layer of a region, px.
const ABOVE: f64 = 30.0;
const BELOW: f64 = 14.0;

/// All places in px.
pub struct Sheet<'g> {
    /// What is drawn.
    pub graph: &'g Graph,
    /// In layers.
    pub layered: &'g Layered,
    columns: &'g Columns,
    /// Upper side of each layer, and of what follows the last.
    tops: Vec<f64>,
}

impl<'g> Sheet<'g> {
    /// Puts layers and boxes on a sheet.
    #[must_use]
    pub fn new(graph: &'g Graph, layered: &'g Layered, columns: &'g Columns) -> Self {
        // Senses are at the top, and senses are in no region.
        let mut tops = vec![MARGIN + TITLE];
        let spans = || layered.spans.iter().flatten();
        for layer in 0..layered.layers {
            // Long slanted edges need more height to be told apart.
            let segments = layered.segments.iter().filter(|s| s.layer == layer);
            let widest = segments
                .map(|s| (columns.centres[s.upper] - columns.centres[s.lower]).abs())
                .fold(0.0, f64::max);
            let mut gap = LEAST_GAP + (0.1 * widest).min(60.0);
            if spans().any(|(first, _)| *first == layer + 1) {
                gap += ABOVE;
            }
            if spans().any(|(_, last)| *last == layer) {
                gap += BELOW;
            }
            tops.push(tops[layer] + NODE_HEIGHT + gap);
        }
        Self {
            graph,
            layered,
            columns,
            tops,
        }
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        let titles = [(&self.graph.title, 9.5), (&self.graph.subtitle, 6.5)];
        let text = titles.map(|(text, char)| text.chars().count() as f64 * char);
        let legend = if self.delays() {
            2.0 * LEGEND_WIDTH
        } else {
            0.0
        };
        let width = self.columns.width.max(text[0]).max(text[1]).max(legend);
        let last = self.tops[self.layered.layers.saturating_sub(1)];
        let legend = if self.delays() { LEGEND } else { 0.0 };
        let height = last + NODE_HEIGHT + BELOW + legend + MARGIN;
        (width + 2.0 * MARGIN, height)
    }

    /// Centre of a unit.
    #[must_use]
    pub fn x(&self, unit: usize) -> f64 {
        MARGIN + self.columns.centres[unit]
    }

    /// Upper side of a layer's nodes.
    #[must_use]
    pub fn top(&self, layer: usize) -> f64 {
        self.tops[layer]
    }

    /// Lower side of a layer's nodes.
    #[must_use]
    pub fn bottom(&self, layer: usize) -> f64 {
        self.tops[layer] + NODE_HEIGHT
    }

    /// Width of a node.
    #[must_use]
    pub fn box_width(&self, node: usize) -> f64 {
        let node = &self.graph.nodes[node];
        box_width(&node.label, &node.caption)
    }

    /// Left, top, width and height of a region's box.
    #[must_use]
    pub fn region_box(&self, region: usize) -> Option<(f64, f64, f64, f64)> {
        let (first, last) = self.layered.spans[region]?;
        let (left, right) = self.columns.boxes[region]?;
        let top = self.top(first) - ABOVE;
        Some((
            MARGIN + left,
            top,
            right - left,
            self.bottom(last) + BELOW - top,
        ))
    }

    /// Whether there is anything that a legend is needed for.
    #[must_use]
    pub fn delays(&self) -> bool {
        self.graph.edges.iter().any(|edge| edge.delayed)
    }
}
