//! What the numbers of a run's cycles say of how it has learned.

use angora_monitor::jsonl::Inspection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How a run has learned until now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// Cycles done.
    pub cycles: u64,
    /// Control steps done.
    pub steps: u64,
    /// Mean return of the last 100 training episodes; absent where none has finished.
    pub score: Option<f64>,
    /// Episodes in it.
    pub episodes: u64,
    /// Part of them that succeeded, of tasks that say.
    pub success_rate: Option<f64>,
    /// Seconds of all segments, as far as their cycles count.
    pub seconds: f64,
    /// CPU seconds of the same.
    pub cpu_seconds: f64,
    /// Control steps done when the score was first at the threshold, of at least 100 episodes.
    pub steps_to_threshold: Option<u64>,
    /// What is wrong with the lines: damage and missing cycles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaws: Option<String>,
    /// Control steps and score after each cycle.
    pub curve: Vec<[f64; 2]>,
}

/// Episodes that a mean is of before it is held against a threshold.
const EPISODES: f64 = 100.0;

impl Learning {
    /// Of the lines of a `metrics.jsonl`; a last line that is still being written is left out.
    #[must_use]
    pub fn of(metrics: &str, threshold: Option<f64>) -> Self {
        let mut learning = Self::default();
        // Seconds count from the beginning of a segment: the last line of each has its sum.
        let mut segments: BTreeMap<u64, [f64; 2]> = BTreeMap::new();
        let mut inspection = Inspection::default();
        // A last line without an end is still being written.
        let whole = metrics.rfind('\n').map_or(0, |end| end + 1);
        for line in metrics[..whole].lines() {
            if !inspection.line(line.as_bytes()) {
                continue;
            }
            let Ok(line) = serde_json::from_str::<Map<String, Value>>(line) else {
                continue;
            };
            let number = |name: &str| line.get(name).and_then(Value::as_f64);
            let whole = |name: &str| line.get(name).and_then(Value::as_u64);
            let Some(cycle) = whole("cycle") else {
                continue;
            };
            learning.cycles = cycle;
            learning.steps = number("time/total_timesteps").unwrap_or(0.0) as u64;
            learning.episodes = number("rollout/episodes").unwrap_or(0.0) as u64;
            learning.success_rate = number("rollout/success_rate");
            let seconds = ["time/time_elapsed", "system/cpu_secs"];
            let seconds = seconds.map(|name| number(name).unwrap_or(0.0));
            segments.insert(whole("segment").unwrap_or(0), seconds);
            learning.score = number("rollout/ep_rew_mean");
            let Some(score) = learning.score else {
                continue;
            };
            learning.curve.push([learning.steps as f64, score]);
            let enough = learning.episodes as f64 >= EPISODES;
            if learning.steps_to_threshold.is_none()
                && enough
                && threshold.is_some_and(|t| score >= t)
            {
                learning.steps_to_threshold = Some(learning.steps);
            }
        }
        learning.flaws = inspection.flaws().sentence("metrics.jsonl");
        learning.seconds = segments.values().map(|[wall, _]| wall).sum();
        learning.cpu_seconds = segments.values().map(|[_, cpu]| cpu).sum();
        learning
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = r#"{"cycle":1,"segment":0,"time/total_timesteps":100,"time/time_elapsed":1.0,"system/cpu_secs":2.0}
{"cycle":2,"segment":0,"time/total_timesteps":200,"rollout/ep_rew_mean":9.0,"rollout/episodes":40,"time/time_elapsed":2.5,"system/cpu_secs":4.0}
{"cycle":3,"segment":1,"time/total_timesteps":300,"rollout/ep_rew_mean":6.0,"rollout/episodes":100,"time/time_elapsed":0.5,"system/cpu_secs":1.0}
{"cycle":4,"segment":1,"time/total_timesteps":400,"rollout/ep_rew_mean":8.0,"rollout/episodes":100,"time/time_elapsed":1.5,"system/cpu_secs":2.0}
{"cycle":5,"segm"#;

    #[test]
    fn segments_add_up_and_half_a_line_does_not_count() {
        let learning = Learning::of(METRICS, Some(7.5));
        assert_eq!((learning.cycles, learning.steps), (4, 400));
        assert_eq!((learning.score, learning.episodes), (Some(8.0), 100));
        assert_eq!((learning.seconds, learning.cpu_seconds), (4.0, 6.0));
        assert_eq!(learning.curve, [[200.0, 9.0], [300.0, 6.0], [400.0, 8.0]]);
    }

    #[test]
    fn a_threshold_is_reached_by_a_hundred_episodes() {
        // The mean of 40 episodes was above it before.
        assert_eq!(
            Learning::of(METRICS, Some(7.5)).steps_to_threshold,
            Some(400)
        );
        assert_eq!(
            Learning::of(METRICS, Some(5.0)).steps_to_threshold,
            Some(300)
        );
        assert_eq!(Learning::of(METRICS, Some(9.5)).steps_to_threshold, None);
        assert_eq!(Learning::of(METRICS, None).steps_to_threshold, None);
        assert_eq!(Learning::of("", Some(1.0)), Learning::default());
    }

    #[test]
    fn lost_cycles_are_named() {
        assert_eq!(Learning::of(METRICS, None).flaws, None);
        let lines: Vec<&str> = METRICS.lines().collect();
        let lost = [lines[0], lines[3], ""].join("\n");
        assert_eq!(
            Learning::of(&lost, None).flaws.as_deref(),
            Some("metrics.jsonl: cycles 2 to 3 are missing before line 2")
        );
    }
}
