//! Preprocessors, over sensations of their own.

mod action;
mod random;

pub use action::{actions, progress};
pub use random::seeding;

use super::growth;
use super::threads::{OBJECTS, same_on_threads};
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::measure::{repeat, secs_per_call};
use crate::play::Actions;
use crate::trace::{Trace, fingerprint};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_loader::LoadedPreprocessor;
use angora_plugin_api::v2::PreprocessorContext;
use angora_plugin_api::{ActionSpec, Ending, SensationSpec, Sense};
use serde_json::Value;
use std::time::Duration;

/// Control steps of a trial.
const STEPS: usize = 150;

/// A sense, with bounds where it is a picture.
pub fn sense(sense: Sense, shape: &[usize]) -> SensationSpec {
    let picture = sense == Sense::Vision && shape.len() == 3;
    SensationSpec {
        sense,
        shape: shape.to_vec(),
        low: picture.then_some(0.0),
        high: picture.then_some(255.0),
        unit: String::new(),
        elements: Vec::new(),
    }
}

/// All kinds of senses at once.
pub fn context() -> PreprocessorContext {
    PreprocessorContext {
        sensations: vec![
            sense(Sense::Vision, &[6, 5, 3]),
            sense(Sense::Touch, &[3]),
            sense(Sense::Proprioception, &[4]),
            sense(Sense::Goal, &[2]),
        ],
        discount: 0.99,
        action: ActionSpec::Box {
            low: vec![-1.0, -1.0, 0.0],
            high: vec![1.0, 1.0, 2.0],
        },
        control_timestep: Some(0.02),
    }
}

/// What a preprocessor is given at a control step.
#[derive(Debug, Clone)]
pub(super) struct Input {
    begins: bool,
    /// Of the episode.
    seed: u64,
    sensation: Vec<f32>,
    /// The action that led here.
    action: Vec<f32>,
    reward: f64,
    ending: Ending,
}

/// Episodes of thirty steps of random input, pictures as whole numbers.
pub(super) fn inputs(seed: u64) -> Vec<Input> {
    let layout = SensationLayout::new(&context().sensations);
    let mut stream = Stream::new(seed, 0, 0, Purpose::Action);
    let mut actions = Actions::new(&context().action, seed);
    (0..STEPS)
        .map(|at| {
            let begins = at % 30 == 0;
            let value = |i: usize, stream: &mut Stream| {
                if i < layout.image_len() {
                    stream.index(256) as f32
                } else {
                    (3.0 * stream.normal() + i as f64) as f32
                }
            };
            Input {
                begins,
                seed: 1000 * seed + at as u64 / 30,
                action: actions.draw().to_vec(),
                sensation: (0..layout.len()).map(|i| value(i, &mut stream)).collect(),
                reward: stream.normal(),
                ending: match at % 30 {
                    29 if at % 60 == 29 => Ending::Terminated,
                    29 => Ending::Truncated,
                    _ => Ending::None,
                },
            }
        })
        .collect()
}

pub(super) type Object = Box<dyn LoadedPreprocessor>;

pub(super) fn made(bench: &Bench) -> Result<Object, Stop> {
    let made = bench
        .catalogue
        .preprocessor(&bench.id, &Value::Null, &context());
    Ok(made?)
}

/// Shows it inputs; what comes out.
pub(super) fn show(object: &mut Object, inputs: &[Input], learn: bool) -> Result<Trace, Stop> {
    let mut trace = Trace::default();
    let (sensations, rewards) = (object.spec().sensations, object.spec().rewards);
    let actions = object.abilities().actions;
    let (mut sensation, mut action) = (Vec::new(), Vec::new());
    for input in inputs {
        if input.begins {
            object.begin(input.seed)?;
        }
        trace.begin();
        if actions && !input.begins {
            action.clone_from(&input.action);
            object.action(&mut action, learn)?;
            trace.add("action", &action);
        }
        if sensations {
            sensation.clone_from(&input.sensation);
            object.sensation(&mut sensation, learn)?;
            trace.add("sensation", &sensation);
        }
        if rewards && !input.begins {
            trace.add(
                "reward",
                &[object.reward(input.reward, input.ending, learn)?],
            );
        }
    }
    Ok(trace)
}

/// Merges what it has learnt into its statistics, as the host does between cycles; the delta.
fn learnt(object: &mut Object) -> Result<Vec<f64>, Stop> {
    let mut delta = vec![0.0; object.spec().statistics_len];
    object.take_delta(&mut delta)?;
    object.merge(&delta)?;
    Ok(delta)
}

fn statistics(object: &Object) -> Result<Vec<f64>, Stop> {
    let mut statistics = vec![0.0; object.spec().statistics_len];
    object.statistics(&mut statistics)?;
    Ok(statistics)
}

