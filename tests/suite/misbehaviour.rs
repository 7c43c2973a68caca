//! A plugin that lies: each lie ends the run cleanly, names plugin, call and field, and what was
//! learned is kept.

use angora_tests::{Host, Outcome};
use std::io::{BufRead, BufReader, Read};
use std::process::Command;

/// How the liar is built: what it does and what is said of it is the same.
#[derive(Clone, Copy)]
enum Form {
    Native,
    Module,
}

/// Each test twice.
macro_rules! in_both_forms {
    ($($test:ident)*) => {
        mod native {
            $(#[test] fn $test() { super::$test(super::Form::Native); })*
        }
        mod module {
            $(#[test] fn $test() {
                // It says so where there is none.
                if angora_tests::module("misbehaving").is_some() {
                    super::$test(super::Form::Module);
                }
            })*
        }
    };
}

in_both_forms! {
    honest_it_trains
    lies_at_the_start_leave_no_run_behind
    lies_in_a_step_keep_what_was_learned
    lies_when_saving_are_faults
    a_preprocessor_that_makes_nan_is_named
    a_reward_that_panics_is_named
    a_wrong_graph_is_refused_by_node
}

/// A short run of the liar.
const COMMON: [&str; 14] = [
    "run",
    "--quiet",
    "--task",
    "Liar-v0",
    "--preset",
    "none",
    "--cycles",
    "3",
    "--horizon",
    "32",
    "--environments",
    "4",
    "--set",
    "ppo.minibatch_size=64",
];

fn run(form: Form, host: &Host, more: &[&str]) -> Outcome {
    match form {
        Form::Native => host.add_plugin("misbehaving"),
        Form::Module => assert!(host.add_module("misbehaving")),
    }
    host.call(&[&COMMON[..], more].concat())
}

fn lie(form: Form, name: &str, more: &[&str]) -> (Host, Outcome) {
    let host = Host::new();
    let lie = format!("task_config.lie={name}");
    let outcome = run(form, &host, &[&["--set", &lie], more].concat());
    (host, outcome)
}

