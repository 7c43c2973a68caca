//! `recording.json`.

use super::{Channel, Omitted};
use crate::packages::PluginBuild;
use angora_plugin_api::Ending;
use angora_simulation::scene::SceneDescription;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the format that is written.
pub const FORMAT: u32 = 1;

/// What a recording is of, and what is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: u32,
    /// Name of the recording.
    pub name: String,
    /// Id of the run.
    pub run: String,
    /// Id of the task.
    pub task: String,
    /// Id of the body in the scene.
    pub body: Option<String>,
    /// Id of the reward that replaces the task's own.
    pub reward: Option<String>,
    /// Id of the brain.
    pub brain: String,
    /// The builds of plugins that have played.
    pub plugins: Vec<PluginBuild>,
    /// The checkpoint.
    pub checkpoint: CheckpointFacts,
    /// Seed of the episodes.
    pub seed: u64,
    /// Whether actions are modes instead of draws.
    pub deterministic: bool,
    /// Steps after which episodes were cut.
    pub max_steps: Option<u64>,
    /// Version of the host.
    pub host_version: &'static str,
    /// Seconds between two control steps; `None` where time has no unit.
    pub control_timestep: Option<f64>,
    /// Most values of a channel in a row.
    pub limit: usize,
    /// The channels, in every episode's file.
    pub channels: Vec<Channel>,
    /// Channels that were left out.
    pub omitted: Vec<Omitted>,
    /// The episodes, in order.
    pub episodes: Vec<EpisodeFacts>,
    /// The scene; `None` for a task with a world of its own.
    pub scene: Option<SceneDescription>,
}

/// The checkpoint that acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckpointFacts {
    /// Name of its folder.
    pub name: String,
    /// The label that was asked for: best or latest.
    pub label: Option<String>,
    /// Cycles done.
    pub cycle: u64,
    /// SHA-256 of its parameters.
    pub digest: String,
}

/// An episode.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpisodeFacts {
    /// Its number, from 0: the same episode as that of an evaluation.
    pub number: u64,
    /// Its file.
    pub file: String,
    /// Control steps T.
    pub steps: u64,
    /// terminated, truncated, or cut by the recorder.
    pub ending: &'static str,
    /// Undiscounted sum of raw rewards.
    #[serde(rename = "return")]
    pub episode_return: f64,
    /// Sum of each reward term.
    pub reward_term_sums: Vec<f64>,
    /// Conditions, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, f64>,
    /// What happened, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventFacts>,
}

/// Something that happened in an episode.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventFacts {
    /// Name of the event.
    pub event: String,
    /// When, since the episode began: s, or control steps where time has no unit.
    pub time: f64,
    /// Control steps done when it was reported; 0 as the episode began.
    pub step: u64,
}

/// The header's word for an ending.
pub(crate) fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::None => "cut",
        Ending::Terminated => "terminated",
        Ending::Truncated => "truncated",
    }
}
