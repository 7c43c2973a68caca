//! What comes out of a preprocessor.

use super::{Result, fault, not_finite, not_finite_fault};
use crate::error::Who;
use angora_core::SensationLayout;
use angora_plugin_api::v2::PreprocessorContext;
use angora_plugin_api::{ActionSpec, Fault, FaultCode};
use std::sync::Arc;

/// Knows what a preprocessor may give.
pub struct Examiner {
    pub who: Arc<Who>,
    pub layout: SensationLayout,
    action: Bounds,
}

/// What the task takes.
enum Bounds {
    /// Lowest and highest value of each degree of freedom.
    Box(Vec<(f32, f32)>),
    /// Number of choices of each.
    Choices(Vec<usize>),
}

impl Examiner {
    pub fn new(who: Arc<Who>, context: &PreprocessorContext) -> Self {
        let action = match &context.action {
            ActionSpec::Box { low, high } => {
                let bounds = low.iter().zip(high);
                Bounds::Box(bounds.map(|(l, h)| (*l as f32, *h as f32)).collect())
            }
            ActionSpec::Discrete { n } => Bounds::Choices(vec![*n]),
            ActionSpec::MultiDiscrete { n } => Bounds::Choices(n.clone()),
        };
        Self {
            who,
            layout: SensationLayout::new(&context.sensations),
            action,
        }
    }

    /// A sensation is finite.
    pub fn sensation(&self, sensation: &[f32]) -> Result<()> {
        let Some(at) = not_finite(sensation) else {
            return Ok(());
        };
        let name = format!("sensation {}", self.layout.describe(at));
        let value = f64::from(sensation[at]);
        Err(not_finite_fault(&self.who, "sensation", name, value))
    }

    /// A reward is finite.
    pub fn reward(&self, reward: f64) -> Result<f64> {
        if reward.is_finite() {
            return Ok(reward);
        }
        let name = "reward".into();
        Err(not_finite_fault(&self.who, "reward", name, reward))
    }

    /// An action that the task takes: of a box finite, and clipped to the bounds here, as an
    /// actuator saturates; of choices the index of one.
    pub fn action(&self, action: &mut [f32]) -> Result<()> {
        if let Some(at) = not_finite(action) {
            let (name, value) = (format!("action[{at}]"), f64::from(action[at]));
            return Err(not_finite_fault(&self.who, "action", name, value));
        }
        match &self.action {
            Bounds::Box(bounds) => {
                for (value, (low, high)) in action.iter_mut().zip(bounds) {
                    *value = value.clamp(*low, *high);
                }
                Ok(())
            }
            Bounds::Choices(choices) => {
                let broken = |(value, n): (&f32, &usize)| {
                    value.fract() != 0.0 || *value < 0.0 || *value >= *n as f32
                };
                match action.iter().zip(choices).position(broken) {
                    None => Ok(()),
                    Some(at) => Err(self.no_choice(at, action[at], choices[at])),
                }
            }
        }
    }

    #[cold]
    fn no_choice(&self, at: usize, value: f32, choices: usize) -> crate::PluginFault {
        let message = format!(
            "{value} is not one of the {choices} choices; expected a whole number from 0 to {}",
            choices.saturating_sub(1)
        );
        let wrong = Fault::new(FaultCode::Invalid, message).on(format!("action[{at}]"));
        fault(&self.who, "action", wrong)
    }

    /// Statistics are finite: others would spoil every environment.
    pub fn statistics(&self, call: &'static str, values: &[f64]) -> Result<()> {
        match not_finite(values) {
            None => Ok(()),
            Some(at) => {
                let name = format!("statistics[{at}]");
                Err(not_finite_fault(&self.who, call, name, values[at]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_plugin_api::PluginKind;

    fn examiner(action: ActionSpec) -> Examiner {
        let kind = PluginKind::Preprocessor;
        let who = Arc::new(Who::new("noisy", "1.0.0", kind, "motor-noise"));
        let context = PreprocessorContext {
            sensations: Vec::new(),
            discount: 0.99,
            action,
            control_timestep: None,
        };
        Examiner::new(who, &context)
    }

    #[test]
    fn an_action_of_a_box_is_clipped_to_its_bounds_and_has_to_be_finite() {
        let examiner = examiner(ActionSpec::Box {
            low: vec![-1.0, 0.0],
            high: vec![1.0, 2.0],
        });
        let mut action = [-1.5, 2.5];
        examiner.action(&mut action).expect("finite");
        assert_eq!(action, [-1.0, 2.0]);
        let mut action = [0.25, 0.5];
        examiner.action(&mut action).expect("within");
        assert_eq!(action, [0.25, 0.5]);
        for broken in [f32::NAN, f32::INFINITY] {
            let fault = examiner.action(&mut [0.0, broken]).expect_err("refused");
            assert_eq!(fault.fault.field, "action[1]");
            assert_eq!(fault.call, "action");
        }
    }

    #[test]
    fn an_action_of_choices_stays_one_of_them() {
        let examiner = examiner(ActionSpec::MultiDiscrete { n: vec![2, 3] });
        examiner.action(&mut [1.0, 2.0]).expect("choices");
        for broken in [[2.0, 0.0], [-1.0, 0.0], [0.5, 0.0]] {
            let fault = examiner.action(&mut broken.clone()).expect_err("refused");
            assert_eq!(fault.fault.field, "action[0]");
            assert!(fault.fault.message.contains("0 to 1"), "{fault}");
        }
    }
}
