//! Sizes of a graph, for the unit tests of a brain: shapes and numbers of parameters.

use crate::{BrainSpec, Fault, FaultCode, Node, Op, Padding, Result, SensationSpec};
use std::collections::{BTreeMap, BTreeSet};

/// What the nodes of a spec put out and learn, without a host. The heads are not counted: they
/// depend on the action distribution.
///
/// ```
/// use angora_sdk::{BrainBuilder, Sense, brain::Sizes, sensation};
/// let mut brain = BrainBuilder::new();
/// let cell = brain.gru("cell", 64, &["touch"]);
/// let sizes = Sizes::new(&brain.finish(&cell, &cell), &[sensation(Sense::Touch, 10)])?;
/// assert_eq!(sizes.shape("cell"), Some(&[64][..]));
/// assert_eq!(sizes.parameters(), 3 * (10 * 64 + 64 * 64) + 2 * 3 * 64);
/// # Ok::<(), angora_sdk::Fault>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sizes {
    shapes: BTreeMap<String, Vec<usize>>,
    parameters: BTreeMap<String, usize>,
    /// What each node reads.
    inputs: BTreeMap<String, Vec<String>>,
}

impl Sizes {
    /// The sizes of a spec that reads these senses.
    ///
    /// # Errors
    /// A node that reads what is not there, or inputs that its operation cannot take.
    pub fn new(spec: &BrainSpec, senses: &[SensationSpec]) -> Result<Self> {
        let senses = senses
            .iter()
            .map(|sense| (sense.sense.name().to_owned(), sense.shape.clone()));
        let mut shapes: BTreeMap<String, Vec<usize>> = senses.collect();
        let mut missing: Vec<&Node> = spec.nodes.iter().collect();
        // A delayed edge may lead to a node that comes later, hence more than one pass.
        while !missing.is_empty() {
            let before = missing.len();
            let mut later = Vec::new();
            for node in missing {
                match output(node, &shapes)? {
                    Some(shape) => {
                        shapes.insert(node.name.clone(), shape);
                    }
                    None => later.push(node),
                }
            }
            if later.len() == before {
                return Err(unknown(later[0], &shapes));
            }
            missing = later;
        }
        let mut sizes = Self {
            shapes,
            parameters: BTreeMap::new(),
            inputs: BTreeMap::new(),
        };
        for node in &spec.nodes {
            let parameters = parameters(node, &sizes.shapes)?;
            let inputs = node.inputs.iter().map(|edge| edge.from.clone()).collect();
            sizes.parameters.insert(node.name.clone(), parameters);
            sizes.inputs.insert(node.name.clone(), inputs);
        }
        Ok(sizes)
    }

    /// The output of a node or sense: `[units]` or `[H, W, channels]`.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.shapes.get(name).map(Vec::as_slice)
    }

    /// Number of parameters of all nodes.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.parameters.values().sum()
    }

    /// Number of parameters of a node and of all nodes that feed it, delayed or not.
    #[must_use]
    pub fn parameters_of(&self, node: &str) -> usize {
        let mut counted = BTreeSet::new();
        let mut waiting = vec![node];
        while let Some(name) = waiting.pop() {
            if counted.insert(name) {
                let inputs = self.inputs.get(name).map_or(&[][..], Vec::as_slice);
                waiting.extend(inputs.iter().map(String::as_str));
            }
        }
        let parameters = counted.iter().filter_map(|name| self.parameters.get(*name));
        parameters.sum()
    }
}

