//! What the overview knows of a run.

use crate::index::state::State;
use crate::labels::Marks;
use crate::reading::digest::RETURN;
use crate::reading::facts::Plugin;
use crate::reading::{Digest, Facts};
use serde::Serialize;
use std::sync::Arc;

/// A row of the overview.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The name of the folder, with `@2`, `@3` in the second and third folder of runs.
    pub key: String,
    /// Name of the folder.
    pub id: String,
    /// Which folder of runs.
    #[serde(skip)]
    pub root: usize,
    /// Where it is.
    pub folder: String,
    /// Revision of the index in which it last changed.
    #[serde(rename = "rev")]
    pub revision: u64,
    /// State.
    pub state: State,
    /// What is to be said of the state.
    pub reason: Option<String>,
    /// Settings and circumstances.
    #[serde(flatten, serialize_with = "few")]
    pub facts: Arc<Facts>,
    /// Unix milliseconds of the last sign of it.
    pub updated_ms: Option<i64>,
    /// Cycles done.
    pub cycle: u64,
    /// Control steps done.
    pub steps: Option<f64>,
    /// How often it was begun or resumed.
    pub segments: u64,
    /// Mean return of the last 100 episodes.
    pub last_return: Option<f64>,
    /// Best of these means, over at least 50 episodes.
    pub best_return: Option<f64>,
    /// Cycle in which it was reached.
    pub best_cycle: Option<u64>,
    /// Control steps.
    pub episode_length: Option<f64>,
    /// 0..1.
    pub success_rate: Option<f64>,
    /// Episodes in these means.
    pub episodes: Option<f64>,
    /// 0..1 of the cycles.
    pub progress: Option<f64>,
    /// Of the last cycles.
    pub secs_per_cycle: Option<f64>,
    /// Until the last cycle, at the present pace; of a run that is being written.
    pub secs_left: Option<f64>,
    /// Since this segment began.
    pub elapsed_secs: Option<f64>,
    /// Control steps per second in the last cycle.
    pub steps_per_second: Option<f64>,
    /// Mean returns over the whole run.
    pub sparkline: Vec<f32>,
    /// What people say of it.
    pub marks: Marks,
    /// Metrics of the last line.
    #[serde(skip)]
    pub metrics: Vec<(Arc<str>, f64)>,
}

#[derive(Serialize)]
struct Few<'f> {
    task: Option<&'f str>,
    brain: Option<&'f str>,
    body: Option<&'f str>,
    reward: Option<&'f str>,
    preset: Option<&'f str>,
    device: Option<&'f str>,
    seed: Option<f64>,
    environments: Option<f64>,
    horizon: Option<f64>,
    threads: Option<f64>,
    cycles: Option<f64>,
    began_ms: Option<i64>,
    config: &'f str,
    plugins: &'f [Plugin],
    problems: &'f [String],
}

fn few<S: serde::Serializer>(facts: &Arc<Facts>, serializer: S) -> Result<S::Ok, S::Error> {
    Few {
        task: facts.text("task"),
        brain: facts.text("brain"),
        body: facts.text("body"),
        reward: facts.text("reward"),
        preset: facts.text("preset"),
        device: facts.text("device"),
        seed: facts.number("seed"),
        environments: facts.number("environments"),
        horizon: facts.number("horizon"),
        threads: facts.number("threads"),
        cycles: facts.number("cycles"),
        began_ms: facts.began_ms,
        config: &facts.config,
        plugins: &facts.plugins,
        problems: &facts.problems,
    }
    .serialize(serializer)
}

impl Summary {
    /// A metric of the last line.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        let at = self.metrics.binary_search_by(|(n, _)| (**n).cmp(name));
        at.ok().map(|at| self.metrics[at].1)
    }

    /// Takes over what the metrics say.
    pub fn take(&mut self, digest: &Digest) {
        let cycles = self.facts.number("cycles");
        self.cycle = digest.cycle;
        self.segments = digest.segment + 1;
        self.steps = digest.metric("time/total_timesteps");
        self.last_return = digest.metric(RETURN);
        self.best_return = digest.best.map(|best| best.value);
        self.best_cycle = digest.best.and_then(|best| best.cycle);
        self.episode_length = digest.metric("rollout/ep_len_mean");
        self.success_rate = digest.metric("rollout/success_rate");
        self.episodes = digest.metric("rollout/episodes");
        self.progress = cycles
            .filter(|n| *n > 0.0)
            .map(|n| (digest.cycle as f64 / n).min(1.0));
        self.secs_per_cycle = digest.secs_per_cycle();
        let left = cycles.map(|n| (n - digest.cycle as f64).max(0.0));
        self.secs_left = left
            .zip(self.secs_per_cycle)
            .map(|(left, secs)| left * secs)
            .filter(|_| !self.state.is_end());
        self.elapsed_secs = digest.elapsed_secs();
        // Earlier versions had the cycle's own speed under the other name.
        let speed = digest.metric("time/cycle_fps");
        self.steps_per_second = speed.or_else(|| digest.metric("time/fps"));
        self.sparkline = digest.sparkline();
        self.metrics.clone_from(&digest.metrics);
    }
}
