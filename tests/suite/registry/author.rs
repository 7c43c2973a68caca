//! The whole way of an author's plugin: packed, published, installed on another machine, trained
//! with, and the run done again from its lock on a third.

use super::fixture::{author, installed, reader};
use super::server::{LOGIN, Server, WRONG_LOGIN, log_in, write_config};
use super::{done, says};
use angora_tests::{Host, library};
use serde_json::Value;
use std::path::Path;

/// A reward of the tests on a task whose return says that it was used.
const RUN: [&str; 14] = [
    "run",
    "--quiet",
    "--task",
    "Bandit-v0",
    "--cycles",
    "2",
    "--horizon",
    "32",
    "--environments",
    "2",
    "--set",
    "ppo.minibatch_size=32",
    "--seed",
    "7",
];

/// Packs and publishes the plugin of the tests.
fn share(author: &Host, registry: &str) {
    let built = library("tiny-tasks").display().to_string();
    let readme = angora_tests::repository().join("tests/fixtures/plugins/tiny-tasks/README.md");
    let readme = readme.display().to_string();
    let pack = [
        "plugin", "pack", &built, "--group", "lab", "--text", &readme,
    ];
    done(author.call(&pack));
    let publish = [
        "plugin",
        "publish",
        "tiny-tasks-0.1.0.angora",
        "--registry",
        registry,
    ];
    let said = done(author.call(&publish));
    assert!(
        said.starts_with("published  lab/tiny-tasks 0.1.0 in "),
        "{said}"
    );
}

/// What a run has learned.
fn learned(run: &Path) -> Vec<u8> {
    let checkpoint = std::fs::read_to_string(run.join("checkpoints/latest")).unwrap();
    let folder = run.join("checkpoints").join(checkpoint.trim());
    std::fs::read(folder.join("brain.safetensors")).unwrap()
}

fn whole_way(author: &Host, reader: &Host, third: &Host, registry: &str) {
    share(author, registry);
    let found = done(reader.call(&["plugin", "search", "bandit", "--registry", registry]));
    assert!(found.starts_with("lab/tiny-tasks 0.1.0  "), "{found}");
    let install = [
        "plugin",
        "install",
        "lab/tiny-tasks@^0.1",
        "--registry",
        registry,
    ];
    done(reader.call(&install));
    assert_eq!(installed(reader), ["lab/tiny-tasks 0.1.0"]);
    let named = [&RUN[..], &["--plugin", "lab/tiny-tasks@^0.1"]].concat();
    done(reader.call(&named));
    let run = reader.only_run("runs");
    let lock = std::fs::read_to_string(run.join("angora.lock")).unwrap();
    assert!(lock.contains(&format!("source = \"{registry}\"")), "{lock}");
    assert!(lock.contains("package = \"lab/tiny-tasks\""), "{lock}");
    // On a machine that has nothing but the lock and the author's key.
    let copied = third.folder().join("angora.lock");
    std::fs::copy(run.join("angora.lock"), &copied).unwrap();
    assert_eq!(installed(third), Vec::<String>::new());
    done(third.call(&[&RUN[..], &["--locked", "angora.lock"]].concat()));
    let again = third.only_run("runs");
    assert_eq!(learned(&run), learned(&again), "the same run, bitwise");
    assert_eq!(
        lock,
        std::fs::read_to_string(again.join("angora.lock")).unwrap()
    );
    // It goes on, and is evaluated, without a word on where its plugin is.
    done(third.call(&["run", "--quiet", "--resume", "latest", "--cycles", "3"]));
    done(third.call(&["evaluate", "latest", "-n", "2", "--json"]));
}

#[test]
fn through_a_server_with_a_password() {
    let Some(server) = Server::start() else {
        return;
    };
    let author = author();
    let (first, third) = (reader(&author, "lab"), reader(&author, "lab"));
    for host in [&author, &first, &third] {
        log_in(host, server.port, LOGIN);
    }
    whole_way(&author, &first, &third, &server.registry());
}

#[test]
fn through_a_folder() {
    let author = author();
    let (first, third) = (reader(&author, "lab"), reader(&author, "lab"));
    let shared = author.folder().join("shared");
    // A name for it, as the default.
    for host in [&author, &first, &third] {
        let config = format!(
            "default = \"shared\"\n[registries]\nshared = \"file://{}\"\n",
            shared.display()
        );
        let folder = host.folder().join(".config/angora");
        std::fs::write(folder.join("registries.toml"), config).unwrap();
    }
    let registry = format!("file://{}", shared.display());
    whole_way(&author, &first, &third, &registry);
    done(first.call(&["plugin", "search", "bandit"]));
    let said = says(first.call(&["plugin", "search", "--registry", "sharde"]), 2);
    assert!(said.contains("did you mean shared?"), "{said}");
}

