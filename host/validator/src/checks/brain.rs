//! Brains, for tasks of several senses.

use super::growth;
use super::preprocessor::sense;
use crate::bench::Bench;
use crate::finding::{Finding, Judgement, Stop, fail};
use crate::measure::{repeat, secs_per_call};
use crate::trace::fingerprint;
use angora_brain::{Brain, BrainError, DistributionKind, DistributionSettings, Sequences};
use angora_core::{Purpose, SensationLayout, Stream};
use angora_loader::catalogue::MakeError;
use angora_plugin_api::{ActionSpec, BrainRequest, BrainSpec, FaultCode, Sense};
use serde_json::Value;
use std::time::Duration;

/// Tasks of several senses, from the simplest on.
pub fn requests() -> Vec<BrainRequest> {
    let body = [
        sense(Sense::Touch, &[5]),
        sense(Sense::Proprioception, &[12]),
    ];
    let picture = sense(Sense::Vision, &[48, 48, 3]);
    let rest = [sense(Sense::Goal, &[6]), sense(Sense::Asymmetric, &[4])];
    let degrees = |n: usize| ActionSpec::Box {
        low: vec![-1.0; n],
        high: vec![1.0; n],
    };
    let request = |sensations: Vec<_>, action: ActionSpec| BrainRequest {
        sensations,
        action,
        config: Value::Null,
    };
    vec![
        request(
            vec![sense(Sense::Proprioception, &[4])],
            ActionSpec::Discrete { n: 2 },
        ),
        request([&body[..], &rest[..1]].concat(), degrees(3)),
        request([&body[..], &rest[..]].concat(), degrees(20)),
        request(
            vec![picture.clone()],
            ActionSpec::MultiDiscrete { n: vec![3, 2] },
        ),
        request(
            [std::slice::from_ref(&picture), &body[..], &rest[..]].concat(),
            degrees(20),
        ),
        request(
            vec![
                sense(Sense::Vision, &[7]),
                sense(Sense::Proprioception, &[4]),
            ],
            degrees(2),
        ),
    ]
}

/// The senses of a request, for messages.
fn senses(request: &BrainRequest) -> String {
    let senses = request.sensations.iter();
    let senses: Vec<String> = senses
        .map(|spec| format!("{} {:?}", spec.sense, spec.shape))
        .collect();
    senses.join(", ")
}

/// The graphs of all requests that it takes.
fn taken(bench: &Bench) -> Result<Vec<(BrainRequest, BrainSpec)>, Stop> {
    let mut graphs = Vec::new();
    for request in requests() {
        match bench.catalogue.brain(&bench.id, &request) {
            Ok(graph) => graphs.push((request, graph)),
            Err(MakeError::Load(error)) => return Err((*error).into()),
            Err(MakeError::Fault(_)) => {}
        }
    }
    if graphs.is_empty() {
        return Err(Stop::OnTheWay(
            "it takes none of the senses that it is offered".into(),
        ));
    }
    Ok(graphs)
}

fn built(request: &BrainRequest, graph: &BrainSpec) -> Result<Brain, BrainError> {
    let distribution = DistributionSettings {
        kind: DistributionKind::default_for(&request.action),
        bins: 2,
        state_dependent_std: false,
    };
    let layout = SensationLayout::new(&request.sensations);
    Brain::build(graph, &layout, &request.action, &distribution)
}

/// `brain.spec`.
pub fn spec(bench: &Bench) -> Judgement {
    let mut all = Vec::new();
    for (request, graph) in taken(bench)? {
        if bench.catalogue.brain(&bench.id, &request)? != graph {
            return Err(fail(format!(
                "it gives another graph the second time (for {})",
                senses(&request)
            )));
        }
        all.extend(serde_json::to_vec(&graph).map_err(fail)?);
    }
    Ok(Finding::passed().repeats(fingerprint(&all)))
}

/// `brain.senses`.
pub fn taken_senses(bench: &Bench) -> Judgement {
    let mut count = 0;
    let mut refusal = None;
    for request in requests() {
        let fault = match bench.catalogue.brain(&bench.id, &request) {
            Ok(_) => {
                count += 1;
                continue;
            }
            Err(MakeError::Load(error)) => return Err((*error).into()),
            Err(MakeError::Fault(fault)) => fault,
        };
        let senses = senses(&request);
        if fault.fault.code == FaultCode::Panic {
            return Err(fail(format!("for {senses}: {fault}")));
        }
        if fault.fault.message.trim().is_empty() {
            return Err(fail(format!("{senses} are refused without a reason")));
        }
        refusal = Some(fault.to_string());
    }
    match refusal {
        Some(refusal) if count == 0 => Err(fail(format!("it takes none; {refusal}"))),
        _ => Ok(Finding::passed().with("taken", f64::from(count), "of 6 sets of senses")),
    }
}

/// `brain.build`.
pub fn build(bench: &Bench) -> Judgement {
    let mut finding = Finding::passed();
    for (at, (request, graph)) in taken(bench)?.iter().enumerate() {
        let brain = built(request, graph);
        let brain = brain.map_err(|e| fail(format!("for {}: {e}", senses(request))))?;
        if at == 0 {
            finding = finding
                .with("parameters", brain.parameters().len() as f64, "")
                .with("recurrent state", brain.state_len() as f64, "");
        }
    }
    Ok(finding)
}

