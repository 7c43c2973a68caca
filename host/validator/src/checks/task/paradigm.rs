//! What experiments vary and time: conditions and events.

use super::player;
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::measure::repeat;
use crate::play::Actions;
use angora_plugin_api::ConditionSpec;
use std::time::Duration;

/// Control steps over which episodes are compared.
const STEPS: usize = 200;
/// Most values of a condition that are tried.
const MOST_VALUES: usize = 16;

/// Values at which a condition is tried: all that it may have, or the ends of its range.
fn tried(condition: &ConditionSpec) -> Vec<f64> {
    let listed = condition.values.iter().copied().take(MOST_VALUES);
    let ends = [condition.low, condition.high].into_iter().flatten();
    let mut values: Vec<f64> = listed.chain(ends).collect();
    values.retain(|value| condition.refusal(*value).is_none());
    values
}

/// `task.conditions`.
pub fn conditions(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let conditions = &blueprint.spec().conditions;
        if conditions.is_empty() {
            return Err(skip("the task declares no conditions"));
        }
        let mut player = player(blueprint)?;
        let defaults = blueprint.spec().default_conditions();
        let usual = player.episode(1, STEPS)?;
        let mut idle = Vec::new();
        for (at, condition) in conditions.iter().enumerate() {
            let mut differs = false;
            for value in tried(condition) {
                let mut row = defaults.clone();
                row[at] = value;
                player.environment.set_conditions(&row);
                let name = &condition.name;
                let episode = player.episode(1, STEPS);
                let episode =
                    episode.map_err(|error| fail(format!("with {name} = {value}: {error}")))?;
                differs |= episode.difference(&usual).is_some();
            }
            if !differs {
                idle.push(condition.name.as_str());
            }
            player.environment.set_conditions(&defaults);
            if let Some(left) = player.episode(1, STEPS)?.difference(&usual) {
                let name = &condition.name;
                return Err(fail(format!(
                    "something of the condition {name:?} is left when it has its default again: {left}"
                )));
            }
        }
        if idle.is_empty() {
            return Ok(Finding::passed());
        }
        Ok(Finding::warning(format!(
            "no value of {} changes the first {STEPS} control steps of an episode",
            idle.join(", ")
        )))
    })
}

/// `task.events`.
pub fn events(bench: &Bench) -> Judgement {
    const STEPS: u64 = 2_000;
    bench.with_task(|blueprint| {
        let spec = blueprint.spec();
        if spec.events.is_empty() {
            return Err(skip("the task declares no events"));
        }
        let timestep = spec.control_timestep.unwrap_or(1.0);
        let mut player = player(blueprint)?;
        let mut actions = Actions::new(&spec.action, 1);
        let mut ended = true;
        let mut seen = vec![0_u32; spec.events.len()];
        repeat(STEPS, Duration::from_secs(5), |i| {
            if ended {
                player.reset(i)?;
                ended = false;
            } else {
                ended = player.step(actions.draw())?.1.is_end();
            }
            let now = player.environment.steps() as f64 * timestep;
            let slack = 1e-6 * timestep;
            for mark in player.environment.events() {
                seen[mark.event as usize] += 1;
                let (earliest, latest) = ((now - timestep - slack).max(0.0), now + slack);
                if !(earliest..=latest).contains(&mark.time) {
                    let name = &spec.events[mark.event as usize].name;
                    return Err(fail(format!(
                        "{name:?} has the time {} in the control step from {} to {now}; an event is \
                         reported in the step in which it happens",
                        mark.time,
                        (now - timestep).max(0.0)
                    )));
                }
            }
            Ok::<(), Stop>(())
        })?;
        let unseen = spec.events.iter().zip(&seen).filter(|(_, count)| **count == 0);
        let unseen: Vec<&str> = unseen.map(|(event, _)| event.name.as_str()).collect();
        if unseen.is_empty() {
            return Ok(Finding::passed().with("events", f64::from(seen.iter().sum::<u32>()), ""));
        }
        Ok(Finding::warning(format!(
            "with random actions {} never happened",
            unseen.join(", ")
        )))
    })
}
