//! a = tanh u, u normal (Haarnoja et al. 2018, appendix C).

use angora_sdk::distribution::{
    DistributionBuilder, EntropyForm, ModeForm, Parameter, Results, Support,
};
use angora_sdk::{ActionSpec, Distribution, DistributionSpec, Fault, FaultCode, Result};
use serde::{Deserialize, Serialize};
use std::f64::consts::{LN_2, TAU};

/// Bounds of the logarithm of the standard deviation: narrower is no exploration, wider puts all
/// actions to the two ends.
const LOG_STD: (f64, f64) = (-5.0, 1.0);
/// Distance of native actions from -1 and 1, where atanh has its poles.
const MARGIN: f64 = 1e-6;
/// Nodes and weights of Gauss-Hermite quadrature for a standard normal variable (Abramowitz and
/// Stegun 25.4.46 and table 25.10, n = 8; nodes times sqrt 2, weights over sqrt pi).
const NODES: [f64; 8] = [
    -4.144_547_186_125_89,
    -2.802_485_861_287_54,
    -1.636_519_042_435_11,
    -0.539_079_811_351_375,
    0.539_079_811_351_375,
    1.636_519_042_435_11,
    2.802_485_861_287_54,
    4.144_547_186_125_89,
];
const WEIGHTS: [f64; 8] = [
    0.000_112_614_538_375_367,
    0.009_635_220_120_788_26,
    0.117_239_907_661_759,
    0.373_012_257_679_077,
    0.373_012_257_679_077,
    0.117_239_907_661_759,
    0.009_635_220_120_788_26,
    0.000_112_614_538_375_367,
];

/// Settings, as a run writes them below `distribution_config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether the policy head gives the standard deviations; otherwise they are learned as they
    /// are, whatever the sensation.
    pub state_dependent_std: bool,
    /// Logarithm of the standard deviation before tanh at the start, if it does not depend on the
    /// state.
    pub initial_log_std: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            state_dependent_std: false,
            initial_log_std: 0.0,
        }
    }
}

/// The distribution.
#[derive(Debug)]
pub struct SquashedGaussian;

impl Distribution for SquashedGaussian {
    type Config = Config;

    fn declare(_id: &str, config: Config, action: &ActionSpec) -> Result<DistributionSpec> {
        if !matches!(action, ActionSpec::Box { .. }) {
            let message = "it is for continuous actions (box); categorical is for choices";
            return Err(Fault::new(FaultCode::Unsupported, message).on("action"));
        }
        let (low, high) = LOG_STD;
        if !(low..=high).contains(&config.initial_log_std) {
            let message = format!("it is {}, expected {low} to {high}", config.initial_log_std);
            return Err(Fault::new(FaultCode::Config, message).on("initial_log_std"));
        }
        let log_std = Parameter::new("log_std").bounds(low, high);
        let log_std = if config.state_dependent_std {
            log_std
        } else {
            log_std.free(config.initial_log_std)
        };
        let d = DistributionBuilder::new();
        let mean = d.parameter(Parameter::new("mean"));
        let log_std = d.parameter(log_std);
        let std = log_std.exp();

        // atanh a, and ln of da/du = 1 - a^2 = (1 + a)(1 - a); the two logarithms lose nothing near
        // the ends.
        let (up, down) = (d.action().ln_1p(), (-d.action()).ln_1p());
        let z = ((up - down) * 0.5 - mean) * (-log_std).exp();
        let log_prob = z.square() * -0.5 - log_std - 0.5 * TAU.ln() - (up + down);

        // H(a) = H(u) + E ln(1 - tanh^2 u), and ln(1 - tanh^2 u) = 2 (ln 2 - u - softplus(-2 u)),
        // whose mean is linear in u but for the last term.
        let bent = (-2.0 * (mean + std * d.table(&NODES))).softplus();
        let bend = (bent * d.table(&WEIGHTS)).sum();
        let entropy = log_std + 0.5 * (1.0 + TAU.ln()) + (LN_2 - mean - bend) * 2.0;

        let drawn = mean + std * d.normal("noise");
        let sample = drawn.tanh().clamp(MARGIN - 1.0, 1.0 - MARGIN);
        let mode = mean.tanh().clamp(MARGIN - 1.0, 1.0 - MARGIN);
        let results = Results {
            log_prob,
            entropy,
            mode,
            sample,
        };
        Ok(DistributionSpec {
            // The density may have two peaks at the ends; half of it is on either side of tanh mean.
            mode_form: ModeForm::Median,
            entropy_form: EntropyForm::Estimate {
                method: "normal entropy and Gauss-Hermite quadrature of the log-Jacobian, 8 nodes"
                    .into(),
                tolerance: 0.1,
            },
            ..d.finish(
                Support::Interval {
                    low: -1.0,
                    high: 1.0,
                },
                results,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(config: Config) -> Result<DistributionSpec> {
        let action = ActionSpec::Box {
            low: vec![-2.0],
            high: vec![2.0],
        };
        SquashedGaussian::declare("squashed-gaussian", config, &action)
    }

    #[test]
    fn the_policy_head_gives_the_standard_deviation_if_asked() {
        let spec = declared(Config::default()).expect("valid");
        assert!(spec.parameters[0].state_dependent && !spec.parameters[1].state_dependent);
        let spec = declared(Config {
            state_dependent_std: true,
            ..Config::default()
        });
        assert!(spec.expect("valid").parameters[1].state_dependent);
    }

    #[test]
    fn what_it_is_not_for_is_refused_by_name() {
        let fault = declared(Config {
            initial_log_std: 3.0,
            ..Config::default()
        });
        assert_eq!(fault.expect_err("refused").field, "initial_log_std");
        let choice = ActionSpec::Discrete { n: 2 };
        let fault = SquashedGaussian::declare("squashed-gaussian", Config::default(), &choice);
        assert_eq!(fault.expect_err("refused").field, "action");
    }

    /// The quadrature is exact for polynomials up to degree 15: moments of the normal distribution.
    #[test]
    fn the_quadrature_has_the_moments_of_a_standard_normal() {
        let moment =
            |n: i32| -> f64 { NODES.iter().zip(WEIGHTS).map(|(x, w)| w * x.powi(n)).sum() };
        for (n, expected) in [
            (0, 1.0),
            (2, 1.0),
            (4, 3.0),
            (6, 15.0),
            (8, 105.0),
            (14, 135_135.0),
        ] {
            assert!(
                (moment(n) / expected - 1.0).abs() < 1e-9,
                "{n}: {}",
                moment(n)
            );
        }
    }
}
