//! The output shape of every node, and whether its operation fits its inputs.

use super::{graph, size};
use crate::error::BrainError;
use crate::kernels::image::window_count;
use angora_core::SensationLayout;
use angora_plugin_api::brain::{BrainSpec, Node, Op, Padding};
use std::collections::BTreeMap;

/// Shapes by name: of the senses and of the nodes.
pub(super) type Shapes = BTreeMap<String, Vec<usize>>;

/// Finds all shapes and checks every node. A shape is known from the inputs or, for layers, from
/// the operation alone; that is what lets a delayed edge come from a node further down.
pub(super) fn infer(spec: &BrainSpec, layout: &SensationLayout) -> Result<Shapes, BrainError> {
    let mut shapes = Shapes::new();
    for sense in layout.specs() {
        if !sense.is_empty() {
            shapes.insert(sense.sense.name().to_owned(), sense.shape.clone());
        }
    }
    check_senses(spec, layout, &shapes)?;
    loop {
        let known = shapes.len();
        for node in &spec.nodes {
            if !shapes.contains_key(&node.name)
                && let Some(shape) = shape(node, &shapes)?
            {
                if size::output_len(&shape).is_none() {
                    let problem = format!(
                        "puts out {} values, and {} is the most for one node",
                        described(&shape),
                        size::LARGEST_OUTPUT
                    );
                    return Err(BrainError::node(&node.name, problem));
                }
                shapes.insert(node.name.clone(), shape);
            }
        }
        if shapes.len() == known {
            break;
        }
    }
    for node in &spec.nodes {
        if !shapes.contains_key(&node.name) {
            let problem = "its size cannot be told, since it follows from its own output by a \
                           delayed edge; put a dense or recurrent layer into the loop";
            return Err(BrainError::node(&node.name, problem));
        }
        let inputs: Vec<&[usize]> = node
            .inputs
            .iter()
            .map(|edge| shapes[&edge.from].as_slice())
            .collect();
        check(node, &inputs).map_err(|problem| BrainError::node(&node.name, problem))?;
    }
    for (output, name) in graph::outputs(spec) {
        if shapes[name].len() != 1 {
            let problem = format!(
                "\"{name}\" is an image {:?}, and a head takes a vector; put a flatten between",
                shapes[name]
            );
            return Err(BrainError::Output { output, problem });
        }
    }
    Ok(shapes)
}

/// Refuses senses that the task does not have.
fn check_senses(
    spec: &BrainSpec,
    layout: &SensationLayout,
    shapes: &Shapes,
) -> Result<(), BrainError> {
    let missing = |name: &str| {
        (graph::sense(name).is_some() && !shapes.contains_key(name)).then(|| {
            let specs = layout.specs().iter();
            let senses: Vec<&str> = specs.map(|spec| spec.sense.name()).collect();
            format!(
                "reads {name}, which this task does not have; it has {}",
                senses.join(", ")
            )
        })
    };
    for node in &spec.nodes {
        if let Some(problem) = node.inputs.iter().find_map(|edge| missing(&edge.from)) {
            return Err(BrainError::node(&node.name, problem));
        }
    }
    for (output, name) in graph::outputs(spec) {
        if let Some(problem) = missing(name) {
            return Err(BrainError::Output { output, problem });
        }
    }
    Ok(())
}

/// The output shape, where it can be told already.
fn shape(node: &Node, shapes: &Shapes) -> Result<Option<Vec<usize>>, BrainError> {
    let first = node.inputs.first().and_then(|edge| shapes.get(&edge.from));
    let any = || node.inputs.iter().find_map(|edge| shapes.get(&edge.from));
    let error = |problem: String| BrainError::node(&node.name, problem);
    Ok(match &node.op {
        Op::Dense { units, .. }
        | Op::MaskedDense { units, .. }
        | Op::SimpleRnn { units }
        | Op::Gru { units }
        | Op::Lstm { units } => Some(vec![*units]),
        Op::Slice { len, .. } => Some(vec![*len]),
        Op::Flatten => first.map(|shape| vec![shape.iter().product()]),
        Op::Activation { .. } | Op::LayerNorm { .. } | Op::Add | Op::Multiply => any().cloned(),
        Op::Concat => {
            let shapes = node.inputs.iter().map(|edge| shapes.get(&edge.from));
            let lens: Option<Vec<usize>> = shapes.map(|s| s.map(|s| s.iter().product())).collect();
            // Each is at most the largest output, so that many of them do not overflow.
            lens.map(|lens| vec![lens.iter().sum()])
        }
        Op::Conv2d {
            filters,
            kernel,
            stride,
            padding,
            ..
        } => match first {
            None => None,
            Some(image) => {
                let [h, w, _] = sized(image, *kernel, *stride, *padding).map_err(error)?;
                Some(vec![h, w, *filters])
            }
        },
        Op::Pool {
            window,
            stride,
            padding,
            ..
        } => match first {
            None => None,
            Some(image) => Some(
                sized(image, *window, *stride, *padding)
                    .map_err(error)?
                    .into(),
            ),
        },
    })
}

