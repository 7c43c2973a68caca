//! Regions that learn from pictures before the brain acts.

use crate::regions::{brain, tensors};
use angora_tests::Host;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Little, but it learns.
const SMALL: [&str; 12] = [
    "pretrain",
    "--task",
    "ReachPlanarVisual-v1",
    "--states",
    "1024",
    "--held-out",
    "256",
    "--epochs",
    "5",
    "--quiet",
    "--region",
    "visual",
];

fn pretrain(host: &Host, to: &str, more: &[&str]) -> PathBuf {
    let outcome = host.call(&[&SMALL[..], &["--to", to], more].concat());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    host.folder().join(to)
}

fn report(of: &Path) -> Value {
    let text = std::fs::read_to_string(of.with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn refused(host: &Host, arguments: &[&str], code: i32, message: &str) {
    let outcome = host.call(arguments);
    assert_eq!(outcome.stdout, "", "messages belong on standard error");
    let found = outcome.stderr.trim_end();
    assert!(found.starts_with(message), "{found}\nexpected {message}");
    assert_eq!(outcome.code, Some(code), "{arguments:?}");
}

/// On held-out states every objective is told much better than by an answer that looks at
/// nothing, and that answer is as good as chance has it.
#[test]
fn every_objective_is_learned() {
    let host = Host::new();
    for (objective, chance, part) in [
        ("pose", 1.0, 0.3),
        ("classification", 0.75, 0.5),
        ("reconstruction", 0.05, 0.8),
    ] {
        let to = format!("{objective}.safetensors");
        let report = report(&pretrain(&host, &to, &["--objective", objective]));
        let score = &report["score"];
        let [error, baseline] = ["error", "baseline"].map(|key| score[key].as_f64().unwrap());
        assert!(
            (0.8..1.2).contains(&(baseline / chance)),
            "{objective}: {score}"
        );
        assert!(error < part * baseline, "{objective}: {score}");
        assert_eq!(report["complete"], true);
        assert_eq!(report["history"].as_array().unwrap().len(), 5);
        assert_eq!(report["history"][4]["error"], score["error"]);
    }
    // What is told of a pose, in its own units: the fingertip to a few centimetres of an arm that
    // is 0.2 m long, and not its height, which never changes.
    let report = report(&host.folder().join("pose.safetensors"));
    let parts = report["score"]["parts"].as_array().unwrap();
    let names: Vec<&str> = parts.iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "joint:shoulder",
            "joint:elbow",
            "site:fingertip x",
            "site:fingertip y",
            "body:target x",
            "body:target y"
        ]
    );
    assert_eq!(
        report["left_out"],
        serde_json::json!(["site:fingertip z", "body:target z"])
    );
    let fingertip = &parts[2];
    assert_eq!(fingertip["unit"], "m");
    assert!(fingertip["error"].as_f64().unwrap() < 0.05, "{fingertip}");
    assert!(
        fingertip["baseline"].as_f64().unwrap() > 0.08,
        "{fingertip}"
    );
}

#[test]
fn threads_do_not_change_what_is_learned() {
    let host = Host::new();
    let files = |threads: &str| {
        let to = format!("threads-{threads}.safetensors");
        let path = pretrain(&host, &to, &["--minibatch", "60", "--threads", threads]);
        [&path, &path.with_extension("json")].map(|path| std::fs::read(path).unwrap())
    };
    let one = files("1");
    for threads in ["2", "3"] {
        assert!(
            files(threads) == one,
            "{threads} threads learn other things than 1"
        );
    }
}

/// The readout stays behind, and a run begins with the region, bit by bit.
#[test]
fn a_run_begins_with_what_was_learned() {
    let host = Host::new();
    let file = pretrain(&host, "visual.safetensors", &[]);
    let saved = tensors(&file);
    let names: Vec<&str> = saved.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "visual.conv_1.bias",
            "visual.conv_1.kernel",
            "visual.conv_2.bias",
            "visual.conv_2.kernel",
            "visual.conv_3.bias",
            "visual.conv_3.kernel",
            "visual.layer_1.bias",
            "visual.layer_1.kernel"
        ]
    );
    let run = |runs: &str, more: &[&str]| {
        let short = [
            "run",
            "--task",
            "ReachPlanarVisual-v1",
            "--cycles",
            "1",
            "--environments",
            "2",
            "--horizon",
            "32",
            "--set",
            "ppo.minibatch_size=64",
            "--set",
            "checkpoint.every=1",
            "--runs",
            runs,
        ];
        let outcome = host.call(&[&short[..], more].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        (brain(&host.only_run(runs), "cycle-000000"), outcome.stderr)
    };
    let (loaded, said) = run("loaded", &["--load-region", "visual=visual.safetensors"]);
    let (fresh, _) = run("fresh", &[]);
    for (name, values) in &saved {
        assert!(loaded[name] == *values, "{name} is not what was learned");
        // Biases start at zero, and one layer's may still be there.
        assert!(
            name.ends_with("bias") || fresh[name] != *values,
            "{name} has not learned"
        );
    }
    for (name, values) in fresh.iter().filter(|(name, _)| !saved.contains_key(*name)) {
        assert!(loaded[name] == *values, "{name} is not of the region");
    }
    assert!(said.contains("loaded    visual from"), "{said}");
    assert!(
        said.contains("note      regions come without the statistics of preprocessors: normalise-sensations, normalise-rewards begin anew"),
        "{said}"
    );
}

