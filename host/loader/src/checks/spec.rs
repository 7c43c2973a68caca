//! Specs that an engine can work with.

use super::{Result, fault, not_finite, not_finite_fault};
use crate::error::Who;
use angora_core::SensationLayout;
use angora_plugin_api::{
    ActionSpec, Fault, FaultCode, PreprocessorSpec, RewardSpec, SensationSpec, Sense,
    StatisticsForm, TaskSpec,
};
use std::sync::Arc;

/// Most numbers of one kind that a plugin may ask memory for, per environment: more is a mistake.
pub const LARGEST: usize = 1 << 26;

/// A task's spec that makes sense, and what its messages need.
pub struct CheckedSpec {
    pub spec: TaskSpec,
    layout: SensationLayout,
}

impl CheckedSpec {
    /// Refuses a spec that no engine could work with. The senses that the host gives beside it
    /// may not stand in it; reward terms may be missing where a reward plugin gives them.
    pub fn new(
        who: &Arc<Who>,
        call: &'static str,
        spec: TaskSpec,
        of_host: &[Sense],
        rewarded_elsewhere: bool,
    ) -> Result<Self> {
        let refuse = |field: &str, message: String| {
            let invalid = Fault::new(FaultCode::Invalid, message).on(field);
            Err(fault(who, call, invalid))
        };
        if !fits(spec.sensations.iter().map(|sense| product(&sense.shape))) {
            return refuse(
                "sensations",
                format!("there are more than {LARGEST} receptors"),
            );
        }
        if !fits(spec.signals.iter().map(|signal| Some(signal.len))) {
            return refuse("signals", format!("there are more than {LARGEST} values"));
        }
        if spec.sensations.is_empty() && of_host.is_empty() {
            return refuse("sensations", "there is no sense".into());
        }
        for (i, sense) in spec.sensations.iter().enumerate() {
            if of_host.contains(&sense.sense) {
                let name = sense.sense.name();
                return refuse(
                    "sensations",
                    format!(
                        "{name} is listed, but the host fills it as the scene asks; leave it out"
                    ),
                );
            }
            if sense.is_empty() {
                let name = sense.sense.name();
                return refuse("sensations", format!("{name} has no receptor"));
            }
            if let Some(problem) = vision_problem(sense) {
                return refuse("sensations", problem);
            }
            if spec.sensations[..i].iter().any(|s| s.sense >= sense.sense) {
                let message = "senses stand once each, in the order vision, touch, \
                               proprioception, goal, asymmetric";
                return refuse("sensations", message.into());
            }
        }
        if let Some(problem) = action_problem(&spec.action) {
            return refuse("action", problem);
        }
        if let Some((field, problem)) = super::declared::problem(&spec) {
            return refuse(field, problem);
        }
        if spec.reward_terms.is_empty() && !rewarded_elsewhere {
            return refuse("reward_terms", "there is no reward term".into());
        }
        if spec.max_episode_steps == Some(0) {
            return refuse(
                "max_episode_steps",
                "it is 0; leave it out for no limit".into(),
            );
        }
        let layout = SensationLayout::new(&spec.sensations);
        Ok(Self { spec, layout })
    }

    /// A fault that names the first value which is not finite.
    pub fn finite(
        &self,
        who: &Arc<Who>,
        call: &'static str,
        sensation: &[f32],
        signals: &[f64],
    ) -> Result<()> {
        if let Some(at) = not_finite(sensation) {
            let name = format!("sensation {}", self.layout.describe(at));
            return Err(not_finite_fault(who, call, name, f64::from(sensation[at])));
        }
        if let Some(at) = not_finite(signals) {
            return Err(not_finite_fault(who, call, self.signal(at), signals[at]));
        }
        Ok(())
    }

    /// The same for reward terms.
    pub fn finite_terms(&self, who: &Arc<Who>, call: &'static str, terms: &[f64]) -> Result<()> {
        match not_finite(terms) {
            None => Ok(()),
            Some(at) => {
                let name = format!("reward term {}", self.spec.reward_terms[at]);
                Err(not_finite_fault(who, call, name, terms[at]))
            }
        }
    }

    fn signal(&self, at: usize) -> String {
        let mut start = 0;
        for signal in &self.spec.signals {
            if at < start + signal.len {
                return format!("signal {}[{}]", signal.name, at - start);
            }
            start += signal.len;
        }
        "signal".into()
    }
}

/// What is wrong with a sense of vision; the host keeps pictures as bytes.
fn vision_problem(spec: &SensationSpec) -> Option<String> {
    let (shape, range) = (&spec.shape, (spec.low, spec.high));
    if spec.sense != Sense::Vision || shape.len() == 1 {
        return None;
    }
    if !spec.is_picture() {
        return Some(format!(
            "vision has the shape {shape:?}; a picture is [H, W, channels], with one channel if grey"
        ));
    }
    (range != (Some(0.0), Some(255.0))).then(|| {
        let bound = |bound: Option<f64>| bound.map_or("none".into(), |bound| bound.to_string());
        format!(
            "the bounds of vision are {} and {}; pictures are whole numbers from 0 to 255, so give low 0 and high 255, and values in that range (the brain sees them divided by 255)",
            bound(range.0), bound(range.1)
        )
    })
}

/// Whether lengths add up to at most [`LARGEST`]; `None` is more than can be counted.
fn fits(mut lengths: impl Iterator<Item = Option<usize>>) -> bool {
    let total = lengths.try_fold(0_usize, |sum, len| sum.checked_add(len?));
    total.is_some_and(|total| total <= LARGEST)
}

fn product(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1_usize, |count, side| count.checked_mul(*side))
}