/// Makes one that has learnt something.
pub(super) fn experienced(bench: &Bench) -> Result<Object, Stop> {
    let mut object = made(bench)?;
    show(&mut object, &inputs(1), true)?;
    learnt(&mut object)?;
    Ok(object)
}

/// Makes it, and calls all that it has.
pub fn exercise(bench: &Bench) -> Result<(), Stop> {
    let mut object = experienced(bench)?;
    let state = object.save()?;
    object.restore(&state)?;
    Ok(())
}

/// `preprocessor.spec`.
pub fn spec(bench: &Bench) -> Judgement {
    let spec = made(bench)?.spec().clone();
    let abilities = made(bench)?.abilities();
    if !spec.sensations && !spec.rewards && !abilities.actions {
        return Err(fail(
            "it changes neither sensations nor actions nor rewards",
        ));
    }
    let again = made(bench)?;
    if *again.spec() != spec || again.abilities() != abilities {
        return Err(fail("its spec is another the second time"));
    }
    let text = serde_json::to_vec(&(&spec, abilities)).map_err(fail)?;
    Ok(Finding::passed().repeats(fingerprint(&text)))
}

/// `preprocessor.values`.
pub fn values(bench: &Bench) -> Judgement {
    let mut object = made(bench)?;
    let mut like = inputs(1);
    for value in [None, Some(0.0), Some(1.0), Some(255.0)] {
        for input in &mut like {
            if let Some(value) = value {
                input.sensation.fill(value);
                input.reward = f64::from(value);
            }
        }
        show(&mut object, &like, true).map_err(Stop::judged)?;
        learnt(&mut object).map_err(Stop::judged)?;
        show(&mut object, &like, false).map_err(Stop::judged)?;
    }
    // Pictures are never large.
    let image = SensationLayout::new(&context().sensations).image_len();
    for input in &mut like {
        input.sensation[image..].fill(1e6);
        input.reward = -1e6;
    }
    show(&mut object, &like, true).map_err(Stop::judged)?;
    learnt(&mut object).map_err(Stop::judged)?;
    show(&mut object, &inputs(2), true).map_err(Stop::judged)?;
    Ok(Finding::passed())
}

/// `preprocessor.pictures`.
pub fn pictures(bench: &Bench) -> Judgement {
    let mut object = experienced(bench)?;
    if !object.spec().sensations {
        return Err(skip("it leaves sensations alone"));
    }
    let image = SensationLayout::new(&context().sensations).image_len();
    for mut input in inputs(2) {
        object.sensation(&mut input.sensation, false)?;
        let bad = input.sensation[..image]
            .iter()
            .position(|value| !(0.0..=255.0).contains(value));
        if let Some(at) = bad {
            let value = input.sensation[at];
            return Err(fail(format!(
                "vision[{at}] is {value}; pictures are 0 to 255"
            )));
        }
    }
    Ok(Finding::passed())
}

/// `preprocessor.frozen`.
pub fn frozen(bench: &Bench) -> Judgement {
    let mut object = experienced(bench)?;
    let before = statistics(&object)?;
    show(&mut object, &inputs(2), false)?;
    learnt(&mut object)?;
    if statistics(&object)? != before {
        return Err(fail(
            "its statistics change although it is told not to learn",
        ));
    }
    Ok(Finding::passed())
}

/// `preprocessor.merge`.
pub fn merge(bench: &Bench) -> Judgement {
    const CLOSE: f64 = 1e-9;
    let (first, second) = (inputs(1), inputs(2));
    let mut sequential = made(bench)?;
    if sequential.spec().statistics_len == 0 {
        return Err(skip("it learns nothing"));
    }
    show(&mut sequential, &first, true)?;
    show(&mut sequential, &second, true)?;
    learnt(&mut sequential)?;

    let (mut one, mut two) = (made(bench)?, made(bench)?);
    show(&mut one, &first, true)?;
    show(&mut two, &second, true)?;
    learnt(&mut one)?;
    let mut delta = vec![0.0; two.spec().statistics_len];
    two.take_delta(&mut delta)?;
    one.merge(&delta)?;

    let (apart, together) = (statistics(&one)?, statistics(&sequential)?);
    for (at, (apart, together)) in apart.iter().zip(&together).enumerate() {
        let scale = apart.abs().max(together.abs()).max(1.0);
        if (apart - together).abs() > CLOSE * scale {
            return Err(fail(format!(
                "statistics[{at}] is {together} if one learns all, {apart} if two learn halves \
                 and are merged"
            )));
        }
    }
    // Taking a delta empties it.
    let left = learnt(&mut two)?;
    let mut fresh = made(bench)?;
    if left != learnt(&mut fresh)? {
        return Err(fail("a delta that was taken is not forgotten"));
    }
    Ok(Finding::passed())
}

