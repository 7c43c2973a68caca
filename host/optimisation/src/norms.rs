//! Norms by region of the brain.

use angora_brain::ParameterLayout;
use angora_comm::reduction;
use std::ops::Range;

/// The L2 norms of the gradients of each region, mean over the updates of a cycle.
#[derive(Debug, Clone, Default)]
pub struct RegionNorms {
    regions: Vec<Region>,
    updates: u64,
}

#[derive(Debug, Clone)]
struct Region {
    name: String,
    /// Its places in the flat vector, neighbours joined.
    parts: Vec<Range<usize>>,
    /// Sum of the norms of its gradients.
    sum: f64,
}

impl Region {
    /// The norm of its part of a flat vector.
    fn norm(&self, vector: &[f32]) -> f64 {
        let squares = self.parts.iter().map(|part| &vector[part.clone()]);
        squares.map(reduction::square_norm).sum::<f64>().sqrt()
    }
}

impl RegionNorms {
    /// Of a brain's regions, in the order of its parameters.
    #[must_use]
    pub fn new(layout: &ParameterLayout) -> Self {
        let mut regions: Vec<Region> = Vec::new();
        for entry in layout.entries() {
            let range = entry.range();
            let known = regions.iter_mut().find(|r| r.name == entry.region);
            match known.map(|region| &mut region.parts) {
                None => regions.push(Region {
                    name: entry.region.clone(),
                    parts: vec![range],
                    sum: 0.0,
                }),
                Some(parts) => match parts.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => parts.push(range),
                },
            }
        }
        Self {
            regions,
            updates: 0,
        }
    }

    /// Begins a cycle.
    pub(crate) fn clear(&mut self) {
        self.updates = 0;
        self.regions.iter_mut().for_each(|region| region.sum = 0.0);
    }

    /// Adds the gradient of an update. Allocates nothing.
    pub(crate) fn add(&mut self, gradient: &[f32]) {
        self.updates += 1;
        for region in &mut self.regions {
            region.sum += region.norm(gradient);
        }
    }

    /// The names of the regions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regions.iter().map(|region| region.name.as_str())
    }

    /// The mean norm of the gradients of each region in the last cycle.
    pub fn gradients(&self) -> impl Iterator<Item = f64> + '_ {
        let n = self.updates.max(1) as f64;
        self.regions.iter().map(move |region| region.sum / n)
    }

    /// The norm of each region of a flat vector, as the brain's parameters are.
    pub fn of<'v>(&'v self, vector: &'v [f32]) -> impl Iterator<Item = f64> + 'v {
        self.regions.iter().map(|region| region.norm(vector))
    }
}
