//! `env`: what tasks exchange with the host, and how fast they step.

mod list;
mod serve;
mod show;
mod step;

use super::choose::{settings, world};
use crate::args::{EnvArguments, EnvCommand, SettingsArguments};
use crate::error::HostError;
use crate::packages::{catalogue, discover, remember_named};
use angora_loader::Catalogue;
use angora_plugin_api::{ActionSpec, SensationSpec};
use angora_simulation::TaskChoice;

/// Does what the command line says.
pub fn env(command: &EnvCommand) -> Result<(), HostError> {
    match command {
        EnvCommand::List { plugin, json } => list::list(plugin, *json),
        EnvCommand::Show(arguments) => show::show(arguments),
        EnvCommand::Step(arguments) => step::step(arguments),
        EnvCommand::Serve(arguments) => serve::serve(arguments),
    }
}

/// The plugins and the task of a command line.
fn chosen(arguments: &EnvArguments) -> Result<(Catalogue, TaskChoice), HostError> {
    let arguments = SettingsArguments {
        task: Some(arguments.task.clone()),
        plugin: arguments.plugin.clone(),
        body: arguments.body.clone(),
        reward: arguments.reward.clone(),
        set: arguments.set.clone(),
        ..SettingsArguments::default()
    };
    let written = settings(&arguments)?.written()?;
    let discovery = discover(&arguments.plugin, &[])?;
    remember_named(&discovery);
    let catalogue = catalogue(discovery);
    let choice = TaskChoice {
        reward: written.reward.clone(),
        reward_configuration: written.reward_configuration.clone(),
        reward_config: serde_json::Value::Object(written.reward_config.clone()),
        ..world(&written)
    };
    Ok((catalogue, choice))
}

/// A sense in a few words: `proprioception 17`, `vision 84x84x3`.
fn sense(spec: &SensationSpec) -> String {
    let shape: Vec<String> = spec.shape.iter().map(usize::to_string).collect();
    format!("{} {}", spec.sense.name(), shape.join("x"))
}

/// An action in a few words: `6 in [-1, 1]`, `1 of 4`, `20 of 11 each`.
fn action(spec: &ActionSpec) -> String {
    match spec {
        ActionSpec::Discrete { n } => format!("1 of {n}"),
        ActionSpec::MultiDiscrete { n } if n.windows(2).all(|pair| pair[0] == pair[1]) => {
            format!("{} of {} each", n.len(), n.first().unwrap_or(&0))
        }
        ActionSpec::MultiDiscrete { n } => {
            let choices: Vec<String> = n.iter().map(usize::to_string).collect();
            format!("{} of {}", n.len(), choices.join(", "))
        }
        ActionSpec::Box { low, high } => {
            let alike = |bounds: &[f64]| bounds.iter().all(|bound| *bound == bounds[0]);
            if !low.is_empty() && alike(low) && alike(high) {
                format!("{} in [{}, {}]", low.len(), low[0], high[0])
            } else {
                format!("{}, each in bounds of its own", low.len())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_said_in_a_few_words() {
        let bounded = |low: &[f64], high: &[f64]| {
            action(&ActionSpec::Box {
                low: low.into(),
                high: high.into(),
            })
        };
        assert_eq!(bounded(&[-1.0; 6], &[1.0; 6]), "6 in [-1, 1]");
        assert_eq!(
            bounded(&[-1.0, 0.0], &[1.0; 2]),
            "2, each in bounds of its own"
        );
        assert_eq!(action(&ActionSpec::Discrete { n: 4 }), "1 of 4");
        let several = |n: &[usize]| action(&ActionSpec::MultiDiscrete { n: n.into() });
        assert_eq!(several(&[11; 20]), "20 of 11 each");
        assert_eq!(several(&[3, 2]), "2 of 3, 2");
    }
}
