//! From a declaration to its graph. Every message names the field by its dotted path.

use super::graph::{Graph, Id, Op};
use super::parameter;
use angora_core::suggest::hint;
use angora_plugin_api::distribution::{
    ACTION, DistributionSpec, Expression, ExpressionOp, Operand,
};
use std::collections::BTreeMap;

/// Most parameters, and most draws.
const MOST_LEAVES: usize = 64;
/// Most nodes.
const MOST_NODES: usize = 1024;
/// Most components of a list.
pub const MOST_COMPONENTS: usize = 4096;
/// Most numbers that all nodes hold together, before derivatives.
const MOST_NUMBERS: usize = 1 << 16;

/// The expressions of a degree of freedom.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// All nodes.
    pub graph: Graph,
    /// The results, as the fields of the declaration.
    pub log_prob: Id,
    pub entropy: Id,
    pub mode: Id,
    pub sample: Id,
    /// Components of each parameter.
    pub widths: Vec<usize>,
    /// The node of each expression of the declaration.
    expressions: Vec<Id>,
}

/// Lowers a declaration for a degree of freedom with so many choices.
///
/// # Errors
/// The first thing that is wrong.
pub fn lower(spec: &DistributionSpec, choices: usize) -> Result<Lowered, String> {
    limits(spec)?;
    let mut scope = Scope::default();
    let mut widths = Vec::new();
    scope.define("action", ACTION, |graph| graph.leaf(Op::Action, 1))?;
    for (at, declared) in spec.parameters.iter().enumerate() {
        let path = format!("parameters[{at}]");
        let width = parameter::width(declared, choices).map_err(|e| format!("{path}.{e}"))?;
        widths.push(width);
        let name = format!("{path}.name");
        scope.define(&name, &declared.name, |graph| {
            let raw = graph.leaf(Op::Raw(at), width);
            parameter::activate(graph, declared, raw)
        })?;
    }
    for (at, draw) in spec.draws.iter().enumerate() {
        let path = format!("draws[{at}].name");
        scope.define(&path, &draw.name, |graph| graph.leaf(Op::Draw(at), 1))?;
    }
    let mut expressions = Vec::new();
    let mut numbers = 0;
    for (at, expression) in spec.nodes.iter().enumerate() {
        let path = format!("nodes[{at}]");
        let id = scope.expression(&path, expression, &spec.nodes[at..])?;
        numbers += scope.graph.width(id);
        if numbers > MOST_NUMBERS {
            return Err(format!(
                "{path}: the nodes hold more than {MOST_NUMBERS} numbers; use fewer components"
            ));
        }
        scope.define(&format!("{path}.name"), &expression.name, |_| id)?;
        expressions.push(id);
    }
    let mut result = |field: &str, operand: &Operand| {
        let id = scope.operand(field, operand, &[])?;
        if scope.graph.width(id) > 1 {
            let width = scope.graph.width(id);
            return Err(format!(
                "{field}: it has {width} components, a single number is needed; reduce it with sum, log_sum_exp or pick"
            ));
        }
        Ok(id)
    };
    let log_prob = result("log_prob", &spec.log_prob)?;
    let entropy = result("entropy", &spec.entropy)?;
    let mode = result("mode", &spec.mode)?;
    let sample = result("sample", &spec.sample)?;
    let unread = scope.unread();
    let lowered = Lowered {
        graph: scope.graph,
        log_prob,
        entropy,
        mode,
        sample,
        widths,
        expressions,
    };
    lowered.check(spec)?;
    match unread {
        Some((path, name)) => Err(format!(
            "{path}: nothing reads {name:?}; use it or leave it out"
        )),
        None => Ok(lowered),
    }
}

