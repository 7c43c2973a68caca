//! Saving, finding and replacing checkpoints.

use super::*;
use crate::NamedTensor;
use crate::written::BRAIN;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, Ordering};

fn snapshot(cycle: u64) -> Snapshot {
    let tensor = |name: &str| NamedTensor {
        name: name.into(),
        shape: vec![2, 2],
        values: vec![0.1, -0.0, f32::MIN_POSITIVE, cycle as f32],
    };
    let mut snapshot = Snapshot {
        cycle,
        brain: vec![tensor("policy.layer_1.kernel")],
        optimiser: vec![tensor("first"), tensor("second")],
        ..Snapshot::default()
    };
    snapshot.put("numbers", 3, &[0.1, 1e300]).expect("finite");
    snapshot
}

#[test]
fn what_is_saved_is_loaded_by_label_and_name() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    store
        .save("cycle-000001", LATEST, &snapshot(1))
        .expect("saves");
    store
        .save("cycle-000002", LATEST, &snapshot(2))
        .expect("saves");
    assert_eq!(store.load(LATEST).expect("loads"), snapshot(2));
    assert_eq!(store.load("cycle-000001").expect("loads"), snapshot(1));
    let numbers: Vec<f64> = snapshot(1).get("numbers", 3).expect("there");
    assert_eq!(numbers, [0.1, 1e300]);
    store.retain(|_| false).expect("removes");
    assert_eq!(store.list().expect("reads"), ["cycle-000002"]);
}

#[test]
fn a_changed_byte_is_noticed() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    store
        .save("cycle-000001", LATEST, &snapshot(1))
        .expect("saves");
    let file = run.path().join("checkpoints/cycle-000001").join(BRAIN);
    let mut bytes = std::fs::read(&file).expect("reads");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).expect("writes");
    let error = store.load(LATEST).expect_err("damaged").to_string();
    assert!(error.contains("brain.safetensors is damaged"), "{error}");
}

#[test]
fn a_missing_checkpoint_says_what_there_is() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    store
        .save("cycle-000001", LATEST, &snapshot(1))
        .expect("saves");
    let error = store.load("final").expect_err("none").to_string();
    assert!(error.contains("known: cycle-000001, latest"), "{error}");
    let error = store.load("cycle-1").expect_err("none").to_string();
    assert!(error.ends_with("did you mean cycle-000001?"), "{error}");
}

#[test]
fn a_half_written_checkpoint_is_not_there() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    store
        .save("cycle-000001", LATEST, &snapshot(1))
        .expect("saves");
    let remains = run.path().join("checkpoints/.cycle-000002.7.partial");
    std::fs::create_dir(&remains).expect("makes");
    assert_eq!(store.list().expect("reads"), ["cycle-000001"]);
    store.tidy().expect("tidies");
    assert!(!remains.exists());
    store
        .save("cycle-000002", LATEST, &snapshot(2))
        .expect("saves");
    assert_eq!(store.load(LATEST).expect("loads").cycle, 2);
}

/// The inode of a folder or file: another one if it was written anew.
fn inode(path: &Path) -> u64 {
    path.metadata().expect("is there").ino()
}

#[test]
fn what_is_on_disk_is_not_written_again() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    store.save("one", LATEST, &snapshot(1)).expect("saves");
    let paths = ["one", "latest"].map(|name| run.path().join("checkpoints").join(name));
    let before = paths.each_ref().map(|path| inode(path));
    store.save("one", LATEST, &snapshot(1)).expect("saves");
    assert_eq!(paths.each_ref().map(|path| inode(path)), before);
    store.save("one", LATEST, &snapshot(2)).expect("saves");
    assert_ne!(inode(&paths[0]), before[0], "its content is another one");
    assert_eq!(store.load(LATEST).expect("loads"), snapshot(2));
}

