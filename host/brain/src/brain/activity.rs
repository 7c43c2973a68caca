//! What the regions of a brain do while it acts: read from the memory, which no run writes otherwise
//! for being read.

use super::{Acting, Brain};
use crate::kernels::elementwise::{Rows, Write, rows};
use crate::program::{Output, Source};

/// A region as a row of activity: the outputs of its nodes side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Dotted name.
    pub name: String,
    /// Its nodes in the order of the graph.
    pub nodes: Vec<NodeActivity>,
    /// Number of units of all nodes.
    pub len: usize,
}

/// A node within a region's activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeActivity {
    /// Dotted name.
    pub name: String,
    /// Column of its first unit.
    pub start: usize,
    /// Shape of its output: `[units]`, or `[H, W, channels]`.
    pub shape: Vec<usize>,
}

impl Brain {
    /// The regions in the order in which the graph names them first, without the heads, whose
    /// outputs are [`Acting::policy`] and [`Acting::value`]. Nodes that neither policy nor value
    /// needs are not computed and not listed.
    #[must_use]
    pub fn regions(&self) -> Vec<Region> {
        let mut regions: Vec<Region> = Vec::new();
        for output in &self.program.outputs {
            let at = regions.iter().position(|r| r.name == output.region);
            let at = at.unwrap_or_else(|| {
                regions.push(Region {
                    name: output.region.clone(),
                    nodes: Vec::new(),
                    len: 0,
                });
                regions.len() - 1
            });
            let region = &mut regions[at];
            region.nodes.push(NodeActivity {
                name: output.name.clone(),
                start: region.len,
                shape: self.shapes[&output.name].clone(),
            });
            region.len += output.view.width;
        }
        regions
    }

    /// Writes a region's activity in the last [`act`](crate::Network::act) on `sensations`, `[n, units]`: what
    /// its nodes have put out, of a recurrent cell h. Allocates nothing.
    ///
    /// # Panics
    /// If a length does not fit the brain or the last act.
    pub fn read_activity(
        &self,
        region: &Region,
        sensations: &[f32],
        memory: &Acting,
        activity: &mut [f32],
    ) {
        let (program, memory) = (&self.program, &memory.0);
        let n = memory.n;
        assert_eq!(
            sensations.len(),
            n * program.sensation_len,
            "length of the sensations"
        );
        assert_eq!(activity.len(), n * region.len, "length of the activity");
        for (node, output) in region.nodes.iter().zip(self.outputs_of(region)) {
            let values = match output.view.source {
                Source::Sensation => sensations,
                Source::Slot(_) => &memory.values,
            };
            let from = program.rows(output.view, memory.rows, 0);
            let to = Rows {
                start: node.start,
                stride: region.len,
                width: output.view.width,
            };
            rows(n, values, from, activity, to, Write::Set);
        }
    }

    fn outputs_of(&self, region: &Region) -> impl Iterator<Item = &Output> {
        let outputs = self.program.outputs.iter();
        outputs.filter(move |output| output.region == region.name)
    }
}
