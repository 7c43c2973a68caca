//! Distributions against closed forms in f64, SciPy, their own samples, and central differences.

use angora_brain::{Distribution, DistributionKind, DistributionSettings};
use angora_core::{Purpose, Stream};
use angora_plugin_api::ActionSpec;
use statrs::function::{beta::ln_beta, gamma::digamma};

pub fn box_action(n: usize) -> ActionSpec {
    ActionSpec::Box {
        low: (0..n).map(|i| -1.0 - i as f64).collect(),
        high: (0..n).map(|i| 2.0 + i as f64).collect(),
    }
}

pub fn distribution(kind: DistributionKind, action: &ActionSpec) -> Distribution {
    Distribution::new(&DistributionSettings::new(kind), action).expect("fits")
}

/// One of each, with 1 and with 11 degrees of freedom where that can be.
pub fn all() -> Vec<Distribution> {
    let mut all = vec![
        distribution(
            DistributionKind::Categorical,
            &ActionSpec::Discrete { n: 5 },
        ),
        distribution(
            DistributionKind::MultiCategorical,
            &ActionSpec::MultiDiscrete { n: vec![3, 1, 7] },
        ),
        distribution(DistributionKind::MultiCategorical, &box_action(2)),
    ];
    for kind in [DistributionKind::Gaussian, DistributionKind::Beta] {
        all.extend([1, 6, 8, 11].map(|n| distribution(kind.clone(), &box_action(n))));
    }
    all
}

/// Number of choices of each degree of freedom.
fn choices(distribution: &Distribution) -> Vec<usize> {
    match (distribution.action_len(), distribution.raw_len()) {
        (1, n) => vec![n],
        (3, 11) => vec![3, 1, 7],
        (n, raw) => vec![raw / n; n],
    }
}

/// Log-probability and entropy in f64.
fn exact(distribution: &Distribution, raw: &[f64], action: &[f32]) -> (f64, f64) {
    let n = action.len();
    let x: Vec<f64> = action.iter().map(|&x| f64::from(x)).collect();
    let (mut log_prob, mut entropy) = (0.0, 0.0);
    match distribution.kind() {
        DistributionKind::Gaussian => {
            let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
            for i in 0..n {
                let (mean, log_std) = (raw[i], raw[n + i]);
                let z = (x[i] - mean) / log_std.exp();
                log_prob += -0.5 * z * z - log_std - half_ln_tau;
                entropy += log_std + half_ln_tau + 0.5;
            }
        }
        DistributionKind::Beta => {
            let soft = |x: f64| 1.0 + x.max(0.0) + (-x.abs()).exp().ln_1p();
            for i in 0..n {
                let (a, b) = (soft(raw[i]), soft(raw[n + i]));
                let ln_b = ln_beta(a, b);
                log_prob += (a - 1.0) * x[i].ln() + (b - 1.0) * (-x[i]).ln_1p() - ln_b;
                entropy += ln_b - (a - 1.0) * digamma(a) - (b - 1.0) * digamma(b)
                    + (a + b - 2.0) * digamma(a + b);
            }
        }
        DistributionKind::Categorical | DistributionKind::MultiCategorical => {
            let mut rest = raw;
            for (n, x) in choices(distribution).into_iter().zip(action) {
                let (part, after) = rest.split_at(n);
                rest = after;
                let sum: f64 = part.iter().map(|x| x.exp()).sum();
                log_prob += part[*x as usize] - sum.ln();
                entropy -= part
                    .iter()
                    .map(|x| x.exp() / sum * (x - sum.ln()))
                    .sum::<f64>();
            }
        }
        DistributionKind::Plugin(id) => panic!("{id} is not built in"),
    }
    (log_prob, entropy)
}

fn raw_row(distribution: &Distribution, stream: &mut Stream) -> Vec<f32> {
    let raw = (0..distribution.raw_len()).map(|_| 1.5 * stream.normal() as f32);
    raw.collect()
}

fn close(found: f32, expected: f64, tolerance: f64) -> bool {
    (f64::from(found) - expected).abs() <= tolerance * (1.0 + expected.abs())
}

