//! From a graph to a flat list of instructions over registers.
//!
//! A program runs over a block of *elements*, which are degrees of freedom of rows, side by side:
//! up to [`GROUPS`] groups of [`LANES`]. A register has room for all groups of each component.

use super::graph::{Graph, Id, Op};
use std::collections::BTreeMap;

/// Elements of a group, which one loop without branches computes.
pub const LANES: usize = 16;
/// Groups of a block.
pub const GROUPS: usize = 4;
/// Elements of a block.
pub const BLOCK: usize = LANES * GROUPS;

/// The elements of a group.
pub type Group = [f32; LANES];

/// Where an operand lies, in groups from the start of the memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Source {
    /// Its first group.
    pub start: usize,
    /// From a component to the next; 0 where a number is taken for each.
    pub component: usize,
    /// Whether it is the same for all elements.
    pub constant: bool,
}

/// One operation over all components and elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    /// What is computed.
    pub op: Op,
    /// Components of the result.
    pub width: usize,
    /// Components of the first operand.
    pub read: usize,
    /// Where the result goes.
    pub out: Source,
    /// What is read.
    pub inputs: [Source; 3],
}

/// A leaf that is written before the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Which.
    pub op: Op,
    /// Where.
    pub place: Source,
    /// Its components.
    pub width: usize,
}

/// A compiled set of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// In order.
    pub instructions: Vec<Instruction>,
    /// What comes from outside.
    pub leaves: Vec<Leaf>,
    /// Numbers that lie at the start of the memory, each in all groups of a block.
    pub constants: Vec<f32>,
    /// The results.
    pub outputs: Vec<Source>,
    /// Groups of memory.
    pub len: usize,
}

/// Registers by their number of components, to be used again.
#[derive(Default)]
struct Registers {
    len: usize,
    free: BTreeMap<usize, Vec<usize>>,
}

impl Registers {
    fn take(&mut self, width: usize) -> usize {
        if let Some(start) = self.free.get_mut(&width).and_then(Vec::pop) {
            return start;
        }
        let start = self.len;
        self.len += width * GROUPS;
        start
    }

    fn give_back(&mut self, width: usize, start: usize) {
        self.free.entry(width).or_default().push(start);
    }
}

/// Compiles what the outputs need.
pub fn compile(graph: &Graph, outputs: &[Id]) -> Program {
    let needed = graph.needed(outputs);
    let nodes = graph.nodes();
    let last = last_reads(graph, outputs, &needed);
    let mut constants = Vec::new();
    let mut sources = vec![Source::default(); nodes.len()];
    for (id, node) in nodes.iter().enumerate().filter(|(id, _)| needed[*id]) {
        let start = constants.len() * GROUPS;
        match node.op {
            Op::Constant(bits) => constants.push(f64::from_bits(bits) as f32),
            Op::Table(index) => constants.extend(graph.table(index).iter().map(|&x| x as f32)),
            _ => continue,
        }
        sources[id] = Source {
            start,
            component: if node.width > 1 { GROUPS } else { 0 },
            constant: true,
        };
    }
    let mut registers = Registers {
        len: constants.len() * GROUPS,
        ..Registers::default()
    };
    let (mut instructions, mut leaves) = (Vec::new(), Vec::new());
    // Leaves are written before the first instruction, so their registers are nobody else's.
    for (id, node) in nodes.iter().enumerate().filter(|(id, _)| needed[*id]) {
        if matches!(node.op, Op::Raw(_) | Op::Action | Op::Draw(_)) {
            sources[id] = register(&mut registers, node.width);
            leaves.push(Leaf {
                op: node.op,
                place: sources[id],
                width: node.width,
            });
        }
    }
    for (id, node) in nodes.iter().enumerate().filter(|(id, _)| needed[*id]) {
        if !matches!(node.op, Op::Apply(_) | Op::Trigamma | Op::OneHot) {
            continue;
        }
        sources[id] = register(&mut registers, node.width);
        let mut inputs = [Source::default(); 3];
        for (place, &input) in inputs.iter_mut().zip(&node.inputs) {
            *place = sources[input];
        }
        instructions.push(Instruction {
            op: node.op,
            width: node.width,
            read: node.inputs.first().map_or(0, |&input| graph.width(input)),
            out: sources[id],
            inputs,
        });
        let mut done: Vec<Id> = node.inputs.clone();
        done.sort_unstable();
        done.dedup();
        for input in done.into_iter().filter(|&input| last[input] == id) {
            if !sources[input].constant {
                registers.give_back(graph.width(input), sources[input].start);
            }
        }
    }
    Program {
        instructions,
        leaves,
        constants,
        outputs: outputs.iter().map(|&id| sources[id]).collect(),
        len: registers.len,
    }
}

fn register(registers: &mut Registers, width: usize) -> Source {
    Source {
        start: registers.take(width),
        component: if width > 1 { GROUPS } else { 0 },
        constant: false,
    }
}

/// The node that reads each node last; outputs are never done with.
fn last_reads(graph: &Graph, outputs: &[Id], needed: &[bool]) -> Vec<Id> {
    let nodes = graph.nodes();
    let mut last = vec![0; nodes.len()];
    for (id, node) in nodes.iter().enumerate().filter(|(id, _)| needed[*id]) {
        for &input in &node.inputs {
            last[input] = id;
        }
    }
    for &output in outputs {
        last[output] = usize::MAX;
    }
    last
}
