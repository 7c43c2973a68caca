//! All checks.

use crate::bench::Bench;
use crate::checks::{body, brain, contribution, distribution, plugin, preprocessor, reward, task};
use crate::finding::Judgement;
use angora_plugin_api::PluginKind;
use serde::Serialize;

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The plugin itself.
    Plugin,
    /// Everything that a plugin contributes.
    Contribution,
    /// Tasks, whether they step themselves or stand over a scene.
    Task,
    /// Bodies.
    Body,
    /// Rewards.
    Reward,
    /// Preprocessors.
    Preprocessor,
    /// Brains.
    Brain,
    /// Distributions of actions.
    Distribution,
}

impl Scope {
    /// Whether something of a kind is checked; of the plugin itself there is none.
    #[must_use]
    pub fn covers(self, kind: Option<PluginKind>) -> bool {
        let Some(kind) = kind else {
            return self == Self::Plugin;
        };
        match self {
            Self::Plugin => false,
            Self::Contribution => true,
            Self::Task => matches!(kind, PluginKind::Task | PluginKind::SceneTask),
            Self::Body => kind == PluginKind::Body,
            Self::Reward => kind == PluginKind::Reward,
            Self::Preprocessor => kind == PluginKind::Preprocessor,
            Self::Brain => kind == PluginKind::Brain,
            Self::Distribution => kind == PluginKind::Distribution,
        }
    }
}

/// One property.
#[derive(Debug, Serialize)]
pub struct Check {
    /// `scope.property`.
    pub id: &'static str,
    /// What it is about.
    pub scope: Scope,
    /// What holds where it passes.
    pub about: &'static str,
    /// Whether it measures time, so that nothing else should run beside it.
    pub alone: bool,
    #[serde(skip)]
    pub(crate) run: fn(&Bench) -> Judgement,
}

/// The check of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

const fn check(
    id: &'static str,
    scope: Scope,
    about: &'static str,
    run: fn(&Bench) -> Judgement,
) -> Check {
    Check {
        id,
        scope,
        about,
        alone: false,
        run,
    }
}

const fn alone(mut check: Check) -> Check {
    check.alone = true;
    check
}

