//! From a command line to settings, the plugins that they name, and an experiment.

use super::anchor::{Author, anchor_plugins, anchor_python};
use crate::args::SettingsArguments;
use crate::config::{
    ConfigError, Experiment, Free, Layers, Source, Written, physics, plugin_timeout, preset_for,
    resolve, wasm_limits,
};
use crate::error::HostError;
use crate::packages::{Terms, catalogue, discover_by, remember_named, reproduce};
use crate::run::is_recurrent;
use angora_brain::DistributionKind;
use angora_core::suggest;
use angora_loader::calls::set_timeout;
use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::{ActionSpec, PluginKind};
use angora_simulation::{Blueprint, TaskChoice};
use std::path::Path;
use toml::{Table, Value};

/// What settings choose.
pub struct Choice {
    /// The plugins.
    pub catalogue: Catalogue,
    /// The settings, resolved.
    pub experiment: Experiment,
    layers: Layers,
}

impl Choice {
    /// Resolves settings for the task that they name. With `trust_plugins` native code comes in that
    /// a file names, whoever made it.
    ///
    /// # Errors
    /// A plugin that does not load or was not let in, or a setting that cannot be used.
    pub fn new(mut layers: Layers, trust_plugins: bool) -> Result<Self, HostError> {
        let named = layers.written()?.plugins.unwrap_or_default();
        let author = Author::of_plugins(&layers, trust_plugins);
        let discovery = discover_by(&named, author.named_by(), &[])
            .map_err(|error| error.located(|key| layers.origin(key)))?;
        // It is opened now, because the user says so: the run may open it again.
        remember_named(&discovery);
        anchor_plugins(&mut layers)?;
        Self::among(discovery, layers, trust_plugins)
    }

    /// As [`new`](Self::new), with the plugins of a lock and no others.
    ///
    /// # Errors
    /// As there, or a locked build that was not found.
    pub fn locked(mut layers: Layers, lock: &Path, terms: &Terms) -> Result<Self, HostError> {
        let reproduced = reproduce(lock, terms)?;
        let plugins = reproduced.plugins.into_iter().map(Value::String);
        layers.set("plugins", Value::Array(plugins.collect()))?;
        Self::among(reproduced.discovery, layers, terms.trust_plugins)
    }

    /// As [`new`](Self::new), of plugins that were found already.
    ///
    /// # Errors
    /// A plugin that does not load, or a setting that cannot be used.
    pub fn among(
        discovery: Discovery,
        layers: Layers,
        trust_plugins: bool,
    ) -> Result<Self, HostError> {
        let written = layers.clone();
        Self::resolved(discovery, layers, trust_plugins)
            .map_err(|error| error.located(|key| written.origin(key)))
    }

    fn resolved(
        discovery: Discovery,
        mut layers: Layers,
        trust_plugins: bool,
    ) -> Result<Self, HostError> {
        set_timeout(plugin_timeout(&layers)?);
        let catalogue = catalogue(discovery).with_wasm_limits(wasm_limits(&layers)?);
        let task = layers.written()?.task.unwrap_or_default();
        anchor_python(&mut layers, &task, trust_plugins)?;
        let written = layers.written()?;
        // Resolving says where it is missing.
        let spec = if task.is_empty() {
            None
        } else {
            Some(Blueprint::new(&catalogue, world(&written))?.spec().clone())
        };
        // What the task takes decides on the preset and the distribution, and whether the brain
        // is recurrent on how the batch is cut.
        let nothing = ActionSpec::Discrete { n: 1 };
        let action = spec.as_ref().map_or(&nothing, |spec| &spec.action);
        let preset = written.preset.as_deref().unwrap_or("auto");
        let preset = preset_for(preset, &task, action)?;
        let layers = layers.over(preset);
        check_distribution(&catalogue, &layers)?;
        let recurrent = match &spec {
            None => false,
            Some(spec) => is_recurrent(&catalogue, &layers.written()?, spec)?,
        };
        let experiment = resolve(&layers, action, recurrent)?;
        Ok(Self {
            catalogue,
            experiment,
            layers,
        })
    }

