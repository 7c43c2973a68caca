//! Actions on their way to the body, and schedules.

use super::{context, experienced, inputs, made, show};
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::play::{Actions, corners};
use angora_loader::{LoadedPreprocessor, catalogue::MakeError};
use angora_plugin_api::{ActionSpec, FaultCode, Progress};
use serde_json::Value;

/// Random actions that each kind of action space is tried with, beside its corners.
const TRIED: usize = 100;

/// `preprocessor.actions`. The host itself refuses what is not finite or not a choice.
pub fn actions(bench: &Bench) -> Judgement {
    if !made(bench)?.abilities().actions {
        return Err(skip("it leaves actions alone"));
    }
    let spaces = [
        context().action,
        ActionSpec::Discrete { n: 3 },
        ActionSpec::MultiDiscrete { n: vec![2, 5] },
    ];
    let mut taken = 0;
    for space in spaces {
        let mut context = context();
        context.action = space.clone();
        let made = bench
            .catalogue
            .preprocessor(&bench.id, &Value::Null, &context);
        let mut object = match made {
            Ok(object) => object,
            // It may take actions of one kind alone, and says so.
            Err(MakeError::Fault(fault)) if fault.fault.code != FaultCode::Panic => continue,
            Err(MakeError::Fault(fault)) => return Err(fail(fault)),
            Err(error) => return Err(error.into()),
        };
        taken += 1;
        try_out(&mut *object, &space).map_err(Stop::judged)?;
    }
    if taken == 0 {
        return Err(fail("it takes actions of no kind"));
    }
    Ok(Finding::passed())
}

/// Corners and random actions, episode after episode.
fn try_out(object: &mut dyn LoadedPreprocessor, space: &ActionSpec) -> Result<(), Stop> {
    let mut random = Actions::new(space, 1);
    let mut tried = corners(space);
    tried.extend((0..TRIED).map(|_| random.draw().to_vec()));
    for (at, action) in tried.iter_mut().enumerate() {
        if at % 10 == 0 {
            object.begin(at as u64)?;
        }
        object.action(action, at % 2 == 0)?;
    }
    Ok(())
}

/// `preprocessor.progress`.
pub fn progress(bench: &Bench) -> Judgement {
    if !made(bench)?.abilities().scheduled {
        return Err(skip("it has no schedule"));
    }
    let mut object = experienced(bench)?;
    for (fraction, steps) in [
        (0.0, 0),
        (0.001, 1),
        (0.25, 10_000),
        (0.999_999, 1_000_000_000),
        (1.0, 1 << 53),
        (0.0, 0),
    ] {
        object
            .set_progress(Progress { fraction, steps })
            .map_err(|error| Stop::judged(error.into()))?;
        show(&mut object, &inputs(2), true).map_err(Stop::judged)?;
    }
    Ok(Finding::passed())
}
