//! Every input of the corpus, once: what was found stays mended, without a fuzzer.

use angora_fuzz::TARGETS;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("a name in UTF-8")
    };
    entries.map(name).collect()
}

#[test]
fn every_target_has_a_corpus_and_a_program() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&folder()), targets);
    let programs = names(&folder().with_file_name("fuzz_targets"));
    let sources = targets.iter().map(|name| format!("{name}.rs"));
    assert_eq!(programs, sources.collect());
}

#[test]
fn no_input_of_the_corpus_breaks_its_target() {
    let mut broken = Vec::new();
    let mut inputs = 0;
    for (name, target) in TARGETS {
        let folder = folder().join(name);
        for input in names(&folder) {
            let data = std::fs::read(folder.join(&input)).expect("reads");
            inputs += 1;
            if catch_unwind(AssertUnwindSafe(|| target(&data))).is_err() {
                broken.push(format!("{name}/{input}"));
            }
        }
    }
    assert!(inputs >= 2 * TARGETS.len(), "only {inputs} inputs");
    assert!(broken.is_empty(), "{broken:?}");
}