/// The output of a node, once the inputs that decide it are known.
fn output(node: &Node, shapes: &BTreeMap<String, Vec<usize>>) -> Result<Option<Vec<usize>>> {
    let inputs = || -> Option<Vec<&Vec<usize>>> {
        let inputs = node.inputs.iter();
        inputs.map(|edge| shapes.get(&edge.from)).collect()
    };
    let shape = match &node.op {
        Op::Dense { units, .. }
        | Op::MaskedDense { units, .. }
        | Op::SimpleRnn { units }
        | Op::Gru { units }
        | Op::Lstm { units } => Some(vec![*units]),
        Op::Slice { len, .. } => Some(vec![*len]),
        Op::Activation { .. } | Op::Add | Op::Multiply | Op::LayerNorm { .. } => {
            // Any input tells: a loop through a delayed edge may hold back the others.
            let mut inputs = node.inputs.iter();
            inputs.find_map(|edge| shapes.get(&edge.from).cloned())
        }
        Op::Flatten => inputs().map(|inputs| vec![inputs.iter().map(|i| len(i)).sum()]),
        Op::Concat => match inputs() {
            Some(_) => Some(vec![width(node, shapes)?]),
            None => None,
        },
        Op::Conv2d {
            filters,
            kernel,
            stride,
            padding,
            ..
        } => match inputs() {
            Some(_) => {
                let [height, width, _] = image(node, shapes)?;
                let places = places(node, [height, width], *kernel, *stride, *padding)?;
                Some(vec![places[0], places[1], *filters])
            }
            None => None,
        },
        Op::Pool {
            window,
            stride,
            padding,
            ..
        } => match inputs() {
            Some(_) => {
                let [height, width, channels] = image(node, shapes)?;
                let places = places(node, [height, width], *window, *stride, *padding)?;
                Some(vec![places[0], places[1], channels])
            }
            None => None,
        },
    };
    Ok(shape)
}

/// What a node learns, once all shapes are known.
fn parameters(node: &Node, shapes: &BTreeMap<String, Vec<usize>>) -> Result<usize> {
    if matches!(node.op, Op::Add | Op::Multiply) {
        same_shape(node, shapes)?;
    }
    let recurrent = |units: usize| Ok::<_, Fault>((width(node, shapes)? + units) * units);
    Ok(match &node.op {
        Op::Dense { units, bias, .. } | Op::MaskedDense { units, bias, .. } => {
            width(node, shapes)? * units + if *bias { *units } else { 0 }
        }
        Op::SimpleRnn { units } => recurrent(*units)? + units,
        // The reset gate comes after the product, so both products have a bias.
        Op::Gru { units } => 3 * (recurrent(*units)? + 2 * units),
        Op::Lstm { units } => 4 * (recurrent(*units)? + units),
        Op::Conv2d {
            filters, kernel, ..
        } => (kernel[0] * kernel[1] * image(node, shapes)?[2] + 1) * filters,
        Op::LayerNorm { .. } => 2 * width(node, shapes)?,
        Op::Activation { .. }
        | Op::Concat
        | Op::Slice { .. }
        | Op::Add
        | Op::Multiply
        | Op::Flatten
        | Op::Pool { .. } => 0,
    })
}

/// Refuses inputs that cannot be added.
fn same_shape(node: &Node, shapes: &BTreeMap<String, Vec<usize>>) -> Result<()> {
    let inputs: Vec<_> = node.inputs.iter().map(|e| shapes.get(&e.from)).collect();
    if inputs.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(());
    }
    let shapes: Vec<String> = inputs
        .iter()
        .map(|shape| format!("{:?}", shape.map_or(&[][..], Vec::as_slice)))
        .collect();
    let message = format!("its inputs differ in shape: {}", shapes.join(", "));
    Err(Fault::new(FaultCode::Invalid, message).on(&node.name))
}

