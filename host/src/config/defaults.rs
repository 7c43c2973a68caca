//! What a run would have been without anything written.

use crate::config::layers::Layers;
use crate::config::preset::preset_for;
use crate::config::resolve::resolve;
use crate::config::resolved::Experiment;
use angora_brain::DistributionKind;
use angora_plugin_api::ActionSpec;

impl Experiment {
    /// The settings of a run of the same task when nothing else is written. What the task takes is
    /// seen by the distribution; no plugin is opened.
    #[must_use]
    pub fn defaults(&self) -> Option<Self> {
        let action = match self.distribution.kind {
            DistributionKind::Categorical => ActionSpec::Discrete { n: 2 },
            _ => ActionSpec::Box {
                low: vec![-1.0],
                high: vec![1.0],
            },
        };
        let mut layers = Layers::default();
        let task = toml::Value::String(self.task.clone());
        layers.set("task", task).ok()?;
        let preset = preset_for("auto", &self.task, &action).ok()?;
        // Only a brain that remembers has chunks.
        let recurrent = self.ppo.chunk_length > 1;
        resolve(&layers.over(preset), &action, recurrent).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layers::Source;

    #[test]
    fn defaults_are_those_of_the_tasks_preset() {
        let action = ActionSpec::Discrete { n: 2 };
        let mut layers = Layers::default();
        let text = "task = \"CartPole-v1\"\nseed = 7\n[ppo]\nepochs = 19";
        layers.text(text, Source::Default).expect("valid");
        let preset = preset_for("auto", "CartPole-v1", &action).expect("there is one");
        let run = resolve(&layers.over(preset), &action, false).expect("valid");
        let defaults = run.defaults().expect("can be resolved");
        assert_eq!((defaults.seed, run.seed), (1, 7));
        assert_ne!(defaults.ppo.epochs, 19);
        assert_eq!(defaults.ppo.learning_rate, run.ppo.learning_rate);
        assert_eq!(defaults.horizon, run.horizon);
        assert_eq!(defaults.defaults(), Some(defaults.clone()));
    }
}
