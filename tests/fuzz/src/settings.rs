//! What people write: settings, suites of benchmarks, sites and jobs of a cluster.

use crate::{scratch, text};
use angora_host::config::{Experiment, Layers, Source, resolve};
use angora_host::fuzzing::suite;
use angora_host::run::check_name;
use angora_host::slurm::{Seeds, Site, TimeLimit, check_option};
use angora_plugin_api::ActionSpec;
use std::path::Path;

/// A file of settings: TOML.
pub fn settings(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut layers = Layers::default();
    if layers
        .text(text, Source::File("settings.toml".into()))
        .is_err()
    {
        return;
    }
    let written = layers.to_toml().expect("settings that were read");
    let mut again = Layers::default();
    again
        .text(&written, Source::CommandLine)
        .expect("settings that were written");
    assert_eq!(again.to_toml().expect("read twice"), written);
    let action = ActionSpec::Box {
        low: vec![-1.0, -2.0],
        high: vec![1.0, 2.0],
    };
    for (action, recurrent) in [(ActionSpec::Discrete { n: 2 }, true), (action, false)] {
        if let Ok(experiment) = resolve(&layers, &action, recurrent) {
            keeps(&experiment);
        }
    }
}

/// `--set KEY=VALUE`, one a line.
pub fn assignments(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut layers = Layers::default();
    for line in text.lines() {
        let _ = layers.assign(line);
    }
    let _ = layers.written();
    layers.to_toml().expect("settings that were taken");
    if let Ok(experiment) = resolve(&layers, &ActionSpec::Discrete { n: 2 }, true) {
        keeps(&experiment);
    }
}

/// `experiment.toml` of a run, in its first form too.
pub fn experiment(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(experiment) = Experiment::from_toml(text, Path::new("experiment.toml")) {
        keeps(&experiment);
    }
}

/// What is resolved means the same when it is written and read.
fn keeps(experiment: &Experiment) {
    let text = experiment.to_toml().expect("it can be written");
    match Experiment::from_toml(&text, Path::new("experiment.toml")) {
        Ok(again) => {
            // All that a preset said is written out.
            let preset = again.preset.clone();
            let expected = Experiment {
                preset,
                ..experiment.clone()
            };
            assert_eq!(again, expected, "{text}");
        }
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// A suite of a benchmark, and results of others.
pub fn benchmark(data: &[u8]) {
    // It names files, which would be read.
    if !data.windows(7).any(|word| word == b"compare") {
        let _ = scratch::file("suite.toml", data, suite);
    }
    let _ = scratch::file("others.toml", data, angora_benchmark::recorded::read);
    let _ = scratch::file("benchmark.json", data, |path| {
        angora_benchmark::Plan::read(path.parent().expect("its folder"))
    });
}

/// `site.toml` of a cluster.
pub fn site(data: &[u8]) {
    let _ = scratch::file("site.toml", data, Site::read);
}

/// Seeds, time limits, options and names on the command line of a job.
pub fn submission(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(limit) = text.parse::<TimeLimit>() {
        assert_eq!(limit.to_string().parse(), Ok(limit), "{text:?}");
    }
    if let Ok(seeds) = text.parse::<Seeds>() {
        let seeds = seeds.all();
        assert!((1..=1000).contains(&seeds.len()), "{}", seeds.len());
    }
    let _ = check_option(text);
    if check_name(text).is_ok() {
        let parts = Path::new(text).components().count();
        assert_eq!(parts, 1, "{text:?} is not the name of one folder");
    }
}
