//! A memory that also feels what the motor area did a step before.

use angora_sdk::brain::settings;
use angora_sdk::{
    ActivationKind, Brain, BrainBuilder, BrainRequest, BrainSpec, Fault, FaultCode, Result, Sense,
};
use serde::{Deserialize, Serialize};

/// Settings, as a run writes them below `brain_config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Units of the memory and of the motor area.
    pub units: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { units: 32 }
    }
}

/// The brain.
#[derive(Debug)]
pub struct __TYPE__;

/// The senses that the policy may read: all but what only the value may know.
fn senses(request: &BrainRequest) -> Result<Vec<&'static str>> {
    let mut names = Vec::new();
    for spec in &request.sensations {
        if spec.shape.len() != 1 {
            let message = format!("it reads vectors, and this has the shape {:?}", spec.shape);
            return Err(Fault::new(FaultCode::Unsupported, message).on(spec.sense.name()));
        }
        if spec.sense != Sense::Asymmetric {
            names.push(spec.sense.name());
        }
    }
    Ok(names)
}

impl Brain for __TYPE__ {
    fn design(_id: &str, request: &BrainRequest) -> Result<BrainSpec> {
        let Config { units } = settings(request)?;
        if units == 0 {
            let message = "there must be one at least";
            return Err(Fault::new(FaultCode::Config, message).on("units"));
        }
        let mut brain = BrainBuilder::new();
        let memory = brain.gru("memory", units, &senses(request)?);
        let motor = brain.dense("motor", units, ActivationKind::Tanh, &[&memory]);
        brain.feedback(&memory, &motor);
        Ok(brain.finish(&motor, &memory))
    }
}

angora_sdk::export_plugin! {
    brain "__ID__" => __TYPE__,
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{ActionSpec, brain::Sizes, sensation};

    fn request(units: usize) -> BrainRequest {
        let config = Config { units };
        BrainRequest {
            sensations: vec![sensation(Sense::Proprioception, 4)],
            action: ActionSpec::Discrete { n: 2 },
            config: serde_json::to_value(config).expect("is plain data"),
        }
    }

    #[test]
    fn the_memory_feels_the_task_and_the_motor_area() {
        let request = request(8);
        let spec = __TYPE__::design("__ID__", &request).expect("designs");
        let sizes = Sizes::new(&spec, &request.sensations).expect("fits");
        assert_eq!(sizes.shape("memory"), Some(&[8][..]));
        assert!(spec.nodes[0].inputs.iter().any(|edge| edge.delayed));
    }

    #[test]
    fn no_units_are_refused_by_name() {
        let fault = __TYPE__::design("__ID__", &request(0));
        assert_eq!(fault.expect_err("refused").field, "units");
    }
}