fn action_problem(action: &ActionSpec) -> Option<String> {
    match action {
        ActionSpec::Box { low, high } => {
            if low.is_empty() || low.len() != high.len() {
                return Some(format!(
                    "a box needs as many lower as upper bounds, at least one (there are {} and {})",
                    low.len(),
                    high.len()
                ));
            }
            let bad = |(l, h): &(&f64, &f64)| !(l.is_finite() && h.is_finite() && l < h);
            low.iter()
                .zip(high)
                .find(bad)
                .map(|(l, h)| format!("bounds must be finite and in order (found {l}, {h})"))
        }
        ActionSpec::Discrete { n } => (*n == 0).then(|| "there is no choice".into()),
        ActionSpec::MultiDiscrete { n } => {
            (n.is_empty() || n.contains(&0)).then(|| "there is a degree without choices".into())
        }
    }
}

/// Refuses a reward's spec that no engine could work with.
pub fn check_reward(who: &Arc<Who>, spec: &RewardSpec) -> Result<()> {
    if !spec.terms.is_empty() {
        return Ok(());
    }
    let empty = Fault::new(FaultCode::Invalid, "there is no reward term").on("terms");
    Err(fault(who, "spec", empty))
}

/// Refuses a preprocessor's spec that no engine could work with.
pub fn check_preprocessor(
    who: &Arc<Who>,
    spec: &PreprocessorSpec,
    layout: &SensationLayout,
) -> Result<()> {
    if spec.statistics_len > LARGEST {
        let message = format!("{} is more than this host takes", spec.statistics_len);
        let large = Fault::new(FaultCode::Invalid, message).on("statistics_len");
        return Err(fault(who, "spec", large));
    }
    if let Some(message) = other_moments(spec, layout) {
        let wrong = Fault::new(FaultCode::Length, message).on("statistics_len");
        return Err(fault(who, "spec", wrong));
    }
    Ok(())
}

/// What is wrong with statistics that are said to be moments and are of another number of elements.
fn other_moments(spec: &PreprocessorSpec, layout: &SensationLayout) -> Option<String> {
    if spec.statistics_form != StatisticsForm::Moments {
        return None;
    }
    let elements = if spec.sensations {
        layout.vector_len()
    } else {
        1
    };
    let expected = 1 + 2 * elements;
    (spec.statistics_len != expected).then(|| {
        format!(
            "{} numbers are no moments of {elements} elements; expected {expected}: a count, {elements} means, {elements} sums of squared deviations",
            spec.statistics_len
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_plugin_api::PluginKind;

    /// What is said of a task with these senses, of which the host gives some.
    fn refusal(senses: &[Sense], of_host: &[Sense]) -> Option<String> {
        let sensations = senses.iter().map(|&sense| SensationSpec {
            sense,
            shape: vec![2],
            low: None,
            high: None,
            unit: String::new(),
            elements: Vec::new(),
        });
        refusal_of(sensations.collect(), of_host)
    }

    fn refusal_of(sensations: Vec<SensationSpec>, of_host: &[Sense]) -> Option<String> {
        let kind = PluginKind::SceneTask;
        let who = Arc::new(Who::new("plugin", "1.0.0", kind, "Task-v0"));
        let spec = TaskSpec {
            sensations,
            action: ActionSpec::Discrete { n: 2 },
            signals: Vec::new(),
            reward_terms: vec!["reward".into()],
            max_episode_steps: None,
            reward_threshold: None,
            control_timestep: None,
            saves_state: false,
            ..TaskSpec::default()
        };
        let checked = CheckedSpec::new(&who, "bind", spec, of_host, false);
        checked.err().map(|fault| fault.to_string())
    }

    #[test]
    fn a_task_lists_what_it_writes_and_the_host_draws_the_rest() {
        assert_eq!(refusal(&[], &[Sense::Vision]), None);
        assert_eq!(refusal(&[Sense::Vision], &[]), None);
        assert_eq!(refusal(&[Sense::Goal], &[Sense::Vision]), None);
        let none = refusal(&[], &[]).expect("refused");
        assert!(none.contains("there is no sense"), "{none}");
        let twice = refusal(&[Sense::Vision, Sense::Goal], &[Sense::Vision]);
        let twice = twice.expect("refused");
        assert!(twice.contains("vision is listed, but the host"), "{twice}");
    }

    #[test]
    fn pictures_are_bytes_in_three_dimensions() {
        let vision = |shape: &[usize], low, high| {
            let spec = SensationSpec {
                sense: Sense::Vision,
                shape: shape.to_vec(),
                low,
                high,
                unit: String::new(),
                elements: Vec::new(),
            };
            refusal_of(vec![spec], &[])
        };
        assert_eq!(vision(&[4, 5, 3], Some(0.0), Some(255.0)), None);
        // A vector is no picture, whatever its range.
        assert_eq!(vision(&[7], Some(-1.0), None), None);
        for (low, high, said) in [
            (Some(0.0), Some(1.0), "the bounds of vision are 0 and 1;"),
            (None, None, "the bounds of vision are none and none;"),
            (
                Some(-1.0),
                Some(255.0),
                "the bounds of vision are -1 and 255;",
            ),
        ] {
            let refused = vision(&[4, 5, 3], low, high).expect("refused");
            assert!(refused.contains(said), "{refused}");
            assert!(refused.contains("give low 0 and high 255"), "{refused}");
        }
        for shape in [&[4, 5][..], &[2, 4, 5, 3]] {
            let refused = vision(shape, Some(0.0), Some(255.0)).expect("refused");
            assert!(
                refused.contains("a picture is [H, W, channels]"),
                "{refused}"
            );
        }
    }
}
