//! `plugin check`: every check finds the defect that it is for, and nothing else does; what we
//! ship and show has none.

mod reports;

use angora_tests::{Host, library, module};
use serde_json::Value;
use std::collections::BTreeSet;

/// The defect of `faulty` that each check finds, and how it ends there.
const DEFECTS: &[(&str, &str, &str, &str)] = &[
    ("contribution.settings", "task", "AnySetting-v0", "failed"),
    ("contribution.quiet", "task", "Loud-v0", "failed"),
    ("task.spec", "task", "NamelessTerm-v0", "failed"),
    ("task.episodes", "task", "NotFinite-v0", "failed"),
    ("task.endings", "task", "Endless-v0", "warning"),
    ("task.bounds", "task", "OutOfBounds-v0", "failed"),
    ("task.actions", "task", "Corner-v0", "failed"),
    ("task.reset", "task", "Leaky-v0", "failed"),
    ("task.determinism", "task", "PerProcess-v0", "failed"),
    ("task.seeding", "task", "SameStart-v0", "warning"),
    ("task.progress", "task", "Unready-v0", "failed"),
    ("task.rewards", "task", "Overflow-v0", "failed"),
    ("task.conditions", "task", "Unwilling-v0", "failed"),
    ("task.events", "task", "Untimely-v0", "failed"),
    ("task.save", "task", "Forgetful-v0", "failed"),
    ("task.threads", "task", "ThreadBound-v0", "failed"),
    ("task.memory", "task", "Hoarder-v0", "failed"),
    ("task.cost", "task", "Slow-v0", "warning"),
    ("body.spec", "body", "twice-named", "failed"),
    ("body.model", "body", "missing-part", "failed"),
    ("body.model", "body", "heavy", "warning"),
    ("body.names", "body", "nameless-joint", "warning"),
    ("body.rest", "body", "restless", "failed"),
    ("body.drive", "body", "wild", "failed"),
    ("body.actuators", "body", "idle-actuator", "warning"),
    ("reward.spec", "reward", "nameless-term", "failed"),
    ("reward.context", "reward", "presumptuous", "failed"),
    ("reward.configurations", "reward", "orphan", "failed"),
    ("reward.values", "reward", "fading", "failed"),
    ("reward.extremes", "reward", "divides", "failed"),
    ("reward.sum", "reward", "overflow", "failed"),
    ("reward.reset", "reward", "leaky", "failed"),
    ("reward.determinism", "reward", "per-process", "failed"),
    ("reward.save", "reward", "forgetful", "failed"),
    ("reward.threads", "reward", "thread-bound", "failed"),
    ("reward.memory", "reward", "hoarder", "failed"),
    ("reward.cost", "reward", "slow", "warning"),
    ("preprocessor.spec", "preprocessor", "idle", "failed"),
    ("preprocessor.values", "preprocessor", "divides", "failed"),
    ("preprocessor.pictures", "preprocessor", "bright", "failed"),
    ("preprocessor.actions", "preprocessor", "corner", "failed"),
    (
        "preprocessor.progress",
        "preprocessor",
        "impatient",
        "failed",
    ),
    // Noise that begins anew with each episode, whether it is declared or not.
    ("preprocessor.seeding", "preprocessor", "reseeded", "failed"),
    ("preprocessor.seeding", "preprocessor", "repeats", "failed"),
    (
        "preprocessor.seeding",
        "preprocessor",
        "undeclared",
        "failed",
    ),
    ("preprocessor.save", "preprocessor", "rewinds", "failed"),
    (
        "preprocessor.frozen",
        "preprocessor",
        "never-frozen",
        "failed",
    ),
    ("preprocessor.merge", "preprocessor", "last-wins", "failed"),
    ("preprocessor.statistics", "preprocessor", "stale", "failed"),
    ("preprocessor.reset", "preprocessor", "leaky", "failed"),
    (
        "preprocessor.determinism",
        "preprocessor",
        "per-process",
        "failed",
    ),
    ("preprocessor.save", "preprocessor", "forgetful", "failed"),
    (
        "preprocessor.threads",
        "preprocessor",
        "thread-bound",
        "failed",
    ),
    ("preprocessor.memory", "preprocessor", "hoarder", "failed"),
    ("preprocessor.cost", "preprocessor", "slow", "warning"),
    ("brain.spec", "brain", "varying", "failed"),
    ("brain.senses", "brain", "panics", "failed"),
    ("brain.build", "brain", "dangling", "failed"),
    ("brain.values", "brain", "explosive", "failed"),
    ("brain.gradient", "brain", "dead-end", "failed"),
    ("brain.memory", "brain", "hoarder", "failed"),
    ("brain.cost", "brain", "slow", "warning"),
    ("distribution.spec", "distribution", "varying", "failed"),
    ("distribution.actions", "distribution", "panics", "failed"),
    ("distribution.build", "distribution", "dangling", "failed"),
    (
        "distribution.density",
        "distribution",
        "unnormalised",
        "failed",
    ),
    (
        "distribution.sample",
        "distribution",
        "wide-sample",
        "failed",
    ),
    ("distribution.mode", "distribution", "off-mode", "failed"),
    (
        "distribution.entropy",
        "distribution",
        "wrong-entropy",
        "failed",
    ),
    ("distribution.gradient", "distribution", "jumps", "failed"),
    ("distribution.values", "distribution", "roots", "failed"),
    ("distribution.memory", "distribution", "hoarder", "failed"),
    ("distribution.cost", "distribution", "slow", "warning"),
];

