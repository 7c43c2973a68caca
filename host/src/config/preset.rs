//! Settings that work, by task and by kind of action.

use crate::config::error::ConfigError;
use crate::config::layers::{Layers, Source};
use angora_core::suggest;
use angora_loader::alias::GYMNASIUM;
use angora_plugin_api::ActionSpec;

/// A preset.
struct Preset {
    name: &'static str,
    text: &'static str,
    /// Tasks whose own it is.
    tasks: &'static [&'static str],
}

/// The preset of a name, which is that of its file, and the tasks whose own it is.
macro_rules! preset {
    ($name:literal $(, $task:literal)*) => {
        Preset {
            name: $name,
            text: include_str!(concat!("../presets/", $name, ".toml")),
            tasks: &[$($task),*],
        }
    };
}

const PRESETS: &[Preset] = &[
    preset!("discrete"),
    preset!("continuous"),
    preset!("cart-pole", "CartPole-v1"),
    preset!("acrobot", "Acrobot-v1"),
    preset!("mountain-car", "MountainCar-v0"),
    preset!("mountain-car-continuous", "MountainCarContinuous-v0"),
    preset!("pendulum", "Pendulum-v1"),
    preset!("half-cheetah", "HalfCheetah-v5", "HalfCheetah-v4"),
    preset!("swimmer", "Swimmer-v5", "Swimmer-v4"),
    preset!("hopper", "Hopper-v5", "Hopper-v4"),
    preset!("walker2d", "Walker2d-v5", "Walker2d-v4"),
    preset!("ant", "Ant-v5", "Ant-v4"),
    preset!("humanoid", "Humanoid-v5", "Humanoid-v4"),
    preset!(
        "humanoid-standup",
        "HumanoidStandup-v5",
        "HumanoidStandup-v4"
    ),
    preset!(
        "inverted-pendulum",
        "InvertedPendulum-v5",
        "InvertedPendulum-v4"
    ),
    preset!(
        "inverted-double-pendulum",
        "InvertedDoublePendulum-v5",
        "InvertedDoublePendulum-v4"
    ),
    preset!("reacher", "Reacher-v5", "Reacher-v4"),
    preset!("pusher", "Pusher-v5"),
    preset!("lunar-lander", "LunarLander-v3"),
    preset!("lunar-lander-continuous", "LunarLanderContinuous-v3"),
    preset!("bipedal-walker", "BipedalWalker-v3"),
    preset!("delayed-recall", "DelayedRecall-v1"),
    preset!("hanoi", "HanoiTower-v1"),
    preset!(
        "manipulate-block",
        "ManipulateBlock-v1",
        "ManipulateBlockAsymmetric-v1",
        "ManipulateBlockVisual-v1",
        "ManipulateBlockVisualAsymmetric-v1",
        "ManipulateBlockTripleCamera-v1",
        "NoisyManipulateBlock-v1",
        "TestCaseManipulateBlock-v1"
    ),
    preset!(
        "reach",
        "Reach-v1",
        "ReachSequential-v1",
        "ReachVisual-v1",
        "FreeReach-v1",
        "FreeReachSequential-v1",
        "FreeReachVisual-v1"
    ),
    preset!("reach-planar", "ReachPlanar-v1"),
    preset!("reach-planar-visual", "ReachPlanarVisual-v1"),
];

/// Names for messages and lists.
pub(super) fn preset_names() -> impl Iterator<Item = &'static str> + Clone {
    let presets = PRESETS.iter().map(|preset| preset.name);
    ["auto", "none"].into_iter().chain(presets)
}

/// The layer of a preset: `auto` is the task's own, or the one for its kind of action; `none` is
/// empty. An environment of Gymnasium has the preset of the task of its id.
///
/// # Errors
/// There is no preset of that name.
pub fn preset_for(name: &str, task: &str, action: &ActionSpec) -> Result<Layers, ConfigError> {
    let task = task.strip_prefix(GYMNASIUM).unwrap_or(task);
    let chosen = match name {
        "none" => return Ok(Layers::default()),
        "auto" => PRESETS
            .iter()
            .find(|preset| preset.tasks.contains(&task))
            .map_or_else(|| by_action(action), |preset| preset.name),
        name => name,
    };
    let Some(preset) = PRESETS.iter().find(|preset| preset.name == chosen) else {
        let hint = suggest::hint(name, preset_names());
        let problem = format!("there is no {name:?}; {hint}");
        return Err(ConfigError::new(Source::CommandLine, "preset", problem));
    };
    let mut layers = Layers::default();
    layers.text(preset.text, Source::Preset(chosen.to_owned()))?;
    Ok(layers)
}

fn by_action(action: &ActionSpec) -> &'static str {
    match action {
        ActionSpec::Box { .. } => "continuous",
        _ => "discrete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_reads() {
        for Preset { name, tasks, .. } in PRESETS {
            let action = ActionSpec::Discrete { n: 2 };
            let named = preset_for(name, "", &action).expect(name);
            named.written().expect(name);
            for task in *tasks {
                let own = preset_for("auto", task, &action).expect(task);
                assert_eq!(
                    own.written().expect("typed"),
                    named.written().expect("typed"),
                    "{task}"
                );
            }
        }
    }

    #[test]
    fn auto_falls_back_to_the_kind_of_action() {
        let action = ActionSpec::Box {
            low: vec![-1.0],
            high: vec![1.0],
        };
        let layers = preset_for("auto", "Mine-v0", &action).expect("there is one");
        let expected = preset_for("continuous", "", &action).expect("there is one");
        assert_eq!(
            layers.written().expect("typed"),
            expected.written().expect("typed")
        );
    }
}
