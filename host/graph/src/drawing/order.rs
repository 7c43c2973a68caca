//! The order from left to right: few crossings, then short edges. What is in a region stands
//! together.

use super::Graph;
use super::layers::{Layered, label_width};

/// Between two units, px.
pub const GAP: f64 = 22.0;
/// Between a region's box and what is in it, px.
pub const PAD: f64 = 14.0;
/// What a crossing is worth, in px of edges.
const CROSSING: f64 = 200.0;
/// Rounds of each of both searches.
const ROUNDS: usize = 8;

/// A place at the top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Region(usize),
    Unit(usize),
}

/// Walls of regions and units, as they stand from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// The left wall of a region.
    Open(usize),
    /// A unit.
    Unit(usize),
    /// The right wall of a region.
    Close(usize),
}

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    top: Vec<Entry>,
    /// The units of each region.
    inner: Vec<Vec<usize>>,
}

impl Order {
    /// The best order that is found from the graph's own by barycentres, then by moving single
    /// entries.
    #[must_use]
    pub fn new(graph: &Graph, layered: &Layered) -> Self {
        let mut order = Self::of_graph(graph, layered);
        let mut best = order.clone();
        let mut least = best.cost(graph, layered);
        for _ in 0..ROUNDS {
            order.sort_by_neighbours(graph, layered);
            let cost = order.cost(graph, layered);
            if cost < least {
                (best, least) = (order.clone(), cost);
            }
        }
        let mut tries = tries(layered);
        for _ in 0..ROUNDS {
            if !best.move_entries(graph, layered, &mut least, &mut tries) {
                break;
            }
        }
        best
    }

    /// As the graph lists its nodes; a bend stands behind its node.
    fn of_graph(graph: &Graph, layered: &Layered) -> Self {
        let mut order = Self {
            top: Vec::new(),
            inner: vec![Vec::new(); graph.regions.len()],
        };
        let mut add = |unit: usize| match layered.units[unit].region {
            Some(region) => {
                if !order.top.contains(&Entry::Region(region)) {
                    order.top.push(Entry::Region(region));
                }
                order.inner[region].push(unit);
            }
            None => order.top.push(Entry::Unit(unit)),
        };
        let mut added = vec![false; layered.units.len()];
        for node in 0..graph.nodes.len() {
            add(node);
            for route in layered.routes.iter().filter(|r| r.edge.from == node) {
                if let Some(bend) = route.bend
                    && !std::mem::replace(&mut added[bend], true)
                {
                    add(bend);
                }
            }
        }
        order
    }

    /// From left to right.
    #[must_use]
    pub fn stands(&self) -> Vec<Stand> {
        let mut stands = Vec::new();
        for entry in &self.top {
            match entry {
                Entry::Unit(unit) => stands.push(Stand::Unit(*unit)),
                Entry::Region(region) => {
                    stands.push(Stand::Open(*region));
                    stands.extend(self.inner[*region].iter().map(|unit| Stand::Unit(*unit)));
                    stands.push(Stand::Close(*region));
                }
            }
        }
        stands
    }

    /// Centres of all units when each stands as far left as it can, px.
    #[must_use]
    pub fn leftmost(&self, graph: &Graph, layered: &Layered) -> Vec<f64> {
        let mut free = vec![0.0_f64; layered.layers];
        let mut opened = vec![0.0; graph.regions.len()];
        let mut centres = vec![0.0; layered.units.len()];
        let reach = |free: &[f64], first: usize, last: usize| {
            free[first..=last].iter().copied().fold(0.0, f64::max)
        };
        for stand in self.stands() {
            match stand {
                Stand::Unit(i) => {
                    let unit = &layered.units[i];
                    let left = reach(&free, unit.first, unit.last);
                    centres[i] = left + unit.width / 2.0;
                    free[unit.first..=unit.last].fill(left + unit.width + GAP);
                }
                Stand::Open(region) => {
                    if let Some((first, last)) = layered.spans[region] {
                        opened[region] = reach(&free, first, last);
                        free[first..=last].fill(opened[region] + PAD);
                    }
                }
                Stand::Close(region) => {
                    if let Some((first, last)) = layered.spans[region] {
                        let label = opened[region] + label_width(&graph.regions[region].label);
                        let right = (reach(&free, first, last) - GAP + PAD).max(label);
                        free[first..=last].fill(right + GAP);
                    }
                }
            }
        }
        centres
    }

