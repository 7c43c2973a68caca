//! Settings that change over a run, and what another length of the run does to them.

use crate::config::Experiment;
use angora_optimisation::{Course, Schedule};
use serde_json::Value;

/// A setting that follows a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduled {
    /// Dotted key, as in a settings file.
    pub key: String,
    /// The schedule, as written.
    pub schedule: Value,
}

impl Experiment {
    /// How its schedules run over the cycles.
    #[must_use]
    pub fn course(&self) -> Course {
        Course {
            steps_per_cycle: (self.horizon * self.environments) as u64,
            steps: self.schedule_steps,
        }
    }

    /// Control steps of the whole run.
    #[must_use]
    pub fn length(&self) -> u64 {
        let steps = self.course().steps_per_cycle.saturating_mul(self.cycles);
        steps.min(i64::MAX as u64)
    }
}

/// The scheduled settings of plugins: those of an experiment, and of the reward with all that its
/// configuration inherits.
#[must_use]
pub fn scheduled(experiment: &Experiment, reward: Option<&Value>) -> Vec<Scheduled> {
    let mut found = Vec::new();
    let reward = reward.unwrap_or(&experiment.reward_config);
    for (name, settings) in [
        ("task_config", &experiment.task_config),
        ("body_config", &experiment.body_config),
        ("reward_config", reward),
        ("brain_config", &experiment.brain_config),
    ] {
        collect(name, settings, &mut found);
    }
    for choice in &experiment.preprocessors {
        let key = format!("preprocessor_config.{}", choice.id);
        collect(&key, &choice.config, &mut found);
    }
    found
}

fn collect(key: &str, value: &Value, found: &mut Vec<Scheduled>) {
    let Some(table) = value.as_object() else {
        return;
    };
    if table.get("schedule").is_some_and(Value::is_string) {
        found.push(Scheduled {
            key: key.to_owned(),
            schedule: value.clone(),
        });
        return;
    }
    for (name, inner) in table {
        collect(&format!("{key}.{name}"), inner, found);
    }
}

/// The value of a schedule, as plugins of this version's kit read it; `None` of one of their own.
fn value_at(schedule: &Value, progress: f64) -> Option<f64> {
    let number = |key: &str| schedule[key].as_f64();
    match schedule["schedule"].as_str()? {
        kind @ ("linear" | "exponential") => {
            let (from, to) = (number("from")?, number("to")?);
            let (begin, end) = (number("begin").unwrap_or(0.0), number("end").unwrap_or(1.0));
            let part = match end > begin {
                true => ((progress - begin) / (end - begin)).clamp(0.0, 1.0),
                false => f64::from(u8::from(progress >= end)),
            };
            Some(match kind {
                "linear" => from + (to - from) * part,
                _ => from * (to / from).powf(part),
            })
        }
        "piecewise" => {
            let points = schedule["points"].as_array()?.iter();
            let points: Vec<(f64, f64)> = points
                .map(|point| Some((point[0].as_f64()?, point[1].as_f64()?)))
                .collect::<Option<_>>()?;
            let after = points.iter().position(|(at, _)| *at >= progress);
            match after {
                Some(0) => Some(points[0].1),
                None => points.last().map(|(_, value)| *value),
                Some(i) => {
                    let ((a, from), (b, to)) = (points[i - 1], points[i]);
                    Some(from + (to - from) * (progress - a) / (b - a))
                }
            }
        }
        _ => None,
    }
}

/// What the reader must know of the schedules of a run that begins, or that goes on after `cycle`
/// cycles with other settings than `before`; `None` where schedules and run end together and nothing
/// has changed.
#[must_use]
pub fn remark(
    before: Option<&Experiment>,
    now: &Experiment,
    cycle: u64,
    scheduled: &[Scheduled],
) -> Option<String> {
    let (end, length) = (now.schedule_steps, now.length());
    if let Some(before) = before.filter(|before| before.schedule_steps != end) {
        let changes = changes(before, now, cycle + 1, scheduled);
        return Some(format!(
            "schedules now end at control step {end} instead of {}; in the next cycle: {changes}",
            before.schedule_steps
        ));
    }
    let same_length = before.is_some_and(|before| before.cycles == now.cycles);
    let changes_rate = now.ppo.learning_rate_schedule == Schedule::Linear;
    // A task may follow the progress of the training without a setting that says so.
    let nothing = before.is_none() && scheduled.is_empty() && !changes_rate;
    if end == length || same_length || nothing {
        return None;
    }
    let what = names(now, scheduled);
    Some(if end < length {
        let stretch = match before {
            Some(_) => "--stretch-schedules spreads them over the whole run",
            None => "leave schedule_steps out to spread them over the whole run",
        };
        format!(
            "schedules ({what}) end at control step {end} and then stay as they are, while the run has {length}; {stretch}"
        )
    } else {
        format!(
            "the run ends at control step {length}, before its schedules ({what}), which end at {end}"
        )
    })
}

fn names(experiment: &Experiment, scheduled: &[Scheduled]) -> String {
    let mut names = Vec::new();
    if experiment.ppo.learning_rate_schedule == Schedule::Linear {
        names.push("ppo.learning_rate");
    }
    names.extend(scheduled.iter().map(|scheduled| scheduled.key.as_str()));
    names.push("progress of the task");
    names.join(", ")
}

