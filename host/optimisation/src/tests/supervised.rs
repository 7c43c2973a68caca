//! Supervised learning: gradients against central differences of a reference in f64, closed forms,
//! threads.

use super::S;
use crate::{EpochReport, Examples, Frozen, Loss, SupervisedLearner, SupervisedSettings};
use angora_brain::Network;
use angora_comm::Team;
use angora_core::{Purpose, SensationLayout, Stream};
use angora_plugin_api::brain::ActivationKind;
use angora_plugin_api::{BrainSpec, Edge, Initialiser, Node, Op, SensationSpec, Sense};

const H: usize = 4;
const K: usize = 6;

/// A readout of K numbers behind H tanh units.
fn network() -> Network {
    let spec = BrainSpec {
        nodes: vec![Node {
            name: "hidden".into(),
            region: None,
            op: Op::Dense {
                units: H,
                activation: ActivationKind::Tanh,
                bias: true,
                initialiser: Initialiser::default(),
            },
            inputs: vec![Edge::new("proprioception")],
        }],
        policy: "hidden".into(),
        value: "hidden".into(),
        ..BrainSpec::default()
    };
    let layout = SensationLayout::new(&[SensationSpec {
        sense: Sense::Proprioception,
        shape: vec![S],
        low: None,
        high: None,
        unit: String::new(),
        elements: Vec::new(),
    }]);
    Network::readout(&spec, &layout, K).expect("a valid network")
}

/// Sensations and targets.
struct Pairs {
    sensations: Vec<f32>,
    targets: Vec<f32>,
}

impl Pairs {
    fn new(n: usize, target: impl Fn(&[f32], &mut Stream) -> Vec<f32>) -> Self {
        let mut stream = Stream::new(4, 0, 0, Purpose::Action);
        let mut pairs = Self {
            sensations: Vec::new(),
            targets: Vec::new(),
        };
        for _ in 0..n {
            let sensation: Vec<f32> = (0..S).map(|_| stream.normal() as f32).collect();
            pairs.targets.extend(target(&sensation, &mut stream));
            pairs.sensations.extend(sensation);
        }
        pairs
    }
}

impl Examples for Pairs {
    fn write(&self, example: usize, sensation: &mut [f32], target: &mut [f32]) {
        let t = target.len();
        sensation.copy_from_slice(&self.sensations[example * S..(example + 1) * S]);
        target.copy_from_slice(&self.targets[example * t..(example + 1) * t]);
    }
}

fn settings(loss: Loss, minibatch_size: usize, epochs: usize) -> SupervisedSettings {
    SupervisedSettings {
        loss,
        outputs: K,
        minibatch_size,
        learning_rate: 0.01,
        epochs,
        seed: 1,
    }
}

