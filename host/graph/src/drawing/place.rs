//! Where everything stands: each unit as near to its neighbours as the order allows.

use super::Graph;
use super::layers::{Layered, label_width};
use super::order::{GAP, Order, PAD, Stand};
use super::straighten::Arrangement;

const ROUNDS: usize = 120;

/// Places from left to right, px.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Centre of each unit.
    pub centres: Vec<f64>,
    /// Left and right side of each region's box, where it has nodes.
    pub boxes: Vec<Option<(f64, f64)>>,
    /// Right side of all.
    pub width: f64,
}

/// A unit or a wall.
pub struct Standing {
    /// Which.
    pub stand: Stand,
    /// First layer.
    pub first: usize,
    /// Last layer.
    pub last: usize,
    /// Half its width, px.
    pub half: f64,
}

/// Two that stand by index in their order, and the least distance of their centres, px.
pub type Constraint = (usize, usize, f64);

/// Places everything.
#[must_use]
pub fn columns(graph: &Graph, layered: &Layered, order: &Order) -> Columns {
    let standing: Vec<Standing> = order
        .stands()
        .into_iter()
        .filter_map(|stand| {
            let (first, last, half) = match stand {
                Stand::Unit(i) => {
                    let unit = &layered.units[i];
                    (unit.first, unit.last, unit.width / 2.0)
                }
                Stand::Open(region) | Stand::Close(region) => {
                    let (first, last) = layered.spans[region]?;
                    (first, last, 0.0)
                }
            };
            Some(Standing {
                stand,
                first,
                last,
                half,
            })
        })
        .collect();
    let constraints = constraints(graph, &standing);
    let mut centres = order.leftmost(graph, layered);
    let start: Vec<f64> = desired(graph, layered, &standing, &centres, false);
    // Pushing right what stands too near gives a first arrangement that keeps all distances.
    let mut x = push_right(&start, &constraints);
    for _ in 0..ROUNDS {
        for (standing, x) in standing.iter().zip(&x) {
            if let Stand::Unit(i) = standing.stand {
                centres[i] = *x;
            }
        }
        let wanted = desired(graph, layered, &standing, &centres, true);
        let right = push_right(&wanted, &constraints);
        let left = push_left(&wanted, &constraints);
        // A mean of arrangements that keep all distances keeps them too.
        for ((x, right), left) in x.iter_mut().zip(right).zip(left) {
            *x = 0.5 * *x + 0.25 * (right + left);
        }
    }
    let mut arrangement = Arrangement {
        graph,
        layered,
        standing: &standing,
        constraints: &constraints,
        x,
    };
    arrangement.straighten();
    let x = arrangement.x;
    finish(graph, layered, &standing, &x)
}

/// Least distances: `(left, right, px)`, in the order of `left`.
fn constraints(graph: &Graph, standing: &[Standing]) -> Vec<Constraint> {
    let mut constraints = Vec::new();
    for (i, a) in standing.iter().enumerate() {
        for (j, b) in standing.iter().enumerate().skip(i + 1) {
            if a.first > b.last || b.first > a.last {
                continue;
            }
            let apart = match (a.stand, b.stand) {
                (Stand::Open(r), Stand::Close(s)) if r == s => label_width(&graph.regions[r].label),
                (Stand::Open(_), _) | (_, Stand::Close(_)) => PAD,
                _ => GAP,
            };
            constraints.push((i, j, a.half + b.half + apart));
        }
    }
    constraints
}

/// The arrangement furthest left that is nowhere left of what is wanted.
fn push_right(wanted: &[f64], constraints: &[Constraint]) -> Vec<f64> {
    let mut x = wanted.to_vec();
    for (i, j, apart) in constraints {
        x[*j] = x[*j].max(x[*i] + apart);
    }
    x
}

/// The arrangement furthest right that is nowhere right of what is wanted.
fn push_left(wanted: &[f64], constraints: &[Constraint]) -> Vec<f64> {
    let mut x = wanted.to_vec();
    // In the order of the right ones, from the last.
    let mut sorted: Vec<&Constraint> = constraints.iter().collect();
    sorted.sort_by_key(|(i, j, _)| (std::cmp::Reverse(*j), std::cmp::Reverse(*i)));
    for (i, j, apart) in sorted {
        x[*i] = x[*i].min(x[*j] - apart);
    }
    x
}

/// Where each would stand if it were alone: a unit at the mean of its neighbours, or where it is;
/// a wall beside the outermost unit.
fn desired(
    graph: &Graph,
    layered: &Layered,
    standing: &[Standing],
    centres: &[f64],
    pulled: bool,
) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0_f64); centres.len()];
    for segment in &layered.segments {
        if segment.upper != segment.lower {
            sums[segment.upper].0 += centres[segment.lower];
            sums[segment.upper].1 += 1.0;
            sums[segment.lower].0 += centres[segment.upper];
            sums[segment.lower].1 += 1.0;
        }
    }
    standing
        .iter()
        .map(|standing| match standing.stand {
            Stand::Unit(i) => match sums[i] {
                (sum, n) if pulled && n > 0.0 => sum / n,
                _ => centres[i],
            },
            Stand::Open(region) => sides(graph, layered, centres, region).0,
            Stand::Close(region) => sides(graph, layered, centres, region).1,
        })
        .collect()
}

/// Left and right side of a region's box around its units.
#[must_use]
pub fn sides(graph: &Graph, layered: &Layered, centres: &[f64], region: usize) -> (f64, f64) {
    let inside = layered.units.iter().zip(centres);
    let inside = inside.filter(|(unit, _)| unit.region == Some(region));
    let (left, right) = inside.fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(left, right), (unit, x)| {
            let half = unit.width / 2.0 + PAD;
            (left.min(x - half), right.max(x + half))
        },
    );
    let missing = (label_width(&graph.regions[region].label) - (right - left)).max(0.0);
    (left - missing / 2.0, right + missing / 2.0)
}

/// Moves everything to the left margin.
fn finish(graph: &Graph, layered: &Layered, standing: &[Standing], x: &[f64]) -> Columns {
    let mut centres = vec![0.0; layered.units.len()];
    let mut walls = vec![(0.0, 0.0); graph.regions.len()];
    for (standing, x) in standing.iter().zip(x) {
        match standing.stand {
            Stand::Unit(i) => centres[i] = *x,
            Stand::Open(region) => walls[region].0 = *x,
            Stand::Close(region) => walls[region].1 = *x,
        }
    }
    let mut boxes: Vec<Option<(f64, f64)>> = walls
        .iter()
        .enumerate()
        .map(|(region, walls)| layered.spans[region].map(|_| *walls))
        .collect();
    let units = layered.units.iter().zip(&centres);
    let ends = units
        .map(|(unit, x)| (x - unit.width / 2.0, x + unit.width / 2.0))
        .chain(boxes.iter().flatten().copied());
    let (left, right) = ends.fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(left, right), (l, r)| (left.min(l), right.max(r)),
    );
    let left = if left.is_finite() { left } else { 0.0 };
    for x in &mut centres {
        *x -= left;
    }
    for (l, r) in boxes.iter_mut().flatten() {
        *l -= left;
        *r -= left;
    }
    Columns {
        centres,
        boxes,
        width: (right - left).max(0.0),
    }
}
