//! Files of strangers have no authority: a run folder, a lock, a settings file or a suite that names
//! native code has none of it loaded, and honest ones need no flag.

use angora_tests::{Host, Outcome, library};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What keeps runs short.
const SHORT: [&str; 6] = [
    "run",
    "--quiet",
    "--cycles=1",
    "--horizon=64",
    "--seed=1",
    "--threads=1",
];

/// A library that leaves a mark when it is loaded, whatever becomes of it afterwards.
struct Evil {
    library: PathBuf,
    mark: PathBuf,
    digest: String,
}

impl Evil {
    fn new(folder: &Path) -> Self {
        let manifest = json!({
            "name": "evil", "version": "1.0.0", "contract": "1.0.0",
            "description": "Leaves a mark", "authors": "The Angora authors",
            "licence": "Apache-2.0", "contributions": [{"kind": "task", "id": "CartPole-v1"}],
        })
        .to_string();
        let (library, mark) = (folder.join("libevil.so"), folder.join("mark"));
        let code = format!(
            "#include <fcntl.h>\n\
             __attribute__((constructor)) static void load(void) {{ creat({:?}, 0600); }}\n\
             __attribute__((section(\".angora_plugin\"), used)) const char manifest[{}] = {:?};\n",
            mark.display().to_string(),
            manifest.len(),
            manifest
        );
        let source = folder.join("evil.c");
        std::fs::write(&source, code).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-o"])
            .args([&library, &source]);
        assert!(cc.status().unwrap().success());
        let bytes = std::fs::read(&library).unwrap();
        let hex = Sha256::digest(&bytes);
        let hex: String = hex.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            library,
            mark,
            digest: format!("sha256:{hex}"),
        }
    }

    /// Refused as a plugin, and not loaded.
    #[track_caller]
    fn is_kept_out(&self, outcome: &Outcome, file: &str) {
        assert_eq!(outcome.code, Some(4), "{outcome:?}");
        let said = &outcome.stderr;
        for part in [file, "evil 1.0.0", "let in", "--trust-plugins"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!self.mark.exists(), "its code has run");
    }
}

