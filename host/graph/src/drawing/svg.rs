//! From places to SVG text.

use super::edges::{Side, sides};
use super::layers::{Layered, label_width};
use super::place::Columns;
use super::sheet::{LEGEND_WIDTH, MARGIN, NODE_HEIGHT, Sheet};
use super::{Graph, Shape};
use std::fmt::Write;

const STYLE: &str = "\
text{font-family:Helvetica,Arial,sans-serif;fill:#1a1a1a}\
.title{font-size:17px;font-weight:bold}.subtitle,.legend{font-size:12px;fill:#444}\
.region{fill:#f3f5f7;stroke:#a3adb8}.region.frozen{fill:#dfeaf7;stroke:#5a86bd}\
.label{font-size:12px;font-weight:bold;fill:#33414f}\
.halo{font-size:12px;font-weight:bold;fill:#fff;stroke:#fff;stroke-width:4px}\
.node{fill:#fff;stroke:#2b2b2b;stroke-width:1.2px}.node.sense{fill:#ececec}\
.node.frozen{fill:#dfeaf7;stroke:#5a86bd}.node.unused{stroke:#9a9a9a;stroke-dasharray:2 3}\
.name{font-size:13px;text-anchor:middle}.caption{font-size:11px;text-anchor:middle;fill:#444}\
.edge{fill:none;stroke:#5b5b5b;stroke-width:1.2px}\
.edge.delayed{stroke:#b0461e;stroke-dasharray:6 4}";

/// Writing to a string does not fail.
macro_rules! put {
    ($out:expr, $($arguments:tt)*) => {
        let _ = write!($out, $($arguments)*);
    };
}

/// The picture.
#[must_use]
pub fn render(graph: &Graph, layered: &Layered, columns: &Columns) -> String {
    let sheet = Sheet::new(graph, layered, columns);
    let (width, height) = sheet.size();
    let mut out = String::new();
    put!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\">\n<title>{}</title>\n<style>{STYLE}</style>\n<defs>\n",
        escape(&graph.title)
    );
    for (id, colour) in [("now", "#5b5b5b"), ("before", "#b0461e")] {
        put!(
            out,
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
             markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">\
             <path d=\"M0 0.5 L8 4 L0 7.5 z\" fill=\"{colour}\"/></marker>\n"
        );
    }
    put!(
        out,
        "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text class=\"title\" x=\"{MARGIN}\" y=\"34\">{}</text>\n\
         <text class=\"subtitle\" x=\"{MARGIN}\" y=\"54\">{}</text>\n",
        escape(&graph.title),
        escape(&graph.subtitle)
    );
    sheet.regions(&mut out);
    sheet.edges(&mut out);
    sheet.nodes(&mut out);
    sheet.labels(&mut out);
    sheet.legend(&mut out);
    out.push_str("</svg>\n");
    out
}

impl Sheet<'_> {
    fn regions(&self, out: &mut String) {
        for (region, row) in self.graph.regions.iter().enumerate() {
            if let Some((x, y, width, height)) = self.region_box(region) {
                let frozen = if row.frozen { " frozen" } else { "" };
                put!(
                    out,
                    "<rect class=\"region{frozen}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
                     height=\"{height:.1}\" rx=\"8\"/>\n"
                );
            }
        }
    }

    /// Over the edges, with a white rim.
    fn labels(&self, out: &mut String) {
        for (region, row) in self.graph.regions.iter().enumerate() {
            if let Some((x, y, width, _)) = self.region_box(region) {
                let (x, y) = (self.label_x(region, x, width), y + 17.0);
                let label = escape(&row.label);
                let halo = if row.frozen { "#dfeaf7" } else { "#f3f5f7" };
                put!(
                    out,
                    "<text class=\"halo\" style=\"fill:{halo};stroke:{halo}\" x=\"{x:.1}\" \
                     y=\"{y:.1}\">{label}</text>\n\
                     <text class=\"label\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>\n"
                );
            }
        }
    }

    /// Where a region's label begins: at the left, or at the right where fewer edges cross it.
    fn label_x(&self, region: usize, left: f64, width: f64) -> f64 {
        let long = label_width(&self.graph.regions[region].label) - 20.0;
        let entering = self
            .layered
            .routes
            .iter()
            .enumerate()
            .filter_map(|(i, route)| {
                let (from, to) = (route.edge.from, route.edge.to);
                let (_, enters) = sides(route, self.x(from) < self.x(to));
                let inside = self.graph.nodes[to].region == Some(region);
                (inside && enters == Side::Top).then(|| self.port(i, to, enters).0)
            });
        let entering: Vec<f64> = entering.collect();
        let crossed = |x: f64| {
            let hits = entering.iter().filter(|e| (x..x + long).contains(*e));
            hits.count()
        };
        let (first, second) = (left + 9.0, left + width - 9.0 - long);
        if crossed(second) < crossed(first) {
            second
        } else {
            first
        }
    }

    fn nodes(&self, out: &mut String) {
        for (i, node) in self.graph.nodes.iter().enumerate() {
            let (x, y) = (self.x(i), self.top(self.layered.units[i].first));
            let width = self.box_width(i);
            let (class, round) = match node.shape {
                Shape::Sense => (" sense", NODE_HEIGHT / 2.0),
                Shape::Head => ("", NODE_HEIGHT / 2.0),
                Shape::Node => ("", 4.0),
                Shape::Unused => (" unused", 4.0),
            };
            let frozen = if node.frozen { " frozen" } else { "" };
            put!(
                out,
                "<g><title>{}</title><rect class=\"node{class}{frozen}\" x=\"{:.1}\" y=\"{y:.1}\" \
                 width=\"{width:.1}\" height=\"{NODE_HEIGHT}\" rx=\"{round}\"/>\
                 <text class=\"name\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>\
                 <text class=\"caption\" x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>\n",
                escape(&node.tooltip),
                x - width / 2.0,
                y + 18.0,
                escape(&node.label),
                y + 33.0,
                escape(&node.caption)
            );
        }
    }

    fn edges(&self, out: &mut String) {
        for (i, route) in self.layered.routes.iter().enumerate() {
            let path = self.path(i, route);
            let (class, marker) = if route.edge.delayed {
                ("edge delayed", "before")
            } else {
                ("edge", "now")
            };
            put!(
                out,
                "<path class=\"{class}\" d=\"{path}\" marker-end=\"url(#{marker})\"/>\n"
            );
        }
    }

    fn legend(&self, out: &mut String) {
        if !self.delays() {
            return;
        }
        let (_, height) = self.size();
        let y = height - MARGIN;
        let mut x = MARGIN;
        let mut entry = |class: &str, marker: &str, text: &str| {
            put!(
                out,
                "<path class=\"{class}\" d=\"M{x:.1} {:.1} H{:.1}\" marker-end=\"url(#{marker})\"/>\
                 <text class=\"legend\" x=\"{:.1}\" y=\"{y:.1}\">{text}</text>\n",
                y - 4.0,
                x + 34.0,
                x + 42.0
            );
            x += LEGEND_WIDTH;
        };
        entry("edge", "now", "this control step");
        entry("edge delayed", "before", "the control step before");
    }
}

/// Text as XML takes it.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // Not allowed in XML at all.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
