//! Distributions, for actions of each form.

use super::growth;
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail};
use crate::measure::{repeat, secs_per_call};
use crate::trace::fingerprint;
use angora_brain::Distribution;
use angora_brain::distribution::declared::{Declared, probe};
use angora_core::{Purpose, Stream};
use angora_loader::catalogue::MakeError;
use angora_plugin_api::{ActionSpec, DistributionRequest, DistributionSpec, FaultCode};
use serde_json::Value;
use std::time::Duration;

/// Actions of each form.
pub fn requests() -> Vec<DistributionRequest> {
    let degrees = |n: usize| ActionSpec::Box {
        low: vec![-1.0; n],
        high: vec![2.0; n],
    };
    let actions = [
        degrees(1),
        degrees(3),
        ActionSpec::Discrete { n: 4 },
        ActionSpec::MultiDiscrete { n: vec![3, 1, 7] },
    ];
    let request = |action| DistributionRequest {
        action,
        config: Value::Null,
    };
    actions.map(request).to_vec()
}

/// An action, for messages.
fn shown(action: &ActionSpec) -> String {
    match action {
        ActionSpec::Box { low, .. } => format!("a continuous action of {}", low.len()),
        ActionSpec::Discrete { n } => format!("one of {n} choices"),
        ActionSpec::MultiDiscrete { n } => format!("choices of {n:?}"),
    }
}

/// The declarations for all actions that it takes.
fn taken(bench: &Bench) -> Result<Vec<(ActionSpec, DistributionSpec)>, Stop> {
    let mut declared = Vec::new();
    for request in requests() {
        match bench.catalogue.distribution(&bench.id, &request) {
            Ok(spec) => declared.push((request.action, spec)),
            Err(MakeError::Load(error)) => return Err((*error).into()),
            Err(MakeError::Fault(_)) => {}
        }
    }
    if declared.is_empty() {
        return Err(Stop::OnTheWay(
            "it takes none of the actions that it is offered".into(),
        ));
    }
    Ok(declared)
}

/// All that it takes, built; what does not build is the business of another check.
fn distributions(bench: &Bench) -> Result<Vec<(ActionSpec, Distribution)>, Stop> {
    let all = taken(bench)?.into_iter();
    let built = all.map(|(action, spec)| {
        let distribution = Distribution::declared(&bench.id, spec, &action)?;
        Ok((action, distribution))
    });
    built.collect()
}

/// `distribution.spec`.
pub fn spec(bench: &Bench) -> Judgement {
    let mut all = Vec::new();
    for (action, spec) in taken(bench)? {
        let request = DistributionRequest {
            action,
            config: Value::Null,
        };
        if bench.catalogue.distribution(&bench.id, &request)? != spec {
            return Err(fail(format!(
                "it gives another declaration the second time (for {})",
                shown(&request.action)
            )));
        }
        all.extend(serde_json::to_vec(&spec).map_err(fail)?);
    }
    Ok(Finding::passed().repeats(fingerprint(&all)))
}

/// `distribution.actions`.
pub fn actions(bench: &Bench) -> Judgement {
    let mut count = 0;
    let mut refusal = None;
    for request in requests() {
        let fault = match bench.catalogue.distribution(&bench.id, &request) {
            Ok(_) => {
                count += 1;
                continue;
            }
            Err(MakeError::Load(error)) => return Err((*error).into()),
            Err(MakeError::Fault(fault)) => fault,
        };
        let action = shown(&request.action);
        if fault.fault.code == FaultCode::Panic {
            return Err(fail(format!("for {action}: {fault}")));
        }
        if fault.fault.message.trim().is_empty() {
            return Err(fail(format!("{action} is refused without a reason")));
        }
        refusal = Some(fault.to_string());
    }
    match refusal {
        Some(refusal) if count == 0 => Err(fail(format!("it takes none; {refusal}"))),
        _ => Ok(Finding::passed().with("taken", f64::from(count), "of 4 actions")),
    }
}

/// `distribution.build`.
pub fn build(bench: &Bench) -> Judgement {
    let mut finding = Finding::passed();
    for (at, (action, spec)) in taken(bench)?.into_iter().enumerate() {
        let built = Distribution::declared(&bench.id, spec, &action);
        let built = built.map_err(|error| fail(format!("for {}: {error}", shown(&action))));
        let distribution = built?;
        if at == 0 {
            let raw = distribution.raw_len() as f64;
            finding = finding.with("raw parameters", raw, "");
        }
    }
    Ok(finding)
}

/// A check of the numbers of each declaration. `first` is what it takes for granted.
fn probed(
    bench: &Bench,
    first: Option<fn(&Declared) -> probe::Outcome>,
    check: fn(&Declared) -> probe::Outcome,
    what: &str,
) -> Judgement {
    let mut worst = 0.0_f64;
    for (action, distribution) in distributions(bench)? {
        let Some(declared) = distribution.declaration() else {
            continue;
        };
        let of = |problem: String| format!("for {}: {problem}", shown(&action));
        if let Some(first) = first {
            first(declared).map_err(|problem| Stop::OnTheWay(of(problem)))?;
        }
        worst = worst.max(check(declared).map_err(|problem| fail(of(problem)))?);
    }
    Ok(Finding::passed().with(what, worst, ""))
}