    /// Where settings came from, for those that turn out wrong when the brain is built.
    pub fn origins(&self) -> impl Fn(HostError) -> HostError + use<> {
        let layers = self.layers.clone();
        move |error| match error {
            HostError::Setting { key, problem } => {
                ConfigError::new(layers.origin(key), key, problem).into()
            }
            other => other.located(|key| layers.origin(key)),
        }
    }
}

/// Refuses a distribution that is neither built in nor a plugin's.
fn check_distribution(catalogue: &Catalogue, layers: &Layers) -> Result<(), HostError> {
    let key = "distribution.kind";
    let Some(name) = layers.written()?.distribution.kind else {
        return Ok(());
    };
    let plugins = catalogue.ids(PluginKind::Distribution);
    match unknown_distribution(&name, &plugins) {
        None => Ok(()),
        Some(problem) => Err(ConfigError::new(layers.origin(key), key, problem).into()),
    }
}

/// What is wrong with the name of a distribution, if those of plugins are these.
fn unknown_distribution(name: &str, plugins: &[String]) -> Option<String> {
    let built_in = DistributionKind::BUILT_IN;
    let names = built_in.iter().map(DistributionKind::name);
    let names = names.chain(plugins.iter().map(String::as_str));
    if name == "auto" || names.clone().any(|known| known == name) {
        return None;
    }
    let hint = suggest::hint(name, names);
    Some(format!("there is no {name:?}; {hint}"))
}

/// The task of settings with what belongs to its world; its reward is its own.
#[must_use]
pub fn world(written: &Written) -> TaskChoice {
    let free = |table: &Free| serde_json::Value::Object(table.clone());
    TaskChoice {
        task: written.task.clone().unwrap_or_default(),
        task_config: free(&written.task_config),
        body: written.body.clone(),
        body_config: free(&written.body_config),
        physics: physics(written),
        conditions: written.conditions.clone(),
        ..TaskChoice::default()
    }
}

/// The settings of a command line over those of its file.
///
/// # Errors
/// A file that cannot be read, or an unknown key.
pub fn settings(arguments: &SettingsArguments) -> Result<Layers, ConfigError> {
    let mut layers = Layers::default();
    if let Some(file) = &arguments.file {
        layers.file(file)?;
    }
    let text = |value: &Option<String>| value.clone().map(Value::String);
    let number = |value: Option<u64>| value.map(|n| Value::Integer(n as i64));
    let texts = |values: &[String]| {
        let values: Vec<Value> = values.iter().cloned().map(Value::String).collect();
        (!values.is_empty()).then_some(Value::Array(values))
    };
    let flags = [
        ("plugins", texts(&arguments.plugin)),
        ("task", text(&arguments.task)),
        ("body", text(&arguments.body)),
        ("reward", text(&arguments.reward)),
        ("reward_configuration", text(&arguments.reward_config)),
        ("brain", text(&arguments.brain)),
        ("distribution.kind", text(&arguments.distribution)),
        ("preset", text(&arguments.preset)),
        ("freeze", texts(&arguments.freeze)),
        ("load_regions", loads(&arguments.load_region)?),
        ("device", text(&arguments.device)),
        ("cycles", number(arguments.cycles)),
        ("environments", number(arguments.environments)),
        ("horizon", number(arguments.horizon)),
        ("seed", number(arguments.seed)),
        ("threads", number(arguments.threads)),
        ("optimizers", number(arguments.optimizers)),
    ];
    for (key, value) in flags {
        if let Some(value) = value {
            layers.set(key, value)?;
        }
    }
    for assignment in &arguments.set {
        layers.assign(assignment)?;
    }
    Ok(layers)
}

/// `--load-region`, as the setting is written.
fn loads(written: &[String]) -> Result<Option<Value>, ConfigError> {
    let loads: Vec<Value> = written
        .iter()
        .map(|text| load(text))
        .collect::<Result<_, _>>()?;
    Ok((!loads.is_empty()).then_some(Value::Array(loads)))
}

