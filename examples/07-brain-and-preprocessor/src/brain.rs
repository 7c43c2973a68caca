//! `efference-copy`: a memory that is told what the motor area did a step before, so that it can
//! know where the body is before the senses say so (von Holst and Mittelstaedt 1950).

use angora_sdk::brain::settings;
use angora_sdk::{
    ActivationKind, Brain, BrainBuilder, BrainRequest, BrainSpec, Fault, FaultCode, Result, Sense,
};
use serde::{Deserialize, Serialize};

/// Settings: what a run writes below `brain_config`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Units of the memory and of the motor area.
    pub units: usize,
    /// Whether the memory is told what the motor area did. Without it the brain is a control.
    pub copy: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            units: 32,
            copy: true,
        }
    }
}

/// The brain.
#[derive(Debug)]
pub struct EfferenceCopy;

impl Brain for EfferenceCopy {
    fn design(_id: &str, request: &BrainRequest) -> Result<BrainSpec> {
        let Config { units, copy } = settings(request)?;
        if units == 0 {
            let message = "there must be one at least";
            return Err(Fault::new(FaultCode::Config, message).on("units"));
        }
        let mut senses = Vec::new();
        for spec in &request.sensations {
            if spec.shape.len() != 1 {
                let message = format!("it reads vectors; this has the shape {:?}", spec.shape);
                return Err(Fault::new(FaultCode::Unsupported, message).on(spec.sense.name()));
            }
            // What only the value may know is not for the policy.
            if spec.sense != Sense::Asymmetric {
                senses.push(spec.sense.name());
            }
        }
        let mut brain = BrainBuilder::new();
        let memory = brain.gru("forward_model", units, &senses);
        let motor = brain.dense("motor.layer_1", units, ActivationKind::Tanh, &[&memory]);
        let value = brain.dense("value.layer_1", units, ActivationKind::Tanh, &[&memory]);
        if copy {
            brain.feedback(&memory, &motor);
        }
        Ok(brain.finish(&motor, &value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{ActionSpec, brain::Sizes, sensation};

    fn request() -> BrainRequest {
        BrainRequest {
            sensations: vec![sensation(Sense::Proprioception, 4)],
            action: ActionSpec::Discrete { n: 2 },
            config: Default::default(),
        }
    }

    #[test]
    fn the_memory_reads_the_motor_area_of_the_step_before() {
        let request = request();
        let spec = EfferenceCopy::design("efference-copy", &request).expect("designs");
        let delayed: Vec<&str> = spec.nodes[0]
            .inputs
            .iter()
            .filter(|edge| edge.delayed)
            .map(|edge| edge.from.as_str())
            .collect();
        assert_eq!(delayed, ["motor.layer_1"]);
        let sizes = Sizes::new(&spec, &request.sensations).expect("fits");
        assert_eq!(sizes.shape("forward_model"), Some(&[32][..]));
    }
}
