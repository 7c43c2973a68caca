use super::*;
use crate::config::preset::{preset_for, preset_names};
use crate::config::written::known_keys;
use angora_plugin_api::ActionSpec;

fn action() -> ActionSpec {
    ActionSpec::Box {
        low: vec![-1.0],
        high: vec![1.0],
    }
}

/// As `run` resolves settings: over the preset that they name.
fn resolved(text: &str, recurrent: bool) -> Result<Experiment, ConfigError> {
    let mut layers = Layers::default();
    layers.text(text, Source::File("run.toml".into()))?;
    let written = layers.written()?;
    let preset = written.preset.as_deref().unwrap_or("auto");
    let task = written.task.as_deref().unwrap_or_default();
    let layers = layers.over(preset_for(preset, task, &action())?);
    resolve(&layers, &action(), recurrent)
}

/// What the settings become when their file is read by a run that goes on, and by a new one.
fn round_trip(experiment: &Experiment, recurrent: bool, what: &str) {
    let expected = Experiment {
        preset: NO_PRESET.into(),
        ..experiment.clone()
    };
    let text = experiment.to_toml().expect(what);
    let again = Experiment::from_toml(&text, Path::new("experiment.toml"));
    assert_eq!(again.expect(&text), expected, "{what}\n{text}");
    let anew = resolved(&text, recurrent);
    assert_eq!(anew.expect(&text), expected, "{what}, run again\n{text}");
}

/// A value of a key that is not its default, as TOML, and what else it needs to have an effect.
fn another(key: &str, defaults: &serde_json::Value) -> (String, &'static str) {
    let text = match key {
        "plugins" => r#"["task-x", "/lab/plugins"]"#,
        "body" => r#""hopper""#,
        "reward" => r#""dexterity""#,
        "reward_configuration" => r#""mine""#,
        "brain" => r#""wide""#,
        "preset" => r#""cart-pole""#,
        "device" => r#""flex""#,
        "optimizers" | "evaluation.every_cycles" | "evaluation.episodes" => "3",
        "freeze" => r#"["policy", "value_head"]"#,
        "load_regions" => {
            r#"[{ region = "policy", source = "latest", source_region = "motor", sha256 = "0af1" }, { region = "value", source = "a.safetensors" }]"#
        }
        "preprocessors" => r#"["normalise-rewards", "noise"]"#,
        "preprocessor_config.*" => r#"{ normalise-rewards = { clip = 5.0 } }"#,
        "reward_configurations.*" => r#"{ mine = { inherits = "base", bonus = 1.5 } }"#,
        "distribution.kind" => r#""gaussian""#,
        "ppo.chunk_start" => r#""carried""#,
        "ppo.tile" => r#""longest-runs""#,
        "ppo.learning_rate_schedule" => r#""linear""#,
        "ppo.learning_rate_decay" => {
            return (
                "0.5".into(),
                r#"ppo.learning_rate_schedule = "exponential""#,
            );
        }
        "ppo.normalise_advantages" => r#""off""#,
        "physics.timestep" => "0.004",
        "physics.integrator" => r#""RK4""#,
        "physics.solver" => r#""CG""#,
        "physics.cone" => r#""elliptic""#,
        "physics.iterations" => "7",
        free if free.ends_with(".*") => {
            r#"{ deep = { list = [1, 2.5], text = "x" }, bonus = { schedule = "linear", from = 1.0, to = 0.5 } }"#
        }
        _ => "",
    };
    if !text.is_empty() {
        return (text.into(), "");
    }
    let default = key.split('.').fold(defaults, |value, part| &value[part]);
    let number = default.as_f64().filter(|n| *n != 0.0);
    let text = match (default, number) {
        (serde_json::Value::Bool(yes), _) => (!yes).to_string(),
        (serde_json::Value::Number(n), Some(value)) if n.is_f64() => format!("{:?}", value / 2.0),
        (serde_json::Value::Number(n), None) if n.is_f64() => "0.5".into(),
        (serde_json::Value::Number(_), Some(value)) => format!("{}", 2.0 * value),
        (serde_json::Value::Number(_), None) => "3".into(),
        _ => panic!("{key} needs a value in this test that is not its default ({default})"),
    };
    (text, "")
}

