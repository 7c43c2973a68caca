//! What is released stays as it is, and what was built against it runs.

use angora_tests::{Host, repository};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Digests of a folder's files, by their path in the repository.
fn digests(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            digests(&path, found);
            continue;
        }
        let digest = Sha256::digest(std::fs::read(&path).unwrap());
        let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = path.strip_prefix(repository()).unwrap();
        found.insert(name.display().to_string(), hex);
    }
}

/// `plugin-api/v1.sha256` and `v2.sha256` hold the digest of every file of a revision. They are
/// written by `sha256sum` when a revision is released, and by nothing else.
#[test]
fn the_released_contract_is_as_it_was_released() {
    for revision in ["v1", "v2"] {
        let mut found = BTreeMap::new();
        for kind in ["src", "schema", "wit"] {
            let folder = repository().join("plugin-api").join(kind).join(revision);
            digests(&folder, &mut found);
        }
        let path = repository().join(format!("plugin-api/{revision}.sha256"));
        let text = std::fs::read_to_string(&path).unwrap();
        let released: BTreeMap<String, String> = text
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(digest, name)| (format!("plugin-api/{name}"), digest.to_owned()))
            .collect();
        assert!(released.len() > 8, "{text}");
        let changed: Vec<&String> = released
            .keys()
            .chain(found.keys())
            .filter(|name| released.get(*name) != found.get(*name))
            .collect();
        assert!(
            changed.is_empty(),
            "{revision} is released, and these are no longer what was released: {changed:?}\nA \
             change is a table with a new id beside the old one (plugin-api/src/draft), or a new \
             folder"
        );
    }
}

/// Plugins that were built against a released contract, with the folder that each lies in.
fn museum() -> Vec<(String, PathBuf)> {
    let folder = repository().join("tests/fixtures/museum");
    let entries = std::fs::read_dir(folder).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path());
    let mut rooms: Vec<(String, PathBuf)> = folders
        .filter(|path| path.is_dir())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                path,
            )
        })
        .collect();
    rooms.sort();
    rooms
}

/// A plugin of a folder out of its packing.
fn unpacked(folder: &Path, name: &str, into: &Path) -> String {
    let packed = folder.join(format!("{name}.gz"));
    let output = Command::new("gzip").args(["-dc"]).arg(&packed).output();
    let output = output.expect("gzip is there");
    assert!(output.status.success(), "{}", packed.display());
    let plugin = into.join(name);
    std::fs::write(&plugin, output.stdout).unwrap();
    plugin.display().to_string()
}

/// What the plugins of a folder are trained with.
struct Room {
    name: &'static str,
    /// Tasks of the native form and of the module.
    tasks: &'static [&'static str],
    /// Those of the native form alone, which need the host's physics.
    scene_tasks: &'static [&'static str],
    with: &'static str,
}

const ROOMS: [Room; 2] = [
    Room {
        name: "v1.0",
        tasks: &["--task MuseumSide-v1 --reward museum-positive"],
        scene_tasks: &["--task MuseumStill-v1 --body museum-weight"],
        with: "--brain museum-loop --set preprocessors=[\"museum-count\"]",
    },
    Room {
        name: "v2.0",
        tasks: &["--task MuseumFollow-v2"],
        scene_tasks: &["--task MuseumPushed-v2"],
        with: "--distribution museum-logistic --set preprocessors=[\"museum-jitter\"]",
    },
];

#[test]
fn plugins_of_every_release_load_conform_and_train() {
    let native = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if !native {
        println!("skipped: the museum's libraries are for x86_64 Linux");
    }
    let rooms = museum();
    assert_eq!(rooms.len(), ROOMS.len());
    for ((name, folder), room) in rooms.iter().zip(&ROOMS) {
        assert_eq!(name, room.name);
        if native {
            let tasks = [room.tasks, room.scene_tasks].concat();
            try_out(folder, "museum.so", &tasks, room.with);
        }
        try_out(folder, "museum.wasm", room.tasks, room.with);
    }
}

/// Checks a plugin, and trains with it on each of its tasks.
fn try_out(folder: &Path, name: &str, tasks: &[&str], with: &str) {
    let host = Host::new();
    let plugin = unpacked(folder, name, host.folder());
    let outcome = host.call(&["plugin", "check", &plugin, "--problems"]);
    let said = format!("{plugin}: {}{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.code, Some(0), "{said}");
    let common =
        "--cycles 2 --horizon 32 --preset none --environments 4 --set ppo.minibatch_size=64";
    for task in tasks {
        let line = format!("{task} {with} {common}");
        let words: Vec<&str> = line.split_whitespace().collect();
        let outcome = host.call(&[&["run", "--quiet", "--plugin", &plugin], &words[..]].concat());
        let said = format!("{}: {line}: {}", folder.display(), outcome.stderr);
        assert_eq!(outcome.code, Some(0), "{said}");
    }
}
