//! Refusals: each has its own message, with what to do.

use angora_tests::{Host, library};
use std::path::PathBuf;

/// A changed copy of a plugin library.
fn forged(host: &Host, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = std::fs::read(library("task-classic-control")).unwrap();
    change(&mut bytes);
    let path = host.folder().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Replaces every occurrence of a text by another of the same length.
fn replace(bytes: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty(), "{from} is not in the library");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
}

/// What the host says to a plugin, and its exit code.
fn refusal(host: &Host, plugin: &str) -> String {
    let outcome = host.call(&[
        "run",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--plugin",
        plugin,
    ]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(
        !host.folder().join("runs").exists(),
        "no run folder is left behind"
    );
    outcome.stderr.trim_end().to_owned()
}

#[test]
fn what_is_not_there() {
    let host = Host::new();
    assert_eq!(
        refusal(&host, "./nowhere.so"),
        "error: plugin ./nowhere.so: there is no such file or folder"
    );
    std::fs::create_dir(host.folder().join("empty")).unwrap();
    assert_eq!(
        refusal(&host, "./empty"),
        "error: plugin ./empty: the folder holds no plugin library (lib*.so); build it with `cargo build` first"
    );
}

#[test]
fn what_is_not_a_plugin() {
    let host = Host::new();
    std::fs::write(host.folder().join("text.so"), "hello").unwrap();
    let message = refusal(&host, "./text.so");
    assert!(
        message.starts_with("error: ./text.so is not a plugin: it is not a native library ("),
        "{message}"
    );
    forged(&host, "plain.so", |bytes| {
        replace(bytes, ".angora_plugin", ".nothing_to_se")
    });
    assert_eq!(
        refusal(&host, "./plain.so"),
        "error: ./plain.so is not an Angora plugin: the library has no embedded manifest; a plugin crate calls angora_sdk::export_plugin! and has crate-type = [\"cdylib\"]"
    );
    forged(&host, "garbled.so", |bytes| {
        replace(
            bytes,
            "{\"name\":\"task-classic",
            "{\"nome\":\"task-classic",
        )
    });
    assert_eq!(
        refusal(&host, "./garbled.so").split(" at line").next(),
        Some("error: ./garbled.so: its embedded manifest cannot be read: missing field `name`")
    );
}

#[test]
fn another_contract() {
    let host = Host::new();
    forged(&host, "newer.so", |bytes| {
        replace(bytes, "\"contract\":\"1.0.0\"", "\"contract\":\"9.1.0\"");
    });
    assert_eq!(
        refusal(&host, "./newer.so"),
        "error: plugin task-classic-control 0.1.0 speaks contract 9.1.0, this host speaks 1.0.0; install a newer angora-host, or a version of the plugin built against contract 1.0.0 (./newer.so)"
    );
    forged(&host, "older.so", |bytes| {
        replace(bytes, "\"contract\":\"1.0.0\"", "\"contract\":\"0.9.0\"");
    });
    assert_eq!(
        refusal(&host, "./older.so"),
        "error: plugin task-classic-control 0.1.0 speaks contract 0.9.0, for which this host has no adapter (it speaks 1.0.0); rebuild it against a current angora-sdk (./older.so)"
    );
    // A newer minor of the same contract loads: growth is by extensions.
    forged(&host, "minor.so", |bytes| {
        replace(bytes, "\"contract\":\"1.0.0\"", "\"contract\":\"1.7.0\"");
    });
    let call = [
        "run",
        "--quiet",
        "--task",
        "CartPole-v1",
        "--cycles",
        "1",
        "--horizon",
        "64",
    ];
    let outcome = host.call(&[&call[..], &["--plugin", "./minor.so"]].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

#[test]
fn another_platform() {
    let host = Host::new();
    // The machine of an ELF file stands at byte 18: 183 is 64-bit Arm.
    forged(&host, "arm.so", |bytes| bytes[18] = 183);
    let ours = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    assert_eq!(
        refusal(&host, "./arm.so"),
        format!(
            "error: plugin task-classic-control 0.1.0 was built for linux aarch64, this machine is {ours}; build it here or install the build for {ours} (./arm.so)"
        )
    );
}

#[test]
fn missing_entry_symbol() {
    let host = Host::new();
    forged(&host, "mute.so", |bytes| {
        let symbol = "_1as_0lib_1header_0root_bmodule_bloader";
        replace(bytes, symbol, &symbol.replace("loader", "loaded"));
    });
    assert_eq!(
        refusal(&host, "./mute.so"),
        "error: plugin task-classic-control has a manifest but no entry symbol; it was stripped of its exports: build it as a cdylib without a version script (FOLDER/mute.so)"
    );
}

#[test]
fn two_plugins_of_one_name_or_id() {
    let host = Host::new();
    forged(&host, "one.so", |bytes| bytes.push(0));
    let call = [
        "run",
        "--task",
        "CartPole-v1",
        "--plugin",
        "./one.so",
        "--plugin",
        "task-classic-control",
    ];
    let outcome = host.call(&call);
    assert_eq!(outcome.code, Some(4));
    assert_eq!(
        outcome.stderr,
        "error: the plugin \"task-classic-control\" is contributed twice: by FOLDER/one.so and by TARGET/libtask_classic_control.so; name only one of them with --plugin\n"
    );
    forged(&host, "two.so", |bytes| {
        replace(
            bytes,
            "\"name\":\"task-classic-control\"",
            "\"name\":\"task-classic-conjure\"",
        );
    });
    let call = [
        "run",
        "--task",
        "CartPole-v1",
        "--plugin",
        "./two.so",
        "--plugin",
        "task-classic-control",
    ];
    let outcome = host.call(&call);
    assert_eq!(outcome.code, Some(4));
    assert_eq!(
        outcome.stderr,
        "error: task \"Acrobot-v1\" is contributed twice: by task-classic-conjure (FOLDER/two.so) and by task-classic-control (TARGET/libtask_classic_control.so); name only one of them with --plugin\n"
    );
}

/// A refused plugin on the search path is not passed over in silence.
#[test]
fn refusals_on_the_search_path_are_said() {
    let host = Host::new();
    forged(&host, "plugins/libnew.so", |bytes| {
        replace(bytes, "\"contract\":\"1.0.0\"", "\"contract\":\"9.1.0\"");
        replace(
            bytes,
            "\"name\":\"task-classic-control\"",
            "\"name\":\"task-classic-conjure\"",
        );
    });
    for arguments in [
        &[
            "run",
            "--task",
            "Spell-v1",
            "--plugin",
            "task-classic-conjure",
        ][..],
        &["run", "--task", "Spell-v1"],
        &["plugin", "list"],
    ] {
        let outcome = host.call(arguments);
        let said =
            "plugin task-classic-conjure 0.1.0 speaks contract 9.1.0, this host speaks 1.0.0";
        assert!(
            outcome.stderr.contains(said),
            "{arguments:?}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn a_plugin_is_named_by_file_folder_or_name() {
    let host = Host::new();
    forged(&host, "copy.so", |_| {});
    std::fs::create_dir(host.folder().join("lab")).unwrap();
    std::fs::copy(
        host.folder().join("copy.so"),
        host.folder().join("lab/libmine.so"),
    )
    .unwrap();
    let of_crate = angora_tests::repository().join("plugins/task-classic-control");
    for plugin in [
        "./copy.so",
        "lab",
        &of_crate.display().to_string(),
        "task-classic-control",
    ] {
        let call = [
            "run",
            "--quiet",
            "--task",
            "CartPole-v1",
            "--cycles",
            "1",
            "--horizon",
            "64",
        ];
        let outcome = host.call(&[&call[..], &["--plugin", plugin]].concat());
        assert_eq!(outcome.code, Some(0), "{plugin}: {}", outcome.stderr);
    }
}
