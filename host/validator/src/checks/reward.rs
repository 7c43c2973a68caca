//! Rewards, over what a task measures under random behaviour.

use super::growth;
use super::names::distinct;
use super::threads::{OBJECTS, same_on_threads};
use crate::bench::{Bench, Seen, seen};
use crate::finding::{Finding, Judgement, Stop, fail};
use crate::measure::{repeat, secs_per_call};
use crate::trace::{Trace, fingerprint};
use angora_loader::{LoadedReward, catalogue::MakeError};
use angora_plugin_api::{FaultCode, RewardContext, TaskSpec};
use serde_json::Value;
use std::time::Duration;

/// Control steps that a reward is shown.
const STEPS: usize = 200;

/// A reward's task and what it sees there.
struct Stage<'b> {
    bench: &'b Bench,
    context: RewardContext,
    seen: Vec<Seen>,
}

impl<'b> Stage<'b> {
    fn new(bench: &'b Bench) -> Result<Self, Stop> {
        let (context, seen) = bench.with_reward_task(|blueprint, _| {
            Ok((context(blueprint.spec()), seen(blueprint, STEPS)?))
        })?;
        Ok(Self {
            bench,
            context,
            seen,
        })
    }

    fn reward(&self) -> Result<Box<dyn LoadedReward>, Stop> {
        let Self { bench, context, .. } = self;
        Ok(bench.catalogue.reward(&bench.id, &Value::Null, context)?)
    }

    /// Shows a reward a part of what was seen, from an episode's begin on.
    fn show(&self, reward: &mut dyn LoadedReward, seen: &[Seen]) -> Result<Trace, Stop> {
        let mut trace = Trace::default();
        let mut terms = vec![0.0; reward.spec().terms.len()];
        for (at, seen) in seen.iter().enumerate() {
            if seen.begins {
                reward.reset(at as u64, &seen.signals)?;
                continue;
            }
            let progress = at as f64 / STEPS as f64;
            reward.evaluate(&seen.signals, &seen.action, progress, &mut terms)?;
            trace.begin();
            trace.add("terms", &terms);
        }
        Ok(trace)
    }
}

/// What a reward is told of a task.
pub fn context(spec: &TaskSpec) -> RewardContext {
    RewardContext {
        signals: spec.signals.clone(),
        action: spec.action.clone(),
        control_timestep: spec.control_timestep,
    }
}

/// Makes it and shows it all.
pub fn exercise(bench: &Bench) -> Result<(), Stop> {
    let stage = Stage::new(bench)?;
    let mut reward = stage.reward()?;
    stage.show(reward.as_mut(), &stage.seen).map(drop)
}

/// `reward.spec`.
pub fn spec(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    let spec = stage.reward()?.spec().clone();
    distinct("reward terms", spec.terms.iter().map(String::as_str))?;
    if *stage.reward()?.spec() != spec {
        return Err(fail("it names other terms the second time"));
    }
    let text = serde_json::to_vec(&spec).map_err(fail)?;
    Ok(Finding::passed().repeats(fingerprint(&text)))
}

/// A task that measures nothing.
pub fn bare() -> RewardContext {
    RewardContext {
        signals: Vec::new(),
        action: angora_plugin_api::ActionSpec::Discrete { n: 2 },
        control_timestep: None,
    }
}

/// `reward.context`: a task that measures nothing.
pub fn without_signals(bench: &Bench) -> Judgement {
    let made = bench.catalogue.reward(&bench.id, &Value::Null, &bare());
    let fault = match made {
        Err(MakeError::Load(error)) => return Err((*error).into()),
        Err(MakeError::Fault(fault)) => fault,
        Ok(mut reward) => {
            let mut terms = vec![0.0; reward.spec().terms.len()];
            let called = reward
                .reset(1, &[])
                .and_then(|()| reward.evaluate(&[], &[0.0], 0.5, &mut terms));
            match called {
                Ok(()) => return Ok(Finding::passed()),
                Err(fault) => {
                    return Err(fail(format!(
                        "it takes a task without signals, and then fails: {fault}"
                    )));
                }
            }
        }
    };
    if fault.fault.code == FaultCode::Panic {
        return Err(fail(fault));
    }
    Ok(Finding::passed())
}

/// `reward.configurations`.
pub fn configurations(bench: &Bench) -> Judgement {
    let names = bench.catalogue.reward_configurations(&bench.id)?;
    bench.with_reward_task(|_, task| {
        for name in names.keys() {
            let made = task.configure(name);
            made.map_err(|e| fail(format!("the configuration {name:?}: {e}")))?;
        }
        Ok(())
    })?;
    Ok(Finding::passed().with("configurations", names.len() as f64, ""))
}

