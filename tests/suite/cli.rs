//! Help, messages and exit codes.

use angora_tests::Host;
use std::process::Stdio;

/// The message of a call that must fail, and its exit code.
fn refused(arguments: &[&str]) -> (i32, String) {
    let outcome = Host::new().call(arguments);
    assert_eq!(outcome.stdout, "", "messages belong on standard error");
    let message = outcome.stderr.trim_end().to_owned();
    (outcome.code.unwrap(), message)
}

#[test]
fn wrong_names_get_their_nearest_neighbours() {
    let cases: &[(&[&str], i32, &str)] = &[
        (
            &["run", "--task", "cartpole"],
            4,
            "error: there is no task \"cartpole\"; did you mean CartPole-v1?",
        ),
        (
            &[
                "run",
                "--task",
                "CartPole-v1",
                "--plugin",
                "task-clasic-control",
            ],
            4,
            "error: plugin \"task-clasic-control\" is not on the search path (FOLDER/plugins, TARGET/plugins); did you mean task-classic-control?",
        ),
        (
            &["run", "--task", "CartPole-v1", "--brain", "simpel"],
            4,
            "error: there is no brain \"simpel\"; did you mean simple?",
        ),
        (
            &["run", "--task", "CartPole-v1", "--set", "ppo.clip_rang=0.1"],
            2,
            "error: command line: ppo.clip_rang: there is no such setting; did you mean ppo.clip_range?",
        ),
        (
            &["run", "--task", "CartPole-v1", "--distribution", "betta"],
            2,
            "error: command line: distribution.kind: there is no \"betta\"; did you mean beta?",
        ),
        (
            &["run", "--task", "CartPole-v1", "--preset", "cartpole"],
            2,
            "error: command line: preset: there is no \"cartpole\"; did you mean cart-pole?",
        ),
        (
            &["run"],
            2,
            "error: default: task: no task is named; add --task, for example --task CartPole-v1 (`angora-host plugin list` shows what there is)",
        ),
        (
            &["run", "--task", "CartPole-v1", "--body", "hopper"],
            3,
            "error: body \"hopper\": the task \"CartPole-v1\" has a world of its own and takes no body",
        ),
        (
            &["run", "--resume", "nothing"],
            1,
            "error: there is no run \"nothing\" in runs; there is none to choose from",
        ),
        (
            &["evaluate"],
            1,
            "error: there is no run in runs; begin one with `angora-host run --task CartPole-v1`, or name its folder with --runs",
        ),
    ];
    for (arguments, code, message) in cases {
        let (found_code, found) = refused(arguments);
        // The second folder of the search path exists only after `./angora` has linked it.
        let found = found.replace(", TARGET/plugins", "");
        let message = message.replace(", TARGET/plugins", "");
        assert!(
            found.starts_with(&message),
            "{arguments:?}: {found}\nexpected {message}"
        );
        assert_eq!(found_code, *code, "{arguments:?}");
    }
}

#[test]
fn unknown_options_are_usage_errors() {
    let (code, message) = refused(&["run", "--taks", "CartPole-v1"]);
    assert_eq!(code, 2);
    assert!(message.contains("--task"), "{message}");
}

#[test]
fn settings_file_is_checked_with_its_name() {
    let host = Host::new();
    let file = host.folder().join("run.toml");
    std::fs::write(&file, "task = \"CartPole-v1\"\n[ppo]\nepochs = \"many\"\n").unwrap();
    let outcome = host.call(&["run", "run.toml"]);
    assert_eq!(outcome.code, Some(3));
    assert_eq!(
        outcome.stderr,
        "error: run.toml: ppo.epochs: invalid type: string \"many\", expected usize\n"
    );
}

#[test]
fn a_wrong_name_is_told_with_the_file_that_has_it() {
    let host = Host::new();
    let file = host.folder().join("run.toml");
    let cases = [
        (
            "task = \"CartPol-v1\"",
            "task: there is no task \"CartPol-v1\"; did you mean CartPole-v1?",
        ),
        (
            "task = \"CartPole-v1\"\nbrain = \"simpel\"",
            "brain: there is no brain \"simpel\"; did you mean simple?",
        ),
        (
            "task = \"CartPole-v1\"\npreprocessors = [\"nothing\"]",
            "preprocessors: there is no preprocessor \"nothing\"",
        ),
        (
            "task = \"CartPole-v1\"\nplugins = [\"none.so\"]",
            "plugins: plugin \"none.so\" is not on the search path",
        ),
    ];
    for (text, said) in cases {
        std::fs::write(&file, text).unwrap();
        let outcome = host.call(&["run", "run.toml", "--cycles", "1"]);
        let expected = format!("error: run.toml: {said}");
        assert!(
            outcome.stderr.starts_with(&expected),
            "{expected}\n{}",
            outcome.stderr
        );
        assert_eq!(outcome.code, Some(4));
    }
}

#[test]
fn a_folder_that_cannot_be_read_is_not_said_to_be_empty() {
    let host = Host::new();
    std::fs::write(host.folder().join("file"), "").unwrap();
    for arguments in [
        &["runs", "--runs", "file"][..],
        &["evaluate", "--runs", "file"],
        &["run", "--resume", "x", "--runs", "file"],
    ] {
        let outcome = host.call(arguments);
        assert_eq!(outcome.code, Some(1), "{arguments:?}");
        assert_eq!(
            outcome.stderr, "error: file: Not a directory (os error 20)\n",
            "{arguments:?}"
        );
    }
}

