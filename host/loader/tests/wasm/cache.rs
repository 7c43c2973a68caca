//! Compiled modules are kept, and never trusted blindly.

use crate::module::{Module, reward, step, write};
use angora_loader::WasmLimits;
use std::path::{Path, PathBuf};

/// What is kept in a folder.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_damaged_entry_is_compiled_again() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = write(folder.path(), &Module::default().bytes());
    let cache = folder.path().join("deep/cache");
    let works = |limits: &WasmLimits| {
        let mut reward = reward(&path, limits, Some(&cache)).unwrap();
        assert_eq!(step(&mut reward).unwrap(), [0.0, 0.0]);
    };
    let limits = WasmLimits::default();
    works(&limits);
    let [entry] = kept(&cache).try_into().unwrap();
    let good = std::fs::read(&entry).unwrap();
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    for bad in [
        Vec::new(),
        good[..10].to_vec(),
        good[..good.len() - 1].to_vec(),
        changed(0),
        changed(40),
        changed(good.len() / 2),
        changed(good.len() - 1),
    ] {
        std::fs::write(&entry, &bad).unwrap();
        works(&limits);
        assert_eq!(std::fs::read(&entry).unwrap(), good, "it was made anew");
    }
    // Another engine does not use it.
    let fuel = WasmLimits {
        fuel: Some(1_000_000),
        ..limits
    };
    works(&fuel);
    assert_eq!(kept(&cache).len(), 2);
    // Where nothing can be kept, it works all the same.
    std::fs::remove_dir_all(&cache).unwrap();
    std::fs::write(&cache, "a file").unwrap();
    works(&limits);
}