/// While a writer replaces it, a reader always finds a whole checkpoint, with and without names
/// that can be exchanged.
#[test]
fn a_label_names_something_whole_while_it_is_replaced() {
    for exchange in [true, false] {
        let run = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(run.path()).expect("opens");
        store.exchange = exchange;
        store.save("one", LATEST, &snapshot(0)).expect("saves");
        store.point(BEST, "one").expect("is there");
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for cycle in 1..=12 {
                    store.save("one", LATEST, &snapshot(cycle)).expect("saves");
                }
                done.store(true, Ordering::Release);
            });
            let mut last = [0; 2];
            while !done.load(Ordering::Acquire) {
                for (label, last) in [LATEST, BEST].iter().zip(&mut last) {
                    let named = store.pointed(label).expect("a label");
                    let found = store.load(label).expect("whole").cycle;
                    assert!(found >= *last, "{label} ({named}) went back to {found}");
                    *last = found;
                }
            }
        });
        assert_eq!(store.load(BEST).expect("loads"), snapshot(12));
        let mut left = store.entries().expect("reads");
        left.retain(|name| name != LATEST && name != BEST);
        assert_eq!(left, ["one"], "exchange: {exchange}");
    }
}

/// A replacement that was killed on its way has left labels on the second copy.
#[test]
fn a_second_copy_is_taken_back() {
    let run = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(run.path()).expect("opens");
    store.exchange = false;
    store.save("one", BEST, &snapshot(1)).expect("saves");
    store.save("one-new", LATEST, &snapshot(2)).expect("saves");
    store.save("one", LATEST, &snapshot(3)).expect("saves");
    assert_eq!(store.list().expect("reads"), ["one"]);
    for label in [LATEST, BEST] {
        assert_eq!(store.load(label).expect("loads"), snapshot(3));
    }
}

#[test]
fn what_any_label_names_is_kept() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    for (cycle, label) in [(1, "abandoned"), (2, BEST), (3, LATEST), (4, LATEST)] {
        let name = format!("cycle-{cycle:06}");
        store.save(&name, label, &snapshot(cycle)).expect("saves");
    }
    store.retain(|_| false).expect("removes");
    let kept = ["cycle-000001", "cycle-000002", "cycle-000004"];
    assert_eq!(store.list().expect("reads"), kept);
}

#[test]
fn a_label_of_nothing_says_what_it_names_and_what_there_is() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    store.save("one", LATEST, &snapshot(1)).expect("saves");
    std::fs::remove_dir_all(run.path().join("checkpoints/one")).expect("removes");
    let error = store.load(LATEST).expect_err("gone").to_string();
    assert!(
        error.contains("\"latest\"") && error.contains("names \"one\", which is not there"),
        "{error}"
    );
    assert!(error.ends_with("there is no other checkpoint"), "{error}");
    store.save("two", BEST, &snapshot(2)).expect("saves");
    let error = store.load(LATEST).expect_err("gone").to_string();
    assert!(error.ends_with("--checkpoint: two, best"), "{error}");
    store.point(LATEST, "one").expect_err("it is not there");
}

/// A loop of links is a folder that cannot be read, to root too.
#[test]
fn what_cannot_be_read_is_not_called_missing() {
    let run = tempfile::tempdir().expect("a folder");
    let store = Store::open(run.path()).expect("opens");
    let path = run.path().join("checkpoints/loop");
    std::os::unix::fs::symlink("loop", &path).expect("links");
    let error = store.load("loop").expect_err("a loop").to_string();
    assert!(
        error.starts_with(&format!("{}: ", path.display())),
        "{error}"
    );
}

#[test]
fn nothing_is_written_to_a_folder_of_the_same_name() {
    let parent = tempfile::tempdir().expect("a folder");
    let (before, after) = (parent.path().join("before"), parent.path().join("after"));
    std::fs::create_dir(&before).expect("makes");
    let store = Store::open(&before).expect("opens");
    std::fs::rename(&before, &after).expect("moves");
    std::fs::create_dir(&before).expect("makes");
    store.save("one", LATEST, &snapshot(1)).expect("saves");
    assert_eq!(std::fs::read_dir(&before).expect("reads").count(), 0);
    assert!(after.join("checkpoints/one/MANIFEST.json").exists());
}
