//! Plugins that were built against released contracts give the bits that they gave: episodes of
//! their tasks under fixed actions through their preprocessors, against the files beside them.
//!
//! Nothing here depends on the processor: no brain is asked, and random numbers are integers at
//! heart. `ANGORA_UPDATE=1` writes the files of a new folder; those of a released one stay.

use angora_gathering::{Actor, Chain};
use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::ActionSpec;
use angora_plugin_api::v2::{PreprocessorContext, Progress};
use angora_simulation::{Blueprint, TaskChoice};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A task with the preprocessor that stands before it, and whether it needs the host's physics.
type Episode = (&'static str, &'static str, bool);

const ROOMS: [(&str, [Episode; 2]); 2] = [
    (
        "v1.0",
        [
            ("MuseumSide-v1", "museum-count", false),
            ("MuseumStill-v1", "museum-count", true),
        ],
    ),
    (
        "v2.0",
        [
            ("MuseumFollow-v2", "museum-jitter", false),
            ("MuseumPushed-v2", "museum-jitter", true),
        ],
    ),
];

fn folder(room: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/museum")
        .join(room)
}

fn catalogue(room: &str, name: &str) -> Catalogue {
    let output = Command::new("gzip")
        .arg("-dc")
        .arg(folder(room).join(format!("{name}.gz")))
        .output()
        .expect("gzip is there");
    assert!(output.status.success(), "{room}: {name}");
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(room);
    std::fs::create_dir_all(&made).expect("a folder");
    let plugin = made.join(name);
    std::fs::write(&plugin, output.stdout).expect("is written");
    let mut discovery = Discovery::default();
    discovery
        .name(&plugin.display().to_string())
        .expect("is a plugin");
    Catalogue::new(discovery)
}

/// All bits of three episodes, a line for each control step: sensation, reward, signals, executed
/// command, events.
fn bits(catalogue: &Catalogue, (task, preprocessor, _): Episode) -> String {
    let choice = TaskChoice {
        task: task.into(),
        task_config: json!({}),
        ..TaskChoice::default()
    };
    let blueprint = Blueprint::new(catalogue, choice).expect("composes");
    let spec = blueprint.spec();
    let context = PreprocessorContext {
        sensations: spec.sensations.clone(),
        discount: 0.99,
        action: spec.action.clone(),
        control_timestep: spec.control_timestep,
    };
    let made = catalogue.preprocessor(preprocessor, &json!({}), &context);
    let chain = Chain::new(vec![made.expect("is made")]);
    let environment = blueprint.build(5, 1).expect("builds");
    let mut actor = Actor::new(5, environment, chain);
    let progress = Progress {
        fraction: 0.5,
        steps: 100,
    };
    actor.set_progress(progress).expect("takes it");
    let len = spec
        .sensations
        .iter()
        .map(angora_plugin_api::SensationSpec::len);
    let mut sensation = vec![0.0_f32; len.sum()];
    let discrete = matches!(spec.action, ActionSpec::Discrete { .. });
    let mut text = format!("{task}\n");
    for episode in 0..3 {
        actor.begin(&mut sensation, true).expect("begins");
        line(&mut text, &actor, &sensation, 0.0);
        for step in 0..8 {
            actor.motor()[0] = match (discrete, (step + episode) % 3) {
                (true, at) => (at % 2) as f32,
                (false, at) => 0.5 * at as f32 - 0.5,
            };
            let acted = actor.step(&mut sensation, true).expect("steps");
            line(&mut text, &actor, &sensation, acted.reward);
        }
    }
    text
}

fn line(text: &mut String, actor: &Actor, sensation: &[f32], reward: f64) {
    let environment = actor.environment();
    for value in sensation.iter().chain(actor.executed_command()) {
        write!(text, "{:08x} ", value.to_bits()).expect("fits");
    }
    for value in [reward].iter().chain(environment.signals()) {
        write!(text, "{:016x} ", value.to_bits()).expect("fits");
    }
    for mark in environment.events() {
        write!(text, "{}@{:016x} ", mark.event, mark.time.to_bits()).expect("fits");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// Tasks that are modules have no events.
fn without_events(recorded: &str) -> String {
    let line = |line: &str| -> String {
        let words = line.split(' ').filter(|word| !word.contains('@'));
        words.collect::<Vec<_>>().join(" ") + "\n"
    };
    recorded.lines().map(line).collect()
}

#[test]
fn plugins_of_every_release_give_the_bits_that_they_gave() {
    let native = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    for (room, episodes) in ROOMS {
        let library = native.then(|| catalogue(room, "museum.so"));
        let module = catalogue(room, "museum.wasm");
        for episode @ (task, _, physics) in episodes {
            let path = folder(room).join(format!("{task}.bits"));
            if let Some(library) = &library
                && std::env::var_os("ANGORA_UPDATE").is_some()
                && !path.exists()
            {
                std::fs::write(&path, bits(library, episode)).expect("is written");
            }
            let recorded = std::fs::read_to_string(&path).expect("was recorded");
            assert!(recorded.lines().count() == 28, "{room}: {task}");
            if let Some(library) = &library {
                assert_eq!(bits(library, episode), recorded, "{room}: {task}");
            }
            if !physics {
                let expected = without_events(&recorded);
                assert_eq!(bits(&module, episode), expected, "{room}: {task}, module");
            }
        }
    }
}