/// Every key of the schema, one at a time and all at once.
#[test]
fn every_setting_survives_its_file() {
    for recurrent in [true, false] {
        let plain = resolved("task = \"T\"", recurrent).expect("defaults");
        round_trip(&plain, recurrent, "defaults");
        let defaults = serde_json::to_value(Written::from(&plain)).expect("JSON");
        let mut all = String::new();
        for key in known_keys() {
            let (text, line) = if key == "task" {
                let line = "task = \"U\"".to_owned();
                (line.clone(), line)
            } else {
                let (value, needs) = another(&key, &defaults);
                let name = key.trim_end_matches(".*");
                let line = format!("{name} = {value}");
                (format!("task = \"T\"\n{needs}\n{line}\n"), line)
            };
            let experiment = resolved(&text, recurrent).expect(&text);
            let of_chunks = ["ppo.chunk_length"].contains(&key.as_str());
            if recurrent || !of_chunks {
                let same = Experiment {
                    preset: plain.preset.clone(),
                    ..experiment.clone()
                };
                assert!(
                    same != plain || key == "preset",
                    "{key} is read and has no effect"
                );
            }
            round_trip(&experiment, recurrent, &key);
            let of_one_kind = ["preset", "ppo.learning_rate_decay"].contains(&key.as_str());
            if !of_one_kind {
                all.push_str(&line);
                all.push('\n');
            }
        }
        round_trip(&resolved(&all, recurrent).expect(&all), recurrent, "all");
    }
}

#[test]
fn every_preset_survives_its_file() {
    let mut tried = 0;
    for preset in preset_names() {
        for recurrent in [true, false] {
            let text = format!("task = \"T\"\npreset = \"{preset}\"");
            // Some cut their batch for one kind of brain alone.
            if let Ok(experiment) = resolved(&text, recurrent) {
                round_trip(&experiment, recurrent, preset);
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

/// As the first version wrote it: still read, with schedules over the length of the run.
#[test]
fn files_of_the_first_form_are_read() {
    let text = include_str!("first_form.toml");
    let experiment = Experiment::from_toml(text, Path::new("experiment.toml")).expect("reads");
    assert_eq!(experiment.task, "Pendulum-v1");
    assert_eq!(experiment.schedule_steps, 30 * 64 * 2);
    assert_eq!(
        experiment.ppo.learning_rate_schedule,
        Schedule::Exponential { rate: 0.97 }
    );
    assert_eq!(experiment.ppo.target_kl, None);
    let ids = experiment.preprocessors.iter().map(|p| p.id.as_str());
    assert!(ids.eq(["normalise-sensations", "normalise-rewards"]));
    assert_eq!(experiment.preprocessors[1].config["clip"], 5.0);
    round_trip(&experiment, false, "of the first form");
}

#[test]
fn what_is_wrong_in_a_file_is_named() {
    let wrong = |text: &str| {
        let read = Experiment::from_toml(text, Path::new("experiment.toml"));
        read.expect_err(text).to_string()
    };
    let error = wrong("task = \"T\"\n[ppo]\nepochs = 0");
    assert_eq!(
        error,
        "experiment.toml: ppo.epochs: it is 0, expected at least 1"
    );
    let error = wrong("task = \"T\"\nschedule_steps = 0");
    assert_eq!(
        error,
        "experiment.toml: schedule_steps: it is 0, expected at least 1"
    );
    let first = include_str!("first_form.toml");
    let error = wrong(&first.replace("epochs = 3", "epochs = \"three\""));
    assert!(
        error.starts_with("experiment.toml: ppo.epochs: "),
        "{error}"
    );
    assert_eq!(
        wrong(&first.replace("rate = 0.97", "rate = 1.97")),
        "experiment.toml: ppo.learning_rate_decay: it is 1.97, expected a number between 0 and 1"
    );
    let error = wrong(&first.replace("horizon = 64", "horizon = 9223372036854775807"));
    assert!(error.starts_with("experiment.toml: horizon: "), "{error}");
}
