//! What the sources of the pages must be like.

use angora_tests::repository;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest module.
const LONGEST: usize = 300;

fn page() -> PathBuf {
    repository().join("host/monitor/page")
}

/// Our own sources: everything but what is vendored.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("vendor") {
                sources(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

#[test]
fn modules_are_short_valid_and_never_make_markup_of_text() {
    let mut files = Vec::new();
    sources(&page(), &mut files);
    let modules: Vec<&PathBuf> = files
        .iter()
        .filter(|file| file.extension().is_some_and(|e| e == "js"))
        .collect();
    assert!(modules.len() > 30, "the modules were not found");
    let node = Command::new("node").arg("--version").output().is_ok();
    if !node {
        println!("skipped: the syntax of the modules, for want of node");
    }
    for file in modules {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.strip_prefix(page()).unwrap().display();
        assert!(text.lines().count() <= LONGEST, "{name} is too long");
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "DOMParser",
            "debugger",
        ] {
            assert!(!text.contains(word), "{name} has {word}");
        }
        // Comments may name a source, and SVG has its name space; nothing is fetched from one.
        for line in text
            .lines()
            .filter(|line| line.contains("http://") || line.contains("https://"))
        {
            let named =
                line.trim_start().starts_with('*') || line.contains("http://www.w3.org/2000/svg");
            assert!(named, "{name}: {line}");
        }
        if node {
            let file = std::fs::File::open(file).unwrap();
            let check = Command::new("node")
                .args(["--input-type=module", "--check"])
                .stdin(file)
                .output()
                .unwrap();
            assert!(
                check.status.success(),
                "{name}: {}",
                String::from_utf8_lossy(&check.stderr)
            );
        }
    }
    let index = std::fs::read_to_string(page().join("index.html")).unwrap();
    assert!(
        !index.contains("<style") && !index.contains("style=") && !index.contains("http"),
        "index.html asks for nothing from outside and has no style of its own"
    );
}

#[test]
fn vendored_files_are_those_that_were_published() {
    let vendor = page().join("vendor");
    let list = std::fs::read_to_string(vendor.join("README.md")).unwrap();
    let mut checked = 0;
    for line in list.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, file, origin, digest, _] = cells[..] else {
            continue;
        };
        if !origin.starts_with("package/") {
            continue;
        }
        let bytes = std::fs::read(vendor.join(file)).unwrap();
        let found: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(format!("`{found}`"), digest, "{file}");
        checked += 1;
    }
    let mut files = Vec::new();
    for package in ["uplot", "three"] {
        sources(&vendor.join(package), &mut files);
    }
    assert_eq!(checked, files.len(), "every vendored file is listed");
}
