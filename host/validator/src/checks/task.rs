//! Tasks: those that step themselves and those over a scene.

mod paradigm;
mod sameness;

pub use paradigm::{conditions, events};
pub use sameness::{determinism, reset, save, seeding, threads};

use super::growth;
use super::names::distinct;
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::measure::{repeat, secs_per_call};
use crate::play::{Actions, Player, corners};
use crate::trace::fingerprint;
use angora_core::SensationLayout;
use angora_plugin_api::{FaultCode, PluginKind};
use angora_simulation::Blueprint;
use serde_json::Value;
use std::time::Duration;

fn player(blueprint: &Blueprint<'_>) -> Result<Player, Stop> {
    Ok(Player::new(blueprint.build(1, 0)?))
}

/// `task.spec`.
pub fn spec(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let spec = blueprint.spec();
        distinct("signals", spec.signals.iter().map(|s| s.name.as_str()))?;
        distinct("reward terms", spec.reward_terms.iter().map(String::as_str))?;
        if let Some(empty) = spec.signals.iter().find(|signal| signal.len == 0) {
            return Err(fail(format!("the signal {:?} has no value", empty.name)));
        }
        for sense in &spec.sensations {
            let (low, high) = (sense.low, sense.high);
            if low.zip(high).is_some_and(|(low, high)| low >= high) {
                return Err(fail(format!(
                    "the bounds of {} are in the wrong order",
                    sense.sense
                )));
            }
        }
        if spec
            .control_timestep
            .is_some_and(|secs| !(secs > 0.0 && secs.is_finite()))
        {
            return Err(fail("control_timestep is no time; leave it out for none"));
        }
        let text = serde_json::to_vec(spec).map_err(fail)?;
        Ok(Finding::passed().repeats(fingerprint(&text)))
    })
}

/// `task.episodes`.
pub fn episodes(bench: &Bench) -> Judgement {
    const STEPS: usize = 2_000;
    bench
        .with_task(|blueprint| {
            let mut player = player(blueprint)?;
            let mut steps = 0;
            let mut count = 0_u32;
            let limit = Duration::from_secs(5);
            repeat(STEPS as u64, limit, |seed| {
                if steps < STEPS {
                    steps += player.episode(seed, STEPS)?.len() - 1;
                    count += 1;
                }
                Ok::<(), Stop>(())
            })?;
            Ok(Finding::passed()
                .with("control steps", steps as f64, "")
                .with("episodes", f64::from(count), ""))
        })
        .map_err(Stop::judged)
}

/// `task.endings`.
pub fn endings(bench: &Bench) -> Judgement {
    const STEPS: usize = 20_000;
    bench.with_task(|blueprint| {
        let spec = blueprint.spec();
        if let Some(limit) = spec.max_episode_steps {
            return Ok(Finding::passed().with("limit", limit as f64, "control steps"));
        }
        let mut player = player(blueprint)?;
        player.reset(1)?;
        let mut actions = Actions::new(&spec.action, 1);
        let mut ended = false;
        let steps = repeat(STEPS as u64, Duration::from_secs(5), |_| {
            ended = ended || player.step(actions.draw())?.1.is_end();
            if ended {
                player.reset(2)?;
            }
            Ok::<(), Stop>(())
        })?;
        if ended {
            return Ok(Finding::passed());
        }
        Ok(Finding::warning(format!(
            "there is no max_episode_steps, and no episode ended in {steps} steps with random \
             actions: such a run may never report a return"
        )))
    })
}

/// `task.bounds`.
pub fn bounds(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let spec = blueprint.spec();
        if spec
            .sensations
            .iter()
            .all(|s| s.low.is_none() && s.high.is_none())
        {
            return Err(skip("no sense has bounds"));
        }
        let layout = SensationLayout::new(&spec.sensations);
        let mut player = player(blueprint)?;
        let mut actions = Actions::new(&spec.action, 2);
        let mut ended = true;
        repeat(1_000, Duration::from_secs(3), |i| {
            if ended {
                player.reset(i)?;
                ended = false;
            } else {
                ended = player.step(actions.draw())?.1.is_end();
            }
            match outside(&layout, &player.sensation) {
                None => Ok(()),
                Some(problem) => Err(fail(problem)),
            }
        })?;
        Ok(Finding::passed())
    })
}

/// The first receptor outside its bounds.
fn outside(layout: &SensationLayout, sensation: &[f32]) -> Option<String> {
    let mut at = 0;
    for spec in layout.specs() {
        for value in &sensation[at..at + spec.len()] {
            let value = f64::from(*value);
            // Bounds are f64, receptors f32: a bound is met where its rounding is.
            let low = spec
                .low
                .map_or(f64::NEG_INFINITY, |low| f64::from(low as f32));
            let high = spec
                .high
                .map_or(f64::INFINITY, |high| f64::from(high as f32));
            if value < low || value > high {
                let name = layout.describe(at);
                return Some(format!(
                    "{name} is {value}; its bounds are {low} and {high}"
                ));
            }
            at += 1;
        }
    }
    None
}

