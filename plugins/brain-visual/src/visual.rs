//! The two brains, which differ in their stem only.

use crate::senses::Senses;
use crate::stem::Stem;
use angora_sdk::brain::{Cell, settings};
use angora_sdk::{
    ActivationKind, Brain, BrainBuilder, BrainRequest, BrainSpec, Fault, FaultCode, Result,
};
use serde::{Deserialize, Serialize};

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Memory behind the layer that joins the senses.
    pub cell: Cell,
    /// One stem for policy and value in place of one for each.
    pub shared: bool,
    /// Units of the layer that joins the senses, and of the cell.
    pub units: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cell: Cell::Ffn,
            shared: true,
            units: 256,
        }
    }
}

/// The brains `visual-small` and `cornet-z`.
#[derive(Debug)]
pub struct Visual;

/// The layer that joins what is seen with other senses, and the cell; the name of the last.
fn joined(brain: &mut BrainBuilder, name: &str, config: &Config, inputs: &[&str]) -> String {
    let layer = format!("{name}.layer_1");
    let last = brain.dense(&layer, config.units, ActivationKind::Relu, inputs);
    match config.cell.op(config.units) {
        Some(op) => brain.node(&format!("{name}.cell"), op, &[&last]),
        None => last,
    }
}

impl Brain for Visual {
    fn design(id: &str, request: &BrainRequest) -> Result<BrainSpec> {
        let stem = match id {
            "visual-small" => Stem::Small,
            "cornet-z" => Stem::CornetZ,
            _ => {
                let message = format!("there is no brain {id:?}; there are visual-small, cornet-z");
                return Err(Fault::new(FaultCode::UnknownId, message));
            }
        };
        let config: Config = settings(request)?;
        if config.units == 0 {
            let message = "units is 0; it must be at least 1";
            return Err(Fault::new(FaultCode::Config, message).on("units"));
        }
        let senses = Senses::new(request)?;
        let mut brain = BrainBuilder::new();
        let mut tower = |name: &str, prefix: &str, more: Option<&'static str>| -> Result<String> {
            let seen = stem.build(&mut brain, prefix, senses.image)?;
            let mut inputs = vec![seen.as_str()];
            inputs.extend(&senses.others);
            inputs.extend(more);
            Ok(joined(&mut brain, name, &config, &inputs))
        };
        if !config.shared {
            let policy = tower("policy", "policy.", None)?;
            let value = tower("value", "value.", senses.asymmetric)?;
            return Ok(brain.finish(&policy, &value));
        }
        let both = tower("stem", "", None)?;
        let value = match senses.asymmetric {
            Some(asymmetric) => {
                let inputs = [both.as_str(), asymmetric];
                brain.dense("value.layer_1", config.units, ActivationKind::Relu, &inputs)
            }
            None => both.clone(),
        };
        Ok(brain.finish(&both, &value))
    }
}
