//! The ways of edges: where they leave and enter, and the curves between.

use super::layers::{LOOP_WIDTH, Route, Way};
use super::sheet::{NODE_HEIGHT, Sheet};

/// A side of a node where edges end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The upper.
    Top,
    /// The lower.
    Bottom,
}

impl Sheet<'_> {
    /// From the right side of a node back to it.
    fn loop_path(&self, node: usize) -> String {
        let x = self.x(node) + self.box_width(node) / 2.0;
        let y = self.top(self.layered.units[node].first) + NODE_HEIGHT / 2.0;
        let far = x + LOOP_WIDTH;
        format!(
            "M{x:.1} {:.1} C{far:.1} {:.1} {far:.1} {:.1} {x:.1} {:.1}",
            y + 9.0,
            y + 20.0,
            y - 20.0,
            y - 9.0
        )
    }

    /// The way of an edge, as an SVG path.
    pub fn path(&self, index: usize, route: &Route) -> String {
        let (from, to) = (route.edge.from, route.edge.to);
        if route.way == Way::Loop {
            return self.loop_path(from);
        }
        let (leaves, enters) = sides(route, self.x(from) < self.x(to));
        let start = self.port(index, from, leaves);
        let end = self.port(index, to, enters);
        let mut path = format!("M{:.1} {:.1}", start.0, start.1);
        let mut at = start;
        if route.way == Way::Level {
            // An arc over or under what stands between.
            let depth = if leaves == Side::Bottom { 34.0 } else { -34.0 };
            path.push_str(&format!(
                " C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                at.0,
                at.1 + depth,
                end.0,
                end.1 + depth,
                end.0,
                end.1
            ));
            return path;
        }
        if let Some(bend) = route.bend {
            let x = self.x(bend);
            let unit = &self.layered.units[bend];
            let target = self.layered.units[to].first;
            let (enter, leave) = match route.way {
                Way::Up => (self.bottom(unit.last), self.top(target + 1)),
                _ => (self.top(unit.first), self.bottom(target - 1)),
            };
            curve(&mut path, at, (x, enter));
            path.push_str(&format!(" L{x:.1} {leave:.1}"));
            at = (x, leave);
        }
        curve(&mut path, at, end);
        path
    }

    /// Where an edge leaves or enters a node: the edges of a side share it, in the order of where
    /// they come from or go to; edges in the same bend share a place.
    pub fn port(&self, index: usize, node: usize, side: Side) -> (f64, f64) {
        let mut others: Vec<(f64, bool, Option<usize>, usize)> = Vec::new();
        for (i, route) in self.layered.routes.iter().enumerate() {
            if route.way == Way::Loop {
                continue;
            }
            let edge = route.edge;
            let (leaves, enters) = sides(route, self.x(edge.from) < self.x(edge.to));
            for (own, own_side, other) in
                [(edge.from, leaves, edge.to), (edge.to, enters, edge.from)]
            {
                if own != node || own_side != side {
                    continue;
                }
                let leaving = own == edge.from;
                let far = self.x(route.bend.unwrap_or(other));
                let bend = route.bend.filter(|_| leaving);
                others.push((far, leaving, bend, i));
            }
        }
        others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.3.cmp(&b.3)));
        let mut slots: Vec<(bool, Option<usize>, usize)> = Vec::new();
        let mut mine = 0;
        for (_, leaving, bend, i) in others {
            let known = slots
                .iter()
                .position(|slot| bend.is_some() && slot.0 == leaving && slot.1 == bend);
            let slot = known.unwrap_or_else(|| {
                slots.push((leaving, bend, i));
                slots.len() - 1
            });
            if i == index {
                mine = slot;
            }
        }
        let room = self.box_width(node) - 24.0;
        let step = room / slots.len().max(1) as f64;
        // Not further apart than is needed to tell them apart.
        let step = step.min(26.0);
        let x = self.x(node) + (mine as f64 - (slots.len() as f64 - 1.0) / 2.0) * step;
        let layer = self.layered.units[node].first;
        let y = match side {
            Side::Top => self.top(layer),
            Side::Bottom => self.bottom(layer),
        };
        (x, y)
    }
}

/// The sides where an edge leaves its source and enters its target.
pub fn sides(route: &Route, rightwards: bool) -> (Side, Side) {
    match route.way {
        Way::Up => (Side::Top, Side::Bottom),
        Way::Level if rightwards => (Side::Bottom, Side::Bottom),
        Way::Level => (Side::Top, Side::Top),
        Way::Down | Way::Loop => (Side::Bottom, Side::Top),
    }
}

/// A curve that leaves and arrives upright.
fn curve(path: &mut String, from: (f64, f64), to: (f64, f64)) {
    let bow = (to.1 - from.1) / 2.0;
    path.push_str(&format!(
        " C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        from.0,
        from.1 + bow,
        to.0,
        to.1 - bow,
        to.0,
        to.1
    ));
}