/// `preprocessor.statistics`.
pub fn handed_over(bench: &Bench) -> Judgement {
    let mut one = experienced(bench)?;
    let mut two = made(bench)?;
    show(&mut two, &inputs(3), true)?;
    learnt(&mut two)?;
    two.set_statistics(&statistics(&one)?)?;
    if statistics(&two)? != statistics(&one)? {
        return Err(fail("statistics that are set are read back otherwise"));
    }
    // What they have been through may differ; what they went through last does not.
    for object in [&mut one, &mut two] {
        show(object, &inputs(1), false)?;
    }
    let (one, two) = (
        show(&mut one, &inputs(4), false)?,
        show(&mut two, &inputs(4), false)?,
    );
    match one.difference(&two) {
        None => Ok(Finding::passed()),
        Some(difference) => Err(fail(format!("with the same statistics {difference}"))),
    }
}

/// `preprocessor.reset`.
pub fn reset(bench: &Bench) -> Judgement {
    let mut object = experienced(bench)?;
    let first = show(&mut object, &inputs(2), false)?;
    show(&mut object, &inputs(3)[..40], false)?;
    let again = show(&mut object, &inputs(2), false)?;
    match first.difference(&again) {
        None => Ok(Finding::passed()),
        Some(difference) => Err(fail(format!(
            "an episode with the same seed is transformed otherwise after other episodes: \
             {difference}"
        ))),
    }
}

/// `preprocessor.determinism`.
pub fn determinism(bench: &Bench) -> Judgement {
    let trace = || {
        let mut object = experienced(bench)?;
        show(&mut object, &inputs(2), true)
    };
    let (one, two) = (trace()?, trace()?);
    match one.difference(&two) {
        None => Ok(Finding::passed().repeats(one.fingerprint())),
        Some(difference) => Err(fail(format!("two objects differ: {difference}"))),
    }
}

/// `preprocessor.save`.
pub fn save(bench: &Bench) -> Judgement {
    // In mid-episode, with a delta that is not taken yet.
    let (before, after) = (&inputs(2)[..40], &inputs(2)[40..]);
    let mut one = experienced(bench)?;
    show(&mut one, before, true)?;
    let state = one.save().map_err(fail)?;
    // With the same statistics, and with a past that is overwritten.
    let mut two = experienced(bench)?;
    show(&mut two, &inputs(5), true)?;
    two.restore(&state).map_err(fail)?;
    let went = show(&mut one, after, true)?;
    let goes = show(&mut two, after, true)?;
    if let Some(difference) = went.difference(&goes) {
        return Err(fail(format!(
            "saved in mid-episode, it goes on otherwise: {difference}"
        )));
    }
    if learnt(&mut one)? != learnt(&mut two)? {
        return Err(fail("what was learnt before it was saved is lost"));
    }
    Ok(Finding::passed())
}

/// `preprocessor.threads`.
pub fn threads(bench: &Bench) -> Judgement {
    let alone = show(&mut experienced(bench)?, &inputs(2), true)?;
    let objects = (0..OBJECTS).map(|_| experienced(bench));
    let objects = objects.collect::<Result<Vec<_>, _>>()?;
    same_on_threads(&alone, objects, |mut object| {
        show(&mut object, &inputs(2), true)
    })?;
    Ok(Finding::passed())
}

/// `preprocessor.memory`.
pub fn memory(bench: &Bench) -> Judgement {
    growth::judge("objects, each shown an episode", (30, 300), |times| {
        repeat(times, Duration::from_secs(2), |_| exercise(bench))
    })
}

/// `preprocessor.cost`.
pub fn cost(bench: &Bench) -> Judgement {
    const MOST_SECS: f64 = 1e-3;
    let mut object = experienced(bench)?;
    let (sensations, rewards) = (object.spec().sensations, object.spec().rewards);
    let actions = object.abilities().actions;
    let input = inputs(2).swap_remove(1);
    let (mut sensation, mut action) = (input.sensation.clone(), input.action.clone());
    let secs = secs_per_call(|| {
        if actions {
            action.copy_from_slice(&input.action);
            object.action(&mut action, true)?;
        }
        if sensations {
            sensation.copy_from_slice(&input.sensation);
            object.sensation(&mut sensation, true)?;
        }
        if rewards {
            object.reward(input.reward, Ending::None, true)?;
        }
        Ok::<(), Stop>(())
    })?;
    let finding = if secs > MOST_SECS {
        Finding::warning(format!("a call takes {:.1} ms", 1e3 * secs))
    } else {
        Finding::passed()
    };
    Ok(finding.with("call", 1e9 * secs, "ns"))
}
