//! The report in the README of each plugin and example is what `plugin check` says.

use angora_tests::{Host, library, repository};
use std::path::{Path, PathBuf};

const BEGIN: &str = "<!-- plugin check -->\n";
const END: &str = "<!-- end -->\n";
const HEAD: &str = "## Conformance\n\nWhat `angora plugin check` says of it, without the checks that measure time; the tests hold this\nreport, and `ANGORA_UPDATE=1` writes it anew.\n\n";

/// Folders with a plugin's crate.
fn crates(below: &str) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(repository().join(below)).unwrap();
    let mut folders: Vec<PathBuf> = folders
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .collect();
    folders.sort();
    folders
}

/// The name of a crate, as its manifest says it.
fn name(folder: &Path) -> String {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("name = "));
    line.unwrap().split('"').nth(1).unwrap().to_owned()
}

/// A README with this report in place of the one that it has.
fn with_report(readme: &str, report: &str) -> String {
    let section = format!("{BEGIN}{report}{END}");
    match (readme.find(BEGIN), readme.find(END)) {
        (Some(begin), Some(end)) => {
            format!(
                "{}{section}{}",
                &readme[..begin],
                &readme[end + END.len()..]
            )
        }
        _ => format!("{}\n\n{HEAD}{section}", readme.trim_end()),
    }
}

/// Whether a crate is what `plugin check` says, by its README.
fn check(folder: &Path) {
    let host = Host::new();
    let library = library(&name(folder)).display().to_string();
    let outcome = host.call(&["plugin", "check", &library, "--markdown"]);
    assert_eq!(
        outcome.code,
        Some(0),
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    let path = folder.join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let expected = with_report(&readme, &outcome.stdout);
    if std::env::var_os("ANGORA_UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(
        readme == expected,
        "{}: the report is another; ANGORA_UPDATE=1 writes it anew:\n{}",
        path.display(),
        outcome.stdout
    );
}

#[test]
fn first_party_plugins_conform_and_their_readmes_say_so() {
    let crates = crates("plugins");
    assert!(crates.len() >= 13, "{crates:?}");
    for folder in crates {
        check(&folder);
    }
}

#[test]
fn examples_conform_and_their_readmes_say_so() {
    let crates = crates("examples");
    assert!(!crates.is_empty());
    for folder in crates {
        check(&folder);
    }
}
