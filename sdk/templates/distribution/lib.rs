//! Laplace's distribution: more small and more large steps than a Gaussian.

use angora_sdk::distribution::{DistributionBuilder, Parameter, Results, Support};
use angora_sdk::{ActionSpec, Distribution, DistributionSpec, Fault, FaultCode, Result};
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// Settings, as a run writes them below `distribution_config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Mean distance from the centre at the start, in native actions: 1 is half of the range.
    pub scale: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { scale: 0.5 }
    }
}

/// The distribution.
#[derive(Debug)]
pub struct __TYPE__;

impl Distribution for __TYPE__ {
    type Config = Config;

    fn declare(_id: &str, config: Config, action: &ActionSpec) -> Result<DistributionSpec> {
        if !matches!(action, ActionSpec::Box { .. }) {
            let message = "it is for continuous actions (box)";
            return Err(Fault::new(FaultCode::Unsupported, message).on("action"));
        }
        if !(0.01..=5.0).contains(&config.scale) {
            let message = format!("it is {}, expected 0.01 to 5", config.scale);
            return Err(Fault::new(FaultCode::Config, message).on("scale"));
        }
        let d = DistributionBuilder::new();
        // The policy head gives the centre; the scale is learned whatever the sensation.
        let centre = d.parameter(Parameter::new("centre"));
        let log_scale = Parameter::new("log_scale").bounds(-5.0, 2.0);
        let log_scale = d.parameter(log_scale.free(config.scale.ln()));
        let scale = log_scale.exp();

        let distance = (d.action() - centre).abs() / scale;
        // By inversion of the cumulative distribution, a little away from its poles.
        let u = d.uniform("u") * 0.999_998 - 0.499_999;
        let away = -(u.abs() * -2.0).ln_1p() * scale;
        let results = Results {
            log_prob: -distance - log_scale - LN_2,
            entropy: log_scale + 1.0 + LN_2,
            mode: centre,
            sample: centre + u.less(0.0).select(-away, away),
        };
        Ok(d.finish(Support::Real, results))
    }
}

angora_sdk::export_plugin! {
    distribution "__ID__" => __TYPE__,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(config: Config) -> Result<DistributionSpec> {
        let action = ActionSpec::Box {
            low: vec![-1.0; 2],
            high: vec![1.0; 2],
        };
        __TYPE__::declare("__ID__", config, &action)
    }

    #[test]
    fn the_scale_starts_where_it_is_set() {
        let spec = declared(Config { scale: 1.0 }).expect("valid");
        assert_eq!(spec.parameters[1].initial, 0.0);
        assert!(!spec.parameters[1].state_dependent);
    }

    #[test]
    fn no_scale_is_refused_by_name() {
        let fault = declared(Config { scale: 0.0 });
        assert_eq!(fault.expect_err("refused").field, "scale");
    }
}
