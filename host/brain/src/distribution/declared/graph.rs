//! The expressions of a declaration as a graph in which equal expressions are one node.

use super::exact;
use angora_plugin_api::distribution::ExpressionOp;
use std::collections::HashMap;

/// Index of a node; what a node reads has smaller ones.
pub type Id = usize;

/// What a node computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// A number, as bits of an f64.
    Constant(u64),
    /// The constant components with that index.
    Table(usize),
    /// The raw numbers of a parameter.
    Raw(usize),
    /// The native action.
    Action,
    /// A random number.
    Draw(usize),
    /// An operation of the contract.
    Apply(ExpressionOp),
    /// Derivative of digamma.
    Trigamma,
    /// Components that are 1 at the index that is read and 0 elsewhere.
    OneHot,
}

/// A node with the nodes that it reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// What it reads.
    pub inputs: Vec<Id>,
    /// Number of components.
    pub width: usize,
}

/// Nodes, each after those that it reads.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    tables: Vec<Vec<f64>>,
    known: HashMap<Node, Id>,
}

impl Graph {
    /// All nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The components of a table.
    pub fn table(&self, index: usize) -> &[f64] {
        &self.tables[index]
    }

    /// Number of components of a node.
    pub fn width(&self, id: Id) -> usize {
        self.nodes[id].width
    }

    /// A number.
    pub fn constant(&mut self, value: f64) -> Id {
        // One zero.
        let value = if value == 0.0 { 0.0 } else { value };
        self.push(Op::Constant(value.to_bits()), Vec::new(), 1)
    }

    /// Constant components.
    pub fn constants(&mut self, values: &[f64]) -> Id {
        if let &[value] = values {
            return self.constant(value);
        }
        let known = self.tables.iter().position(|table| table == values);
        let index = known.unwrap_or_else(|| {
            self.tables.push(values.to_vec());
            self.tables.len() - 1
        });
        self.push(Op::Table(index), Vec::new(), values.len())
    }

    /// What comes from outside.
    pub fn leaf(&mut self, op: Op, width: usize) -> Id {
        self.push(op, Vec::new(), width)
    }

    /// A one-hot list.
    pub fn one_hot(&mut self, index: Id, width: usize) -> Id {
        self.push(Op::OneHot, vec![index], width)
    }

    /// The derivative of digamma.
    pub fn trigamma(&mut self, x: Id) -> Id {
        let width = self.width(x);
        self.push(Op::Trigamma, vec![x], width)
    }

    /// An operation of the contract; widths fit.
    pub fn apply(&mut self, op: ExpressionOp, inputs: &[Id]) -> Id {
        if let Some(id) = self.simpler(op, inputs) {
            return id;
        }
        let width = match op {
            ExpressionOp::Sum
            | ExpressionOp::LogSumExp
            | ExpressionOp::Largest
            | ExpressionOp::ArgMax
            | ExpressionOp::Pick => 1,
            _ => inputs.iter().map(|&id| self.width(id)).max().unwrap_or(1),
        };
        self.push(Op::Apply(op), inputs.to_vec(), width)
    }

    /// The number of a node, if it is one.
    pub fn number(&self, id: Id) -> Option<f64> {
        match self.nodes[id].op {
            Op::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// What an operation comes to without being computed: constants, and what changes nothing.
    fn simpler(&mut self, op: ExpressionOp, inputs: &[Id]) -> Option<Id> {
        use ExpressionOp::{Add, Div, Mul, Neg, Select, Sub, Sum};
        let numbers: Vec<Option<f64>> = inputs.iter().map(|&id| self.number(id)).collect();
        if let Some(all) = numbers.iter().copied().collect::<Option<Vec<f64>>>()
            && !all.is_empty()
        {
            let lists: Vec<[f64; 1]> = all.iter().map(|&x| [x]).collect();
            let read: Vec<&[f64]> = lists.iter().map(<[f64; 1]>::as_slice).collect();
            let value = exact::apply(op, &read, 1)[0];
            return Some(self.constant(value));
        }
        match (op, numbers.as_slice()) {
            (Add, [_, Some(0.0)]) | (Sub, [_, Some(0.0)]) => Some(inputs[0]),
            (Add, [Some(0.0), _]) => Some(inputs[1]),
            (Sub, [Some(0.0), _]) => Some(self.apply(Neg, &inputs[1..])),
            (Mul | Div, [_, Some(1.0)]) => Some(inputs[0]),
            (Mul, [Some(1.0), _]) => Some(inputs[1]),
            (Mul, [_, Some(-1.0)]) => Some(self.apply(Neg, &inputs[..1])),
            (Mul, [Some(-1.0), _]) => Some(self.apply(Neg, &inputs[1..])),
            // A list of zeros is not one zero: its length counts in a log-sum-exp.
            (Mul | Div, [Some(0.0), _]) | (Mul, [_, Some(0.0)]) if self.single(inputs) => {
                Some(self.constant(0.0))
            }
            (Neg, _) => match self.nodes[inputs[0]].op {
                Op::Apply(Neg) => Some(self.nodes[inputs[0]].inputs[0]),
                _ => None,
            },
            (Select, _) if inputs[1] == inputs[2] && self.single(inputs) => Some(inputs[1]),
            (Sum, _) if self.single(inputs) => Some(inputs[0]),
            _ => None,
        }
    }

    fn single(&self, inputs: &[Id]) -> bool {
        inputs.iter().all(|&id| self.width(id) == 1)
    }

    fn push(&mut self, op: Op, inputs: Vec<Id>, width: usize) -> Id {
        let node = Node { op, inputs, width };
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = self.nodes.len();
        self.known.insert(node.clone(), id);
        self.nodes.push(node);
        id
    }

    /// Which nodes the given ones need, themselves included.
    pub fn needed(&self, outputs: &[Id]) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        for &output in outputs {
            needed[output] = true;
        }
        for id in (0..self.nodes.len()).rev() {
            if needed[id] {
                for &input in &self.nodes[id].inputs {
                    needed[input] = true;
                }
            }
        }
        needed
    }

    /// Which nodes depend on a raw number.
    pub fn learned(&self) -> Vec<bool> {
        let mut learned: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let reads = node.inputs.iter().any(|&input| learned[input]);
            learned.push(reads || matches!(node.op, Op::Raw(_)));
        }
        learned
    }
}
