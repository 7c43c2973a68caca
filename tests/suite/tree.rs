//! The walls: which crate may use which, who owns a heavy dependency, how long a file may be.

use angora_tests::repository;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each of our crates may use of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("angora-plugin-api", &[]),
    ("angora-sdk", &["angora-plugin-api"]),
    ("angora-bridge", &["angora-plugin-api"]),
    // It talks to Python as the host does to `angora_gym`.
    ("task-gymnasium", &["angora-bridge", "angora-sdk"]),
    ("angora-core", &["angora-plugin-api"]),
    ("angora-loader", &["angora-core", "angora-plugin-api"]),
    (
        "angora-simulation",
        &["angora-core", "angora-loader", "angora-plugin-api"],
    ),
    ("angora-brain", &["angora-core", "angora-plugin-api"]),
    ("angora-buffer", &[]),
    ("angora-comm", &[]),
    (
        "angora-gathering",
        &[
            "angora-brain",
            "angora-buffer",
            "angora-core",
            "angora-loader",
            "angora-plugin-api",
            "angora-simulation",
        ],
    ),
    (
        "angora-optimisation",
        &[
            "angora-brain",
            "angora-buffer",
            "angora-comm",
            "angora-core",
            "angora-plugin-api",
        ],
    ),
    ("angora-checkpoint", &["angora-core"]),
    // The streams of seeds that resampling draws from.
    ("angora-statistics", &["angora-core"]),
    ("angora-film", &[]),
    ("angora-graph", &["angora-brain", "angora-plugin-api"]),
    ("angora-monitor", &["angora-core", "angora-statistics"]),
    (
        "angora-validator",
        &[
            "angora-brain",
            "angora-core",
            "angora-loader",
            "angora-plugin-api",
            "angora-simulation",
        ],
    ),
    (
        "angora-registry",
        &["angora-core", "angora-loader", "angora-plugin-api"],
    ),
    (
        "angora-benchmark",
        &["angora-core", "angora-monitor", "angora-statistics"],
    ),
    (
        "angora-host",
        &[
            "angora-benchmark",
            "angora-brain",
            "angora-bridge",
            "angora-buffer",
            "angora-checkpoint",
            "angora-comm",
            "angora-core",
            "angora-film",
            "angora-gathering",
            "angora-graph",
            "angora-loader",
            "angora-monitor",
            "angora-optimisation",
            "angora-plugin-api",
            "angora-registry",
            "angora-simulation",
            "angora-statistics",
            "angora-validator",
        ],
    ),
    ("angora-tests", &[]),
    // Its targets call the parsers of all.
    (
        "angora-fuzz",
        &[
            "angora-benchmark",
            "angora-brain",
            "angora-checkpoint",
            "angora-comm",
            "angora-core",
            "angora-host",
            "angora-loader",
            "angora-monitor",
            "angora-plugin-api",
            "angora-registry",
            "angora-simulation",
        ],
    ),
];

/// Who alone may depend on what.
const OWNERS: &[(&str, &[&str])] = &[
    ("abi_stable", &["angora-plugin-api"]),
    ("libc", &["angora-loader", "misbehaving"]),
    ("libloading", &["angora-loader", "angora-comm"]),
    ("memmap2", &["angora-bridge"]),
    ("object", &["angora-loader"]),
    ("wasmtime", &["angora-loader"]),
    ("wasmparser", &["angora-loader"]),
    ("wit-component", &["angora-loader"]),
    ("wit-parser", &["angora-loader"]),
    ("wit-bindgen", &["angora-sdk"]),
    ("mujoco-rs", &["angora-simulation"]),
    ("glutin", &["angora-simulation"]),
    ("burn", &["angora-brain", "angora-optimisation"]),
    ("gemm", &["angora-brain"]),
    ("rayon", &["angora-comm"]),
    ("safetensors", &["angora-checkpoint"]),
    ("indicatif", &["angora-monitor"]),
    ("crc32c", &["angora-monitor"]),
    (
        "rustix",
        &[
            "angora-bridge",
            "angora-core",
            "angora-host",
            "angora-loader",
            "angora-monitor",
        ],
    ),
    ("glob", &["angora-host", "angora-monitor"]),
    ("axum", &["angora-monitor"]),
    ("box2d-rs", &["task-box2d"]),
    ("tokio", &["angora-monitor"]),
    ("rust-embed", &["angora-monitor"]),
    ("cap-std", &["angora-monitor"]),
    ("clap", &["angora-host"]),
    ("docker_credential", &["angora-registry"]),
    ("minisign", &["angora-registry"]),
    ("tar", &["angora-registry"]),
    ("ureq", &["angora-registry"]),
    ("statrs", &["angora-statistics"]),
    ("gif", &["angora-film"]),
    ("mp4", &["angora-film"]),
    ("minifb", &["angora-host"]),
    ("openh264", &["angora-film"]),
    ("csv", &["angora-benchmark"]),
    ("plotters", &["angora-benchmark"]),
    ("libfuzzer-sys", &["angora-fuzz"]),
    // The monitor and benchmarks read what the host wrote, and write none.
    (
        "toml",
        &[
            "angora-benchmark",
            "angora-fuzz",
            "angora-host",
            "angora-monitor",
        ],
    ),
];