/// Parameters a little away from where they start, so that what starts at zero is none.
fn shaken(brain: &Brain) -> Vec<f32> {
    let mut parameters = brain.initialise(1);
    let mut stream = Stream::new(1, 0, 0, Purpose::Parameters);
    for parameter in &mut parameters {
        *parameter += 0.02 * stream.normal() as f32;
    }
    brain.constrain(&mut parameters);
    parameters
}

/// Random sensations `[rows, S]`, pictures as whole numbers.
fn random(request: &BrainRequest, rows: usize) -> Vec<f32> {
    let layout = SensationLayout::new(&request.sensations);
    let mut stream = Stream::new(2, 0, 0, Purpose::Action);
    let mut values = Vec::with_capacity(rows * layout.len());
    for i in 0..rows * layout.len() {
        values.push(if i % layout.len() < layout.image_len() {
            stream.index(256) as f32
        } else {
            stream.normal() as f32
        });
    }
    values
}

/// `brain.values`.
pub fn values(bench: &Bench) -> Judgement {
    for (request, graph) in taken(bench)? {
        let brain = built(&request, &graph)?;
        let layout = SensationLayout::new(&request.sensations);
        let parameters = brain.initialise(1);
        let mut memory = brain.acting(1);
        let mut states = vec![0.0; brain.state_len()];
        let large = |value: f32| {
            let mut sensation = vec![value; layout.len()];
            sensation[..layout.image_len()].fill(255.0);
            sensation
        };
        for sensation in [large(0.0), random(&request, 1), large(10.0), large(-10.0)] {
            brain.act(&parameters, &sensation, &mut states, 1, &mut memory);
            let outputs = memory.policy().iter().chain(memory.value());
            if let Some(value) = outputs.into_iter().find(|value| !value.is_finite()) {
                return Err(fail(format!(
                    "an output is {value} for {}, not yet trained",
                    senses(&request)
                )));
            }
        }
    }
    Ok(Finding::passed())
}

/// `brain.gradient`.
pub fn gradient(bench: &Bench) -> Judgement {
    const STEPS: usize = 3;
    const ENVIRONMENTS: usize = 8;
    for (request, graph) in taken(bench)? {
        let brain = built(&request, &graph)?;
        let of = senses(&request);
        let unused = graph
            .nodes
            .iter()
            .find(|node| !brain.node_shapes().contains_key(&node.name));
        if let Some(node) = unused {
            return Err(fail(format!(
                "neither policy nor value depends on the node {:?} (for {of})",
                node.name
            )));
        }
        let parameters = shaken(&brain);
        let sensations = random(&request, STEPS * ENVIRONMENTS);
        let states = vec![0.1; ENVIRONMENTS * brain.state_len()];
        let sequences = Sequences {
            steps: STEPS,
            sensations: &sensations,
            begins: &[],
            states: &states,
        };
        let mut memory = brain.training(STEPS * ENVIRONMENTS);
        brain.forward(&parameters, &sequences, &mut memory);
        let mut stream = Stream::new(3, 0, 0, Purpose::Action);
        let (_, _, d_policy, d_value) = memory.loss_views();
        for derivative in d_policy.iter_mut().chain(d_value) {
            *derivative = stream.normal() as f32;
        }
        let mut gradient = vec![0.0; parameters.len()];
        brain.backward(&parameters, &sequences, &mut memory, &mut gradient);
        for parameter in brain.parameters().entries() {
            let gradient = &gradient[parameter.range()];
            if let Some(value) = gradient.iter().find(|value| !value.is_finite()) {
                let name = &parameter.name;
                return Err(fail(format!(
                    "the gradient of {name} is {value} (for {of})"
                )));
            }
            // What the distribution adds beside the graph learns from the loss alone.
            let own = graph
                .nodes
                .iter()
                .any(|node| parameter.name.starts_with(&node.name));
            if own && gradient.iter().all(|value| *value == 0.0) {
                return Err(fail(format!(
                    "no gradient reaches {} (for {of}): it can never learn",
                    parameter.name
                )));
            }
        }
    }
    Ok(Finding::passed())
}

/// `brain.memory`.
pub fn memory(bench: &Bench) -> Judgement {
    let (request, _) = taken(bench)?.swap_remove(0);
    growth::judge("requests", (100, 1_000), |times| {
        Ok(repeat(times, Duration::from_secs(2), |_| {
            bench.catalogue.brain(&bench.id, &request).map(drop)
        })?)
    })
}

/// `brain.cost`.
pub fn cost(bench: &Bench) -> Judgement {
    const MOST_SECS: f64 = 5e-3;
    let mut dearest = Finding::passed();
    let mut most: f64 = 0.0;
    for (request, graph) in taken(bench)? {
        let brain = built(&request, &graph)?;
        let parameters = brain.initialise(1);
        let sensation = random(&request, 1);
        let mut states = vec![0.0; brain.state_len()];
        let mut memory = brain.acting(1);
        let secs = secs_per_call(|| {
            brain.act(&parameters, &sensation, &mut states, 1, &mut memory);
            Ok::<(), Stop>(())
        })?;
        if secs > most {
            most = secs;
            dearest = if secs > MOST_SECS {
                let ms = 1e3 * secs;
                Finding::warning(format!("acting takes {ms:.0} ms for {}", senses(&request)))
            } else {
                Finding::passed()
            };
        }
    }
    Ok(dearest.with("acting, at most", 1e6 * most, "us"))
}