/// `distribution.density`.
pub fn density(bench: &Bench) -> Judgement {
    probed(bench, None, probe::density, "largest error")
}

/// `distribution.sample`.
pub fn sample(bench: &Bench) -> Judgement {
    probed(
        bench,
        Some(probe::density),
        probe::samples,
        "largest distance",
    )
}

/// `distribution.mode`.
pub fn mode(bench: &Bench) -> Judgement {
    probed(bench, Some(probe::density), probe::mode, "largest error")
}

/// `distribution.entropy`.
pub fn entropy(bench: &Bench) -> Judgement {
    probed(bench, Some(probe::density), probe::entropy, "largest error")
}

/// `distribution.gradient`.
pub fn gradient(bench: &Bench) -> Judgement {
    probed(
        bench,
        Some(probe::density),
        probe::gradient,
        "largest error",
    )
}

/// `distribution.values`: in f32, as the engine computes.
pub fn values(bench: &Bench) -> Judgement {
    for (action, distribution) in distributions(bench)? {
        let p = distribution.raw_len();
        let mut native = vec![0.0; distribution.action_len()];
        let (mut d_log_prob, mut d_entropy) = (vec![0.0; p], vec![0.0; p]);
        let mut stream = Stream::new(5, 0, 0, Purpose::Action);
        let random: Vec<f32> = (0..p).map(|_| 4.0 * stream.normal() as f32).collect();
        for raw in [vec![0.0; p], vec![10.0; p], vec![-10.0; p], random] {
            for deterministic in [true, false] {
                let log_prob = if deterministic {
                    distribution.mode(&raw, &mut native);
                    distribution.log_prob(&raw, &native)
                } else {
                    distribution.sample(&raw, &mut stream, &mut native)
                };
                let (_, entropy) = distribution.log_prob_entropy_gradient(
                    &raw,
                    &native,
                    &mut d_log_prob,
                    &mut d_entropy,
                );
                let numbers = [("log_prob", log_prob), ("entropy", entropy)].into_iter();
                let numbers = numbers.chain(native.iter().map(|x| ("an action", *x)));
                let slopes = d_log_prob.iter().map(|x| ("a derivative of log_prob", *x));
                let more = d_entropy.iter().map(|x| ("a derivative of entropy", *x));
                let mut all = numbers.chain(slopes).chain(more);
                if let Some((what, value)) = all.find(|(_, value)| !value.is_finite()) {
                    return Err(fail(format!(
                        "{what} is {value} for {}, with raw parameters such as {}",
                        shown(&action),
                        raw[0]
                    )));
                }
            }
        }
    }
    Ok(Finding::passed())
}

/// `distribution.memory`.
pub fn memory(bench: &Bench) -> Judgement {
    let (action, _) = taken(bench)?.swap_remove(0);
    let request = DistributionRequest {
        action,
        config: Value::Null,
    };
    growth::judge("requests", (100, 1_000), |times| {
        Ok(repeat(times, Duration::from_secs(2), |_| {
            bench.catalogue.distribution(&bench.id, &request).map(drop)
        })?)
    })
}

/// `distribution.cost`.
pub fn cost(bench: &Bench) -> Judgement {
    const ROWS: usize = 64;
    const MOST_SECS: f64 = 2e-6;
    let mut most: f64 = 0.0;
    for (_, distribution) in distributions(bench)? {
        let (p, a) = (distribution.raw_len(), distribution.action_len());
        let mut stream = Stream::new(6, 0, 0, Purpose::Action);
        let raw: Vec<f32> = (0..ROWS * p).map(|_| stream.normal() as f32).collect();
        let mut actions = vec![0.0; ROWS * a];
        for (raw, action) in raw.chunks(p).zip(actions.chunks_mut(a)) {
            distribution.sample(raw, &mut stream, action);
        }
        let mut derivatives = [vec![0.0; ROWS * p], vec![0.0; ROWS * p]];
        let mut sums = [vec![0.0; ROWS], vec![0.0; ROWS]];
        let mut workspace = distribution.workspace();
        let secs = secs_per_call(|| {
            distribution.log_prob_entropy_gradient_rows(
                &raw,
                &actions,
                derivatives.each_mut().map(Vec::as_mut_slice),
                sums.each_mut().map(Vec::as_mut_slice),
                &mut workspace,
            );
            Ok::<(), Stop>(())
        })?;
        most = most.max(secs / (ROWS * a) as f64);
    }
    let finding = if most > MOST_SECS {
        Finding::warning(format!("a degree of freedom takes {:.1} us", 1e6 * most))
    } else {
        Finding::passed()
    };
    Ok(finding.with("a degree of freedom, at most", 1e6 * most, "us"))
}
