//! The three brains, which differ in their layers only.

use angora_sdk::brain::{Cell, settings};
use angora_sdk::{
    ActivationKind, Brain, BrainBuilder, BrainRequest, BrainSpec, Fault, FaultCode, Result, Sense,
};
use serde::{Deserialize, Serialize};

/// Settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Memory behind the dense layers.
    pub cell: Cell,
    /// One stem for policy and value in place of a tower for each.
    pub shared: bool,
    /// Units of each layer in place of the brain's own; the last is the cell's, where there is one.
    pub layers: Option<Vec<usize>>,
}

/// Most layers that can be asked for, and most units of one.
const MOST: (usize, usize) = (32, 1 << 16);

impl Config {
    /// The layers that are asked for, first to last.
    fn own_layers(&self) -> Result<Option<&[usize]>> {
        let Some(layers) = self.layers.as_deref() else {
            return Ok(None);
        };
        let fits = !layers.is_empty() && layers.len() <= MOST.0;
        if !fits || layers.iter().any(|units| !(1..=MOST.1).contains(units)) {
            let message = format!(
                "expected the units of each layer, such as [256, 256]: 1 to {} layers of 1 to {} \
                 units; found {layers:?}",
                MOST.0, MOST.1
            );
            return Err(Fault::new(FaultCode::Config, message).on("layers"));
        }
        Ok(Some(layers))
    }
}

/// The brains `simple`, `deeper` and `wider`.
#[derive(Debug)]
pub struct Feedforward;

/// The layers of a tower.
#[derive(Debug, Clone, Copy)]
struct Layers<'a> {
    /// Units of each dense layer.
    dense: &'a [usize],
    /// What follows them.
    cell: Cell,
    /// Units of the cell, or of the last dense layer.
    last: usize,
}

/// The layers of a brain; the sizes are AngoraPy's where none are asked for.
fn layers<'a>(id: &str, config: &'a Config) -> Result<Layers<'a>> {
    let cell = config.cell;
    let (alone, before_cell, last): (&'static [usize], &'static [usize], usize) = match id {
        "simple" => (&[64, 64], &[64], 64),
        "deeper" => (&[64, 64, 64, 32], &[64, 64, 64, 32], 32),
        "wider" => (&[1024, 512], &[1024], 512),
        _ => {
            let message = format!("there is no brain {id:?}; there are simple, deeper, wider");
            return Err(Fault::new(FaultCode::UnknownId, message));
        }
    };
    let (alone, before_cell, last) = match config.own_layers()? {
        Some(own @ [before @ .., last]) => (own, before, *last),
        _ => (alone, before_cell, last),
    };
    let dense = if cell == Cell::Ffn {
        alone
    } else {
        before_cell
    };
    Ok(Layers { dense, cell, last })
}

/// What each side reads: all senses for the value, all but the asymmetric one for the policy.
struct Inputs {
    policy: Vec<&'static str>,
    value: Vec<&'static str>,
    asymmetric: bool,
}

impl Inputs {
    fn new(request: &BrainRequest) -> Result<Self> {
        for spec in &request.sensations {
            if spec.shape.len() != 1 {
                let instead = if spec.sense == Sense::Vision {
                    "; for images there are visual-small and cornet-z of brain-visual, and shadow \
                     of brain-sensorimotor"
                } else {
                    ""
                };
                let message = format!(
                    "the brains simple, deeper and wider read vectors, and this sense has the \
                     shape {:?}{instead}",
                    spec.shape
                );
                return Err(Fault::new(FaultCode::Unsupported, message).on(spec.sense.name()));
            }
        }
        let senses = || request.sensations.iter().map(|spec| spec.sense);
        let names = |senses: &mut dyn Iterator<Item = Sense>| senses.map(Sense::name).collect();
        let inputs = Self {
            policy: names(&mut senses().filter(|sense| *sense != Sense::Asymmetric)),
            value: names(&mut senses()),
            asymmetric: senses().any(|sense| sense == Sense::Asymmetric),
        };
        if inputs.policy.is_empty() {
            return Err(Fault::failed(
                "the task has no sense that a policy may read",
            ));
        }
        Ok(inputs)
    }
}

/// Dense tanh layers one after another and the cell, where there is one; the name of the last.
fn tower(brain: &mut BrainBuilder, name: &str, layers: Layers<'_>, inputs: &[&str]) -> String {
    let mut last = None;
    for (i, units) in layers.dense.iter().enumerate() {
        let layer = format!("{name}.layer_{}", i + 1);
        let below = last.as_deref();
        let below = below.as_ref().map_or(inputs, std::slice::from_ref);
        last = Some(brain.dense(&layer, *units, ActivationKind::Tanh, below));
    }
    let below = last.as_deref();
    let read = below.as_ref().map_or(inputs, std::slice::from_ref);
    match layers.cell.op(layers.last) {
        Some(op) => brain.node(&format!("{name}.cell"), op, read),
        None => last.unwrap_or_default(),
    }
}

impl Brain for Feedforward {
    fn design(id: &str, request: &BrainRequest) -> Result<BrainSpec> {
        let config: Config = settings(request)?;
        let layers = layers(id, &config)?;
        let inputs = Inputs::new(request)?;
        let mut brain = BrainBuilder::new();
        if !config.shared {
            let policy = tower(&mut brain, "policy", layers, &inputs.policy);
            let value = tower(&mut brain, "value", layers, &inputs.value);
            return Ok(brain.finish(&policy, &value));
        }
        let stem = tower(&mut brain, "stem", layers, &inputs.policy);
        let value = if inputs.asymmetric {
            let seen = [stem.as_str(), Sense::Asymmetric.name()];
            brain.dense("value.layer_1", layers.last, ActivationKind::Tanh, &seen)
        } else {
            stem.clone()
        };
        Ok(brain.finish(&stem, &value))
    }
}
