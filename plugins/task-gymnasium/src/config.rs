//! Settings.

use angora_sdk::Sense;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Id of the environment, as `gymnasium.make` takes it: `CartPole-v1`, `ALE/Pong-v5`, or with the
    /// module that registers it before a colon.
    pub id: String,
    /// Module that is imported first; empty for none.
    pub module: String,
    /// The interpreter: a name that is looked up in `PATH`, or a path.
    pub python: String,
    /// Arguments of `gymnasium.make`.
    pub kwargs: Map<String, Value>,
    /// A time limit in place of the environment's own, in control steps.
    pub max_episode_steps: Option<u64>,
    /// Senses of observations, by key of the observation space (`arm/position` for nested ones),
    /// where they are not the usual ones.
    pub senses: BTreeMap<String, Sense>,
    /// Signals that are taken out of `info`: the key there by the name of the signal; 0 where a step
    /// does not say.
    pub signals: BTreeMap<String, String>,
    /// What becomes of a run whose worker dies.
    pub on_worker_death: OnDeath,
}

/// What becomes of a run whose worker dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDeath {
    /// It ends, with its checkpoint.
    End,
    /// The episode is truncated, and a new worker begins the next.
    Restart,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            id: "CartPole-v1".into(),
            module: String::new(),
            python: "python3".into(),
            kwargs: Map::new(),
            max_episode_steps: None,
            senses: BTreeMap::new(),
            signals: BTreeMap::new(),
            on_worker_death: OnDeath::End,
        }
    }
}