/// What `plugin check` says of a plugin of the tests, and its exit code.
fn checked(host: &Host, plugin: &str, more: &[&str]) -> (Value, Option<i32>) {
    let library = library(plugin).display().to_string();
    let arguments = ["plugin", "check", &library, "--json"];
    let outcome = host.call(&[&arguments, more].concat());
    let report: Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.stdout, outcome.stderr));
    (report[0].clone(), outcome.code)
}

/// The checks that did not simply pass, with how they ended and why.
fn remarks(report: &Value) -> Vec<(String, String, String)> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .map(|e| (text(e, "check"), text(e, "status"), text(e, "message")))
        .filter(|(_, status, _)| status != "passed" && status != "skipped")
        .collect()
}

#[test]
fn every_check_finds_its_defect_and_no_other() {
    let host = Host::new();
    let ids: Vec<&str> = DEFECTS.iter().map(|(_, _, id, _)| *id).collect();
    let of = ["Plain-v0"].iter().chain(&ids).copied();
    let of = of.collect::<Vec<_>>().join(",");
    let (report, code) = checked(&host, "faulty", &["--of", &of]);
    assert_eq!(code, Some(1));
    assert_eq!(report["conforms"], false);
    let entries = report["checks"].as_array().unwrap();
    for (check, kind, id, status) in DEFECTS {
        let mine = entries
            .iter()
            .filter(|e| e["kind"] == *kind && e["id"] == *id);
        let mine: Vec<Value> = mine.cloned().collect();
        assert!(mine.len() > 6, "{kind} {id}: {mine:?}");
        let found = remarks(&serde_json::json!({ "checks": mine }));
        let (found_check, found_status, message) = found
            .first()
            .unwrap_or_else(|| panic!("{kind} {id} passes {check}"));
        assert_eq!(
            (found.len(), found_check.as_str(), found_status.as_str()),
            (1, *check, *status),
            "{kind} {id}: {found:#?}"
        );
        assert!(!message.is_empty(), "{kind} {id}");
    }
    let plain: Vec<Value> = entries
        .iter()
        .filter(|e| e["id"] == "Plain-v0")
        .cloned()
        .collect();
    assert!(plain.len() > 10);
    assert_eq!(remarks(&serde_json::json!({ "checks": plain })), []);
}

/// Noise of senses and of actions, as a module; the native form is in the report of its README.
#[test]
fn noise_conforms_as_a_module() {
    let Some(module) = module("preprocessor-noise") else {
        return;
    };
    let module = module.display().to_string();
    let host = Host::new();
    let outcome = host.call(&["plugin", "check", &module, "--json"]);
    let report: Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.stdout, outcome.stderr));
    assert_eq!(remarks(&report[0]), []);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let checks = report[0]["checks"].as_array().unwrap();
    let passed = |check: &str, id: &str| {
        let mut found = checks
            .iter()
            .filter(|c| c["check"] == check && c["id"] == id);
        found.next().is_some_and(|c| c["status"] == "passed")
    };
    for id in ["sensory-noise", "motor-noise"] {
        assert!(passed("preprocessor.seeding", id), "{id}");
        assert!(passed("preprocessor.save", id), "{id}");
    }
    assert!(passed("preprocessor.actions", "motor-noise"));
}

#[test]
fn every_check_has_a_defect() {
    let host = Host::new();
    let outcome = host.call(&["plugin", "check", "--list", "--json"]);
    let checks: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let checks = checks.as_array().unwrap();
    let known = |id: &str| DEFECTS.iter().any(|(check, ..)| *check == id);
    for check in checks {
        let id = check["id"].as_str().unwrap();
        assert!(
            known(id) || ["plugin.manifest", "plugin.load"].contains(&id),
            "{id}: no plugin of the tests fails it"
        );
    }
    // A check may have several.
    let found: BTreeSet<&str> = DEFECTS.iter().map(|(check, ..)| *check).collect();
    assert_eq!(checks.len(), found.len() + 2);
}

