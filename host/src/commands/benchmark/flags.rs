//! A suite of the command line, or what the command line changes of one.

use super::suite::{Suite, SuiteTask, SuiteVariant};
use crate::args::BenchmarkArguments;
use crate::config::{ConfigError, Layers, Source};
use crate::error::HostError;
use angora_benchmark::recorded;
use angora_core::suggest;
use toml::Value;

/// The suite that a command line asks for.
///
/// # Errors
/// Something is missing or not there.
pub fn suite(arguments: &BenchmarkArguments) -> Result<Suite, HostError> {
    let mut suite = match &arguments.suite {
        Some(path) => {
            let mut suite = Suite::read(path)?;
            choose(arguments, &mut suite)?;
            suite
        }
        None => {
            let mut suite = written(arguments)?;
            suite.check()?;
            suite
        }
    };
    let mut above = Layers::default();
    if !arguments.plugin.is_empty() {
        let plugins = arguments.plugin.iter().cloned().map(Value::String);
        above.set("plugins", Value::Array(plugins.collect()))?;
    }
    for assignment in &arguments.set {
        above.assign(assignment)?;
    }
    // Over the settings of tasks and variants too.
    for variant in &mut suite.variants {
        variant.settings = above.clone().over(variant.settings.clone());
    }
    if let Some(seeds) = &arguments.seeds {
        suite.seeds = seeds.all().to_vec();
    }
    if suite.seeds.is_empty() {
        suite.seeds = vec![1, 2, 3];
    }
    if let Some(steps) = arguments.steps {
        suite.origin = Source::CommandLine;
        for task in &mut suite.tasks {
            task.steps = Some(steps);
        }
    }
    suite.episodes = arguments.episodes.or(suite.episodes);
    if let Some(name) = &arguments.name {
        suite.name = Some(name.clone());
    }
    for path in &arguments.compare {
        suite.recorded.extend(recorded::read(path)?);
    }
    Ok(suite)
}

fn usage(key: &str, problem: impl Into<String>) -> ConfigError {
    ConfigError::new(Source::CommandLine, key, problem)
}

/// Only the tasks and variants of a file that were named.
fn choose(arguments: &BenchmarkArguments, suite: &mut Suite) -> Result<(), ConfigError> {
    let ids: Vec<String> = suite.tasks.iter().map(|task| task.id.clone()).collect();
    let names: Vec<String> = suite.variants.iter().map(|v| v.name.clone()).collect();
    for (flag, wanted, known) in [
        ("--task", &arguments.task, &ids),
        ("--variant", &arguments.variant, &names),
    ] {
        if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
            let hint = suggest::hint(unknown, known.iter().map(String::as_str));
            return Err(usage(flag, format!("the file has no {unknown:?}; {hint}")));
        }
    }
    let is_wanted = |wanted: &[String], name: &String| wanted.is_empty() || wanted.contains(name);
    suite
        .tasks
        .retain(|task| is_wanted(&arguments.task, &task.id));
    let kept = |name: &String| is_wanted(&arguments.variant, name);
    suite.variants.retain(|variant| kept(&variant.name));
    for task in &mut suite.tasks {
        if let Some(variants) = &mut task.variants {
            variants.retain(kept);
        }
    }
    Ok(())
}

/// A suite of flags alone.
fn written(arguments: &BenchmarkArguments) -> Result<Suite, ConfigError> {
    if arguments.task.is_empty() {
        let problem =
            "no task is named: give a TOML file, or --task, for example --task CartPole-v1";
        return Err(usage("--task", problem));
    }
    let task = |id: &String| SuiteTask {
        id: id.clone(),
        ..SuiteTask::default()
    };
    Ok(Suite {
        tasks: arguments.task.iter().map(task).collect(),
        variants: variants(arguments)?,
        ..Suite::empty(Source::CommandLine)
    })
}

/// All combinations of presets, distributions and variants that were named.
fn variants(arguments: &BenchmarkArguments) -> Result<Vec<SuiteVariant>, ConfigError> {
    let by_value = |key: &str, names: &[String]| {
        let variant = |name: &String| {
            let mut settings = Layers::default();
            settings.set(key, Value::String(name.clone()))?;
            Ok(SuiteVariant {
                name: name.clone(),
                settings,
            })
        };
        names.iter().map(variant).collect::<Result<Vec<_>, _>>()
    };
    let axes = [
        by_value("preset", &arguments.preset)?,
        by_value("distribution.kind", &arguments.distribution)?,
        named(&arguments.variant)?,
    ];
    let axes = axes.into_iter().filter(|axis| !axis.is_empty());
    Ok(axes.reduce(crossed).unwrap_or_default())
}

/// Each of one with each of another, whose settings lie above.
fn crossed(below: Vec<SuiteVariant>, above: Vec<SuiteVariant>) -> Vec<SuiteVariant> {
    let pairs = below.iter().flat_map(|a| above.iter().map(move |b| (a, b)));
    pairs
        .map(|(a, b)| SuiteVariant {
            name: format!("{}-{}", a.name, b.name),
            settings: b.settings.clone().over(a.settings.clone()),
        })
        .collect()
}

/// `NAME` or `NAME:KEY=VALUE`, one name as often as it has settings.
fn named(written: &[String]) -> Result<Vec<SuiteVariant>, ConfigError> {
    let mut variants: Vec<SuiteVariant> = Vec::new();
    for text in written {
        let (name, assignment) = match text.split_once(':') {
            Some((name, assignment)) => (name, Some(assignment)),
            None => (text.as_str(), None),
        };
        let at = variants.iter().position(|variant| variant.name == name);
        let at = at.unwrap_or_else(|| {
            variants.push(SuiteVariant {
                name: name.to_owned(),
                settings: Layers::default(),
            });
            variants.len() - 1
        });
        if let Some(assignment) = assignment {
            variants[at].settings.assign(assignment)?;
        }
    }
    Ok(variants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_of_flags_are_combined() {
        let arguments = BenchmarkArguments {
            distribution: vec!["beta".into(), "gaussian".into()],
            variant: vec![
                "few:ppo.epochs=2".into(),
                "few:horizon=64".into(),
                "all".into(),
            ],
            ..empty()
        };
        let variants = variants(&arguments).expect("known keys");
        let names: Vec<&str> = variants.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(
            names,
            ["beta-few", "beta-all", "gaussian-few", "gaussian-all"]
        );
        let written = variants[2].settings.written().expect("typed");
        assert_eq!((written.ppo.epochs, written.horizon), (Some(2), Some(64)));
        assert_eq!(written.distribution.kind.as_deref(), Some("gaussian"));
        assert!(super::variants(&empty()).expect("none").is_empty());
    }

    fn empty() -> BenchmarkArguments {
        BenchmarkArguments {
            command: None,
            suite: None,
            task: Vec::new(),
            variant: Vec::new(),
            preset: Vec::new(),
            distribution: Vec::new(),
            seeds: None,
            steps: None,
            set: Vec::new(),
            plugin: Vec::new(),
            trust_plugins: false,
            locked: None,
            episodes: None,
            compare: Vec::new(),
            name: None,
            to: None,
            runs: "runs".into(),
            jobs: None,
            retry_failed: false,
            dry_run: false,
            quiet: false,
        }
    }
}
