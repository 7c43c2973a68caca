//! Noise comes from the seed of the episode: the same with the same seed, another with another.
//!
//! Input that does not change over an episode leaves noise and what is a function of time. Only the
//! second half is looked at, in which filters have settled.

use super::{Object, context, experienced};
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail, skip};
use angora_core::SensationLayout;
use angora_plugin_api::{ActionSpec, Ending};

/// Control steps of an episode, and those of its first half.
const STEPS: usize = 600;
const SETTLED: usize = STEPS / 2;
/// From this correlation of two episodes on the noise counts as the same.
const SAME: f64 = 0.9;
/// From this on it is worth a warning.
const ALIKE: f64 = 0.3;
/// White noise of so many steps stays below this autocorrelation at the lags that are tried.
const WHITE: f64 = 0.3;

/// What comes out of each number, step by step.
type Response = Vec<Vec<f64>>;

/// `preprocessor.seeding`.
pub fn seeding(bench: &Bench) -> Judgement {
    let mut object = experienced(bench)?;
    let declared = object.abilities().random;
    let (one, two) = (respond(&mut object, 1)?, respond(&mut object, 2)?);
    if !declared {
        if one != respond(&mut experienced(bench)?, 2)? {
            return Err(fail(
                "it depends on the seed of the episode, but does not say so: declare `random`",
            ));
        }
        return match one.iter().find(|series| looks_random(series)) {
            None => Err(skip("it is not random")),
            Some(_) => Err(fail(same_noise(1.0))),
        };
    }
    let Some(correlation) = correlation(&one, &two) else {
        return Err(skip("with its default settings nothing is random"));
    };
    if correlation.abs() > SAME {
        return Err(fail(same_noise(correlation)));
    }
    let finding = if correlation.abs() > ALIKE {
        Finding::warning(format!(
            "episodes with different seeds have a correlation of {correlation:.3}; expected near 0, \
             unless part of it is a function of time"
        ))
    } else {
        Finding::passed()
    };
    Ok(finding.with("correlation of two episodes", correlation, ""))
}

fn same_noise(correlation: f64) -> String {
    format!(
        "its noise is the same in every episode (correlation {correlation:.3}): declare `random` and \
         draw from the stream of the episode, which `begin_episode` is given"
    )
}

/// What comes out of input that does not change.
fn respond(object: &mut Object, seed: u64) -> Result<Response, Stop> {
    let context = context();
    let layout = SensationLayout::new(&context.sensations);
    let mut still = vec![1.0_f32; layout.len()];
    still[..layout.image_len()].fill(128.0);
    let ActionSpec::Box { low, high } = &context.action else {
        unreachable!("see context");
    };
    let command: Vec<f32> = low
        .iter()
        .zip(high)
        .map(|(low, high)| (low + 0.75 * (high - low)) as f32)
        .collect();
    let (spec, abilities) = (object.spec().clone(), object.abilities());
    let mut response = Response::new();
    object.begin(seed)?;
    for step in 0..STEPS {
        let mut row = Vec::new();
        if abilities.actions {
            let mut action = command.clone();
            object.action(&mut action, false)?;
            row.extend(action.iter().copied().map(f64::from));
        }
        if spec.sensations {
            let mut sensation = still.clone();
            object.sensation(&mut sensation, false)?;
            row.extend(sensation.iter().copied().map(f64::from));
        }
        if spec.rewards {
            row.push(object.reward(0.5, Ending::None, false)?);
        }
        response.resize(row.len(), Vec::new());
        if step >= SETTLED {
            for (series, value) in response.iter_mut().zip(row) {
                series.push(value);
            }
        }
    }
    Ok(response)
}

/// Deviations from the mean; `None` of a series that does not vary.
fn deviations(series: &[f64]) -> Option<Vec<f64>> {
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let deviations: Vec<f64> = series.iter().map(|value| value - mean).collect();
    let variance = deviations.iter().map(|d| d * d).sum::<f64>() / series.len() as f64;
    (variance > 1e-12 * (1.0 + mean * mean)).then_some(deviations)
}

/// The mean correlation of all numbers that vary in both.
fn correlation(one: &Response, two: &Response) -> Option<f64> {
    let pairs = one.iter().zip(two).filter_map(|(one, two)| {
        let (one, two) = (deviations(one)?, deviations(two)?);
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let scale = (product(&one, &one) * product(&two, &two)).sqrt();
        Some(product(&one, &two) / scale)
    });
    let all: Vec<f64> = pairs.collect();
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

/// Whether a series is like white noise: it varies, and no step says anything of the next ones.
fn looks_random(series: &[f64]) -> bool {
    let Some(deviations) = deviations(series) else {
        return false;
    };
    let power: f64 = deviations.iter().map(|d| d * d).sum();
    (1..=12).all(|lag| {
        let product = deviations.iter().zip(&deviations[lag..]);
        let sum: f64 = product.map(|(a, b)| a * b).sum();
        (sum / power).abs() < WHITE
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_core::{Purpose, Stream};

    fn noise(seed: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, 0, 0, Purpose::Preprocessor);
        (0..SETTLED).map(|_| stream.normal()).collect()
    }

    #[test]
    fn noise_is_told_from_functions_of_time() {
        for seed in 0..50 {
            assert!(looks_random(&noise(seed)), "{seed}");
        }
        let series = |f: &dyn Fn(f64) -> f64| (0..SETTLED).map(|t| f(t as f64)).collect::<Vec<_>>();
        assert!(!looks_random(&series(&|_| 3.0)));
        assert!(!looks_random(&series(&|t| 0.1 * t)));
        assert!(!looks_random(&series(&|t| (0.1 * t).sin())));
        assert!(!looks_random(&series(&|t| (2.0 * t).sin())));
        assert!(!looks_random(&series(&|t| t % 2.0)));
    }

    #[test]
    fn the_noise_of_two_seeds_is_not_correlated_and_that_of_one_is() {
        let (one, two) = (
            vec![noise(1), vec![1.0; SETTLED]],
            vec![noise(2), vec![1.0; SETTLED]],
        );
        assert!(correlation(&one, &two).expect("varies").abs() < ALIKE);
        assert!(correlation(&one, &one).expect("varies") > 0.999);
        let still = vec![vec![2.0; SETTLED]];
        assert_eq!(correlation(&still, &still), None);
    }
}