#[test]
fn log_prob_entropy_and_gradients_agree_with_f64() {
    let mut stream = Stream::new(1, 0, 0, Purpose::Action);
    for distribution in all() {
        let p = distribution.raw_len();
        let mut action = vec![0.0; distribution.action_len()];
        let (mut d_log, mut d_entropy) = (vec![f32::NAN; p], vec![f32::NAN; p]);
        for _ in 0..200 {
            let raw = raw_row(&distribution, &mut stream);
            let drawn = distribution.sample(&raw, &mut stream, &mut action);
            let wide: Vec<f64> = raw.iter().map(|&x| f64::from(x)).collect();
            let (log_prob, entropy) = exact(&distribution, &wide, &action);
            let row = (
                distribution.log_prob(&raw, &action),
                distribution.entropy(&raw),
            );
            let whole =
                distribution.log_prob_entropy_gradient(&raw, &action, &mut d_log, &mut d_entropy);
            assert_eq!(drawn, row.0);
            for (l, e) in [row, whole] {
                let what = distribution.kind();
                assert!(
                    close(l, log_prob, 2e-5),
                    "{what} log_prob {l} for {log_prob}"
                );
                assert!(close(e, entropy, 2e-5), "{what} entropy {e} for {entropy}");
            }
            for j in 0..p {
                let h = 1e-5;
                let at = |step: f64| {
                    let mut raw = wide.clone();
                    raw[j] += step;
                    exact(&distribution, &raw, &action)
                };
                let (up, down) = (at(h), at(-h));
                let by_log = (up.0 - down.0) / (2.0 * h);
                let by_entropy = (up.1 - down.1) / (2.0 * h);
                assert!(close(d_log[j], by_log, 2e-5), "{} {by_log}", d_log[j]);
                assert!(
                    close(d_entropy[j], by_entropy, 2e-5),
                    "{} {by_entropy}",
                    d_entropy[j]
                );
            }
        }
    }
}

/// `scipy.stats` 1.17.1: sums of `beta.logpdf`, `beta.entropy`, `norm.logpdf`, `norm.entropy`,
/// and `log_softmax` and `entropy(softmax)`, of the raw values as f32.
#[test]
fn values_of_scipy() {
    let check = |kind, action: &ActionSpec, raw: &[f32], native: &[f32], expected: (f64, f64)| {
        let distribution = distribution(kind, action);
        let kind = distribution.kind();
        let (l, e) = (
            distribution.log_prob(raw, native),
            distribution.entropy(raw),
        );
        assert!(close(l, expected.0, 1e-6), "{kind}: {l} for {}", expected.0);
        assert!(close(e, expected.1, 2e-6), "{kind}: {e} for {}", expected.1);
    };
    let three = box_action(3);
    check(
        DistributionKind::Beta,
        &three,
        &[0.3, -1.2, 2.5, 1.1, 0.0, -3.0],
        &[0.2, 0.7, 0.95],
        (1.280_104_914_839_954, -0.754_975_544_344_055_7),
    );
    check(
        DistributionKind::Beta,
        &three,
        &[20.0, 8.0, -8.0, 15.0, -8.0, 30.0],
        &[0.55, 0.999, 1e-6],
        (7.169_014_838_734_436, -4.877_475_523_741_634),
    );
    check(
        DistributionKind::Gaussian,
        &three,
        &[0.3, -1.2, 2.5, 0.1, -0.7, -3.0],
        &[0.5, -2.0, 2.51],
        (-0.491_025_431_044_485_5, 0.656_815_613_025_063_1),
    );
    check(
        DistributionKind::Categorical,
        &ActionSpec::Discrete { n: 4 },
        &[0.3, -1.2, 2.5, 0.1],
        &[1.0],
        (-3.903_956_407_116_227, 0.654_899_887_037_010_4),
    );
}

#[test]
fn samples_have_the_moments_of_their_distribution() {
    let n = 40_000;
    let moments = |distribution: &Distribution, raw: &[f32]| {
        let mut stream = Stream::new(2, 0, 0, Purpose::Action);
        let mut action = [0.0];
        let (mut mean, mut square) = (0.0, 0.0);
        for _ in 0..n {
            distribution.sample(raw, &mut stream, &mut action);
            mean += f64::from(action[0]);
            square += f64::from(action[0]).powi(2);
        }
        let mean = mean / f64::from(n);
        (mean, square / f64::from(n) - mean * mean)
    };
    let standard_errors = |variance: f64| 4.5 * (variance / f64::from(n)).sqrt();

    let gaussian = distribution(DistributionKind::Gaussian, &box_action(1));
    let (mean, variance) = moments(&gaussian, &[0.7, -0.5]);
    let expected = (-1.0_f64).exp();
    assert!((mean - f64::from(0.7_f32)).abs() < standard_errors(expected));
    assert!((variance / expected - 1.0).abs() < 4.5 * (2.0 / f64::from(n)).sqrt());

    let beta = distribution(DistributionKind::Beta, &box_action(1));
    for raw in [[-4.0_f32, -4.0], [1.0, -1.0], [12.0, 3.0]] {
        let [a, b] = raw.map(|x| 1.0 + f64::from(x).exp().ln_1p());
        let (mean, variance) = moments(&beta, &raw);
        let expected = a * b / ((a + b).powi(2) * (a + b + 1.0));
        assert!(
            (mean - a / (a + b)).abs() < standard_errors(expected),
            "{raw:?} {mean}"
        );
        assert!(
            (variance / expected - 1.0).abs() < 0.03,
            "{raw:?} {variance} {expected}"
        );
    }

    let categorical = distribution(
        DistributionKind::Categorical,
        &ActionSpec::Discrete { n: 3 },
    );
    let raw = [0.2_f32, 1.4, -0.3];
    let mut stream = Stream::new(3, 0, 0, Purpose::Action);
    let mut counts = [0.0; 3];
    let mut action = [0.0];
    for _ in 0..n {
        categorical.sample(&raw, &mut stream, &mut action);
        counts[action[0] as usize] += 1.0;
    }
    let sum: f64 = raw.iter().map(|&x| f64::from(x).exp()).sum();
    for (count, raw) in counts.iter().zip(raw) {
        let p = f64::from(raw).exp() / sum;
        assert!((count / f64::from(n) - p).abs() < standard_errors(p * (1.0 - p)));
    }
}