/// Every check, in the order in which they are reported.
#[rustfmt::skip]
pub const CHECKS: &[Check] = &[
    check("plugin.manifest", Scope::Plugin, "the manifest says who wrote it, under which licence, and has well-formed names", plugin::manifest),
    check("plugin.load", Scope::Plugin, "it opens, and says the same of itself as its file does", plugin::load),

    check("contribution.settings", Scope::Contribution, "settings that make no sense are refused by name, and {} are the defaults", contribution::settings),
    check("contribution.quiet", Scope::Contribution, "nothing is written to standard output or standard error", contribution::quiet),

    check("task.spec", Scope::Task, "the spec has names and units that make sense, the same in each process", task::spec),
    check("task.episodes", Scope::Task, "whole episodes with random actions: right lengths, finite values, endings", task::episodes),
    check("task.endings", Scope::Task, "episodes end, by themselves or by a limit", task::endings),
    check("task.bounds", Scope::Task, "senses stay within the bounds of the spec", task::bounds),
    check("task.actions", Scope::Task, "every corner of the action space is taken; a broken action is a fault", task::actions),
    check("task.reset", Scope::Task, "nothing of an episode is left in the next", task::reset),
    check("task.determinism", Scope::Task, "one seed is one episode, bitwise, in any object and process", task::determinism),
    check("task.seeding", Scope::Task, "another seed is another episode", task::seeding),
    check("task.progress", Scope::Task, "it takes any progress of the training, 0 to 1", task::progress),
    check("task.rewards", Scope::Task, "the sum of the reward terms is finite and is the reward", task::rewards),
    check("task.conditions", Scope::Task, "every condition takes the values of its range and leaves nothing behind", task::conditions),
    check("task.events", Scope::Task, "events have times within the control step that reports them", task::events),
    check("task.save", Scope::Task, "a saved episode goes on in another object, bitwise", task::save),
    check("task.threads", Scope::Task, "eight objects on eight threads do what one does alone, bitwise", task::threads),
    check("task.memory", Scope::Task, "memory does not grow with steps or objects", task::memory),
    alone(check("task.cost", Scope::Task, "a control step costs less than 5 ms", task::cost)),

    check("body.spec", Scope::Body, "the description is the same in each process, and its roles have parts", body::spec),
    check("body.model", Scope::Body, "MuJoCo compiles it, and the parts of its roles are there", body::model),
    check("body.names", Scope::Body, "bodies, joints, actuators and sensors have names", body::names),
    check("body.rest", Scope::Body, "without control the physics stays finite for two seconds", body::rest),
    check("body.drive", Scope::Body, "under random control the physics stays finite for two seconds", body::drive),
    check("body.actuators", Scope::Body, "each actuator moves something", body::actuators),

    check("reward.spec", Scope::Reward, "the terms have names, the same in each process", reward::spec),
    check("reward.context", Scope::Reward, "a task without the signals that it needs is refused, not a panic", reward::without_signals),
    check("reward.configurations", Scope::Reward, "each of its configurations can be made, with all that it inherits", reward::configurations),
    check("reward.values", Scope::Reward, "terms are finite for what a task measures, at any progress of the training", reward::values),
    check("reward.extremes", Scope::Reward, "terms are finite for signals that are zero, large or negative", reward::extremes),
    check("reward.sum", Scope::Reward, "the sum of the terms is finite", reward::sum),
    check("reward.reset", Scope::Reward, "nothing of an episode is left in the next", reward::reset),
    check("reward.determinism", Scope::Reward, "the same signals and seed give the same terms, bitwise, in any object and process", reward::determinism),
    check("reward.save", Scope::Reward, "a saved reward goes on in another object, bitwise", reward::save),
    check("reward.threads", Scope::Reward, "eight objects on eight threads do what one does alone, bitwise", reward::threads),
    check("reward.memory", Scope::Reward, "memory does not grow with calls or objects", reward::memory),
    alone(check("reward.cost", Scope::Reward, "a call costs less than 100 us", reward::cost)),

    check("preprocessor.spec", Scope::Preprocessor, "it changes something, and says the same in each process", preprocessor::spec),
    check("preprocessor.values", Scope::Preprocessor, "what comes out is finite for random, constant, zero and large input", preprocessor::values),
    check("preprocessor.pictures", Scope::Preprocessor, "pictures stay within 0 to 255", preprocessor::pictures),
    check("preprocessor.actions", Scope::Preprocessor, "actions stay finite or choices, at every corner of the action space", preprocessor::actions),
    check("preprocessor.progress", Scope::Preprocessor, "it takes any progress of the training, 0 to 1", preprocessor::progress),
    check("preprocessor.frozen", Scope::Preprocessor, "without learning nothing is learnt", preprocessor::frozen),
    check("preprocessor.merge", Scope::Preprocessor, "what two have learnt apart, merged, is what one learns in sequence", preprocessor::merge),
    check("preprocessor.statistics", Scope::Preprocessor, "statistics that are handed over give the same output, bitwise", preprocessor::handed_over),
    check("preprocessor.reset", Scope::Preprocessor, "nothing of an episode but its statistics is left in the next", preprocessor::reset),
    check("preprocessor.determinism", Scope::Preprocessor, "the same input and seed give the same output, bitwise, in any object and process", preprocessor::determinism),
    check("preprocessor.seeding", Scope::Preprocessor, "noise comes from the seed of the episode: another seed is other noise", preprocessor::seeding),
    check("preprocessor.save", Scope::Preprocessor, "a saved preprocessor goes on in another object, bitwise", preprocessor::save),
    check("preprocessor.threads", Scope::Preprocessor, "eight objects on eight threads do what one does alone, bitwise", preprocessor::threads),
    check("preprocessor.memory", Scope::Preprocessor, "memory does not grow with calls or objects", preprocessor::memory),
    alone(check("preprocessor.cost", Scope::Preprocessor, "a call costs less than 1 ms", preprocessor::cost)),

    check("brain.spec", Scope::Brain, "the graph is the same at each request and in each process", brain::spec),
    check("brain.senses", Scope::Brain, "senses that it cannot take are refused with a reason, and it takes some", brain::taken_senses),
    check("brain.build", Scope::Brain, "the engine builds every graph that it gives", brain::build),
    check("brain.values", Scope::Brain, "policy and value are finite for zero, random and large sensations", brain::values),
    check("brain.gradient", Scope::Brain, "the gradient reaches every parameter, and every node is used", brain::gradient),
    check("brain.memory", Scope::Brain, "memory does not grow with requests", brain::memory),
    alone(check("brain.cost", Scope::Brain, "acting on one sensation costs less than 5 ms", brain::cost)),

    check("distribution.spec", Scope::Distribution, "the declaration is the same at each request and in each process", distribution::spec),
    check("distribution.actions", Scope::Distribution, "actions that it cannot take are refused with a reason, and it takes some", distribution::actions),
    check("distribution.build", Scope::Distribution, "the engine takes every declaration: names, numbers of components, derivatives", distribution::build),
    check("distribution.density", Scope::Distribution, "the probability of all actions together is 1", distribution::density),
    check("distribution.sample", Scope::Distribution, "samples lie in the support and follow the density", distribution::sample),
    check("distribution.mode", Scope::Distribution, "the deterministic action is the mode, median or mean that it is said to be", distribution::mode),
    check("distribution.entropy", Scope::Distribution, "the entropy is that of the density, or as near as is promised", distribution::entropy),
    check("distribution.gradient", Scope::Distribution, "log-probability and entropy do not jump, and differences agree with the derivatives", distribution::gradient),
    check("distribution.values", Scope::Distribution, "in f32 everything is finite, for large raw parameters too", distribution::values),
    check("distribution.memory", Scope::Distribution, "memory does not grow with requests", distribution::memory),
    alone(check("distribution.cost", Scope::Distribution, "log-probability and derivatives of a degree of freedom cost less than 2 us", distribution::cost)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_begin_with_their_scope() {
        for (at, check) in CHECKS.iter().enumerate() {
            let scope = format!("{:?}.", check.scope).to_lowercase();
            assert!(check.id.starts_with(&scope), "{}", check.id);
            assert!(
                CHECKS[..at].iter().all(|other| other.id != check.id),
                "{}",
                check.id
            );
        }
    }
}
