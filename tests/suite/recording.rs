//! Recordings: true to the episodes that an evaluation plays, whole or not there, always the same.

use angora_tests::{Host, repository};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A tensor of a safetensors file, in double precision.
#[derive(Debug, Clone, PartialEq)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Tensor {
    fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.shape[1..].iter().product())
    }
}

/// Reads a safetensors file by the format's own description: the length of the header in eight
/// bytes, the header in JSON, the values.
fn tensors(path: &Path) -> BTreeMap<String, Tensor> {
    let bytes = std::fs::read(path).unwrap();
    let len = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: BTreeMap<String, Value> = serde_json::from_slice(&bytes[8..8 + len]).unwrap();
    let of = |entry: &Value| {
        let at = |i: usize| 8 + len + entry["data_offsets"][i].as_u64().unwrap() as usize;
        let data = &bytes[at(0)..at(1)];
        let single = |word: &[u8]| f64::from(f32::from_le_bytes(word.try_into().unwrap()));
        let double = |word: &[u8]| f64::from_le_bytes(word.try_into().unwrap());
        let shape = entry["shape"].as_array().unwrap().iter();
        Tensor {
            dtype: entry["dtype"].as_str().unwrap().to_owned(),
            shape: shape.map(|n| n.as_u64().unwrap() as usize).collect(),
            values: match entry["dtype"].as_str().unwrap() {
                "F32" => data.chunks_exact(4).map(single).collect(),
                _ => data.chunks_exact(8).map(double).collect(),
            },
        }
    };
    let tensors = header.iter().filter(|(name, _)| *name != "__metadata__");
    tensors.map(|(name, e)| (name.clone(), of(e))).collect()
}