/// What every scheduled coefficient would have been in a cycle, and what it is now.
fn changes(before: &Experiment, now: &Experiment, cycle: u64, scheduled: &[Scheduled]) -> String {
    let (old, new) = (before.course(), now.course());
    let mut changes = Vec::new();
    let rate = |experiment: &Experiment, course: Course| {
        let ppo = &experiment.ppo;
        ppo.learning_rate * ppo.learning_rate_schedule.factor(cycle, course)
    };
    let mut change = |key: &str, from: f64, to: f64| {
        changes.push(format!("{key} {from:.6} -> {to:.6}"));
    };
    if now.ppo.learning_rate_schedule == Schedule::Linear {
        change("ppo.learning_rate", rate(before, old), rate(now, new));
    }
    let (from, to) = (old.progress(cycle), new.progress(cycle));
    for Scheduled { key, schedule } in scheduled {
        if let (Some(a), Some(b)) = (value_at(schedule, from), value_at(schedule, to)) {
            change(key, a, b);
        }
    }
    change("progress of the task", from, to);
    changes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Source, resolve};
    use angora_plugin_api::ActionSpec;
    use serde_json::json;

    fn experiment(text: &str) -> Experiment {
        let mut layers = Layers::default();
        let text = format!("task = \"T\"\nenvironments = 2\nhorizon = 64\n{text}");
        layers.text(&text, Source::Default).expect("known keys");
        resolve(&layers, &ActionSpec::Discrete { n: 2 }, false).expect("valid")
    }

    #[test]
    fn values_lie_on_the_curves() {
        let linear = json!({"schedule": "linear", "from": 1.0, "to": 5.0, "begin": 0.5});
        let falling = json!({"schedule": "exponential", "from": 1.0, "to": 0.01});
        let points =
            json!({"schedule": "piecewise", "points": [[0.0, 1.0], [0.5, 5.0], [1.0, 4.0]]});
        for (schedule, progress, value) in [
            (&linear, 0.25, 1.0),
            (&linear, 0.75, 3.0),
            (&linear, 1.0, 5.0),
            (&falling, 0.5, 0.1),
            (&points, 0.0, 1.0),
            (&points, 0.25, 3.0),
            (&points, 0.75, 4.5),
            (&points, 1.0, 4.0),
        ] {
            let found = value_at(schedule, progress).expect("known");
            assert!(
                (found - value).abs() < 1e-12,
                "{schedule} at {progress}: {found}"
            );
        }
        assert_eq!(value_at(&json!({"schedule": "tides"}), 0.5), None);
    }

    const LINEAR: &str = "cycles = 11\n[reward_config]\nbonus = { schedule = \"linear\", from = 0.0, to = 10.0 }\n[ppo]\nlearning_rate = 0.5\nlearning_rate_schedule = \"linear\"";

    /// At the sixth of eleven cycles half of the course is done; of 21 cycles a quarter.
    #[test]
    fn stretched_schedules_say_what_becomes_of_each() {
        let before = experiment(LINEAR);
        let scheduled = scheduled(&before, None);
        assert_eq!(scheduled[0].key, "reward_config.bonus");
        let mut now = before.clone();
        now.cycles = 21;
        let said = remark(Some(&before), &now, 5, &scheduled).expect("a note");
        assert!(said.starts_with("schedules (ppo.learning_rate, reward_config.bonus, progress of the task) end at control step 1408 and then stay as they are, while the run has 2688; --stretch-schedules"), "{said}");
        now.schedule_steps = now.length();
        let said = remark(Some(&before), &now, 5, &scheduled).expect("a note");
        assert!(
            said.starts_with("schedules now end at control step 2688 instead of 1408"),
            "{said}"
        );
        assert!(
            said.contains("reward_config.bonus 5.000000 -> 2.500000"),
            "{said}"
        );
        assert!(
            said.contains("ppo.learning_rate 0.272727 -> 0.380952"),
            "{said}"
        );
        assert!(
            said.ends_with("progress of the task 0.500000 -> 0.250000"),
            "{said}"
        );
        now = before.clone();
        now.cycles = 3;
        let said = remark(Some(&before), &now, 2, &scheduled).expect("a note");
        assert!(
            said.starts_with("the run ends at control step 384, before its schedules"),
            "{said}"
        );
    }

    #[test]
    fn nothing_is_said_where_nothing_changes() {
        let run = experiment(LINEAR);
        let scheduled = scheduled(&run, None);
        assert_eq!(remark(Some(&run), &run, 3, &scheduled), None);
        assert_eq!(remark(None, &run, 0, &scheduled), None);
        let shorter = Experiment {
            schedule_steps: 640,
            ..run.clone()
        };
        let said = remark(None, &shorter, 0, &scheduled).expect("a note");
        assert!(said.contains("leave schedule_steps out"), "{said}");
        let constant = experiment("cycles = 3\nschedule_steps = 10");
        assert_eq!(remark(None, &constant, 0, &[]), None);
    }
}
