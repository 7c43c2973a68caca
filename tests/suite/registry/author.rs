//! The whole way of an author's plugin: packed, published, installed on another machine, trained
//! with, and the run done again from its lock on a third.

use super::fixture::{author, installed, reader};
use super::server::{LOGIN, Server, WRONG_LOGIN, log_in, write_config};
use super::{done, says};
use crate::templates;
use angora_tests::{Host, library, module};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is shared, and a run with it.
struct Story {
    name: &'static str,
    builds: Vec<PathBuf>,
    /// A word to search it by.
    word: &'static str,
    pack: &'static [&'static str],
    run: &'static [&'static str],
}

/// What keeps runs short.
const SHORT: [&str; 10] = [
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

impl Story {
    /// A native task, signed.
    fn native() -> Self {
        Self {
            name: "tiny-tasks",
            builds: vec![library("tiny-tasks")],
            word: "bandit",
            pack: &[],
            run: &["run", "--quiet", "--task", "Bandit-v0"],
        }
    }

    /// A reward for this machine and as a module, by an author without a key. `None` where modules
    /// cannot be compiled.
    fn sandboxed() -> Option<Self> {
        let reward = "example-reward-in-rust";
        Some(Self {
            name: reward,
            builds: vec![library(reward), module(reward)?],
            word: "balance",
            pack: &["--unsigned"],
            run: &[
                "run",
                "--quiet",
                "--task",
                "CartPole-v1",
                "--reward",
                "balance",
            ],
        })
    }

    fn run(&self, host: &Host, more: &[&str]) {
        done(host.call(&[self.run, &SHORT, more].concat()));
    }

    /// Packs and publishes it.
    fn share(&self, author: &Host, registry: &str) {
        let builds: Vec<String> = self
            .builds
            .iter()
            .map(|b| b.display().to_string())
            .collect();
        let builds: Vec<&str> = builds.iter().map(String::as_str).collect();
        let readme = angora_tests::repository().join("README.md");
        let readme = readme.display().to_string();
        let more = ["--group", "lab", "--text", &readme];
        done(author.call(&[&["plugin", "pack"], &builds[..], &more, self.pack].concat()));
        let file = format!("{}-0.1.0.angora", self.name);
        let said = done(author.call(&["plugin", "publish", &file, "--registry", registry]));
        let expected = format!("published  lab/{} 0.1.0 in ", self.name);
        assert!(said.starts_with(&expected), "{said}");
    }
}

/// What a run has learned.
fn learned(run: &Path) -> Vec<u8> {
    let checkpoint = std::fs::read_to_string(run.join("checkpoints/latest")).unwrap();
    let folder = run.join("checkpoints").join(checkpoint.trim());
    std::fs::read(folder.join("brain.safetensors")).unwrap()
}

fn whole_way(story: &Story, author: &Host, reader: &Host, third: &Host, registry: &str) {
    let name = format!("lab/{}", story.name);
    story.share(author, registry);
    let found = done(reader.call(&["plugin", "search", story.word, "--registry", registry]));
    assert!(found.starts_with(&format!("{name} 0.1.0  ")), "{found}");
    let wanted = format!("{name}@^0.1");
    done(reader.call(&["plugin", "install", &wanted, "--registry", registry]));
    assert_eq!(installed(reader), [format!("{name} 0.1.0")]);
    story.run(reader, &["--plugin", &wanted]);
    let run = reader.only_run("runs");
    let lock = std::fs::read_to_string(run.join("angora.lock")).unwrap();
    assert!(lock.contains(&format!("source = \"{registry}\"")), "{lock}");
    assert!(lock.contains(&format!("package = \"{name}\"")), "{lock}");
    // On a machine that has nothing but the lock, and the author's key if there is one.
    let copied = third.folder().join("angora.lock");
    std::fs::copy(run.join("angora.lock"), &copied).unwrap();
    assert_eq!(installed(third), Vec::<String>::new());
    story.run(third, &["--locked", "angora.lock"]);
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

/// From nothing, as a new author would: written, built, checked, tried, and on to others.
#[test]
fn from_nothing_to_another_lab() {
    // Says where modules cannot be compiled.
    if module("example-reward-in-rust").is_none() {
        return;
    }
    let Some(server) = Server::start() else {
        return;
    };
    let (author, first, third) = (Host::new(), Host::new(), Host::new());
    let sdk = angora_tests::repository().join("sdk").display().to_string();
    templates::new(&author, "reward", "my-reward", &["--wasm", "--sdk", &sdk]);
    let folder = author.folder().join("my-reward");
    for line in [
        "cargo build --target wasm32-unknown-unknown",
        "angora-host plugin check .",
        "angora-host run run.toml --plugin .",
    ] {
        templates::follow(&author, &folder, line);
    }
    let story = Story {
        name: "my-reward",
        builds: vec![folder],
        word: "my-reward",
        pack: &["--unsigned"],
        run: &[
            "run",
            "--quiet",
            "--task",
            "CartPole-v1",
            "--reward",
            "my-reward",
        ],
    };
    for host in [&author, &first, &third] {
        log_in(host, server.port, LOGIN);
    }
    whole_way(&story, &author, &first, &third, &server.registry());
}

/// Nobody is trusted, and nobody needs to be: of a package with both, the module is taken.
#[test]
fn a_sandboxed_reward_through_a_server() {
    let (Some(server), Some(story)) = (Server::start(), Story::sandboxed()) else {
        return;
    };
    let (author, first, third) = (Host::new(), Host::new(), Host::new());
    for host in [&author, &first, &third] {
        log_in(host, server.port, LOGIN);
    }
    whole_way(&story, &author, &first, &third, &server.registry());
    let record = done(first.call(&["plugin", "info", "lab/example-reward-in-rust", "--json"]));
    let record: Value = serde_json::from_str(&record).unwrap();
    let path = record["path"].as_str().unwrap();
    assert!(path.ends_with("example_reward_in_rust.wasm"), "{path}");
    let name = "lab/example-reward-in-rust";
    // Whoever allows it gets the native one.
    let other = Host::new();
    log_in(&other, server.port, LOGIN);
    let registry = server.registry();
    let call = [
        "plugin",
        "install",
        name,
        "--registry",
        &registry,
        "--allow-untrusted",
    ];
    let said = done(other.call(&call));
    assert!(!said.contains("wasm"), "{said}");
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
    whole_way(
        &Story::native(),
        &author,
        &first,
        &third,
        &server.registry(),
    );
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
    whole_way(&Story::native(), &author, &first, &third, &registry);
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
    Story::native().share(&author, "./shared");
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
