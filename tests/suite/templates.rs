//! `plugin new`: what it writes builds, passes its own tests and `plugin check`, and trains, by the
//! commands of its own README.

use angora_tests::{Host, repository, target};
use std::path::Path;
use std::process::Command;

/// Kinds with the name that is given and the id that comes of it.
const KINDS: &[(&str, &str, &str)] = &[
    ("task", "reach-line", "ReachLine-v0"),
    ("scene-task", "hold-point", "HoldPoint-v0"),
    ("body", "long-arm", "long-arm"),
    ("reward", "upright-pole", "upright-pole"),
    ("preprocessor", "largest-one", "largest-one"),
    ("brain", "looped-gru", "looped-gru"),
    ("distribution", "sharp-peak", "sharp-peak"),
];

/// Makes a crate in the folder of a host; what was said.
pub fn new(host: &Host, kind: &str, name: &str, more: &[&str]) -> String {
    let outcome = host.call(&[&["plugin", "new", kind, name], more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let folder = host.folder().join(name);
    // The versions that are here already; all crates share what they are built of.
    std::fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let built = target().join("templates");
    std::fs::create_dir_all(&built).unwrap();
    std::os::unix::fs::symlink(built, folder.join("target")).unwrap();
    outcome.stdout
}

/// Runs a line of a README in the crate's folder; runs take few cycles.
pub fn follow(host: &Host, folder: &Path, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut command = match words[0] {
        "cargo" => {
            let mut command = Command::new(env!("CARGO"));
            command.args(&words[1..]).args(["--quiet", "--offline"]);
            command.env_remove("CARGO_TARGET_DIR");
            command
        }
        "make" => {
            let mut command = Command::new("make");
            command.args(&words[1..]);
            command
        }
        "angora-host" => {
            let few = ["--quiet", "--cycles", "2"];
            let more = if words[1] == "run" { &few[..] } else { &[] };
            host.command(&[&words[1..], more].concat())
        }
        other => panic!("{other}: {line}"),
    };
    let output = command.current_dir(folder).output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = said(&output.stdout) + &said(&output.stderr);
    assert!(
        output.status.success(),
        "{}: {line}\n{said}",
        folder.display()
    );
    assert!(
        !said.contains("warning"),
        "{}: {line}\n{said}",
        folder.display()
    );
}

#[test]
fn each_kind_builds_conforms_and_trains_as_its_readme_says() {
    let host = Host::new();
    let sdk = repository().join("sdk").display().to_string();
    for (kind, name, id) in KINDS {
        let said = new(&host, kind, name, &["--sdk", &sdk]);
        assert!(
            said.contains(&format!("a {kind} with the id {id}")),
            "{said}"
        );
        let folder = host.folder().join(name);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        let code = readme.split("```").nth(1).unwrap();
        let lines = code
            .lines()
            .map(|line| line.split('#').next().unwrap_or(line).trim());
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 4, "{readme}");
        for line in lines {
            follow(&host, &folder, line);
        }
        let formatted = Command::new("rustfmt")
            .args(["--check", "--edition", "2024", "src/lib.rs"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let difference = String::from_utf8_lossy(&formatted.stdout);
        assert!(formatted.status.success(), "{kind}: {difference}");
    }
}

#[test]
fn a_reward_in_c_builds_conforms_and_trains_as_its_readme_says() {
    if let Err(error) = Command::new("clang").arg("--version").output() {
        println!("skipped: there is no clang ({error}): apt-get install clang lld");
        return;
    }
    let host = Host::new();
    let outcome = host.call(&["plugin", "new", "reward", "my-pole", "--language", "c"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let folder = host.folder().join("my-pole");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let lines = readme.split("```").nth(1).unwrap().lines();
    let lines = lines.map(|line| line.split('#').next().unwrap_or(line).trim());
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 3, "{readme}");
    for line in lines {
        follow(&host, &folder, line);
    }
    let other = host.call(&["plugin", "new", "brain", "mine", "--language", "c"]);
    assert_eq!(other.code, Some(2), "{}", other.stderr);
    assert!(
        other.stderr.contains("only a reward can be written in C"),
        "{}",
        other.stderr
    );
}

/// Without `--sdk` it is the one that this host was built from, which is where the tests are.
#[test]
fn the_sdk_is_found_where_the_host_was_built() {
    let host = Host::new();
    let outcome = host.call(&["plugin", "new", "body", "my-body"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let manifest = std::fs::read_to_string(host.folder().join("my-body/Cargo.toml")).unwrap();
    let sdk = repository().join("sdk").canonicalize().unwrap();
    let expected = format!("angora-sdk = {{ path = {sdk:?} }}");
    assert!(
        manifest.contains(&expected),
        "{manifest}\nexpected {expected}"
    );
}

#[test]
fn nothing_is_overwritten_and_wrong_words_are_usage_errors() {
    let host = Host::new();
    let call = |words: &[&str]| host.call(&[&["plugin", "new"], words].concat());
    assert_eq!(call(&["reward", "mine", "--sdk", "0.1"]).code, Some(0));
    let manifest = std::fs::read_to_string(host.folder().join("mine/Cargo.toml")).unwrap();
    assert!(manifest.contains("angora-sdk = \"0.1\""), "{manifest}");
    for (words, said) in [
        (&["reward", "mine"][..], "mine is there already"),
        (&["rewrad", "other"], "did you mean reward?"),
        (
            &["reward", "My_Reward"],
            "does not begin with a small letter",
        ),
        (
            &["reward", "other", "--sdk", "nowhere"],
            "there is no angora-sdk in this folder",
        ),
        (
            &["body", "other", "--wasm"],
            "a body cannot be a sandboxed module",
        ),
    ] {
        let outcome = call(words);
        assert_eq!(outcome.code, Some(2), "{words:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(said),
            "{words:?}: {}",
            outcome.stderr
        );
    }
    assert!(!host.folder().join("other").exists());
}

/// The same source is a module; whether one can be compiled here is another question.
#[test]
fn a_module_says_how_it_is_built() {
    let host = Host::new();
    let outcome = host.call(&["plugin", "new", "reward", "mine", "--wasm", "--sdk", "0.1"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let build = "cargo build --target wasm32-unknown-unknown";
    assert!(outcome.stdout.contains(build), "{}", outcome.stdout);
    let readme = std::fs::read_to_string(host.folder().join("mine/README.md")).unwrap();
    assert!(readme.contains(build), "{readme}");
    assert!(readme.contains("rustup target add"), "{readme}");
}