fn limits(spec: &DistributionSpec) -> Result<(), String> {
    let too_many = |field: &str, len: usize, most: usize| {
        let problem = format!("{field}: there are {len}, at most {most} are possible");
        if len > most { Err(problem) } else { Ok(()) }
    };
    if spec.parameters.is_empty() {
        return Err("parameters: there is none; a distribution needs at least one".into());
    }
    too_many("parameters", spec.parameters.len(), MOST_LEAVES)?;
    too_many("draws", spec.draws.len(), MOST_LEAVES)?;
    too_many("nodes", spec.nodes.len(), MOST_NODES)?;
    if !(spec.head_gain.is_finite() && spec.head_gain > 0.0) {
        let gain = spec.head_gain;
        return Err(format!(
            "head_gain: it is {gain}, expected a positive number"
        ));
    }
    Ok(())
}

/// What has been named so far.
#[derive(Default)]
struct Scope {
    graph: Graph,
    known: BTreeMap<String, Name>,
}

struct Name {
    id: Id,
    /// Where it was given.
    path: String,
    read: bool,
}

impl Scope {
    fn define(
        &mut self,
        path: &str,
        name: &str,
        make: impl FnOnce(&mut Graph) -> Id,
    ) -> Result<(), String> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
            return Err(format!(
                "{path}: {name:?} is not a name; use up to 64 of a-z, 0-9 and _"
            ));
        }
        if let Some(first) = self.known.get(name) {
            let first = &first.path;
            return Err(format!(
                "{path}: the name {name:?} is taken by {first}; choose another"
            ));
        }
        let id = make(&mut self.graph);
        let known = Name {
            id,
            path: path.to_owned(),
            // The action is there whether it is read or not.
            read: name == ACTION,
        };
        self.known.insert(name.to_owned(), known);
        Ok(())
    }

    /// The node that an operand means. `later` are expressions that are not defined yet.
    fn operand(
        &mut self,
        path: &str,
        operand: &Operand,
        later: &[Expression],
    ) -> Result<Id, String> {
        match operand {
            Operand::Number(value) if value.is_finite() => Ok(self.graph.constant(*value)),
            Operand::Number(value) => Err(format!("{path}: {value} is not a finite number")),
            Operand::Name(name) => {
                if let Some(known) = self.known.get_mut(name) {
                    known.read = true;
                    return Ok(known.id);
                }
                if later.iter().any(|node| node.name == *name) {
                    return Err(format!(
                        "{path}: {name:?} is defined later; a node reads what comes before it"
                    ));
                }
                let hint = hint(name, self.known.keys().map(String::as_str));
                Err(format!("{path}: there is no {name:?}; {hint}"))
            }
        }
    }

    fn expression(
        &mut self,
        path: &str,
        expression: &Expression,
        later: &[Expression],
    ) -> Result<Id, String> {
        let name = expression.op.as_str();
        let op = ExpressionOp::parse(name).ok_or_else(|| {
            let hint = hint(name, ExpressionOp::ALL.iter().map(|op| op.name()));
            format!("{path}.op: there is no operation {name:?}; {hint}")
        })?;
        if expression.inputs.len() != op.arity() {
            return Err(format!(
                "{path}.inputs: {name} reads {} values, {} are given",
                op.arity(),
                expression.inputs.len()
            ));
        }
        if op == ExpressionOp::Table {
            return self.table(path, &expression.values);
        }
        if !expression.values.is_empty() {
            return Err(format!("{path}.values: only a table has them, not {name}"));
        }
        let mut inputs = Vec::with_capacity(op.arity());
        for (at, operand) in expression.inputs.iter().enumerate() {
            inputs.push(self.operand(&format!("{path}.inputs[{at}]"), operand, later)?);
        }
        self.check_widths(path, op, &inputs)?;
        let id = self.graph.apply(op, &inputs);
        match self.graph.number(id) {
            Some(value) if !value.is_finite() => Err(format!(
                "{path}: {name} of constants gives {value}, which is not a finite number"
            )),
            _ => Ok(id),
        }
    }

    fn table(&mut self, path: &str, values: &[f64]) -> Result<Id, String> {
        if values.is_empty() || values.len() > MOST_COMPONENTS {
            let len = values.len();
            return Err(format!(
                "{path}.values: a table has 1 to {MOST_COMPONENTS} values, not {len}"
            ));
        }
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => {
                let value = values[at];
                Err(format!(
                    "{path}.values[{at}]: {value} is not a finite number"
                ))
            }
            None => Ok(self.graph.constants(values)),
        }
    }

    fn check_widths(&self, path: &str, op: ExpressionOp, inputs: &[Id]) -> Result<(), String> {
        let widths: Vec<usize> = inputs.iter().map(|&id| self.graph.width(id)).collect();
        if op == ExpressionOp::Pick {
            return match widths[1] {
                1 => Ok(()),
                n => Err(format!(
                    "{path}.inputs[1]: the index has {n} components, pick reads a single number"
                )),
            };
        }
        let lists = || widths.iter().copied().enumerate().filter(|(_, n)| *n > 1);
        let Some((first, n)) = lists().next() else {
            return Ok(());
        };
        match lists().find(|(_, m)| *m != n) {
            None => Ok(()),
            Some((other, m)) => Err(format!(
                "{path}.inputs[{other}]: it has {m} components and inputs[{first}] has {n}; they must be as many, or one"
            )),
        }
    }

    /// The first thing that nothing reads.
    fn unread(&self) -> Option<(String, String)> {
        let unread = self.known.iter().filter(|(_, known)| !known.read);
        unread
            .map(|(name, known)| (known.path.clone(), name.clone()))
            .min()
    }
}