/// `REGION=SOURCE[#REGION_THERE]`.
fn load(text: &str) -> Result<Value, ConfigError> {
    let parts = text.split_once('=').map(|(region, rest)| {
        let (source, there) = rest.rsplit_once('#').unwrap_or((rest, region));
        [
            ("region", region),
            ("source", source),
            ("source_region", there),
        ]
    });
    match parts {
        Some(parts) if parts.iter().all(|(_, part)| !part.is_empty()) => {
            let table: Table = parts
                .map(|(key, part)| (key.to_owned(), Value::String(part.to_owned())))
                .into_iter()
                .collect();
            Ok(Value::Table(table))
        }
        _ => Err(ConfigError::new(
            Source::CommandLine,
            "--load-region",
            format!(
                "expected REGION=SOURCE or REGION=SOURCE#REGION_THERE, for example policy=latest, not {text:?}"
            ),
        )),
    }
}

/// The flags that were given, in the order of the help.
#[must_use]
pub fn given(arguments: &SettingsArguments) -> Vec<&'static str> {
    let all = [
        ("a settings file", arguments.file.is_some()),
        ("--plugin", !arguments.plugin.is_empty()),
        ("--task", arguments.task.is_some()),
        ("--body", arguments.body.is_some()),
        ("--reward", arguments.reward.is_some()),
        ("--reward-config", arguments.reward_config.is_some()),
        ("--brain", arguments.brain.is_some()),
        ("--distribution", arguments.distribution.is_some()),
        ("--preset", arguments.preset.is_some()),
        ("--freeze", !arguments.freeze.is_empty()),
        ("--load-region", !arguments.load_region.is_empty()),
        ("--cycles", arguments.cycles.is_some()),
        ("--environments", arguments.environments.is_some()),
        ("--horizon", arguments.horizon.is_some()),
        ("--seed", arguments.seed.is_some()),
        ("--threads", arguments.threads.is_some()),
        ("--optimizers", arguments.optimizers.is_some()),
        ("--device", arguments.device.is_some()),
        ("--set", !arguments.set.is_empty()),
    ];
    let given = all.into_iter().filter(|(_, given)| *given);
    given.map(|(flag, _)| flag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_read_in_its_short_form() {
        let read = |text: &str| load(text).map(|value| value.to_string());
        assert_eq!(
            read("mc=runs/a").expect("valid"),
            r#"{ region = "mc", source = "runs/a", source_region = "mc" }"#
        );
        // Only the last # divides: folders may have one in their names.
        assert_eq!(
            read("mc=a#1/f=2#motor.m1").expect("valid"),
            r#"{ region = "mc", source = "a#1/f=2", source_region = "motor.m1" }"#
        );
        for wrong in ["mc", "=latest", "mc=", "mc=latest#"] {
            let error = read(wrong).expect_err(wrong).to_string();
            assert!(
                error.starts_with("command line: --load-region: expected REGION="),
                "{error}"
            );
        }
    }

    #[test]
    fn a_distribution_is_built_in_or_a_plugins() {
        let plugins = ["squashed-gaussian".to_owned()];
        for known in ["auto", "beta", "squashed-gaussian"] {
            assert_eq!(unknown_distribution(known, &plugins), None);
        }
        let problem = unknown_distribution("gausian", &plugins).expect("unknown");
        assert_eq!(problem, "there is no \"gausian\"; did you mean gaussian?");
        let problem = unknown_distribution("squashed-gausian", &plugins).expect("unknown");
        assert!(
            problem.ends_with("did you mean squashed-gaussian?"),
            "{problem}"
        );
    }

    #[test]
    fn flags_become_settings() {
        let arguments = SettingsArguments {
            freeze: vec!["mc".into(), "value_head".into()],
            load_region: vec!["mc=latest".into()],
            ..SettingsArguments::default()
        };
        let written = settings(&arguments).and_then(|layers| layers.written());
        let written = written.expect("typed");
        assert_eq!(written.freeze, Some(vec!["mc".into(), "value_head".into()]));
        assert_eq!(written.load_regions.expect("there")[0].source, "latest");
        assert_eq!(given(&arguments), ["--freeze", "--load-region"]);
    }
}