#[test]
fn the_mode_is_where_the_probability_is_highest() {
    let mut stream = Stream::new(4, 0, 0, Purpose::Action);
    for distribution in all() {
        let mut mode = vec![0.0; distribution.action_len()];
        let mut other = mode.clone();
        for _ in 0..50 {
            let raw = raw_row(&distribution, &mut stream);
            distribution.mode(&raw, &mut mode);
            let best = distribution.log_prob(&raw, &mode);
            distribution.sample(&raw, &mut stream, &mut other);
            assert!(distribution.log_prob(&raw, &other) <= best + 1e-4 * (1.0 + best.abs()));
        }
    }
    let beta = distribution(DistributionKind::Beta, &box_action(1));
    let mut mode = [0.0];
    beta.mode(&[1.0, -1.0], &mut mode);
    let (a, b) = (1.0_f64.exp().ln_1p(), (-1.0_f64).exp().ln_1p());
    assert!(close(mode[0], a / (a + b), 1e-6));
}

#[test]
fn motor_commands_stay_within_the_bounds() {
    let action = ActionSpec::Box {
        low: vec![-0.1, 2.0],
        high: vec![0.3, 2.0],
    };
    let command = |kind, native: [f32; 2]| {
        let mut out = [f32::NAN; 2];
        distribution(kind, &action).motor_command(&native, &mut out);
        out
    };
    assert_eq!(
        command(DistributionKind::Gaussian, [-3.0, 0.0]),
        [-0.1, 2.0]
    );
    assert_eq!(command(DistributionKind::Gaussian, [7.0, 0.0]), [0.3, 2.0]);
    assert_eq!(command(DistributionKind::Gaussian, [0.0, 9.0]), [0.1, 2.0]);
    assert!((command(DistributionKind::Beta, [0.25, 0.5])[0]).abs() < 1e-7);
    assert_eq!(
        command(DistributionKind::MultiCategorical, [0.0, 3.0])[0],
        -0.1
    );
    assert_eq!(
        command(DistributionKind::MultiCategorical, [10.0, 3.0])[0],
        0.3
    );
    let mut out = [f32::NAN];
    let discrete = ActionSpec::Discrete { n: 4 };
    distribution(DistributionKind::Categorical, &discrete).motor_command(&[3.0], &mut out);
    assert_eq!(out, [3.0]);
}

#[test]
fn settings_say_what_fits() {
    let error = |kind, action: &ActionSpec| {
        Distribution::new(&DistributionSettings::new(kind), action)
            .expect_err("does not fit")
            .to_string()
    };
    let message = error(DistributionKind::Categorical, &box_action(2));
    assert!(
        message.contains("gaussian, beta or multi-categorical does"),
        "{message}"
    );
    let message = error(DistributionKind::Beta, &ActionSpec::Discrete { n: 2 });
    assert!(
        message.contains("beta does not fit this action"),
        "{message}"
    );
    let message = error(DistributionKind::Gaussian, &box_action(0));
    assert!(message.contains("no degree of freedom"), "{message}");
    let message = error(DistributionKind::of("gausian"), &box_action(2));
    assert!(message.contains("did you mean gaussian?"), "{message}");
    for kind in DistributionKind::BUILT_IN {
        assert_eq!(DistributionKind::of(kind.name()), kind);
    }
    let written: DistributionSettings =
        serde_json::from_str(r#"{"kind": "multi-categorical"}"#).expect("reads");
    assert_eq!(
        written,
        DistributionSettings::new(DistributionKind::MultiCategorical)
    );
}

#[test]
fn only_a_gaussian_has_a_standard_deviation() {
    let gaussian = distribution(DistributionKind::Gaussian, &box_action(2));
    let std = gaussian
        .mean_std(&[5.0, 5.0, 0.0, 2.0_f32.ln()])
        .expect("has one");
    assert!((std - 1.5).abs() < 1e-6);
    assert_eq!(gaussian.free_raw_len(), 2);
    let beta = distribution(DistributionKind::Beta, &box_action(2));
    assert_eq!(beta.mean_std(&[0.0; 4]), None);
}
