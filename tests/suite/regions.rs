//! Regions of brains: frozen, loaded, saved, shown.

use crate::determinism::latest_checkpoint;
use angora_tests::{Host, Outcome};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A few short cycles, each kept.
const RUN: [&str; 12] = [
    "run",
    "--task",
    "CartPole-v1",
    "--preset",
    "none",
    "--cycles",
    "4",
    "--horizon",
    "64",
    "--set",
    "checkpoint.every=1",
    "--quiet",
];

/// Runs to the end below a folder of its own; the run.
fn train(host: &Host, runs: &str, more: &[&str]) -> PathBuf {
    let outcome = host.call(&[&RUN[..], &["--runs", runs], more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    host.only_run(runs)
}

/// The bytes of each tensor of a safetensors file, by name.
pub fn tensors(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let (length, rest) = bytes.split_at(8);
    let length = u64::from_le_bytes(length.try_into().unwrap()) as usize;
    let header: BTreeMap<String, Value> = serde_json::from_slice(&rest[..length]).unwrap();
    let data = &rest[length..];
    let tensors = header
        .into_iter()
        .filter(|(name, _)| name != "__metadata__");
    tensors
        .map(|(name, entry)| {
            let [from, to] = [0, 1].map(|i| entry["data_offsets"][i].as_u64().unwrap() as usize);
            (name, data[from..to].to_vec())
        })
        .collect()
}

pub fn brain(run: &Path, checkpoint: &str) -> BTreeMap<String, Vec<u8>> {
    tensors(
        &run.join("checkpoints")
            .join(checkpoint)
            .join("brain.safetensors"),
    )
}

fn optimiser(run: &Path, checkpoint: &str) -> BTreeMap<String, Vec<u8>> {
    tensors(
        &run.join("checkpoints")
            .join(checkpoint)
            .join("optimiser.safetensors"),
    )
}

/// The names of the parameters that two checkpoints have in common bitwise.
fn same(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names = a.iter().filter(|(name, bytes)| b.get(*name) == Some(bytes));
    names.map(|(name, _)| name.clone()).collect()
}

/// All parameters of a layered region of `simple`.
fn tower(region: &str) -> Vec<String> {
    [
        "layer_1.bias",
        "layer_1.kernel",
        "layer_2.bias",
        "layer_2.kernel",
    ]
    .map(|name| format!("{region}.{name}"))
    .to_vec()
}

fn refused(host: &Host, arguments: &[&str], code: i32, message: &str) {
    let Outcome {
        code: found,
        stdout,
        stderr,
    } = host.call(arguments);
    assert_eq!(stdout, "", "messages belong on standard error");
    assert_eq!(stderr.trim_end(), message, "{arguments:?}");
    assert_eq!(found, Some(code), "{arguments:?}");
}

#[test]
fn frozen_regions_stay_bitwise_with_their_moments() {
    let host = Host::new();
    for device in ["cpu", "flex"] {
        let freeze = ["--freeze", "value_head,policy", "--device", device];
        let run = train(&host, &format!("frozen-{device}"), &freeze);
        let mut frozen = tower("policy");
        frozen.extend(["value_head.bias".into(), "value_head.kernel".into()]);
        let first = brain(&run, "cycle-000000");
        for cycle in 1..=4 {
            let name = format!("cycle-{cycle:06}");
            assert_eq!(
                same(&first, &brain(&run, &name)),
                frozen,
                "{device}, {name}"
            );
            for (name, moments) in optimiser(&run, &name) {
                let still = moments.iter().all(|byte| *byte == 0);
                let parameter = name.split_once('.').unwrap().1;
                let expected = frozen.iter().any(|frozen| frozen == parameter);
                assert_eq!(still, expected, "{device}, {name}");
            }
        }
    }
}

#[test]
fn a_run_with_frozen_and_loaded_regions_goes_on_as_if_nothing_had_happened() {
    let host = Host::new();
    let source = train(&host, "source", &["--seed", "9"]);
    let load = format!("policy={}", source.display());
    let settings = ["--freeze", "policy", "--load-region", &load];
    let whole = train(&host, "whole", &settings);
    let parts = train(&host, "parts", &settings);
    std::fs::write(parts.join("checkpoints/latest"), "cycle-000002").unwrap();
    // What was loaded is in the checkpoints: the source is not needed any more.
    std::fs::remove_dir_all(&source).unwrap();
    let outcome = host.call(&["run", "--quiet", "--resume", &parts.display().to_string()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        latest_checkpoint(&parts) == latest_checkpoint(&whole),
        "the resumed run differs"
    );
    for flag in [["--freeze", "value"], ["--load-region", "value=latest"]] {
        let message = format!(
            "error: command line: {}: a resumed run keeps its settings; only --cycles, --threads, --checkpoint, --wall-clock, --stop-at-threshold, --stretch-schedules, --plugin, --locked and --trust-plugins may be given with --resume",
            flag[0]
        );
        let run = parts.display().to_string();
        refused(
            &host,
            &["run", "--resume", &run, flag[0], flag[1]],
            2,
            &message,
        );
    }
}

/// The same region by each way of naming its source; everything else starts as the seed says.
#[test]
fn a_region_is_loaded_from_a_run_a_checkpoint_and_a_file() {
    let host = Host::new();
    let source = train(&host, "source", &["--seed", "9"]);
    let fresh = brain(&train(&host, "fresh", &[]), "cycle-000000");
    let id = source.file_name().unwrap().to_str().unwrap();
    let name = std::fs::read_to_string(source.join("checkpoints/best"))
        .or_else(|_| std::fs::read_to_string(source.join("checkpoints/latest")))
        .unwrap();
    let checkpoint = source.join("checkpoints").join(&name);
    let given = brain(&source, &name);
    let file = host.folder().join("policy.safetensors");
    let saved = host.call(&[
        "brain",
        "save",
        id,
        "--runs",
        "source",
        "--region",
        "policy",
        "--to",
        "policy.safetensors",
    ]);
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    assert_eq!(
        saved.stderr,
        format!(
            "saved     policy (4480 parameters) of FOLDER/source/{id}/checkpoints/{name} to policy.safetensors\n"
        )
    );
    assert_eq!(
        tensors(&file).keys().cloned().collect::<Vec<_>>(),
        tower("policy")
    );

    for (i, (from, recorded)) in [
        (source.display().to_string(), &checkpoint),
        (checkpoint.display().to_string(), &checkpoint),
        ("policy.safetensors".to_owned(), &file),
    ]
    .into_iter()
    .enumerate()
    {
        let runs = format!("loaded-{i}");
        let run = train(&host, &runs, &["--load-region", &format!("policy={from}")]);
        let start = brain(&run, "cycle-000000");
        for name in tower("policy") {
            assert_eq!(start[&name], given[&name], "{from}: {name}");
        }
        let others: Vec<String> = fresh
            .keys()
            .filter(|n| !n.starts_with("policy."))
            .cloned()
            .collect();
        for name in &others {
            assert_eq!(start[name], fresh[name], "{from}: {name}");
        }
        let experiment = std::fs::read_to_string(run.join("experiment.toml")).unwrap();
        let table = format!(
            "[[load_regions]]\nregion = \"policy\"\nsource = \"{}\"\nsha256 = \"",
            recorded.display()
        );
        assert!(experiment.contains(&table), "{experiment}");
        // Nothing of the source's optimiser comes with it.
        for (name, moments) in optimiser(&run, "cycle-000000") {
            assert!(moments.iter().all(|byte| *byte == 0), "{name}");
        }
    }
    // Into a region of another name, from the label of the run's latest checkpoint.
    let label = source.join("checkpoints/latest");
    let load = format!("value={}#policy", label.display());
    let start = brain(
        &train(&host, "renamed", &["--load-region", &load]),
        "cycle-000000",
    );
    let latest = brain(&source, std::fs::read_to_string(label).unwrap().trim());
    for (here, there) in tower("value").into_iter().zip(tower("policy")) {
        assert_eq!(start[&here], latest[&there], "{here}");
    }
    assert_eq!(
        start["policy.layer_1.kernel"],
        fresh["policy.layer_1.kernel"]
    );
}

/// A later load wins over an earlier one, so that a part of a brain can be replaced.
#[test]
fn settings_in_a_file_load_in_order() {
    let host = Host::new();
    let [one, two] = ["1", "2"].map(|seed| {
        let run = train(&host, &format!("seed-{seed}"), &["--seed", seed]);
        run.join("checkpoints/cycle-000004")
    });
    let text = format!(
        "freeze = [\"value\"]\n[[load_regions]]\nregion = \"value\"\nsource = \"{}\"\n[[load_regions]]\nregion = \"value\"\nsource = \"{}\"\nsource_region = \"policy\"\n",
        one.display(),
        two.display()
    );
    std::fs::write(host.folder().join("run.toml"), text).unwrap();
    let run = train(&host, "loaded", &["run.toml"]);
    let (start, end) = (brain(&run, "cycle-000000"), brain(&run, "cycle-000004"));
    let two = tensors(&two.join("brain.safetensors"));
    for (here, there) in tower("value").into_iter().zip(tower("policy")) {
        assert_eq!(start[&here], two[&there], "{here}");
    }
    assert_eq!(same(&start, &end), tower("value"), "frozen from the file");
}

#[test]
fn what_does_not_fit_is_refused_before_a_run_is_made() {
    let host = Host::new();
    let source = train(&host, "source", &[]);
    let checkpoint = source.join("checkpoints/cycle-000004");
    let shown = checkpoint.display().to_string();
    let shown = shown.replace(&host.folder().display().to_string(), "FOLDER");
    let regions = "policy, policy_head, value, value_head";
    let load = |region: &str| format!("{region}={}", checkpoint.display());
    let file = host.folder().join("run.toml");
    std::fs::write(&file, "task = \"CartPole-v1\"\nfreeze = [\"polcy\"]\n").unwrap();
    let run = ["run", "--runs", "refused", "--task"];
    let call = |more: &[&str], code: i32, message: String| {
        let arguments = [&run[..], more].concat();
        refused(&host, &arguments, code, &format!("error: {message}"));
    };
    call(
        &["CartPole-v1", "--freeze", "policy", "--freeze", "polcy"],
        2,
        format!(
            "command line: freeze: there is no region \"polcy\" in this brain; it has, nearest first: {regions}"
        ),
    );
    refused(
        &host,
        &["run", "run.toml", "--runs", "refused"],
        3,
        &format!(
            "error: run.toml: freeze: there is no region \"polcy\" in this brain; it has, nearest first: {regions}"
        ),
    );
    call(
        &["CartPole-v1", "--freeze", "policy,policy_head,value,value_head"],
        2,
        "command line: freeze: that is every region of the brain, and nothing would learn; leave one out".into(),
    );
    call(
        &[
            "Pendulum-v1",
            "--distribution",
            "gaussian",
            "--load-region",
            &load("policy"),
        ],
        2,
        format!(
            "command line: load_regions: region \"policy\" of {shown} does not fit region \"policy\" of this brain, so nothing is loaded:\n    policy.layer_1.kernel is [3, 64] here and [4, 64] there"
        ),
    );
    call(
        &[
            "Pendulum-v1",
            "--distribution",
            "gaussian",
            "--load-region",
            &load("policy_head"),
        ],
        2,
        format!(
            "command line: load_regions: region \"policy_head\" of {shown} does not fit region \"policy_head\" of this brain, so nothing is loaded:\n    policy_head.kernel is [64, 1] here and [64, 2] there\n    policy_head.bias is [1] here and [2] there\n    policy_head.log_std [1] is missing there"
        ),
    );
    call(
        &[
            "CartPole-v1",
            "--brain",
            "deeper",
            "--load-region",
            &format!("{}#value", load("policy")),
        ],
        2,
        format!(
            "command line: load_regions: region \"value\" of {shown} does not fit region \"policy\" of this brain, so nothing is loaded:\n    policy.layer_3.kernel [64, 64] is missing there\n    policy.layer_3.bias [64] is missing there\n    policy.layer_4.kernel [64, 32] is missing there\n    policy.layer_4.bias [32] is missing there"
        ),
    );
    call(
        &["CartPole-v1", "--load-region", &load("motor")],
        2,
        format!(
            "command line: load_regions: there is no region \"motor\" in this brain; it has, nearest first: {regions}"
        ),
    );
    call(
        &["CartPole-v1", "--load-region", "policy=no-such.safetensors"],
        2,
        "command line: load_regions: there is no file no-such.safetensors".into(),
    );
    call(
        &["CartPole-v1", "--load-region", "policy=nothing"],
        2,
        "command line: load_regions: there is no run \"nothing\" in refused; there is none to choose from; parameters are taken from a run, the folder of a checkpoint, or a .safetensors file".into(),
    );
    call(
        &["CartPole-v1", "--load-region", "policy"],
        2,
        "command line: --load-region: expected REGION=SOURCE or REGION=SOURCE#REGION_THERE, for example policy=latest, not \"policy\"".into(),
    );
    assert!(!host.folder().join("refused").exists(), "no run is made");
    let save = ["brain", "save", "latest", "--runs", "source", "--region"];
    let arguments = [&save[..], &["polcy", "--to", "a.safetensors"]].concat();
    let outcome = host.call(&arguments);
    assert_eq!(outcome.code, Some(2));
    let (message, end) = (
        "error: command line: --region: there is no region \"polcy\" in FOLDER/source/",
        format!("; it has, nearest first: {regions}\n"),
    );
    assert!(outcome.stderr.starts_with(message), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with(&end), "{}", outcome.stderr);
    let arguments = [&save[..], &["policy", "--to", "a.npz"]].concat();
    refused(
        &host,
        &arguments,
        2,
        "error: command line: --to: expected NAME.safetensors, not a.npz",
    );
}

const SIMPLE: &str = "\
brain     simple
task      CartPole-v1
senses    proprioception [4]

policy
├─ policy.layer_1  dense tanh  [64]  from proprioception
│                  kernel [4, 64], bias [64]
└─ policy.layer_2  dense tanh  [64]  from policy.layer_1
                   kernel [64, 64], bias [64]

value  (frozen)
├─ value.layer_1  dense tanh  [64]  from proprioception
│                 kernel [4, 64], bias [64]
└─ value.layer_2  dense tanh  [64]  from value.layer_1
                  kernel [64, 64], bias [64]

policy_head
└─ policy_head  head categorical  [2]  from policy.layer_2
                kernel [64, 2], bias [2]

value_head
└─ value_head  head value  [1]  from value.layer_2
               kernel [64, 1], bias [1]

region       parameters    share
policy             4480   48.9 %
value              4480   48.9 %  frozen
policy_head         130    1.4 %
value_head           65    0.7 %
all                9155  100.0 %  4480 frozen
";

#[test]
fn brains_are_shown_in_words_as_json_and_as_a_picture() {
    let host = Host::new();
    let settings = ["--task", "CartPole-v1", "--freeze", "value"];
    let text = host.call(&[&["brain", "show"][..], &settings].concat());
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    assert_eq!(text.stdout, SIMPLE);

    // The same of a run, from its own settings.
    let run = train(&host, "runs", &["--freeze", "value"]);
    let shown = host.call(&[
        "brain",
        "show",
        "--run",
        "latest",
        "--svg",
        "simple.svg",
        "--json",
    ]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert_eq!(shown.stderr, "drawn     simple.svg\n");
    let json: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(json["run"], run.file_name().unwrap().to_str().unwrap());
    assert_eq!(
        (&json["parameters"], &json["frozen"]),
        (&9155.into(), &4480.into())
    );
    let region = &json["regions"][1];
    assert_eq!(
        (&region["name"], &region["frozen"]),
        (&"value".into(), &true.into())
    );
    let node = &region["nodes"][1];
    assert_eq!(node["inputs"][0]["from"], "value.layer_1");
    assert_eq!(node["shape"], serde_json::json!([64]));

    let svg = std::fs::read_to_string(host.folder().join("simple.svg")).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!(
        root.tag_name().namespace(),
        Some("http://www.w3.org/2000/svg")
    );
    let of_class = |class: &str| {
        let nodes = root.descendants();
        nodes
            .filter(|n| n.attribute("class") == Some(class))
            .count()
    };
    // A sense, four layers and two heads; their six connections; a box for each tower.
    assert_eq!(of_class("node sense"), 1);
    assert_eq!(of_class("node"), 6);
    assert_eq!(of_class("edge"), 6);
    assert_eq!((of_class("region"), of_class("region frozen")), (1, 1));

    refused(
        &host,
        &["brain", "show", "--run", "latest", "--task", "CartPole-v1"],
        2,
        "error: command line: --task: a run has its own settings; leave it out, or --run",
    );
}

/// The line at the start of a run.
#[test]
fn a_run_says_what_it_freezes_and_loads() {
    let host = Host::new();
    let source = train(&host, "source", &[]);
    let checkpoint = source.join("checkpoints/cycle-000004");
    let load = format!("policy={}", checkpoint.display());
    let arguments = [
        "run",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--horizon",
        "64",
    ];
    let outcome = host.call(
        &[
            &arguments[..],
            &["--freeze", "policy", "--load-region", &load],
        ]
        .concat(),
    );
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(
        lines[2],
        "brain     simple  (9155 parameters, 4480 frozen: policy 4480 (frozen), policy_head 130, value 4480, value_head 65)"
    );
    let shown = checkpoint.display().to_string();
    let shown = shown.replace(&host.folder().display().to_string(), "FOLDER");
    let loaded = format!("loaded    policy from {shown}");
    assert!(lines.contains(&loaded.as_str()), "{lines:?}");
}