/// Size of what a window leaves of an image, with the image's channels.
fn sized(
    shape: &[usize],
    window: [usize; 2],
    stride: [usize; 2],
    padding: Padding,
) -> Result<[usize; 3], String> {
    let &[height, width, channels] = shape else {
        return Err(format!(
            "takes an image [H, W, channels] and reads the shape {shape:?}"
        ));
    };
    if window.contains(&0) || stride.contains(&0) {
        return Err(format!(
            "has the window {window:?} and the stride {stride:?}; each must be at least 1"
        ));
    }
    let rows = window_count(height, window[0], stride[0], padding);
    let columns = window_count(width, window[1], stride[1], padding);
    if rows == 0 || columns == 0 {
        return Err(format!(
            "its window {window:?} is larger than the image of {height} x {width}; make it \
             smaller, or pad with \"same\""
        ));
    }
    Ok([rows, columns, channels])
}

/// Whether an operation fits the shapes of its inputs.
fn check(node: &Node, inputs: &[&[usize]]) -> Result<(), String> {
    match &node.op {
        Op::Dense { units, .. }
        | Op::SimpleRnn { units }
        | Op::Gru { units }
        | Op::Lstm { units } => {
            vectors(node, inputs)?;
            at_least_one("units", *units)
        }
        Op::MaskedDense {
            units, mask, signs, ..
        } => {
            vectors(node, inputs)?;
            at_least_one("units", *units)?;
            let width: usize = inputs.iter().map(|shape| shape[0]).sum();
            check_mask(mask, signs, width, *units)
        }
        Op::Concat => vectors(node, inputs),
        Op::Slice { start, len } => {
            vectors(node, inputs)?;
            let width = single(inputs)?[0];
            let fits = start.checked_add(*len).is_some_and(|end| end <= width);
            if *len == 0 || !fits {
                return Err(format!(
                    "takes {len} values from {start} of an input that has {width}"
                ));
            }
            Ok(())
        }
        Op::LayerNorm { epsilon } => {
            vectors(node, inputs)?;
            single(inputs)?;
            if !(epsilon.is_finite() && *epsilon > 0.0) {
                return Err(format!("epsilon is {epsilon}; it must be above 0"));
            }
            Ok(())
        }
        Op::Add | Op::Multiply => {
            if inputs.iter().all(|shape| *shape == inputs[0]) {
                return Ok(());
            }
            let named = node.inputs.iter().zip(inputs);
            let named: Vec<String> = named
                .map(|(edge, shape)| format!("{} has {}", edge.from, described(shape)))
                .collect();
            Err(format!("inputs differ in width: {}", named.join(", ")))
        }
        Op::Conv2d { filters, .. } => {
            single(inputs)?;
            at_least_one("filters", *filters)
        }
        Op::Activation { .. } | Op::Flatten | Op::Pool { .. } => single(inputs).map(|_| ()),
    }
}

fn described(shape: &[usize]) -> String {
    match shape {
        [width] => width.to_string(),
        _ => format!("{shape:?}"),
    }
}

fn at_least_one(what: &str, n: usize) -> Result<(), String> {
    match n {
        0 => Err(format!("has 0 {what}; it needs at least 1")),
        _ => Ok(()),
    }
}

/// The only input.
fn single<'a>(inputs: &[&'a [usize]]) -> Result<&'a [usize], String> {
    match inputs {
        [shape] => Ok(shape),
        _ => Err(format!(
            "takes one input and has {}; put a concat before it",
            inputs.len()
        )),
    }
}

fn vectors(node: &Node, inputs: &[&[usize]]) -> Result<(), String> {
    match inputs.iter().position(|shape| shape.len() != 1) {
        None => Ok(()),
        Some(i) => Err(format!(
            "takes vectors, and \"{}\" is an image {:?}; put a flatten between",
            node.inputs[i].from, inputs[i]
        )),
    }
}

fn check_mask(mask: &[Vec<bool>], signs: &[i8], inputs: usize, units: usize) -> Result<(), String> {
    if mask.len() != inputs {
        return Err(format!(
            "the mask has {} rows for {inputs} inputs",
            mask.len()
        ));
    }
    if let Some((i, row)) = mask.iter().enumerate().find(|(_, r)| r.len() != units) {
        return Err(format!(
            "row {i} of the mask has {} values for {units} units",
            row.len()
        ));
    }
    if !signs.is_empty() && signs.len() != inputs {
        return Err(format!(
            "there are {} signs for {inputs} inputs; give one for each, or none at all",
            signs.len()
        ));
    }
    match signs.iter().find(|sign| !(-1..=1).contains(*sign)) {
        Some(sign) => Err(format!(
            "a sign is {sign}; signs are 1 (excitatory), -1 (inhibitory) or 0 (free)"
        )),
        None => Ok(()),
    }
}
