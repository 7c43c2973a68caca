//! The two brains, which differ in their areas only.

use crate::cortex::{Areas, Cortex, present};
use crate::senses::Senses;
use crate::{shadow, shadow_v2};
use angora_sdk::brain::{Cell, settings};
use angora_sdk::{Brain, BrainBuilder, BrainRequest, BrainSpec, Fault, FaultCode, Result};
use serde::{Deserialize, Serialize};

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Memory of the premotor cortex; without one it is a dense layer of the same size.
    pub cell: Cell,
    /// Whether the somatosensory cortex reads what the primary motor cortex said one control step
    /// before: an efference copy.
    pub feedback: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cell: Cell::Lstm,
            feedback: false,
        }
    }
}

/// The brains `shadow` and `shadowv2`.
#[derive(Debug)]
pub struct Sensorimotor;

/// The value reads the areas and the privileged sense; the name of its last layer.
fn value(cortex: &mut Cortex, areas: &Areas, asymmetric: Option<&str>) -> String {
    let seen = present(&[
        Some(&areas.pmc),
        areas.mcc.as_deref(),
        Some(&areas.ips),
        Some(&areas.lpfc),
        Some(&areas.ssc),
        asymmetric,
    ]);
    let hidden = cortex.layer("value.layer_1", 512, &seen);
    cortex.layer("value.layer_2", 512, &[&hidden])
}

impl Brain for Sensorimotor {
    fn design(id: &str, request: &BrainRequest) -> Result<BrainSpec> {
        let build = match id {
            "shadow" => shadow::build,
            "shadowv2" => shadow_v2::build,
            _ => {
                let message = format!("there is no brain {id:?}; there are shadow, shadowv2");
                return Err(Fault::new(FaultCode::UnknownId, message));
            }
        };
        let config: Config = settings(request)?;
        let mut brain = BrainBuilder::new();
        let senses = Senses::new(request, &mut brain)?;
        let cell = config.cell;
        let mut cortex = Cortex { brain, cell };
        let areas = build(&mut cortex, &senses);
        let value = value(&mut cortex, &areas, senses.asymmetric);
        if config.feedback {
            cortex.brain.feedback("ssc.layer_1", &areas.m1);
        }
        Ok(cortex.brain.finish(&areas.m1, &value))
    }
}
