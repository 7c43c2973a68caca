//! A plugin that lies: each lie ends the run cleanly, names plugin, call and field, and what was
//! learned is kept.

use angora_tests::{Host, Outcome};

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

fn run(form: Form, host: &Host, more: &[&str]) -> Outcome {
    match form {
        Form::Native => host.add_plugin("misbehaving"),
        Form::Module => assert!(host.add_module("misbehaving")),
    }
    let common = [
        "run", "--quiet", "--task", "Liar-v0", "--preset", "none", "--cycles", "3",
    ];
    let rest = [
        "--horizon",
        "32",
        "--environments",
        "4",
        "--set",
        "ppo.minibatch_size=64",
    ];
    host.call(&[&common[..], &rest, more].concat())
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
        let (host, outcome) = lie(form, name, &["--set", "task_config.at_step=3"]);
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