/// Trains a little; a host with one run.
fn trained(task: &str, more: &[&str]) -> Host {
    let host = Host::new();
    let settings = ["run", "--quiet", "--task", task, "--cycles", "1"];
    let small = ["--horizon", "64", "--environments", "8"];
    let outcome = host.call(&[&settings[..], &small, more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    host
}

/// Records; the header and the folder.
fn record(host: &Host, name: &str, more: &[&str]) -> (Value, PathBuf) {
    let outcome = host.call(&[&["record", "--json", "--name", name], more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let folder = recordings(host).join(name);
    let header = std::fs::read_to_string(folder.join("recording.json")).unwrap();
    let header: Value = serde_json::from_str(&header).unwrap();
    let printed: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(header, printed);
    (header, folder)
}

fn recordings(host: &Host) -> PathBuf {
    host.only_run("runs").join("recordings")
}

fn episode(folder: &Path, number: usize) -> BTreeMap<String, Tensor> {
    tensors(&folder.join(format!("episode-{number:03}.safetensors")))
}

/// Names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn rewards_are_bitwise_those_of_an_evaluation() {
    let noisy = "preprocessors=[\"motor-noise\",\"sensory-noise\",\"normalise-sensations\"]";
    let more = ["--set", "brain_config.cell=gru", "--set", noisy];
    let host = trained("InvertedPendulum-v5", &more);
    for actions in [&[][..], &["--sampled"]] {
        let same = ["--seed", "7", "--episodes", "3"];
        let evaluation = host.call(&[&["evaluate", "--json"], &same[..], actions].concat());
        let evaluation: Value = serde_json::from_str(&evaluation.stdout).unwrap();
        let name = format!("r{}", actions.len());
        let (header, folder) = record(&host, &name, &[&same[..], actions].concat());
        let facts = header["episodes"].as_array().unwrap();
        assert_eq!(facts.len(), 3);
        for (number, facts) in facts.iter().enumerate() {
            let expected = evaluation["returns"][number].as_f64().unwrap();
            let episode = episode(&folder, number);
            let rewards = &episode["reward"];
            assert_eq!(rewards.dtype, "F64");
            let sum = rewards.values.iter().fold(0.0, |sum, reward| sum + reward);
            assert_eq!(sum.to_bits(), expected.to_bits(), "episode {number}");
            assert_eq!(facts["return"].as_f64(), Some(expected));
            assert_eq!(facts["steps"], evaluation["lengths"][number]);
            assert_eq!(rewards.shape, [facts["steps"].as_u64().unwrap() as usize]);
            for (reward, terms) in rewards.values.iter().zip(episode["reward_terms"].rows()) {
                assert_eq!(*reward, terms.iter().sum::<f64>());
            }
            // The command of the policy and, apart from it, what the body executed.
            let [command, executed] = ["motor_command", "executed_command"].map(|c| &episode[c]);
            assert_eq!(command.shape, executed.shape);
            let pairs = command.values.iter().zip(&executed.values);
            assert!(pairs.filter(|(one, other)| one == other).count() < 3);
        }
    }
}

#[test]
fn two_recordings_of_the_same_are_bytewise_equal() {
    let host = trained("CartPole-v1", &["--set", "brain_config.cell=lstm"]);
    let (mut one, first) = record(&host, "one", &["-n", "2", "--sampled"]);
    let (mut two, second) = record(&host, "two", &["-n", "2", "--stochastic"]);
    for header in [&mut one, &mut two] {
        header["name"] = Value::Null;
    }
    assert_eq!(one, two);
    let files = [
        "episode-000.safetensors",
        "episode-001.safetensors",
        "recording.json",
    ];
    assert_eq!(names(&first), files);
    for file in &files[..2] {
        let of = |folder: &Path| std::fs::read(folder.join(file)).unwrap();
        assert!(of(&first) == of(&second), "{file}");
    }
    let (_, other) = record(&host, "other", &["-n", "1", "--sampled", "--seed", "2"]);
    assert!(episode(&other, 0) != episode(&first, 0), "the seed matters");
}

/// The cart slides along x, the pole turns about y at its height: positions give poses.
#[test]
fn poses_are_those_of_the_positions() {
    let host = trained("InvertedPendulum-v5", &[]);
    let (header, folder) = record(&host, "poses", &["-n", "1", "--max-steps", "20"]);
    let steps = header["episodes"][0]["steps"].as_u64().unwrap() as usize;
    assert!(steps > 2);
    let bodies: Vec<&str> = header["scene"]["bodies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|body| body["name"].as_str().unwrap())
        .collect();
    assert_eq!(bodies, ["world", "cart", "pole"]);
    let episode = episode(&folder, 0);
    let poses = &episode["body_pose"];
    assert_eq!(poses.shape, [steps + 1, 3, 7]);
    let mut turned = 0.0;
    for (pose, qpos) in poses.rows().zip(episode["qpos"].rows()) {
        let (half, near) = (qpos[1] / 2.0, |a: f64, b: f64| (a - b).abs() < 1e-6);
        let (cart, pole) = (&pose[7..14], &pose[14..21]);
        assert!(near(cart[0], qpos[0]) && near(pole[0], qpos[0]), "{pose:?}");
        assert!(cart[3..] == [1.0, 0.0, 0.0, 0.0], "{cart:?}");
        let expected = [half.cos(), 0.0, half.sin(), 0.0];
        for (found, expected) in pole[3..].iter().zip(expected) {
            assert!(near(*found, expected), "{pole:?} {qpos:?}");
        }
        turned = f64::max(turned, qpos[1].abs());
    }
    assert!(turned > 1e-3, "the pole moves");
    let time = &episode["time"].values;
    assert!(
        (time[steps] - 0.04 * steps as f64).abs() < 1e-12,
        "{time:?}"
    );
}

/// The policy head by hand, from the checkpoint's own parameters.
#[test]
fn activity_is_what_the_heads_read() {
    let host = trained("CartPole-v1", &[]);
    let (header, folder) = record(&host, "activity", &["-n", "1"]);
    let run = host.only_run("runs");
    let checkpoint = header["checkpoint"]["name"].as_str().unwrap();
    let brain = run
        .join("checkpoints")
        .join(checkpoint)
        .join("brain.safetensors");
    let parameters = tensors(&brain);
    let (kernel, bias) = (
        &parameters["policy_head.kernel"],
        &parameters["policy_head.bias"],
    );
    let channels = header["channels"].as_array().unwrap();
    let activity = channels.iter().find(|c| c["name"] == "activity.policy");
    let layer = &activity.unwrap()["parts"][1];
    assert_eq!(layer["name"], "policy.layer_2");
    let start = layer["start"].as_u64().unwrap() as usize;
    let units = layer["shape"][0].as_u64().unwrap() as usize;
    assert_eq!(kernel.shape, [units, 2]);

    let episode = episode(&folder, 0);
    let rows = episode["activity.policy"].rows();
    let means = &episode["activity_mean.policy"].values;
    for ((row, policy), mean) in rows.zip(episode["policy"].rows()).zip(means) {
        for action in 0..2 {
            let inputs = row[start..start + units].iter();
            let product: f64 = inputs.zip(kernel.rows()).map(|(x, w)| x * w[action]).sum();
            let error = product + bias.values[action] - policy[action];
            assert!(error.abs() < 1e-6, "{error}");
        }
        let expected = row.iter().map(|x| x.abs()).sum::<f64>() / row.len() as f64;
        assert!((mean - expected).abs() < 1e-6);
    }
}

#[test]
fn recurrent_states_are_what_the_cells_put_out() {
    let host = trained("CartPole-v1", &["--set", "brain_config.cell=lstm"]);
    let (header, folder) = record(&host, "memory", &["-n", "1"]);
    let episode = episode(&folder, 0);
    let channels = header["channels"].as_array().unwrap();
    let mut cells = 0;
    for (name, states) in &episode {
        let Some(cell) = name
            .strip_prefix("recurrent_state.")
            .and_then(|part| part.strip_suffix(".h"))
        else {
            continue;
        };
        let mut found = None;
        for channel in channels.iter().filter(|c| c["group"] == "activity") {
            let parts = channel["parts"].as_array().unwrap();
            if let Some(part) = parts.iter().find(|part| part["name"] == cell) {
                let start = part["start"].as_u64().unwrap() as usize;
                found = Some((&episode[channel["name"].as_str().unwrap()], start));
            }
        }
        let (activity, start) = found.unwrap();
        let mut states = states.rows();
        assert!(states.next().unwrap().iter().all(|h| *h == 0.0));
        for (state, activity) in states.zip(activity.rows()) {
            assert_eq!(state, &activity[start..start + state.len()]);
        }
        cells += 1;
    }
    assert!(cells > 0, "{:?}", episode.keys());
    assert!(episode.keys().any(|name| name.ends_with(".c")));
}

#[test]
fn wide_channels_are_left_out_and_listed() {
    let host = trained("CartPole-v1", &[]);
    let (header, folder) = record(
        &host,
        "slim",
        &["-n", "1", "--limit", "100", "--max-steps", "3"],
    );
    assert_eq!(header["episodes"][0]["ending"], "cut");
    let omitted: Vec<&str> = header["omitted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|omitted| omitted["channel"].as_str().unwrap())
        .collect();
    assert_eq!(omitted, ["activity.policy", "activity.value"]);
    assert_eq!(header["omitted"][0]["width"], 128);
    let episode = episode(&folder, 0);
    assert!(!episode.contains_key("activity.policy"));
    assert_eq!(episode["activity_mean.policy"].shape, [3]);
    assert_eq!(header["scene"], Value::Null, "a world of its own");
    // The header describes what is there, no more and no less.
    for channel in header["channels"].as_array().unwrap() {
        let tensor = &episode[channel["name"].as_str().unwrap()];
        let rows = if channel["axis"] == "state" { 4 } else { 3 };
        let shape = channel["shape"].as_array().unwrap();
        let shape = shape.iter().map(|n| n.as_u64().unwrap() as usize);
        assert_eq!(
            tensor.shape,
            [rows].into_iter().chain(shape).collect::<Vec<_>>()
        );
        assert_eq!(channel["dtype"], tensor.dtype.as_str());
    }
    assert_eq!(header["channels"].as_array().unwrap().len(), episode.len());
}

/// The example in the docs, with Python's own reader of safetensors.
#[test]
fn the_docs_example_reads_a_recording() {
    let docs = std::fs::read_to_string(repository().join("host/docs/recordings.md")).unwrap();
    let code = docs.split("```python\n").nth(1).expect("code in the docs");
    let code = code.split("```").next().unwrap();
    let host = trained("HalfCheetah-v5", &[]);
    let (header, folder) = record(&host, "read", &["-n", "1", "--max-steps", "50"]);
    let output = std::process::Command::new("python3")
        .args(["-c", code])
        .current_dir(host.folder())
        .env("PYTHONPATH", repository().join("native/safetensors"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n`./angora test` installs what Python needs",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut lines = printed.lines();
    let found = lines.next().unwrap().strip_prefix("HalfCheetah-v5 return ");
    let expected = header["episodes"][0]["return"].as_f64().unwrap();
    // numpy adds up in another order.
    let found: f64 = found.unwrap().parse().unwrap();
    assert!(
        (found - expected).abs() < 1e-9,
        "{found}, expected {expected}"
    );
    let activity = lines.next().unwrap();
    assert!(activity.starts_with("activity.policy (50, "), "{activity}");
    let episode = episode(&folder, 0);
    let x = episode["body_pose"].rows().last().unwrap()[7] as f32;
    let torso = printed
        .lines()
        .find(|line| line.starts_with("torso ends at"));
    let torso = torso
        .unwrap()
        .split(['[', ' '])
        .filter_map(|word| word.parse::<f32>().ok());
    let torso = torso.into_iter().next().unwrap();
    assert!((torso - x).abs() < 1e-5, "{torso}, expected {x}");
}

#[test]
fn a_killed_recorder_leaves_no_half_recording() {
    let host = trained("CartPole-v1", &[]);
    let many = ["record", "--name", "long", "--episodes", "1000"];
    let mut child = host.start(&many);
    let recordings = recordings(&host);
    let partial = || {
        let entries = std::fs::read_dir(&recordings).ok()?.filter_map(Result::ok);
        let mut partial = entries.filter(|e| e.path().join("episode-002.safetensors").exists());
        partial.next().map(|entry| entry.path())
    };
    let start = Instant::now();
    while partial().is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "waiting for episodes"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    let rest = partial().expect("it was killed before its end");
    assert!(!recordings.join("long").exists());
    assert!(rest.file_name().unwrap().to_string_lossy().starts_with('.'));
    // The next one removes what is left, and may have the name.
    let (_, folder) = record(&host, "long", &["-n", "1"]);
    assert!(!rest.exists());
    assert_eq!(
        names(&folder),
        ["episode-000.safetensors", "recording.json"]
    );
}

#[test]
fn what_cannot_be_recorded_is_refused() {
    let host = trained("CartPole-v1", &[]);
    record(&host, "taken", &["-n", "1"]);
    let before = names(&recordings(&host));
    let id = host
        .only_run("runs")
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    // `u` is in no ULID, so this is never the run itself.
    let wrong_run = format!("{}u", &id[..id.len() - 1]);
    let cases: [(&[&str], i32, &str); 5] = [
        (
            &["--name", "taken"],
            1,
            "the recording \"taken\" is already there, and recordings are not replaced; give another --name",
        ),
        (
            &["--name", "../up"],
            2,
            "--name \"../up\": a name has up to 100 letters",
        ),
        (&["--checkpoint", "lattest"], 1, "did you mean latest?"),
        (&[&wrong_run], 1, &format!("did you mean {id}?")),
        (&["--episodes", "0"], 2, "0 is not in 1..="),
    ];
    for (arguments, code, message) in cases {
        let outcome = host.call(&[&["record"], arguments].concat());
        assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
        assert_eq!(outcome.code, Some(code), "{arguments:?}");
    }
    assert_eq!(names(&recordings(&host)), before, "nothing is left behind");
}
