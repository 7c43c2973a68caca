//! Compiled modules are kept, and never trusted blindly.

use crate::module::{Module, reward, step, write};
use angora_loader::WasmLimits;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

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

/// What others could have written is not run, whatever its digest says.
#[test]
fn an_entry_that_others_can_write_is_compiled_again() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = tempfile::TempDir::new().unwrap();
    let path = write(folder.path(), &Module::default().bytes());
    let cache = folder.path().join("cache");
    let works = || {
        let mut reward = reward(&path, &WasmLimits::default(), Some(&cache)).unwrap();
        assert_eq!(step(&mut reward).unwrap(), [0.0, 0.0]);
    };
    works();
    let [entry] = kept(&cache).try_into().unwrap();
    let facts = |path: &Path| {
        let metadata = std::fs::metadata(path).unwrap();
        (metadata.ino(), metadata.mode() & 0o777)
    };
    let (first, mode) = facts(&entry);
    assert_eq!(mode, 0o600);
    works();
    assert_eq!(facts(&entry).0, first, "it is used again");
    std::fs::set_permissions(&entry, PermissionsExt::from_mode(0o666)).unwrap();
    works();
    let (second, mode) = facts(&entry);
    assert!(second != first && mode == 0o600, "it was made anew");
    // The same of the folder.
    std::fs::set_permissions(&cache, PermissionsExt::from_mode(0o777)).unwrap();
    works();
    assert_eq!(facts(&cache).1, 0o755);
}

#[test]
fn what_nobody_uses_is_thrown_away() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = write(folder.path(), &Module::default().bytes());
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    for (name, days) in [("old.cwasm", 61), ("young.cwasm", 59), ("old.txt", 61)] {
        File::create(cache.join(name)).unwrap();
        unused_for(days, &cache.join(name));
    }
    let limits = WasmLimits::default();
    let works = || {
        let mut reward = reward(&path, &limits, Some(&cache)).unwrap();
        step(&mut reward).unwrap();
    };
    works();
    let names = || {
        let names = kept(&cache).into_iter().map(|path| {
            let name = path.file_name().unwrap();
            name.to_string_lossy().into_owned()
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    let [own, text, young] = names().try_into().unwrap();
    assert_eq!([&*text, &*young], ["old.txt", "young.cwasm"]);
    // Use keeps it.
    unused_for(59, &cache.join(&own));
    works();
    let used = std::fs::metadata(cache.join(own)).unwrap().modified();
    assert!(used.unwrap().elapsed().unwrap() < Duration::from_secs(3600));
}

/// As if it had not been used for so many days.
fn unused_for(days: u64, path: &Path) {
    let file = File::options().append(true).open(path).unwrap();
    let then = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
    file.set_modified(then).unwrap();
}