    fn cost(&self, graph: &Graph, layered: &Layered) -> f64 {
        let x = self.leftmost(graph, layered);
        let mut cost = 0.0;
        for (i, a) in layered.segments.iter().enumerate() {
            cost += (x[a.upper] - x[a.lower]).abs();
            // Segments are sorted by layer.
            for b in &layered.segments[i + 1..] {
                if b.layer != a.layer {
                    break;
                }
                if (x[a.upper] - x[b.upper]) * (x[a.lower] - x[b.lower]) < 0.0 {
                    cost += CROSSING;
                }
            }
        }
        for route in &layered.routes {
            if route.way == super::layers::Way::Level {
                cost += (x[route.edge.from] - x[route.edge.to]).abs();
            }
        }
        cost
    }

    /// Sorts by the mean position of neighbours.
    fn sort_by_neighbours(&mut self, graph: &Graph, layered: &Layered) {
        let x = self.leftmost(graph, layered);
        let mean = |members: &[usize]| {
            let (mut sum, mut n) = (0.0, 0.0_f64);
            for segment in &layered.segments {
                let (upper, lower) = (segment.upper, segment.lower);
                match (members.contains(&upper), members.contains(&lower)) {
                    (true, false) => sum += x[lower],
                    (false, true) => sum += x[upper],
                    _ => continue,
                }
                n += 1.0;
            }
            let own = members.iter().map(|i| x[*i]).sum::<f64>() / members.len().max(1) as f64;
            if n > 0.0 { sum / n } else { own }
        };
        for units in &mut self.inner {
            units.sort_by(|a, b| mean(&[*a]).total_cmp(&mean(&[*b])));
        }
        let inner = &self.inner;
        let mut keyed: Vec<(f64, Entry)> = self
            .top
            .iter()
            .map(|entry| match entry {
                Entry::Unit(unit) => (mean(&[*unit]), *entry),
                Entry::Region(region) => (mean(&inner[*region]), *entry),
            })
            .collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.top = keyed.into_iter().map(|(_, entry)| entry).collect();
    }

    /// Tries every entry at every other place; whether that has lowered the cost.
    fn move_entries(
        &mut self,
        graph: &Graph,
        layered: &Layered,
        least: &mut f64,
        tries: &mut usize,
    ) -> bool {
        let before = *least;
        for list in 0..=self.inner.len() {
            let len = match list.checked_sub(1) {
                None => self.top.len(),
                Some(region) => self.inner[region].len(),
            };
            for from in 0..len {
                for to in 0..len {
                    if from == to || *tries == 0 {
                        continue;
                    }
                    *tries -= 1;
                    let mut other = self.clone();
                    match list.checked_sub(1) {
                        None => shift(&mut other.top, from, to),
                        Some(region) => shift(&mut other.inner[region], from, to),
                    }
                    let cost = other.cost(graph, layered);
                    if cost < *least {
                        (*self, *least) = (other, cost);
                    }
                }
            }
        }
        *least < before
    }
}

/// How many orders are tried: so many that a large graph takes no longer than a second or so.
fn tries(layered: &Layered) -> usize {
    const MOST_PAIRS: usize = 30_000_000;
    let mut of_layer = vec![0; layered.layers];
    for segment in &layered.segments {
        of_layer[segment.layer] += 1;
    }
    let pairs: usize = of_layer.iter().map(|n| n * n / 2).sum();
    MOST_PAIRS / (pairs + layered.segments.len() + layered.units.len() + 1)
}

/// Takes an item out and puts it in elsewhere.
fn shift<T>(items: &mut Vec<T>, from: usize, to: usize) {
    let item = items.remove(from);
    items.insert(to, item);
}