#[test]
fn a_plugin_that_misstates_itself_is_found() {
    let host = Host::new();
    for (plugin, check, words) in [
        (
            "misnamed",
            "plugin.manifest",
            "\"coin\" of a task is not of the form Name-v1",
        ),
        ("two-faced", "plugin.load", "its file says two-faced 0.1.0"),
    ] {
        let (report, code) = checked(&host, plugin, &[]);
        let found = remarks(&report);
        assert_eq!((code, found.len()), (Some(1), 1), "{plugin}: {found:#?}");
        assert_eq!(found[0].0, check);
        assert!(found[0].2.contains(words), "{}", found[0].2);
    }
}

#[test]
fn a_crash_and_a_hang_are_findings() {
    let host = Host::new();
    let only = ["--of", "Aborts-v0", "--only", "reset,spec"];
    let (report, code) = checked(&host, "faulty", &only);
    assert_eq!(code, Some(1));
    let found = remarks(&report);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&*found[0].0, &*found[0].1), ("task.reset", "crashed"));
    assert!(found[0].2.contains("signal 6 (abort)"), "{}", found[0].2);

    let only = [
        "--of",
        "Hangs-v0",
        "--only",
        "task.reset",
        "--time-limit",
        "2",
    ];
    let (report, _) = checked(&host, "faulty", &only);
    let found = remarks(&report);
    assert_eq!(
        (&*found[0].1, &*found[0].2),
        ("crashed", "it was killed after 2 s")
    );
}

#[test]
fn checks_are_chosen_by_name_and_a_wrong_name_is_a_usage_error() {
    let host = Host::new();
    let library = library("faulty").display().to_string();
    let call = |more: &[&str]| host.call(&[&["plugin", "check", &library], more].concat());

    let outcome = call(&["--only", "task.saev"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("did you mean task.save"),
        "{}",
        outcome.stderr
    );
    let outcome = call(&["--only", "brain", "--of", "Plain-v0"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("no check is left"),
        "{}",
        outcome.stderr
    );

    let outcome = call(&["--only", "task.save,task.reset", "--of", "Plain-v0"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let lines: Vec<&str> = outcome.stdout.lines().skip(1).map(str::trim).collect();
    let expected = [
        "task Plain-v0",
        "passed   task.reset",
        "passed   task.save",
        "2 passed",
    ];
    assert_eq!(lines, expected);

    // For a debugger: the same in one process.
    let outcome = call(&[
        "--only",
        "task.save",
        "--of",
        "Forgetful-v0",
        "--in-process",
        "--problems",
    ]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stdout.contains("saved after 30 steps"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_reward_is_tried_in_the_task_that_is_named() {
    let host = Host::new();
    let library = library("faulty").display().to_string();
    let call = |task: &str| {
        let of = [
            "plugin",
            "check",
            &library,
            "--of",
            "divides",
            "--only",
            "reward.spec",
        ];
        host.call(&[&of[..], &["--task", task]].concat())
    };
    assert!(call("Plain-v0").stdout.contains("passed   reward.spec"));
    let other = call("CartPole-v1").stdout;
    assert!(other.contains("skipped  reward.spec"), "{other}");
    assert!(other.contains("no task suits it; CartPole-v1"), "{other}");
    let none = call("Nowhere-v1").stdout;
    assert!(none.contains("there is no task \"Nowhere-v1\""), "{none}");
}

/// The draft extension `angora.settings/1`.
#[test]
fn settings_are_told_with_their_defaults() {
    let host = Host::new();
    let info = |plugin: &str, more: &[&str]| {
        let outcome = host.call(&[&["plugin", "info", plugin, "--settings"], more].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome.stdout
    };
    let told: Value = serde_json::from_str(&info("task-classic-control", &["--json"])).unwrap();
    let all = told["settings"].as_array().unwrap();
    let cart_pole = all.iter().find(|one| one["id"] == "CartPole-v1").unwrap();
    let expected = serde_json::json!({ "key": "sutton_barto_reward", "default": false });
    let settings = cart_pole["settings"].as_array().unwrap();
    assert!(settings.contains(&expected), "{settings:?}");
    let text = info("preprocessor-normalise", &[]);
    let shown = "settings of preprocessor normalise-rewards:\n  clip = 10.0\n  epsilon = 1e-6\n";
    assert!(text.contains(shown), "{text}");
    // Brains read their settings themselves.
    let text = info("brain-feedforward", &[]);
    assert!(
        text.contains("settings of brain simple: it does not tell"),
        "{text}"
    );
}

/// A value of a wrong type is refused by the key that it was given to.
#[test]
fn a_wrong_value_names_its_setting() {
    let host = Host::new();
    let wrong = "task_config.sutton_barto_reward=3";
    let outcome = host.call(&["run", "--quiet", "--task", "CartPole-v1", "--set", wrong]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    let said = "refused its configuration (sutton_barto_reward): invalid type: integer `3`";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
}
