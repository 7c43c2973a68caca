//! The last touch: units straight above and below each other.

use super::Graph;
use super::layers::Layered;
use super::order::Stand;
use super::place::{Constraint, Standing, sides};

/// Which neighbours a unit is moved to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Towards {
    /// Those above.
    Above,
    /// Those below.
    Below,
    /// Those of its own region, or all where it has none there.
    Home,
}

/// Places of all that stands, which keep all distances.
pub struct Arrangement<'a> {
    /// What is drawn.
    pub graph: &'a Graph,
    /// In layers.
    pub layered: &'a Layered,
    /// Units and walls from left to right.
    pub standing: &'a [Standing],
    /// Their distances.
    pub constraints: &'a [Constraint],
    /// Their centres, px.
    pub x: Vec<f64>,
}

impl Arrangement<'_> {
    /// Moves each unit straight above or below its neighbours, as far as what stands beside it
    /// lets it: from top to bottom, back, and at last to those of its region.
    pub fn straighten(&mut self) {
        for towards in [
            Towards::Above,
            Towards::Below,
            Towards::Above,
            Towards::Below,
            Towards::Home,
            Towards::Home,
        ] {
            self.sweep(towards);
        }
    }

    fn sweep(&mut self, towards: Towards) {
        let mut units: Vec<(usize, usize)> = Vec::new();
        for (at, standing) in self.standing.iter().enumerate() {
            if let Stand::Unit(unit) = standing.stand {
                units.push((at, unit));
            }
        }
        let layer = |unit: usize| self.layered.units[unit].first;
        match towards {
            Towards::Above => units.sort_by_key(|(_, unit)| layer(*unit)),
            Towards::Below | Towards::Home => {
                units.sort_by_key(|(_, unit)| std::cmp::Reverse(layer(*unit)));
            }
        }
        for (at, unit) in units {
            let Some(wanted) = self.wanted(unit, towards) else {
                continue;
            };
            let region = self.layered.units[unit].region;
            if let Some(region) = region {
                self.open_walls(region);
            }
            let (low, high) = self.free(at);
            self.x[at] = wanted.max(low).min(high);
            if let Some(region) = region {
                self.close_walls(region);
            }
        }
        // What stood in the way of a wall may have moved on.
        for region in 0..self.graph.regions.len() {
            self.open_walls(region);
            self.close_walls(region);
        }
    }

    /// The mean of the neighbours; of everything for a unit that has none at all.
    fn wanted(&self, unit: usize, towards: Towards) -> Option<f64> {
        let (centres, units) = (self.centres(), &self.layered.units);
        let mut neighbours: Vec<(usize, Towards)> = Vec::new();
        for segment in self.layered.segments.iter() {
            match (segment.upper == unit, segment.lower == unit) {
                (true, false) => neighbours.push((segment.lower, Towards::Below)),
                (false, true) => neighbours.push((segment.upper, Towards::Above)),
                _ => {}
            }
        }
        let mean = |units: &mut dyn Iterator<Item = usize>| {
            let (sum, n) = units.fold((0.0, 0.0_f64), |(sum, n), i| (sum + centres[i], n + 1.0));
            (n > 0.0).then(|| sum / n)
        };
        let all = || neighbours.iter().map(|(other, _)| *other);
        if neighbours.is_empty() {
            return mean(&mut (0..centres.len()));
        }
        let home = units[unit].region;
        if towards != Towards::Home {
            let side = neighbours.iter().filter(|(_, side)| *side == towards);
            return mean(&mut side.map(|(other, _)| *other));
        }
        let inside = |other: &usize| home.is_some() && units[*other].region == home;
        mean(&mut all().filter(inside)).or_else(|| mean(&mut all()))
    }

    fn walls(&self, region: usize) -> Option<(usize, usize)> {
        let place = |wall| self.standing.iter().position(|s| s.stand == wall);
        Some((place(Stand::Open(region))?, place(Stand::Close(region))?))
    }

    /// Moves the walls of a region as far out as what is outside lets them.
    fn open_walls(&mut self, region: usize) {
        if let Some((open, close)) = self.walls(region) {
            (self.x[open], self.x[close]) = (self.free(open).0, self.free(close).1);
        }
    }

    /// Moves them back to what is inside.
    fn close_walls(&mut self, region: usize) {
        if let Some((open, close)) = self.walls(region) {
            let (left, right) = self.sides(region);
            let over = (self.x[open] - left).max(0.0) - (right - self.x[close]).max(0.0);
            (self.x[open], self.x[close]) = (left + over, right + over);
        }
    }

    /// How far something can move with everything else where it is.
    fn free(&self, at: usize) -> (f64, f64) {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (i, j, apart) in self.constraints {
            if *j == at {
                low = low.max(self.x[*i] + apart);
            } else if *i == at {
                high = high.min(self.x[*j] - apart);
            }
        }
        (low, high)
    }

    fn centres(&self) -> Vec<f64> {
        let mut centres = vec![0.0; self.layered.units.len()];
        for (standing, x) in self.standing.iter().zip(&self.x) {
            if let Stand::Unit(unit) = standing.stand {
                centres[unit] = *x;
            }
        }
        centres
    }

    fn sides(&self, region: usize) -> (f64, f64) {
        sides(self.graph, self.layered, &self.centres(), region)
    }
}
