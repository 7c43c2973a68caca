//! The three brains, which differ in their layers only.

use angora_sdk::{
    ActivationKind, Brain, BrainBuilder, BrainRequest, BrainSpec, Fault, FaultCode, Result, Sense,
};
use serde::{Deserialize, Serialize};

/// Settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// One stem for policy and value in place of a tower for each.
    pub shared: bool,
}

/// The brains `simple`, `deeper` and `wider`.
#[derive(Debug)]
pub struct Feedforward;

/// Units of each layer; the sizes are AngoraPy's.
fn layers(id: &str) -> Result<&'static [usize]> {
    match id {
        "simple" => Ok(&[64, 64]),
        "deeper" => Ok(&[64, 64, 64, 32]),
        "wider" => Ok(&[1024, 512]),
        _ => Err(Fault::new(
            FaultCode::UnknownId,
            format!("there is no brain {id:?}"),
        )),
    }
}

/// The settings of a request; none are the defaults.
fn config(request: &BrainRequest) -> Result<Config> {
    let config = Option::<Config>::deserialize(&request.config)
        .map_err(|e| Fault::new(FaultCode::Config, e.to_string()))?;
    Ok(config.unwrap_or_default())
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
                let message = format!(
                    "the feed-forward brains take no images yet: this sense has the shape {:?}, \
                     and they read vectors only",
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

/// Dense tanh layers one after another; the name of the last.
fn tower(brain: &mut BrainBuilder, name: &str, units: &[usize], inputs: &[&str]) -> String {
    let mut last = String::new();
    for (i, units) in units.iter().enumerate() {
        let layer = format!("{name}.layer_{}", i + 1);
        last = if i == 0 {
            brain.dense(&layer, *units, ActivationKind::Tanh, inputs)
        } else {
            brain.dense(&layer, *units, ActivationKind::Tanh, &[&last])
        };
    }
    last
}

impl Brain for Feedforward {
    fn design(id: &str, request: &BrainRequest) -> Result<BrainSpec> {
        let units = layers(id)?;
        let shared = config(request)?.shared;
        let inputs = Inputs::new(request)?;
        let mut brain = BrainBuilder::new();
        if !shared {
            let policy = tower(&mut brain, "policy", units, &inputs.policy);
            let value = tower(&mut brain, "value", units, &inputs.value);
            return Ok(brain.finish(&policy, &value));
        }
        let stem = tower(&mut brain, "stem", units, &inputs.policy);
        let value = if inputs.asymmetric {
            let last = &units[units.len() - 1..];
            tower(
                &mut brain,
                "value",
                last,
                &[&stem, Sense::Asymmetric.name()],
            )
        } else {
            stem.clone()
        };
        Ok(brain.finish(&stem, &value))
    }
}