/// A region behind another: what feeds it learns too, unless it is frozen, and is saved with it.
#[test]
fn what_feeds_a_region_learns_with_it_unless_it_is_frozen() {
    let host = Host::new();
    let first = tensors(&pretrain(&host, "first.safetensors", &[]));
    let second = [
        "pretrain",
        "--task",
        "ReachPlanarVisual-v1",
        "--states",
        "128",
        "--held-out",
        "32",
        "--epochs",
        "1",
        "--quiet",
        "--region",
        "stem",
        "--load-region",
        "visual=first.safetensors",
    ];
    for (to, more) in [
        ("free.safetensors", &[][..]),
        ("frozen.safetensors", &["--freeze", "visual"]),
    ] {
        let outcome = host.call(&[&second[..], &["--to", to], more].concat());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        let file = host.folder().join(to);
        assert_eq!(
            report(&file)["regions"],
            serde_json::json!(["visual", "stem"])
        );
        let saved = tensors(&file);
        assert!(saved.contains_key("stem.layer_1.kernel"));
        let kept = first
            .iter()
            .filter(|(name, values)| saved[*name] == **values);
        let expected = if more.is_empty() { 0 } else { first.len() };
        assert_eq!(kept.count(), expected, "{to}");
    }
}

#[test]
fn what_cannot_be_pretrained_is_refused() {
    let host = Host::new();
    let visual = ["pretrain", "--task", "ReachPlanarVisual-v1"];
    let with = |more: &[&'static str]| [&visual[..], more].concat();
    refused(
        &host,
        &with(&["--region", "visaul"]),
        2,
        "error: command line: --region: there is no region \"visaul\" in this brain; it has, nearest first: visual, stem",
    );
    refused(
        &host,
        &with(&["--region", "visual", "--label", "site:fingertp"]),
        2,
        "error: command line: --label: label \"site:fingertp\": the scene has no site \"fingertp\"; did you mean fingertip?",
    );
    refused(
        &host,
        &with(&[
            "--region",
            "visual",
            "--label",
            "body:world",
            "--states",
            "8",
            "--held-out",
            "2",
            "--quiet",
            "--to",
            "world.safetensors",
        ]),
        2,
        "error: command line: --label: nothing varies from state to state: body:world x, body:world y, body:world z",
    );
    refused(
        &host,
        &with(&["--region", "visual", "--to", "visual.txt"]),
        2,
        "error: command line: --to: expected NAME.safetensors, not visual.txt",
    );
    refused(
        &host,
        &with(&["--region", "visual", "--device", "flex"]),
        2,
        "error: command line: device: regions are pretrained on the cpu; leave it out",
    );
    refused(
        &host,
        &["pretrain", "--task", "ReachPlanar-v1", "--region", "policy"],
        2,
        "error: command line: task: ReachPlanar-v1 has no camera; regions are pretrained on pictures of a scene, as of ReachPlanarVisual-v1",
    );
    refused(
        &host,
        &["pretrain", "--task", "CartPole-v1", "--region", "policy"],
        2,
        "error: command line: task: CartPole-v1 steps a world of its own, whose states cannot be drawn at random;",
    );
    let usage = host.call(&visual);
    assert_eq!(usage.code, Some(2));
    assert!(
        usage.stderr.contains("--region <REGION>"),
        "{}",
        usage.stderr
    );
    assert!(
        !host.folder().join("pretrained").exists(),
        "nothing was written"
    );
}

#[test]
fn no_file_is_replaced_unless_that_is_wished() {
    let host = Host::new();
    let few = [
        "--task",
        "ReachPlanarVisual-v1",
        "--region",
        "visual",
        "--quiet",
    ];
    let few = [
        &few[..],
        &["--states", "64", "--held-out", "16", "--epochs", "1"],
    ]
    .concat();
    let call = |more: &[&str]| host.call(&[&["pretrain"], &few[..], more].concat());
    assert_eq!(call(&[]).code, Some(0));
    let file = host.folder().join("pretrained/visual-pose.safetensors");
    let first = std::fs::read(&file).unwrap();
    let again = call(&["--seed", "2"]);
    assert_eq!(
        again.stderr,
        "error: command line: --to: there is a file pretrained/visual-pose.safetensors already; name another, or add --overwrite\n"
    );
    assert_eq!(again.code, Some(2));
    assert!(std::fs::read(&file).unwrap() == first);
    assert_eq!(call(&["--seed", "2", "--overwrite"]).code, Some(0));
    assert!(std::fs::read(&file).unwrap() != first, "the seed matters");
}

/// A kill loses what was being learned and nothing else; a signal loses nothing.
#[test]
fn interruptions_lose_nothing_that_was_saved() {
    let host = Host::new();
    let file = pretrain(&host, "visual.safetensors", &[]);
    let before = std::fs::read(&file).unwrap();
    let long = [
        "pretrain",
        "--task",
        "ReachPlanarVisual-v1",
        "--region",
        "visual",
        "--states",
        "128",
        "--held-out",
        "16",
        "--epochs",
        "1000000",
        "--to",
        "visual.safetensors",
        "--overwrite",
    ];
    for (signal, code) in [("-KILL", None), ("-TERM", Some(143)), ("-INT", Some(130))] {
        let mut child = host.start_aloud(&long);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let begun = lines.any(|line| line.unwrap().starts_with("epoch 2/"));
        assert!(begun, "it learns");
        let kill = std::process::Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        assert_eq!(child.wait().unwrap().code(), code, "{rest:?}");
        let after = std::fs::read(&file).unwrap();
        assert_eq!(after == before, code.is_none(), "{signal}");
        if code.is_some() {
            let report = report(&file);
            let epochs = report["history"].as_array().unwrap().len();
            assert_eq!(report["complete"], false);
            let said = format!("interrupted after epoch {epochs}; what was learned is saved");
            assert!(rest.contains(&said), "{said} is not in {rest:?}");
            assert_eq!(tensors(&file).len(), 8);
        }
    }
}