fn len(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Number of values that a node reads, side by side.
fn width(node: &Node, shapes: &BTreeMap<String, Vec<usize>>) -> Result<usize> {
    let mut width = 0;
    for edge in &node.inputs {
        match shapes.get(&edge.from).map(Vec::as_slice) {
            Some([receptors]) => width += receptors,
            Some(shape) => {
                let message = format!(
                    "reads {}, which has the shape {shape:?}; put a flatten between, since it \
                     takes vectors",
                    edge.from
                );
                return Err(Fault::new(FaultCode::Invalid, message).on(&node.name));
            }
            None => return Err(unknown(node, shapes)),
        }
    }
    Ok(width)
}

/// The only input of a node that reads images.
fn image(node: &Node, shapes: &BTreeMap<String, Vec<usize>>) -> Result<[usize; 3]> {
    let inputs: Vec<_> = node.inputs.iter().map(|e| shapes.get(&e.from)).collect();
    if let [Some(shape)] = inputs[..]
        && let [height, width, channels] = shape[..]
    {
        return Ok([height, width, channels]);
    }
    let message = format!("takes one image [H, W, channels]; it reads {inputs:?}");
    Err(Fault::new(FaultCode::Invalid, message).on(&node.name))
}

/// Number of places of a window, down and to the right.
fn places(
    node: &Node,
    image: [usize; 2],
    window: [usize; 2],
    stride: [usize; 2],
    padding: Padding,
) -> Result<[usize; 2]> {
    let mut places = [0; 2];
    for (axis, places) in places.iter_mut().enumerate() {
        let (image, window, stride) = (image[axis], window[axis], stride[axis]);
        let fits = image > 0 && (padding == Padding::Same || window <= image);
        if !fits || window == 0 || stride == 0 {
            let message = format!(
                "a window of {window} with stride {stride} does not fit an image side of {image}"
            );
            return Err(Fault::new(FaultCode::Invalid, message).on(&node.name));
        }
        *places = match padding {
            Padding::Valid => (image - window) / stride + 1,
            Padding::Same => image.div_ceil(stride),
        };
    }
    Ok(places)
}

/// What a node reads that is neither a sense of the task nor a node.
fn unknown(node: &Node, shapes: &BTreeMap<String, Vec<usize>>) -> Fault {
    let missing: Vec<&str> = node
        .inputs
        .iter()
        .map(|edge| edge.from.as_str())
        .filter(|from| !shapes.contains_key(*from))
        .collect();
    let message = format!(
        "reads {}, whose shape is not known: it is neither a sense of the task nor a node, or a \
         loop leads to it",
        missing.join(", ")
    );
    Fault::new(FaultCode::Invalid, message).on(&node.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::Conv2d;
    use crate::{ActivationKind, BrainBuilder, Sense, sensation};

    fn image(height: usize, width: usize) -> SensationSpec {
        SensationSpec {
            shape: vec![height, width, 3],
            ..sensation(Sense::Vision, 1)
        }
    }

    #[test]
    fn cells_count_their_kernels_and_biases() {
        let mut brain = BrainBuilder::new();
        // 3 values to 2 units: 10 weights per gate.
        let rnn = brain.simple_rnn("rnn", 2, &["touch"]);
        let gru = brain.gru("gru", 2, &["touch"]);
        let lstm = brain.lstm("lstm", 2, &["touch"]);
        let norm = brain.node("norm", Op::LayerNorm { epsilon: 1e-5 }, &[&lstm]);
        let spec = brain.finish(&norm, &rnn);
        let sizes = Sizes::new(&spec, &[sensation(Sense::Touch, 3)]).expect("fits");
        assert_eq!(sizes.parameters_of(&rnn), 10 + 2);
        assert_eq!(sizes.parameters_of(&gru), 3 * 10 + 2 * 6);
        assert_eq!(sizes.parameters_of(&lstm), 4 * 10 + 8);
        assert_eq!(sizes.parameters_of(&norm), 48 + 4);
        assert_eq!(sizes.parameters(), 12 + 42 + 52);
    }

    #[test]
    fn images_shrink_by_the_rule_of_their_padding() {
        let mut brain = BrainBuilder::new();
        let valid = brain.conv2d("valid", Conv2d::new(32, 8, 4), "vision");
        let same = Conv2d {
            padding: Padding::Same,
            ..Conv2d::new(5, 7, 2)
        };
        let same = brain.conv2d("same", same, "vision");
        let pool = brain.max_pool("pool", 3, 2, Padding::Same, &same);
        let flat = brain.flatten("flat", &pool);
        let spec = brain.finish(&valid, &flat);
        let sizes = Sizes::new(&spec, &[image(84, 37)]).expect("fits");
        assert_eq!(sizes.shape("valid"), Some(&[20, 8, 32][..]));
        assert_eq!(sizes.shape("same"), Some(&[42, 19, 5][..]));
        assert_eq!(sizes.shape("pool"), Some(&[21, 10, 5][..]));
        assert_eq!(sizes.shape("flat"), Some(&[21 * 10 * 5][..]));
        assert_eq!(sizes.parameters_of("flat"), 7 * 7 * 3 * 5 + 5);
    }

    #[test]
    fn a_delayed_edge_counts_though_its_node_comes_later() {
        let mut brain = BrainBuilder::new();
        let first = brain.dense("first", 4, ActivationKind::Tanh, &["goal"]);
        let both = brain.node("both", Op::Concat, &[&first, "goal"]);
        brain.feedback(&first, &both);
        let spec = brain.finish(&both, &first);
        let sizes = Sizes::new(&spec, &[sensation(Sense::Goal, 3)]).expect("fits");
        // 3 values of the goal, and the 4 + 3 of the step before.
        assert_eq!(sizes.parameters(), (3 + 7) * 4 + 4);
    }

    #[test]
    fn sums_and_products_may_read_their_own_last_value() {
        // A leaky integrator: it is the sum of its input and a part of what it was.
        let mut brain = BrainBuilder::new();
        let now = brain.dense("now", 4, ActivationKind::Tanh, &["goal"]);
        let sum = brain.node("sum", Op::Add, &[&now]);
        let kept = brain.node("kept", Op::Multiply, &[&now, &sum]);
        brain.feedback(&sum, &kept);
        brain.feedback(&kept, &kept);
        let spec = brain.finish(&sum, &sum);
        let sizes = Sizes::new(&spec, &[sensation(Sense::Goal, 3)]).expect("fits");
        assert_eq!(sizes.shape("kept"), Some(&[4][..]));

        // Inputs that differ are refused, as the host does.
        let mut brain = BrainBuilder::new();
        let sum = brain.node("sum", Op::Add, &["goal", "touch"]);
        let spec = brain.finish(&sum, &sum);
        let senses = [sensation(Sense::Touch, 2), sensation(Sense::Goal, 3)];
        let fault = Sizes::new(&spec, &senses).expect_err("two widths");
        assert_eq!(fault.field, "sum");
        assert!(fault.message.contains("differ in shape"), "{fault}");

        // A loop in which nothing has a size.
        let mut brain = BrainBuilder::new();
        let sum = brain.node("sum", Op::Add, &[]);
        brain.feedback(&sum, &sum);
        let spec = brain.finish(&sum, &sum);
        let fault = Sizes::new(&spec, &senses).expect_err("no size");
        assert!(fault.message.contains("a loop leads to it"), "{fault}");
    }

    #[test]
    fn what_cannot_be_is_said() {
        let mut brain = BrainBuilder::new();
        let dense = brain.dense("dense", 4, ActivationKind::Tanh, &["vision"]);
        let spec = brain.finish(&dense, &dense);
        let fault = Sizes::new(&spec, &[image(8, 8)]).expect_err("an image into dense");
        assert_eq!(fault.field, "dense");
        assert!(fault.message.contains("put a flatten between"), "{fault}");
        let fault = Sizes::new(&spec, &[sensation(Sense::Goal, 3)]).expect_err("no vision");
        assert!(fault.message.contains("reads vision"), "{fault}");

        let mut brain = BrainBuilder::new();
        let conv = brain.conv2d("conv", Conv2d::new(4, 9, 1), "vision");
        let spec = brain.finish(&conv, &conv);
        let fault = Sizes::new(&spec, &[image(8, 8)]).expect_err("a kernel larger than its image");
        assert!(
            fault.message.contains("window of 9 with stride 1"),
            "{fault}"
        );
    }
}