#[test]
fn plugins_are_listed_with_what_they_contribute() {
    let host = Host::new();
    let outcome = host.call(&["plugin", "list"]);
    assert_eq!(outcome.code, Some(0));
    for line in [
        "task-classic-control 0.1.0",
        "    task          CartPole-v1",
        "    brain         simple",
    ] {
        assert!(outcome.stdout.contains(line), "{}", outcome.stdout);
    }
    let json = host.call(&["plugin", "info", "brain-feedforward", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(value["contract"], "1.0.0");
    assert_eq!(value["contributions"][0]["kind"], "brain");
}

#[test]
fn a_run_is_listed_and_evaluated() {
    let host = Host::new();
    let run = host.call(&[
        "run",
        "--task",
        "CartPole-v1",
        "--cycles",
        "2",
        "--horizon",
        "64",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("cycle 2/2"), "{}", run.stderr);
    let list = host.call(&["runs", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(rows[0]["task"], "CartPole-v1");
    assert_eq!(rows[0]["cycle"], 2);
    let arguments = [
        "evaluate",
        "latest",
        "-n",
        "7",
        "--json",
        "--checkpoint",
        "latest",
    ];
    let evaluation = host.call(&arguments);
    assert_eq!(evaluation.code, Some(0), "{}", evaluation.stderr);
    let value: serde_json::Value = serde_json::from_str(&evaluation.stdout).unwrap();
    assert_eq!(value["returns"].as_array().unwrap().len(), 7);
    // CartPole pays 1 a step.
    assert_eq!(value["mean_return"], value["mean_length"]);
    let single = host.call(&[&arguments[..], &["--threads", "1"]].concat());
    assert_eq!(single.stdout, evaluation.stdout, "threads change nothing");
}

/// What a brain looks like can be said on any machine; what it sees cannot.
#[test]
fn a_brain_that_sees_is_shown_without_opengl() {
    let host = Host::new();
    let nothing = ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json");
    let shown = host.call_in(
        &[nothing],
        &["brain", "show", "--task", "ReachPlanarVisual-v1"],
    );
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("visual"), "{}", shown.stdout);
    let visual = ["--task", "ReachPlanarVisual-v1", "--region", "visual"];
    for arguments in [
        &["run", "--task", "ReachPlanarVisual-v1"][..],
        &[&["pretrain"], &visual[..]].concat(),
    ] {
        let outcome = host.call_in(&[nothing], arguments);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        let install = "`apt-get install libegl1 libgl1-mesa-dri`";
        assert!(outcome.stderr.contains(install), "{}", outcome.stderr);
    }
}

#[test]
fn drawings_and_saved_regions_are_not_replaced_by_accident() {
    let host = Host::new();
    let show = [
        "brain",
        "show",
        "--task",
        "CartPole-v1",
        "--svg",
        "brain.svg",
    ];
    let run = ["run", "--quiet", "--task", "CartPole-v1", "--cycles", "1"];
    assert_eq!(host.call(&run).code, Some(0));
    let save = ["brain", "save", "latest", "--to", "brain.safetensors"];
    for (arguments, flag, file) in [
        (&show[..], "--svg", "brain.svg"),
        (&save, "--to", "brain.safetensors"),
    ] {
        assert_eq!(host.call(arguments).code, Some(0));
        std::fs::write(host.folder().join(file), "precious").unwrap();
        let again = host.call(arguments);
        assert_eq!(
            again.stderr,
            format!(
                "error: command line: {flag}: there is a file {file} already; name another, or add --overwrite\n"
            )
        );
        assert_eq!(again.code, Some(2));
        let kept = std::fs::read_to_string(host.folder().join(file)).unwrap();
        assert_eq!(kept, "precious");
        let wished = host.call(&[arguments, &["--overwrite"]].concat());
        assert_eq!(wished.code, Some(0), "{}", wished.stderr);
        assert!(std::fs::read(host.folder().join(file)).unwrap() != b"precious");
    }
}

#[test]
fn physics_settings_are_those_of_the_user_where_the_scene_takes_them() {
    let host = Host::new();
    let show =
        |setting: &str| host.call(&["brain", "show", "--task", "Reach-v1", "--set", setting]);
    for setting in [
        "physics.timestep=0.002",
        "physics.integrator=implicitfast",
        "physics.solver=CG",
        "physics.cone=elliptic",
        "physics.iterations=5",
    ] {
        let outcome = show(setting);
        assert_eq!(outcome.code, Some(0), "{setting}: {}", outcome.stderr);
    }
    for (setting, said) in [
        (
            "physics.timestep=0.003",
            "the control step of 0.02 s is no whole number of steps of 0.003 s",
        ),
        (
            "physics.cone=eliptic",
            "there is no cone \"eliptic\"; did you mean elliptic?",
        ),
    ] {
        let outcome = show(setting);
        assert_eq!(outcome.code, Some(3), "{setting}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
}

/// `angora env list | head -1`: nothing is wrong, and nothing is said.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let host = Host::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = host.command(&["env", "list"]);
    let piped = command.stdout(writer).stderr(Stdio::piped());
    let process = piped.spawn().unwrap();
    let outcome = host.finish(process);
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.code, Some(141));
}