#[test]
fn the_password_is_asked_for_and_checked() {
    let Some(server) = Server::start() else {
        return;
    };
    let registry = server.registry();
    let author = author();
    let file = super::fixture::pack(&author, "reach", "1.0.0", &[]);
    let file = file.display().to_string();
    let publish = ["plugin", "publish", &file, "--registry", &registry];
    let said = says(author.call(&publish), 1);
    assert!(
        said.contains("it wants a user and password (UNAUTHORIZED: "),
        "{said}"
    );
    assert!(said.contains("`docker login 127.0.0.1:"), "{said}");
    log_in(&author, server.port, WRONG_LOGIN);
    let said = says(author.call(&publish), 1);
    assert!(
        said.contains("it refuses the user and password that Docker's configuration has"),
        "{said}"
    );
    write_config(&author, "{ not JSON");
    let said = says(author.call(&publish), 1);
    assert!(said.contains("no password for 127.0.0.1:"), "{said}");
    assert!(said.contains(".docker/config.json"), "{said}");
    // A helper, as `docker login` sets one up where there is a keyring.
    let helper = author.folder().join("docker-credential-lab");
    let script = format!(
        "#!/bin/sh\nread server\necho '{{\"ServerURL\": \"'$server'\", \"Username\": \"lab\", \"Secret\": \"{}\"}}'\n",
        super::server::CREDENTIALS.split_once(':').unwrap().1
    );
    std::fs::write(&helper, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&helper, mode).unwrap();
    write_config(&author, "{\"credsStore\": \"lab\"}");
    let path = format!(
        "{}:{}",
        author.folder().display(),
        std::env::var("PATH").unwrap()
    );
    done(author.call_in(&[("PATH", &path)], &publish));
    drop(server);
    let said = says(author.call_in(&[("PATH", &path)], &publish), 1);
    assert!(
        said.contains("it cannot be reached at http://127.0.0.1:"),
        "{said}"
    );
}

/// A lock takes that build and no other.
#[test]
fn another_build_than_the_locked_one_is_refused() {
    let host = Host::new();
    done(host.call(&[
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--horizon",
        "64",
    ]));
    let run = host.only_run("runs");
    let lock = run.join("angora.lock");
    let text = std::fs::read_to_string(&lock).unwrap();
    let again = [
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--horizon",
        "64",
        "--runs",
        "again",
        "--locked",
    ];
    done(host.call(&[&again[..], &[run.to_str().unwrap()]].concat()));
    // Only what is locked: a task of another plugin is not there.
    let other = [
        "run",
        "--quiet",
        "--task",
        "DelayedRecall-v1",
        "--locked",
        run.to_str().unwrap(),
    ];
    let said = says(host.call(&other), 4);
    assert!(
        said.contains("there is no task \"DelayedRecall-v1\""),
        "{said}"
    );
    let at = text.find("digest = \"sha256:").unwrap() + "digest = \"sha256:".len();
    let changed = format!("{}{}{}", &text[..at], "0".repeat(64), &text[at + 64..]);
    std::fs::write(host.folder().join("other.lock"), changed).unwrap();
    let said = says(host.call(&[&again[..], &["other.lock"]].concat()), 1);
    for part in [
        "is locked in other.lock with sha256:000000",
        "that build is not to be had: the one on the search path is 0.1.0 with sha256:",
        "and the lock names no registry that has it",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = says(host.call(&[&again[..], &["nowhere.lock"]].concat()), 1);
    assert!(said.contains("nowhere.lock: No such file"), "{said}");
    std::fs::write(host.folder().join("empty.lock"), "").unwrap();
    let said = says(host.call(&[&again[..], &["empty.lock"]].concat()), 2);
    assert!(said.contains("empty.lock locks no plugin"), "{said}");
    std::fs::write(host.folder().join("wrong.lock"), "[[plugin]]\nname = 3\n").unwrap();
    let said = says(host.call(&[&again[..], &["wrong.lock"]].concat()), 2);
    assert!(
        said.contains("wrong.lock: ") && said.contains("expected a string"),
        "{said}"
    );
}

#[test]
fn lists_are_the_same_in_json() {
    let author = author();
    share(&author, "./shared");
    let list = author.call(&["plugin", "search", "--registry", "./shared", "--json"]);
    let list: Value = serde_json::from_str(&done(list)).unwrap();
    assert_eq!(list[0]["name"], "lab/tiny-tasks");
    assert_eq!(list[0]["versions"][0], "0.1.0");
    assert!(
        list[0]["provides"]
            .as_str()
            .unwrap()
            .contains("task Bandit-v0")
    );
}