fn honest_it_trains(form: Form) {
    let (_, outcome) = lie(form, "honest", &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

const LIAR: &str = "plugin misbehaving 0.1.0, task \"Liar-v0\", call";

/// Lies that are told before there is anything to lose.
fn lies_at_the_start_leave_no_run_behind(form: Form) {
    let cases = [
        (
            "panic-in-new",
            "new: panicked: I was told to panic in new (at tests/fixtures/plugins/misbehaving/src/liar.rs:",
        ),
        (
            "panic-in-spec",
            "spec: panicked: I was told to panic in spec (at ",
        ),
        (
            "error-in-new",
            "new: failed (new): I was told to fail in new",
        ),
        (
            "no-dimensions",
            "spec: returned a value outside the contract (action): a box needs as many lower as upper bounds, at least one (there are 0 and 0)",
        ),
        (
            "honesty",
            "new: refused its configuration (lie): unknown variant `honesty`, expected one of `honest`,",
        ),
    ];
    for (name, message) in cases {
        let (host, outcome) = lie(form, name, &[]);
        assert_eq!(outcome.code, Some(4), "{name}: {}", outcome.stderr);
        let expected = format!("error: {LIAR} {message}");
        assert!(
            outcome.stderr.starts_with(&expected),
            "{name}: {}\nexpected {expected}",
            outcome.stderr
        );
        assert!(!host.folder().join("runs").exists(), "{name}");
    }
    let (_, outcome) = lie(form, "changing-spec", &[]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("Liar-v0"), "{}", outcome.stderr);
    let (host, outcome) = lie(form, "panic-in-reset", &[]);
    assert_eq!(
        (outcome.code, outcome.stderr.split(" (at").next()),
        (Some(4), Some(format!("error: environment 0, episode 1, step 0: {LIAR} reset: panicked: I was told to panic in reset").as_str()))
    );
    assert!(!host.folder().join("runs").exists());
}

/// Lies in the middle of an episode: the run's data survive and it can go on.
fn lies_in_a_step_keep_what_was_learned(form: Form) {
    let cases = [
        (
            "panic-in-step",
            "step: panicked: I was told to panic in step (at tests/fixtures/plugins/misbehaving/src/liar.rs:",
        ),
        (
            "error-in-step",
            "step: failed (step): I was told to fail in step",
        ),
        (
            "wrong-length",
            "step: wrote a wrong number of values (proprioception): the spec says 1 values, 2 were written",
        ),
        (
            "nan-in-sensation",
            "step: wrote a value that is not finite (sensation proprioception[0]): it is NaN, or was not written",
        ),
        (
            "nan-in-reward",
            "step: wrote a value that is not finite (reward term centred): it is NaN, or was not written",
        ),
        (
            "infinite-signal",
            "step: wrote a value that is not finite (signal position[0]): it is inf",
        ),
        (
            "unwritten-sense",
            "step: wrote a value that is not finite (sensation proprioception[0]): it is NaN, or was not written",
        ),
        (
            "unwritten-reward",
            "step: wrote a value that is not finite (reward term centred): it is NaN, or was not written",
        ),
    ];
    for (name, message) in cases {
        // In a cycle, not before the first one.
        let lying = ["--set", "task_config.at_step=3", "--set", "warm_up=false"];
        let (host, outcome) = lie(form, name, &lying);
        assert_eq!(outcome.code, Some(4), "{name}: {}", outcome.stderr);
        let expected = format!("error: environment 0, episode 1, step 2: {LIAR} {message}");
        assert!(
            outcome.stderr.contains(&expected),
            "{name}: {}\nexpected {expected}",
            outcome.stderr
        );
        assert!(
            outcome
                .stderr
                .contains("what was learned until cycle 0 is saved in runs/"),
            "{}",
            outcome.stderr
        );
        let run = host.only_run("runs").display().to_string();
        let again = host.call(&["evaluate", &run, "-n", "1", "--checkpoint", "latest"]);
        // The checkpoint loads; the task lies again.
        assert!(again.stderr.contains(LIAR), "{name}: {}", again.stderr);
    }
}

/// A task that cannot be saved although it says so is found out before the run begins; one that
/// cannot be restored leaves the checkpoint as it is.
fn lies_when_saving_are_faults(form: Form) {
    for (name, call) in [
        ("panic-in-save", "save: panicked"),
        ("error-in-save", "save: failed"),
        ("no-save", "save: does not support this"),
    ] {
        let (host, outcome) = lie(form, name, &[]);
        assert_eq!(outcome.code, Some(4), "{name}: {}", outcome.stderr);
        let expected = format!("{LIAR} {call}");
        assert!(
            outcome.stderr.contains(&expected),
            "{name}: {}",
            outcome.stderr
        );
        assert!(!host.folder().join("runs").exists(), "{name}");
    }
    let (host, outcome) = lie(form, "panic-in-restore", &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let run = host.only_run("runs").display().to_string();
    let again = host.call(&["run", "--quiet", "--resume", &run, "--cycles", "4"]);
    assert_eq!(again.code, Some(4));
    assert!(
        again.stderr.contains(&format!("{LIAR} restore: panicked")),
        "{}",
        again.stderr
    );
}

fn a_preprocessor_that_makes_nan_is_named(form: Form) {
    for (place, message) in [
        (
            "sensation",
            "call sensation: wrote a value that is not finite (sensation proprioception[0])",
        ),
        (
            "reward",
            "call reward: wrote a value that is not finite (reward)",
        ),
        (
            "statistics",
            "call take_delta: wrote a value that is not finite (statistics[0])",
        ),
    ] {
        let host = Host::new();
        let place = format!("preprocessor_config.nan-maker.place={place}");
        let outcome = run(
            form,
            &host,
            &["--set", "preprocessors=[\"nan-maker\"]", "--set", &place],
        );
        assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
        let expected = format!("plugin misbehaving 0.1.0, preprocessor \"nan-maker\", {message}");
        assert!(
            outcome.stderr.contains(&expected),
            "{}\nexpected {expected}",
            outcome.stderr
        );
    }
}

fn a_reward_that_panics_is_named(form: Form) {
    let host = Host::new();
    let outcome = run(form, &host, &["--reward", "panics"]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    let expected = "plugin misbehaving 0.1.0, reward \"panics\", call evaluate: panicked";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
}

fn a_wrong_graph_is_refused_by_node(form: Form) {
    for (wrong, words) in [
        ("unknown-input", vec!["hidden", "smell"]),
        ("unknown-policy", vec!["elsewhere"]),
        ("duplicate-name", vec!["hidden", "two nodes of that name"]),
        ("no-units", vec!["hidden"]),
        ("no-inputs", vec!["hidden"]),
        (
            "panic",
            vec!["brain \"wrong-graph\", call design: panicked: I was told to panic in design"],
        ),
    ] {
        let host = Host::new();
        let config = format!("brain_config.lie={wrong}");
        let outcome = run(form, &host, &["--brain", "wrong-graph", "--set", &config]);
        assert_eq!(outcome.code, Some(4), "{wrong}: {}", outcome.stderr);
        for word in words {
            assert!(outcome.stderr.contains(word), "{wrong}: {}", outcome.stderr);
        }
    }
}

/// How a plugin ends or holds the process, once a cycle has been learned from: every run is saved
/// at the end of that cycle, names plugin and call, and ends with the exit code of plugins.
#[test]
fn plugins_that_end_the_process_are_named_and_the_run_is_saved() {
    for (lie, words) in [
        (
            "hang-in-step",
            "it has not returned for 2 s (plugin_timeout_secs)",
        ),
        ("exit-in-step", "it called exit"),
        (
            "crash-in-step",
            "it crashed: invalid memory access or stack overflow (SIGSEGV)",
        ),
        ("abort-in-step", "it crashed: abort (SIGABRT)"),
    ] {
        let (host, outcome) = lie_later(lie, "2");
        let expected = format!("error: {LIAR} step: {words}");
        assert_eq!(outcome.code, Some(4), "{lie}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(&expected),
            "{lie}: {}",
            outcome.stderr
        );
        assert_saved(&host, &outcome.stderr);
        let events = std::fs::read_to_string(host.only_run("runs").join("events.jsonl"));
        let last = events.expect("a log");
        let last = last.lines().last().unwrap_or_default();
        assert!(
            last.contains("\"event\":\"fault\"") && last.contains("\"exit_code\":4"),
            "{last}"
        );
    }
}

/// The cycle that was done when the plugin struck is in a checkpoint that loads.
#[track_caller]
fn assert_saved(host: &Host, stderr: &str) {
    let saved = "what was learned until cycle 1 is saved in runs/";
    assert!(stderr.contains(saved), "{stderr}");
    let run = host.only_run("runs").display().to_string();
    let again = host.call(&["evaluate", &run, "-n", "1", "--checkpoint", "latest"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
}

/// The arguments of a run that lies in the second cycle, of which nothing is saved by itself.
fn later<'a>(lie: &'a str, timeout: &'a str) -> Vec<&'a str> {
    vec![
        "--set",
        lie,
        "--set",
        "task_config.from_episode=3",
        "--set",
        "warm_up=false",
        "--set",
        timeout,
        "--set",
        "checkpoint.interval_secs=1000",
    ]
}

fn lie_later(lie: &str, timeout: &str) -> (Host, Outcome) {
    let host = Host::new();
    let lie = format!("task_config.lie={lie}");
    let timeout = format!("plugin_timeout_secs={timeout}");
    let outcome = run(Form::Native, &host, &later(&lie, &timeout));
    (host, outcome)
}

/// A hung plugin keeps SIGTERM from nothing: the run is saved and ends with its exit code.
#[test]
fn a_signal_ends_a_run_whose_plugin_hangs() {
    let host = Host::new();
    host.add_plugin("misbehaving");
    let (lie, timeout) = ("task_config.lie=hang-in-step", "plugin_timeout_secs=60");
    let arguments = [&COMMON[..], &later(lie, timeout)].concat();
    let mut child = host.start_aloud(&arguments);
    let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("I hang") {
        line.clear();
        assert_ne!(said.read_line(&mut line).expect("text"), 0, "it ended");
    }
    let kill = Command::new("kill").arg(child.id().to_string()).status();
    assert!(kill.is_ok_and(|status| status.success()));
    let mut rest = String::new();
    said.read_to_string(&mut rest).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(143), "{rest}");
    assert!(
        rest.contains(&format!("{LIAR} step: it has not returned for")),
        "{rest}"
    );
    assert_saved(&host, &rest);
}

/// Before the first cycle there is nothing to save: a fault in the warm-up is named like any other,
/// no run folder is made, nothing is promised, and the same command starts the run later.
#[test]
fn a_fault_in_the_warm_up_leaves_no_run_behind() {
    let named = ["--resume-or-begin", "job"];
    for (lie, words) in [
        ("panic-in-step", "panicked: I was told to panic in step"),
        (
            "hang-in-step",
            "it has not returned for 1 s (plugin_timeout_secs)",
        ),
        ("exit-in-step", "it called exit"),
        (
            "crash-in-step",
            "it crashed: invalid memory access or stack overflow (SIGSEGV)",
        ),
    ] {
        let host = Host::new();
        host.add_plugin("misbehaving");
        let call = |lie: &str, timeout: &str| {
            let lie = format!("task_config.lie={lie}");
            let timeout = format!("plugin_timeout_secs={timeout}");
            let settings = ["--set", &lie, "--set", &timeout];
            host.call(&[&COMMON[..], &named, &settings].concat())
        };
        let outcome = call(lie, "1");
        let said = &outcome.stderr;
        assert_eq!(outcome.code, Some(4), "{lie}: {said}");
        let expected = format!("{LIAR} step: {words}");
        assert!(said.contains(&expected), "{lie}: {said}");
        for promise in ["--resume", "is saved"] {
            assert!(!said.contains(promise), "{lie}: {said}");
        }
        let runs = host.folder().join("runs");
        let left = std::fs::read_dir(&runs).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{lie}: something is left in {}", runs.display());
        let outcome = call("honest", "60");
        assert_eq!(outcome.code, Some(0), "{lie}: {}", outcome.stderr);
    }
}

/// A task that cannot save starts new episodes when the run is resumed: as far in its curriculum
/// as the cycle that comes next, in the run that was not interrupted.
#[test]
fn a_task_that_cannot_save_is_told_the_progress_of_the_resumed_cycle() {
    let host = Host::new();
    let settings = [
        "--set",
        "task_config.lie=tell-progress",
        "--set",
        "warm_up=false",
        "--set",
        "evaluation.every_cycles=0",
        "--set",
        "checkpoint.every=1",
    ];
    let told = |outcome: &Outcome| -> Vec<String> {
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let lines = outcome.stderr.lines();
        let told = lines.filter_map(|line| line.strip_prefix("progress "));
        told.map(str::to_owned).collect()
    };
    // Episodes of 20 steps, 32 steps a cycle: some begin in each of the three cycles.
    let mut whole = told(&run(Form::Native, &host, &settings));
    whole.dedup();
    assert_eq!(whole, ["0.000", "0.500", "1.000"]);
    let resume = ["run", "--quiet", "--resume"];
    let path = host.only_run("runs").display().to_string();
    for (checkpoint, expected) in [("cycle-000002", &whole[2..]), ("cycle-000001", &whole[1..])] {
        let from = [path.as_str(), "--checkpoint", checkpoint];
        let mut resumed = told(&host.call(&[&resume[..], &from].concat()));
        resumed.dedup();
        assert_eq!(resumed, expected, "from {checkpoint}");
    }
}

/// A plugin that hangs before there is a run leaves none behind.
#[test]
fn a_plugin_that_hangs_at_the_start_is_named() {
    let host = Host::new();
    let more = ["task_config.lie=hang-in-new", "plugin_timeout_secs=1"];
    let outcome = run(Form::Native, &host, &["--set", more[0], "--set", more[1]]);
    let expected = format!("error: {LIAR} new: it has not returned for 1 s");
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(&expected), "{}", outcome.stderr);
    assert!(!host.folder().join("runs").exists());
}

/// The child of a plugin that forks writes nothing of the run, which goes on in the parent.
#[test]
fn a_fork_of_a_plugin_does_not_write_the_run() {
    let (host, outcome) = lie_later("fork-in-step", "60");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let expected = format!("error: {LIAR} step: it forked and returned in the child too");
    assert!(outcome.stderr.contains(&expected), "{}", outcome.stderr);
    let metrics = std::fs::read_to_string(host.only_run("runs").join("metrics.jsonl"));
    assert_eq!(metrics.expect("metrics").matches("\"cycle\":2").count(), 1);
}
