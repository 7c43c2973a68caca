//! Areas as nodes, and what the areas of a brain offer to its heads.

use angora_sdk::brain::Cell;
use angora_sdk::{ActivationKind, BrainBuilder, Initialiser};

/// A graph of areas that grows.
#[derive(Debug)]
pub struct Cortex {
    /// The graph.
    pub brain: BrainBuilder,
    /// The memory of the premotor cortex.
    pub cell: Cell,
}

/// The nodes that the heads and the feedback read.
#[derive(Debug)]
pub struct Areas {
    /// Somatosensory cortex.
    pub ssc: String,
    /// Intraparietal sulcus.
    pub ips: String,
    /// Midcingulate cortex; it may be missing where there is no goal.
    pub mcc: Option<String>,
    /// Lateral prefrontal cortex.
    pub lpfc: String,
    /// Premotor cortex.
    pub pmc: String,
    /// Primary motor cortex.
    pub m1: String,
}

/// The inputs that are there.
pub fn present<'a>(inputs: &[Option<&'a str>]) -> Vec<&'a str> {
    inputs.iter().copied().flatten().collect()
}

impl Cortex {
    /// One layer of an area of several; the area is the name up to its last dot.
    pub fn layer(&mut self, name: &str, units: usize, inputs: &[&str]) -> String {
        let (activation, drawn) = (ActivationKind::Relu, Initialiser::GlorotUniform);
        self.brain
            .dense_with(name, units, activation, drawn, inputs)
    }

    /// An area of one layer, a region of its own.
    pub fn area(&mut self, name: &str, units: usize, inputs: &[&str]) -> String {
        let area = self.layer(name, units, inputs);
        self.brain.region(&area, name);
        area
    }

    /// The memory of an area; without a cell the layer number `layer`, of the same size.
    pub fn memory(&mut self, area: &str, layer: usize, units: usize, inputs: &[&str]) -> String {
        match self.cell.op(units) {
            Some(op) => self.brain.node(&format!("{area}.cell"), op, inputs),
            None => self.layer(&format!("{area}.layer_{layer}"), units, inputs),
        }
    }
}