const LONGEST_FILE: usize = 600;

/// Our packages with their dependencies (those of tests left out).
fn packages() -> BTreeMap<String, (PathBuf, Vec<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            let names = dependencies
                .iter()
                .filter(|d| d["kind"].is_null())
                .map(|d| d["name"].as_str().unwrap().to_owned())
                .collect();
            let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
            (
                package["name"].as_str().unwrap().to_owned(),
                (manifest, names),
            )
        })
        .collect()
}

#[test]
fn crates_use_only_what_they_may() {
    for (name, (manifest, dependencies)) in packages() {
        let known = ALLOWED.iter().find(|(package, _)| *package == name);
        let allowed: &[&str] = match known {
            Some((_, allowed)) => allowed,
            // Plugins, fixtures and examples are written as a lab would write them.
            None => {
                let below = |folder: &str| manifest.starts_with(repository().join(folder));
                assert!(
                    below("plugins") || below("examples") || below("tests/fixtures"),
                    "{name} is new: say in tests/suite/tree.rs what it may use"
                );
                &["angora-sdk"]
            }
        };
        for dependency in dependencies.iter().filter(|d| d.starts_with("angora-")) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} may not use {dependency}; data flows one way (host/README.md)"
            );
        }
    }
}

#[test]
fn heavy_dependencies_have_one_owner() {
    for (name, (_, dependencies)) in packages() {
        for (dependency, owners) in OWNERS {
            if dependencies.iter().any(|d| d == dependency) {
                assert!(
                    owners.contains(&name.as_str()),
                    "{name} may not use {dependency}"
                );
            }
        }
    }
}

/// The product's own sources.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !name.starts_with("target") && name != "native" {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_source_file_is_too_long_and_none_is_called_mod() {
    let mut files = Vec::new();
    sources(repository(), &mut files);
    assert!(files.len() > 50, "the sources were not found");
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines, more than {LONGEST_FILE}; split it by noun",
            file.display()
        );
        assert!(
            !file.ends_with("mod.rs"),
            "{}: x.rs beside x/",
            file.display()
        );
    }
}

#[test]
fn top_level_is_that_of_the_card() {
    let expected = [
        "CHANGELOG.md",
        "CITATION.cff",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "angora",
        "examples",
        "host",
        "plugin-api",
        "plugins",
        "sdk",
        "tests",
    ];
    let ignored = |name: &str| name.starts_with('.') || name.starts_with("target");
    for entry in std::fs::read_dir(repository()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let made = ["benchmarks", "native", "runs"];
        let known = expected.contains(&name.as_str()) || made.contains(&name.as_str());
        assert!(
            known || ignored(&name),
            "{name} does not belong at the top level"
        );
    }
}

/// `./angora run` builds the host and the plugins, `./angora test` everything with its tests. What
/// the tests ask of a dependency beyond that would have all that is above it compiled once more.
#[test]
fn the_first_run_and_the_tests_share_their_dependencies() {
    let plugins = std::fs::read_dir(repository().join("plugins")).unwrap();
    let plugins: Vec<String> = plugins
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut first = vec!["-e", "normal,build", "-p", "angora-host"];
    for plugin in &plugins {
        first.extend(["-p", plugin.as_str()]);
    }
    let (first, tests) = (
        features(&first),
        features(&["-e", "normal,build,dev", "--workspace"]),
    );
    assert!(first.len() > 100, "{first:?}");
    let again: Vec<&String> = first.difference(&tests).collect();
    assert!(
        again.is_empty(),
        "the tests compile these again, with other features (Cargo.toml can ask for the same): {again:?}"
    );
}

/// Each package below a selection, with its version and features.
fn features(selection: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none"])
        .args(["--format", "{p} {f}"])
        .args(selection)
        .current_dir(repository())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // What is listed a second time is marked so.
    let lines = text.lines().map(|line| line.trim_end_matches(" (*)"));
    lines.map(str::to_owned).collect()
}

/// A module is built of the contract and the sdk, without what carries the native form.
#[test]
fn modules_know_nothing_of_the_native_form() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "-e",
            "normal",
        ])
        .args([
            "-p",
            "example-reward-in-rust",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .current_dir(repository())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("wit-bindgen"), "{text}");
    assert!(!text.contains("abi_stable"), "{text}");
}
