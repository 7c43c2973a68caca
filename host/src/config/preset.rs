//! Settings that work, by task and by kind of action.

use crate::config::error::ConfigError;
use crate::config::layers::{Layers, Source};
use angora_core::suggest;
use angora_plugin_api::ActionSpec;

/// Presets by name.
const PRESETS: &[(&str, &str)] = &[
    ("discrete", include_str!("../presets/discrete.toml")),
    ("continuous", include_str!("../presets/continuous.toml")),
    ("cart-pole", include_str!("../presets/cart-pole.toml")),
    ("acrobot", include_str!("../presets/acrobot.toml")),
    ("mountain-car", include_str!("../presets/mountain-car.toml")),
    (
        "mountain-car-continuous",
        include_str!("../presets/mountain-car-continuous.toml"),
    ),
    ("pendulum", include_str!("../presets/pendulum.toml")),
    ("half-cheetah", include_str!("../presets/half-cheetah.toml")),
    ("hopper", include_str!("../presets/hopper.toml")),
    (
        "inverted-pendulum",
        include_str!("../presets/inverted-pendulum.toml"),
    ),
    (
        "delayed-recall",
        include_str!("../presets/delayed-recall.toml"),
    ),
    ("reach-planar", include_str!("../presets/reach-planar.toml")),
    (
        "reach-planar-visual",
        include_str!("../presets/reach-planar-visual.toml"),
    ),
];

/// Tasks with a preset of their own.
const BY_TASK: &[(&str, &str)] = &[
    ("CartPole-v1", "cart-pole"),
    ("Acrobot-v1", "acrobot"),
    ("MountainCar-v0", "mountain-car"),
    ("MountainCarContinuous-v0", "mountain-car-continuous"),
    ("Pendulum-v1", "pendulum"),
    ("HalfCheetah-v5", "half-cheetah"),
    ("Hopper-v5", "hopper"),
    ("InvertedPendulum-v5", "inverted-pendulum"),
    ("DelayedRecall-v1", "delayed-recall"),
    ("ReachPlanar-v1", "reach-planar"),
    ("ReachPlanarVisual-v1", "reach-planar-visual"),
];

/// Names for messages and lists.
pub const NAMES: &[&str] = &[
    "auto",
    "none",
    "discrete",
    "continuous",
    "cart-pole",
    "acrobot",
    "mountain-car",
    "mountain-car-continuous",
    "pendulum",
    "half-cheetah",
    "hopper",
    "inverted-pendulum",
    "delayed-recall",
    "reach-planar",
    "reach-planar-visual",
];

/// The layer of a preset: `auto` is the task's own, or the one for its kind of action; `none` is
/// empty.
///
/// # Errors
/// There is no preset of that name.
pub fn preset_for(name: &str, task: &str, action: &ActionSpec) -> Result<Layers, ConfigError> {
    let chosen = match name {
        "none" => return Ok(Layers::default()),
        "auto" => BY_TASK
            .iter()
            .find(|(id, _)| *id == task)
            .map_or_else(|| by_action(action), |(_, preset)| *preset),
        name => name,
    };
    let Some((_, text)) = PRESETS.iter().find(|(preset, _)| *preset == chosen) else {
        let hint = suggest::hint(name, NAMES.iter().copied());
        let problem = format!("there is no {name:?}; {hint}");
        return Err(ConfigError::new(Source::CommandLine, "preset", problem));
    };
    let mut layers = Layers::default();
    layers.text(text, Source::Preset(chosen.to_owned()))?;
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
        for (name, _) in PRESETS {
            preset_for(name, "", &ActionSpec::Discrete { n: 2 }).expect(name);
            assert!(NAMES.contains(name));
        }
        for (task, name) in BY_TASK {
            assert!(PRESETS.iter().any(|(n, _)| n == name), "{task}");
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