/// The mean loss of all examples, from the definitions.
fn reference(network: &Network, parameters: &[f64], loss: Loss, pairs: &Pairs) -> f64 {
    let get = |name: &str| &parameters[network.parameters().get(name).expect(name).range()];
    let affine = |node: &str, x: &[f64]| -> Vec<f64> {
        let (w, b) = (get(&format!("{node}.kernel")), get(&format!("{node}.bias")));
        let sum = |j: usize| {
            x.iter()
                .enumerate()
                .map(|(i, x)| x * w[i * b.len() + j])
                .sum::<f64>()
        };
        (0..b.len()).map(|j| b[j] + sum(j)).collect()
    };
    let t = loss.target_len(K);
    let rows = pairs.sensations.chunks(S).zip(pairs.targets.chunks(t));
    let losses: Vec<f64> = rows
        .flat_map(|(sensation, target)| {
            let x: Vec<f64> = sensation.iter().map(|x| f64::from(*x)).collect();
            let hidden: Vec<f64> = affine("hidden", &x).iter().map(|h| h.tanh()).collect();
            let y = affine("readout", &hidden);
            let terms: Vec<f64> = match loss {
                Loss::SquaredError => {
                    let pairs = y.iter().zip(target);
                    pairs.map(|(y, t)| (y - f64::from(*t)).powi(2)).collect()
                }
                Loss::CrossEntropy { classes } => y
                    .chunks(classes)
                    .zip(target)
                    .map(|(logits, answer)| {
                        let sum: f64 = logits.iter().map(|x| x.exp()).sum();
                        sum.ln() - logits[*answer as usize]
                    })
                    .collect(),
            };
            terms
        })
        .collect();
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// Adam's first moments after one step are a tenth of the gradient, which is thus seen whole: over
/// slices, through the readout, into the region.
#[test]
fn gradients_are_those_of_a_reference() {
    let network = network();
    let numbers = Pairs::new(24, |_, stream| {
        (0..K).map(|_| stream.normal() as f32).collect()
    });
    let answers = Pairs::new(24, |_, stream| {
        (0..2).map(|_| stream.index(3) as f32).collect()
    });
    for (loss, pairs) in [
        (Loss::SquaredError, &numbers),
        (Loss::CrossEntropy { classes: 3 }, &answers),
    ] {
        let parameters = network.initialise(3);
        let settings = settings(loss, 24, 1);
        let frozen = Frozen::default();
        let mut learner =
            SupervisedLearner::new(&network, parameters.clone(), frozen, settings, 24);
        let team = Team::new(1).expect("a thread");
        let report = learner.epoch(&network, &team, pairs).expect("learns");
        let exact: Vec<f64> = parameters.iter().map(|x| f64::from(*x)).collect();
        let expected = reference(&network, &exact, loss, pairs);
        assert!((report.loss - expected).abs() < 1e-6, "{loss:?}");
        let mut square = 0.0;
        for i in 0..exact.len() {
            let at = |h: f64| {
                let mut moved = exact.clone();
                moved[i] += h;
                reference(&network, &moved, loss, pairs)
            };
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            let found = f64::from(learner.adam.first[i]) / 0.1;
            assert!(
                (found - slope).abs() < 2e-6,
                "{loss:?}, {i}: {found} is not {slope}"
            );
            square += slope * slope;
        }
        assert!((report.gradient_norm - square.sqrt()).abs() < 1e-5);
    }
}

fn learn(threads: usize, frozen: Frozen, epochs: usize) -> (Vec<EpochReport>, Vec<f32>, Vec<f32>) {
    let network = network();
    // A smooth function of the sensation.
    let pairs = Pairs::new(500, |x, _| {
        (0..K).map(|k| (x[k % S] + 0.3 * k as f32).sin()).collect()
    });
    let team = Team::new(threads).expect("threads");
    let settings = settings(Loss::SquaredError, 32, epochs);
    let parameters = network.initialise(1);
    let mut learner = SupervisedLearner::new(&network, parameters, frozen, settings, 400);
    let reports = (0..epochs).map(|_| learner.epoch(&network, &team, &pairs).expect("learns"));
    let reports = reports.collect();
    let held_out: Vec<usize> = (400..500).collect();
    let told = learner.predict(&network, &team, &pairs, &held_out);
    let errors = told
        .iter()
        .zip(&pairs.targets[400 * K..])
        .map(|(a, b)| a - b);
    (reports, errors.collect(), learner.parameters)
}

#[test]
fn a_function_is_learned_and_told_of_others() {
    let (reports, errors, _) = learn(2, Frozen::default(), 40);
    // The sine's own variance is 0.4; four hidden units leave some of it.
    let square = errors.iter().map(|e| e * e).sum::<f32>() / errors.len() as f32;
    assert!(square < 0.08, "{square}");
    assert!(reports[39].loss < 0.2 * reports[0].loss);
    // 12 whole minibatches an epoch, at a rate that ends where the last update begins.
    assert_eq!(reports[0].updates, 12);
    assert!((reports[39].learning_rate - 0.01 / 480.0).abs() < 1e-12);
}

#[test]
fn threads_do_not_change_what_is_learned() {
    let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let (reports, errors, parameters) = learn(1, Frozen::default(), 3);
    for threads in [2, 3] {
        let again = learn(threads, Frozen::default(), 3);
        assert_eq!(again.0, reports, "{threads} threads");
        assert_eq!(bits(&again.1), bits(&errors), "{threads} threads");
        assert_eq!(bits(&again.2), bits(&parameters), "{threads} threads");
    }
}

#[test]
fn what_is_frozen_is_read_out_and_stays() {
    let network = network();
    let kernel = network
        .parameters()
        .get("hidden.kernel")
        .expect("there")
        .range();
    let (reports, _, parameters) = learn(1, Frozen::new([kernel.clone()]), 5);
    assert_eq!(parameters[kernel.clone()], network.initialise(1)[kernel]);
    assert!(reports[4].loss < reports[0].loss);
}
