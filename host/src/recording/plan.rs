//! What is recorded of a task and a brain.

use super::channel::{Channel, Omitted, Part, Source};
use angora_brain::Brain;
use angora_core::SensationLayout;
use angora_plugin_api::TaskSpec;
use angora_plugin_api::spec::{common_unit, element_names};
use angora_simulation::scene::SceneDescription;

/// The channels of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Those that are recorded, in order.
    pub channels: Vec<Channel>,
    /// Those that are not.
    pub omitted: Vec<Omitted>,
}

/// What preprocessors change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Preprocessed {
    /// Whether there are any, so that a brain meets other sensations than the task wrote.
    pub sensations: bool,
    /// Whether the body executes other commands than the policy gave.
    pub commands: bool,
}

impl Plan {
    /// Everything that a task and a brain have, but channels of more than `limit` values a row.
    /// What preprocessors make of sensations and commands is recorded where they do.
    #[must_use]
    pub fn new(
        task: &TaskSpec,
        scene: Option<&SceneDescription>,
        brain: &Brain,
        preprocessed: Preprocessed,
        limit: usize,
    ) -> Self {
        let mut channels = of_time(task);
        channels.extend(scene.map(of_scene).unwrap_or_default());
        channels.extend(of_senses(task, preprocessed.sensations));
        channels.extend(of_action(task, scene, brain, preprocessed.commands));
        channels.extend(of_reward(task));
        channels.extend(of_signals(task));
        channels.extend(of_brain(brain));
        channels.retain(|channel| channel.width() > 0);
        let (channels, wide): (Vec<_>, Vec<_>) = channels
            .into_iter()
            .partition(|channel| channel.width() <= limit);
        let omitted = wide.into_iter().map(|channel| Omitted {
            width: channel.width(),
            channel: channel.name,
            reason: format!("wider than the limit of {limit} values"),
        });
        Self {
            channels,
            omitted: omitted.collect(),
        }
    }
}

fn of_time(task: &TaskSpec) -> Vec<Channel> {
    let unit = task.control_timestep.map_or("steps", |_| "s");
    vec![Channel::new("time", Source::Time, Vec::new()).unit(unit)]
}

fn of_scene(scene: &SceneDescription) -> Vec<Channel> {
    let list = |name: &str, source, components: &[String]| {
        Channel::new(name, source, vec![components.len()])
            .unit("mixed")
            .components(components)
    };
    vec![
        Channel::new("body_pose", Source::BodyPose, vec![scene.bodies.len(), 7])
            .unit("m, quaternion"),
        list("qpos", Source::Qpos, &scene.qpos),
        list("qvel", Source::Qvel, &scene.qvel),
        list("control", Source::Control, &scene.controls),
        list("sensors", Source::Sensors, &scene.sensor_values),
    ]
}

fn of_senses(task: &TaskSpec, preprocessed: bool) -> Vec<Channel> {
    let layout = SensationLayout::new(&task.sensations);
    let mut channels = Vec::new();
    for spec in layout.specs() {
        let range = layout.range(spec.sense).unwrap_or_default();
        let name = format!("sensation.{}", spec.sense);
        let source = Source::Sensation(range.clone());
        let names = element_names(&spec.elements);
        let mut raw = Channel::new(name, source, spec.shape.clone())
            .unit(common_unit(&spec.unit, &spec.elements))
            .components(&names);
        (raw.low, raw.high) = (spec.low, spec.high);
        channels.push(raw);
        if preprocessed {
            let name = format!("input.{}", spec.sense);
            let input = Channel::new(name, Source::Input(range), spec.shape.clone());
            channels.push(input.components(&names));
        }
    }
    channels
}

fn of_action(
    task: &TaskSpec,
    scene: Option<&SceneDescription>,
    brain: &Brain,
    changed: bool,
) -> Vec<Channel> {
    let distribution = brain.distribution();
    // Where a body has as many inputs as the action has numbers, they are each other's.
    let names = scene.map_or(&[][..], |scene| &scene.controls);
    let list = |name: &str, source, len| Channel::new(name, source, vec![len]);
    let mut channels = vec![
        list("action", Source::Action, distribution.action_len()).components(names),
        list("motor_command", Source::MotorCommand, task.action.len()).components(names),
        list("policy", Source::Policy, distribution.raw_len()),
        Channel::new("value", Source::Value, Vec::new()),
    ];
    if changed {
        let source = Source::ExecutedCommand;
        let executed = list("executed_command", source, task.action.len()).components(names);
        channels.insert(2, executed);
    }
    channels
}

fn of_reward(task: &TaskSpec) -> Vec<Channel> {
    let terms = &task.reward_terms;
    vec![
        Channel::new("reward", Source::Reward, Vec::new()),
        Channel::new("reward_terms", Source::RewardTerms, vec![terms.len()]).components(terms),
    ]
}

fn of_signals(task: &TaskSpec) -> Vec<Channel> {
    let mut start = 0;
    let signals = task.signals.iter().map(|signal| {
        let range = start..start + signal.len;
        start = range.end;
        let name = format!("signal.{}", signal.name);
        Channel::new(name, Source::Signal(range), vec![signal.len])
            .unit(common_unit(&signal.unit, &signal.elements))
            .components(&element_names(&signal.elements))
    });
    signals.collect()
}

fn of_brain(brain: &Brain) -> Vec<Channel> {
    let mut channels = Vec::new();
    for region in brain.regions() {
        let name = format!("activity.{}", region.name);
        let source = Source::Activity(region.clone());
        let mut activity = Channel::new(name, source, vec![region.len]);
        let parts = region.nodes.iter().map(|node| Part {
            name: node.name.clone(),
            start: node.start,
            shape: node.shape.clone(),
        });
        activity.parts = parts.collect();
        channels.push(activity);
        let name = format!("activity_mean.{}", region.name);
        channels.push(Channel::new(name, Source::ActivityMean(region), Vec::new()));
    }
    for (part, columns) in brain.state_parts() {
        let name = format!("recurrent_state.{part}");
        let shape = vec![columns.len()];
        channels.push(Channel::new(
            name,
            Source::RecurrentState(columns.clone()),
            shape,
        ));
    }
    channels
}