/// A run that a stranger hands over: honest but for what its settings name.
fn stranger(change: impl Fn(&str) -> String) -> (Host, PathBuf) {
    let host = Host::new();
    let outcome = host.call(&[&SHORT[..], &["--task=CartPole-v1"]].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let run = host.only_run("runs");
    let settings = run.join("experiment.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, change(&text)).unwrap();
    (host, run)
}

#[test]
fn a_run_folder_has_no_native_code_loaded() {
    let elsewhere = tempfile::tempdir().unwrap();
    let evil = Evil::new(elsewhere.path());
    let named = format!("plugins = [{:?}]", evil.library.display().to_string());
    let (host, run) = stranger(|text| text.replace("plugins = []", &named));
    let run = run.display().to_string();
    let calls: [&[&str]; 5] = [
        &["evaluate", &run, "-n", "1"],
        &["record", &run, "-n", "1"],
        &["observe", &run, "-n", "1"],
        &["brain", "show", "--run", &run],
        &["run", "--quiet", "--resume", &run, "--cycles", "2"],
    ];
    for call in calls {
        evil.is_kept_out(&host.call(call), "experiment.toml names the native plugin");
    }
    // Only parameters are read here.
    let saved = host.call(&["brain", "save", &run, "--to", "kept.safetensors"]);
    assert_eq!(saved.code, Some(0), "{saved:?}");
    assert!(!evil.mark.exists());
    // The same in the place of a file that the working directory has and the run has not.
    let beside = host.folder().join("libevil.so");
    std::fs::copy(&evil.library, &beside).unwrap();
    let settings = Path::new(&run).join("experiment.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let relative = text.replace(&named, "plugins = [\"./libevil.so\"]");
    std::fs::write(&settings, relative).unwrap();
    let outcome = host.call(&["evaluate", &run, "-n", "1"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(
        outcome.stderr.contains("no such file or folder"),
        "{outcome:?}"
    );
    assert!(!evil.mark.exists());
    // Who says so gets it: it is no plugin, but it has been loaded.
    std::fs::write(&settings, text).unwrap();
    let outcome = host.call(&["evaluate", &run, "-n", "1", "--trust-plugins"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(evil.mark.exists(), "the mark says nothing");
}

#[test]
fn a_lock_has_no_native_code_loaded() {
    let elsewhere = tempfile::tempdir().unwrap();
    let evil = Evil::new(elsewhere.path());
    let host = Host::new();
    let lock = |source: &str| {
        let text = format!(
            "[[plugin]]\nname = \"evil\"\nversion = \"1.0.0\"\ndigest = \"{}\"\nsource = {source:?}\n",
            evil.digest
        );
        std::fs::write(host.folder().join("angora.lock"), text).unwrap();
    };
    let run = ["--task=CartPole-v1", "--locked", "angora.lock"];
    let run = [&SHORT[..], &run].concat();
    lock(&evil.library.display().to_string());
    evil.is_kept_out(&host.call(&run), "angora.lock names the native plugin");
    let install = ["plugin", "install", "--locked", "angora.lock"];
    evil.is_kept_out(&host.call(&install), "angora.lock names the native plugin");
    // A relative path would be another file in each working directory.
    std::fs::copy(&evil.library, host.folder().join("libevil.so")).unwrap();
    lock("./libevil.so");
    let outcome = host.call(&run);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(!evil.mark.exists());
    lock(&evil.library.display().to_string());
    let outcome = host.call(&[&run[..], &["--trust-plugins"]].concat());
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(evil.mark.exists(), "the mark says nothing");
}

#[test]
fn settings_and_suites_have_no_native_code_loaded() {
    let host = Host::new();
    let shared = host.folder().join("shared");
    std::fs::create_dir(&shared).unwrap();
    let evil = Evil::new(&shared);
    // Relative paths start in the folder of the file.
    let settings = "task = \"CartPole-v1\"\nplugins = [\"./libevil.so\"]\n";
    std::fs::write(shared.join("run.toml"), settings).unwrap();
    let call = [&SHORT[..], &["shared/run.toml"]].concat();
    evil.is_kept_out(&host.call(&call), "run.toml names the native plugin");
    let suite =
        "seeds = [1]\n[settings]\nplugins = [\"./libevil.so\"]\n[[task]]\nid = \"CartPole-v1\"\n";
    std::fs::write(shared.join("suite.toml"), suite).unwrap();
    let outcome = host.call(&["benchmark", "shared/suite.toml"]);
    evil.is_kept_out(&outcome, "suite.toml names the native plugin");
}

/// Looking at a package, refusing it and installing it run nothing of it; nor does a recording.
#[test]
fn a_package_and_a_recording_have_no_native_code_loaded() {
    let elsewhere = tempfile::tempdir().unwrap();
    let evil = Evil::new(elsewhere.path());
    let (host, run) = stranger(str::to_owned);
    let call = |arguments: &[&str], code: i32| {
        let outcome = host.call(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome:?}");
        assert!(!evil.mark.exists(), "{arguments:?}: its code has run");
    };
    let library = evil.library.display().to_string();
    call(&["plugin", "info", &library], 0);
    call(&["plugin", "pack", &library, "--group", "lab"], 0);
    call(&["plugin", "info", "evil-1.0.0.angora"], 0);
    call(&["plugin", "install", "evil-1.0.0.angora"], 4);
    let install = [
        "plugin",
        "install",
        "evil-1.0.0.angora",
        "--allow-untrusted",
    ];
    call(&install, 0);
    call(&["plugin", "list"], 0);
    call(&["plugin", "remove", "lab/evil"], 0);
    // A recording names builds for its readers alone.
    let run = run.display().to_string();
    call(&["record", &run, "-n", "1", "--name", "one"], 0);
    let header = Path::new(&run).join("recordings/one/recording.json");
    let text = std::fs::read_to_string(&header).unwrap();
    let mut recording: Value = serde_json::from_str(&text).unwrap();
    assert!(
        recording["plugins"]
            .as_array()
            .is_some_and(|p| !p.is_empty())
    );
    recording["plugins"] = json!([{ "name": "evil", "version": "1.0.0",
        "digest": evil.digest, "source": library, "path": library }]);
    std::fs::write(&header, recording.to_string()).unwrap();
    call(&["evaluate", &run, "-n", "1"], 0);
    call(&["runs", "--json"], 0);
}

/// The interpreter of a Gymnasium task is native code too.
#[test]
fn a_run_folder_has_no_interpreter_started() {
    let elsewhere = tempfile::tempdir().unwrap();
    let (python, mark) = (
        elsewhere.path().join("python"),
        elsewhere.path().join("mark"),
    );
    std::fs::write(&python, format!("#!/bin/sh\ntouch {}\n", mark.display())).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&python, mode).unwrap();
    let (host, run) = stranger(|text| {
        let text = text.replace("task = \"CartPole-v1\"", "task = \"gym:CartPole-v1\"");
        let rest = text.replace("[task_config]\n", "");
        format!(
            "{rest}\n[task_config]\npython = {:?}\n",
            python.display().to_string()
        )
    });
    let run = run.display().to_string();
    let evaluate = ["evaluate", &run, "-n", "1"];
    let outcome = host.call(&evaluate);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    for part in ["names the Python interpreter", "--trust-plugins"] {
        assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
    }
    assert!(!mark.exists(), "it was started");
    let outcome = host.call(&[&evaluate[..], &["--trust-plugins"]].concat());
    assert_ne!(outcome.code, Some(0), "{outcome:?}");
    assert!(mark.exists(), "the mark says nothing");
}

/// What a user has named once works again for the run that was made with it, from anywhere; and what
/// has changed since is noticed.
#[test]
fn an_honest_run_needs_no_flag_and_another_build_is_noticed() {
    let host = Host::new();
    let mine = host.folder().join("mine");
    std::fs::create_dir(&mine).unwrap();
    let built = mine.join("libtiny_tasks.so");
    std::fs::copy(library("tiny-tasks"), &built).unwrap();
    let call = ["--task=Bandit-v0", "--plugin=./mine/libtiny_tasks.so"];
    let outcome = host.call(&[&SHORT[..], &call].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let run = host.only_run("runs").display().to_string();
    let evaluate = |more: &[&str]| {
        let call = ["evaluate", &run, "-n", "1", "--json"];
        host.call(&[&call[..], more].concat())
    };
    let plugins = |outcome: &Outcome| -> Vec<Value> {
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
        found["plugins"].as_array().unwrap().clone()
    };
    let is_tiny = |plugin: &&Value| plugin["name"] == "tiny-tasks";
    let lock = std::fs::read_to_string(Path::new(&run).join("angora.lock")).unwrap();
    for more in [&[][..], &["--locked"]] {
        let outcome = evaluate(more);
        assert_eq!(outcome.stderr, "");
        let played = plugins(&outcome);
        let digest = played.iter().find(is_tiny).unwrap()["digest"]
            .as_str()
            .unwrap();
        assert!(lock.contains(digest), "{lock}");
    }
    for call in [
        &["record", &run, "-n", "1", "--json"][..],
        &["run", "--quiet", "--resume", &run, "--cycles", "2"],
    ] {
        let outcome = host.call(call);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        if call[0] == "record" {
            assert!(plugins(&outcome).iter().any(|plugin| is_tiny(&plugin)));
        }
    }
    // Another account has not named it.
    let other = Host::new();
    let outcome = other.call(&["evaluate", &run, "-n", "1"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let named = [
        "evaluate",
        &run,
        "-n",
        "1",
        "--plugin",
        built.to_str().unwrap(),
    ];
    assert_eq!(other.call(&named).code, Some(0));
    assert_eq!(other.call(&["evaluate", &run, "-n", "1"]).code, Some(0));
    // Rebuilt: asked for again, told, and not what the lock says.
    let mut bytes = std::fs::read(&built).unwrap();
    bytes.extend(b"rebuilt");
    std::fs::write(&built, bytes).unwrap();
    let outcome = evaluate(&[]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let outcome = evaluate(&["--plugin", built.to_str().unwrap()]);
    let warning =
        "plugin tiny-tasks 0.1.0 is another build than the one that the run was begun with";
    assert!(outcome.stderr.contains(warning), "{outcome:?}");
    let played = plugins(&outcome);
    let digest = played.iter().find(is_tiny).unwrap()["digest"]
        .as_str()
        .unwrap();
    assert!(!lock.contains(digest), "{lock}");
    let outcome = evaluate(&["--locked"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("is locked in"), "{outcome:?}");
}

/// Keys, trust and what is remembered: files that others can write are not believed.
#[test]
fn files_that_others_can_write_are_refused_with_the_command_that_mends_them() {
    let host = Host::new();
    let new = host.call(&["plugin", "key", "new", "--no-password"]);
    assert_eq!(new.code, Some(0), "{new:?}");
    let config = host.folder().join(".config/angora");
    let public = std::fs::read_to_string(config.join("plugin.key.pub")).unwrap();
    let line = public.lines().last().unwrap();
    let trust = ["plugin", "key", "trust", "lab", line];
    assert_eq!(host.call(&trust).code, Some(0));
    let set = |name: &str, mode: u32| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(config.join(name), mode).unwrap();
    };
    let mode = |name: &str| {
        let metadata = std::fs::metadata(config.join(name)).unwrap();
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
    };
    assert_eq!((mode("trust.toml"), mode("plugin.key")), (0o600, 0o600));
    set("trust.toml", 0o660);
    let outcome = host.call(&["plugin", "key", "list"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let command = "`chmod 600 FOLDER/.config/angora/trust.toml`";
    assert!(outcome.stderr.contains(command), "{outcome:?}");
    set("trust.toml", 0o600);
    assert_eq!(host.call(&["plugin", "key", "list"]).code, Some(0));
    set("plugin.key", 0o644);
    let library = library("tiny-tasks").display().to_string();
    let pack = ["plugin", "pack", &library, "--group", "lab"];
    let outcome = host.call(&pack);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let command = "`chmod 600 FOLDER/.config/angora/plugin.key`";
    assert!(outcome.stderr.contains(command), "{outcome:?}");
    set("plugin.key", 0o600);
    assert_eq!(host.call(&pack).code, Some(0));
}
