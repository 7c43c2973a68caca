//! Log-probability, entropy and their gradients of 512 rows, in blocks of 32 as the loss takes
//! them: the kernels of the built-in distributions, the same distributions declared as data, and
//! the squashed Gaussian of `distribution-squashed-gaussian` beside its kin, the Gaussian and the
//! Beta. The allocation counts are those of a call: none.
//!
//! `cargo bench --profile dev -p angora-brain --bench distribution`

use angora_brain::{Distribution, DistributionKind, DistributionSettings};
use angora_core::{Purpose, Stream};
use angora_plugin_api::ActionSpec;
use angora_plugin_api::distribution::{DistributionSpec, Support};
use angora_sdk::Distribution as _;
use distribution_squashed_gaussian::SquashedGaussian;
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const ROWS: usize = 512;
const BLOCK: usize = 32;
/// Degrees of freedom: Pendulum, HalfCheetah, a hand.
const DEGREES: [usize; 3] = [1, 6, 20];
/// Degrees of freedom for comparisons of choices, five for each.
const CHOICES: [usize; 2] = [1, 6];

fn main() {
    divan::main();
}

fn bounded(degrees: usize) -> ActionSpec {
    ActionSpec::Box {
        low: vec![-1.0; degrees],
        high: vec![1.0; degrees],
    }
}

fn choices(degrees: usize) -> ActionSpec {
    match degrees {
        1 => ActionSpec::Discrete { n: 5 },
        _ => ActionSpec::MultiDiscrete {
            n: vec![5; degrees],
        },
    }
}

fn built_in(kind: DistributionKind, action: &ActionSpec) -> Distribution {
    let settings = DistributionSettings {
        bins: 5,
        ..DistributionSettings::new(kind)
    };
    Distribution::new(&settings, action).expect("fits the action")
}

fn declared(spec: DistributionSpec, action: &ActionSpec) -> Distribution {
    Distribution::declared("declared", spec, action).expect("is valid")
}

fn spec(text: &str) -> DistributionSpec {
    serde_json::from_str(text).expect("a declaration")
}

fn gradient(bencher: Bencher<'_, '_>, distribution: &Distribution) {
    let (width, len) = (distribution.raw_len(), distribution.action_len());
    let mut stream = Stream::new(1, 0, 0, Purpose::Action);
    let raw: Vec<f32> = (0..ROWS * width).map(|_| stream.normal() as f32).collect();
    let mut actions = vec![0.0; ROWS * len];
    for (raw, action) in raw.chunks(width).zip(actions.chunks_mut(len)) {
        distribution.sample(raw, &mut stream, action);
    }
    let mut slopes = [vec![0.0; BLOCK * width], vec![0.0; BLOCK * width]];
    let mut sums = [[0.0; BLOCK]; 2];
    let mut workspace = distribution.workspace();
    bencher.bench_local(|| {
        let blocks = raw.chunks(BLOCK * width).zip(actions.chunks(BLOCK * len));
        for (raw, actions) in blocks {
            let [log, entropy] = &mut slopes;
            let [log_prob, entropies] = &mut sums;
            distribution.log_prob_entropy_gradient_rows(
                black_box(raw),
                actions,
                [log, entropy],
                [log_prob, entropies],
                &mut workspace,
            );
        }
        sums[0][0]
    });
}

#[divan::bench(args = DEGREES)]
fn gaussian_built_in(bencher: Bencher<'_, '_>, degrees: usize) {
    let action = bounded(degrees);
    gradient(bencher, &built_in(DistributionKind::Gaussian, &action));
}

#[divan::bench(args = DEGREES)]
fn gaussian_declared(bencher: Bencher<'_, '_>, degrees: usize) {
    let spec = spec(include_str!("../tests/declared/gaussian.json"));
    gradient(bencher, &declared(spec, &bounded(degrees)));
}

#[divan::bench(args = DEGREES)]
fn beta_built_in(bencher: Bencher<'_, '_>, degrees: usize) {
    let action = bounded(degrees);
    gradient(bencher, &built_in(DistributionKind::Beta, &action));
}

#[divan::bench(args = DEGREES)]
fn beta_declared(bencher: Bencher<'_, '_>, degrees: usize) {
    let spec = spec(include_str!("../tests/declared/beta.json"));
    gradient(bencher, &declared(spec, &bounded(degrees)));
}

#[divan::bench(args = CHOICES)]
fn choices_built_in(bencher: Bencher<'_, '_>, degrees: usize) {
    let action = choices(degrees);
    let kind = DistributionKind::default_for(&action);
    gradient(bencher, &built_in(kind, &action));
}

#[divan::bench(args = CHOICES)]
fn choices_declared(bencher: Bencher<'_, '_>, degrees: usize) {
    let spec = spec(include_str!("../tests/declared/categorical.json"));
    gradient(bencher, &declared(spec, &choices(degrees)));
}

#[divan::bench(args = CHOICES)]
fn bins_built_in(bencher: Bencher<'_, '_>, degrees: usize) {
    let action = bounded(degrees);
    let kind = DistributionKind::MultiCategorical;
    gradient(bencher, &built_in(kind, &action));
}

#[divan::bench(args = CHOICES)]
fn bins_declared(bencher: Bencher<'_, '_>, degrees: usize) {
    let spec = DistributionSpec {
        support: Support::Bins { count: 5 },
        ..spec(include_str!("../tests/declared/categorical.json"))
    };
    gradient(bencher, &declared(spec, &bounded(degrees)));
}

#[divan::bench(args = DEGREES)]
fn squashed_gaussian(bencher: Bencher<'_, '_>, degrees: usize) {
    let action = bounded(degrees);
    let spec = SquashedGaussian::declare("squashed-gaussian", Default::default(), &action);
    gradient(bencher, &declared(spec.expect("is valid"), &action));
}