/// `reward.values`.
pub fn values(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    let mut reward = stage.reward()?;
    let shown = stage.show(reward.as_mut(), &stage.seen);
    let calls = shown.map_err(Stop::judged)?;
    Ok(Finding::passed().with("calls", calls.len() as f64, ""))
}

/// `reward.extremes`.
pub fn extremes(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    let first = &stage.seen[0];
    for value in [0.0, -0.0, 1.0, -1.0, 1e3, -1e3, 1e6, -1e6] {
        let signals = vec![value; first.signals.len()];
        let mut reward = stage.reward()?;
        let mut terms = vec![0.0; reward.spec().terms.len()];
        reward
            .reset(1, &signals)
            .and_then(|()| reward.evaluate(&signals, &first.action, 0.0, &mut terms))
            .map_err(|fault| fail(format!("with all signals {value}: {fault}")))?;
    }
    Ok(Finding::passed())
}

/// `reward.sum`.
pub fn sum(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    let mut reward = stage.reward()?;
    let mut terms = vec![0.0; reward.spec().terms.len()];
    for seen in &stage.seen {
        if seen.begins {
            reward.reset(1, &seen.signals)?;
            continue;
        }
        reward.evaluate(&seen.signals, &seen.action, 0.0, &mut terms)?;
        let sum: f64 = terms.iter().sum();
        if !sum.is_finite() {
            return Err(fail(format!("the sum of the terms {terms:?} is {sum}")));
        }
    }
    Ok(Finding::passed())
}

/// `reward.reset`.
pub fn reset(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    let mut reward = stage.reward()?;
    let first = stage.show(reward.as_mut(), &stage.seen)?;
    let again = stage.show(reward.as_mut(), &stage.seen)?;
    match first.difference(&again) {
        None => Ok(Finding::passed()),
        Some(difference) => Err(fail(format!(
            "an episode is rewarded otherwise after other episodes: {difference}"
        ))),
    }
}

/// `reward.determinism`.
pub fn determinism(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    let one = stage.show(stage.reward()?.as_mut(), &stage.seen)?;
    let two = stage.show(stage.reward()?.as_mut(), &stage.seen)?;
    match one.difference(&two) {
        None => Ok(Finding::passed().repeats(one.fingerprint())),
        Some(difference) => Err(fail(format!("two objects differ: {difference}"))),
    }
}

/// `reward.save`.
pub fn save(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    // Up to the end of the first episode, which may be short.
    let episode = 1 + stage.seen[1..]
        .iter()
        .position(|seen| seen.begins)
        .unwrap_or(stage.seen.len() - 1);
    let (mut one, mut two) = (stage.reward()?, stage.reward()?);
    let half = episode / 2;
    stage.show(one.as_mut(), &stage.seen[..=half])?;
    let state = one.save().map_err(fail)?;
    // What the other has been through is overwritten.
    stage.show(two.as_mut(), &stage.seen)?;
    two.restore(&state).map_err(fail)?;
    let rest = &stage.seen[half + 1..];
    let went = stage.show(one.as_mut(), rest)?;
    let goes = stage.show(two.as_mut(), rest)?;
    match went.difference(&goes) {
        None => Ok(Finding::passed()),
        Some(difference) => Err(fail(format!(
            "saved after {half} steps, it goes on otherwise: {difference}"
        ))),
    }
}

/// `reward.threads`.
pub fn threads(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    let alone = stage.show(stage.reward()?.as_mut(), &stage.seen)?;
    let rewards = (0..OBJECTS).map(|_| stage.reward());
    let rewards = rewards.collect::<Result<Vec<_>, _>>()?;
    same_on_threads(&alone, rewards, |mut reward| {
        stage.show(reward.as_mut(), &stage.seen)
    })?;
    Ok(Finding::passed())
}

/// `reward.memory`.
pub fn memory(bench: &Bench) -> Judgement {
    let stage = Stage::new(bench)?;
    growth::judge("objects, each shown an episode", (30, 300), |times| {
        repeat(times, Duration::from_secs(2), |_| {
            let mut reward = stage.reward()?;
            stage.show(reward.as_mut(), &stage.seen).map(drop)
        })
    })
}

/// `reward.cost`.
pub fn cost(bench: &Bench) -> Judgement {
    const MOST_SECS: f64 = 1e-4;
    let stage = Stage::new(bench)?;
    let mut reward = stage.reward()?;
    let mut terms = vec![0.0; reward.spec().terms.len()];
    let first = &stage.seen[0];
    reward.reset(1, &first.signals)?;
    let secs = secs_per_call(|| {
        reward.evaluate(&first.signals, &first.action, 0.5, &mut terms)?;
        Ok::<(), Stop>(())
    })?;
    let finding = if secs > MOST_SECS {
        Finding::warning(format!("a call takes {:.0} us", 1e6 * secs))
    } else {
        Finding::passed()
    };
    Ok(finding.with("call", 1e9 * secs, "ns"))
}