impl Lowered {
    /// Whether each result reads what it may.
    fn check(&self, spec: &DistributionSpec) -> Result<(), String> {
        let results = [
            ("log_prob", self.log_prob, true, false),
            ("entropy", self.entropy, false, false),
            ("mode", self.mode, false, false),
            ("sample", self.sample, false, true),
        ];
        for (field, id, action, draws) in results {
            let needed = self.graph.needed(&[id]);
            let nodes = self.graph.nodes().iter().zip(&needed);
            for (node, _) in nodes.filter(|(_, needed)| **needed) {
                match node.op {
                    Op::Action if !action => {
                        return Err(format!(
                            "{field}: it depends on the action, which only log_prob may read"
                        ));
                    }
                    Op::Draw(at) if !draws => {
                        let name = &spec.draws[at].name;
                        return Err(format!(
                            "{field}: it depends on the draw {name:?}, which only sample may read"
                        ));
                    }
                    _ => {}
                }
            }
            if matches!(field, "log_prob" | "entropy") {
                self.differentiable(spec, field, &needed)?;
            }
        }
        let needed = self.graph.needed(&[self.sample]);
        let draws = self.graph.nodes().iter().zip(needed);
        let read: Vec<usize> = draws
            .filter_map(|(node, needed)| match node.op {
                Op::Draw(at) if needed => Some(at),
                _ => None,
            })
            .collect();
        match (0..spec.draws.len()).find(|at| !read.contains(at)) {
            Some(at) => Err(format!(
                "draws[{at}]: sample does not depend on {:?}; use it or leave it out",
                spec.draws[at].name
            )),
            None => Ok(()),
        }
    }

    fn differentiable(
        &self,
        spec: &DistributionSpec,
        field: &str,
        needed: &[bool],
    ) -> Result<(), String> {
        let learned = self.graph.learned();
        for (at, &id) in self.expressions.iter().enumerate() {
            let node = &self.graph.nodes()[id];
            if node.op == Op::Apply(ExpressionOp::ArgMax) && needed[id] && learned[id] {
                return Err(format!(
                    "nodes[{at}].op: {} has no derivative, and {field} depends on it; largest and log_sum_exp have one",
                    spec.nodes[at].op
                ));
            }
        }
        Ok(())
    }
}