/// `task.actions`.
pub fn actions(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let mut player = player(blueprint)?;
        for (seed, corner) in corners(&blueprint.spec().action).iter().enumerate() {
            player.reset(seed as u64)?;
            for _ in 0..20 {
                let step = player.step(corner);
                let step = step.map_err(|e| fail(format!("with the action {corner:?}: {e}")))?;
                if step.1.is_end() {
                    break;
                }
            }
        }
        Ok(())
    })?;
    if bench.kind == PluginKind::Task {
        broken_actions(bench)?;
    }
    Ok(Finding::passed())
}

/// An action of no length and one of NaN, which the engine never gives: whatever comes of them,
/// it comes back.
fn broken_actions(bench: &Bench) -> Result<(), Stop> {
    let mut task = bench.catalogue.task(&bench.id, &Value::Null)?;
    let spec = task.spec().clone();
    let mut sensation = vec![0.0; spec.sensation_len()];
    let mut signals = vec![0.0; spec.signal_len()];
    let mut terms = vec![0.0; spec.reward_terms.len()];
    for action in [vec![f32::NAN; spec.action.len()], Vec::new()] {
        task.reset(1, &mut sensation, &mut signals)?;
        let step = task.step(&action, &mut sensation, &mut signals, &mut terms);
        if step.is_err_and(|fault| fault.fault.code == FaultCode::Panic) {
            // It may not be called again.
            break;
        }
    }
    Ok(())
}

/// `task.progress`.
pub fn progress(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let mut player = player(blueprint)?;
        for progress in [0.0, 0.3, 1.0] {
            let told = player.environment.set_progress(progress);
            told.map_err(|e| fail(format!("at progress {progress}: {e}")))?;
            player.episode(1, 10)?;
        }
        Ok(Finding::passed())
    })
}

/// `task.rewards`.
pub fn rewards(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let spec = blueprint.spec();
        let mut player = player(blueprint)?;
        let mut actions = Actions::new(&spec.action, 4);
        let mut least = vec![f64::INFINITY; spec.reward_terms.len()];
        let mut most = vec![f64::NEG_INFINITY; spec.reward_terms.len()];
        let mut ended = true;
        repeat(300, Duration::from_secs(3), |i| {
            if ended {
                player.reset(i)?;
                ended = false;
                return Ok(());
            }
            let (reward, ending) = player.step(actions.draw())?;
            ended = ending.is_end();
            let terms = player.environment.reward_terms();
            let sum: f64 = terms.iter().sum();
            if !reward.is_finite() || reward.to_bits() != sum.to_bits() {
                return Err(fail(format!(
                    "the terms are {terms:?}, and the reward is {reward}"
                )));
            }
            for (at, term) in terms.iter().enumerate() {
                least[at] = least[at].min(*term);
                most[at] = most[at].max(*term);
            }
            Ok(())
        })?;
        let mut finding = Finding::passed();
        for (at, term) in spec.reward_terms.iter().enumerate() {
            if least[at] <= most[at] {
                finding = finding.with(&format!("{term}, least"), least[at], "").with(
                    &format!("{term}, most"),
                    most[at],
                    "",
                );
            }
        }
        Ok(finding)
    })
}

/// `task.memory`.
pub fn memory(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        growth::judge("steps", (1_000, 20_000), |times| {
            let mut player = player(blueprint)?;
            let mut actions = Actions::new(&blueprint.spec().action, 5);
            player.reset(0)?;
            let steps = repeat(times, Duration::from_secs_f64(1.2), |i| {
                if player.step(actions.draw())?.1.is_end() {
                    player.reset(i)?;
                }
                Ok::<(), Stop>(())
            })?;
            repeat(times / 200, Duration::from_secs_f64(0.6), |_| {
                blueprint.build(1, 0).map(drop)
            })?;
            Ok(steps)
        })
    })
}

/// `task.cost`.
pub fn cost(bench: &Bench) -> Judgement {
    const MOST_SECS: f64 = 5e-3;
    bench.with_task(|blueprint| {
        let mut player = player(blueprint)?;
        let mut actions = Actions::new(&blueprint.spec().action, 6);
        player.reset(0)?;
        let mut seed = 0;
        let secs = secs_per_call(|| {
            if player.step(actions.draw())?.1.is_end() {
                seed += 1;
                player.reset(seed)?;
            }
            Ok::<(), Stop>(())
        })?;
        let finding = if secs > MOST_SECS {
            let hours = secs * 1e6 / 3600.0;
            Finding::warning(format!(
                "a control step takes {:.1} ms: a million of them are {hours:.1} hours",
                1e3 * secs
            ))
        } else {
            Finding::passed()
        };
        Ok(finding.with("control step", 1e6 * secs, "us"))
    })
}
