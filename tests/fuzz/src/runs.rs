//! What lies in the folder of a run, and what the monitor is asked.

use crate::{head, scratch, text};
use angora_checkpoint::{Snapshot, Store, TensorFile, array_bytes, read_arrays, read_checkpoint};
use angora_host::run::read_lock;
use angora_monitor::fuzzing;
use angora_monitor::jsonl::{Jsonl, inspect, last_line};
use angora_monitor::{EventLog, events as event_log, heartbeat};
use sha2::{Digest, Sha256};

/// `angora.lock`.
pub fn lock(data: &[u8]) {
    let Ok(plugins) = scratch::file("angora.lock", data, read_lock) else {
        return;
    };
    let text = toml::to_string(&toml::Table::from_iter([(
        "plugin".to_owned(),
        toml::Value::try_from(&plugins).expect("plugins that were read"),
    )]));
    let text = text.expect("a lock that was read");
    let again = scratch::file("angora.lock", text.as_bytes(), read_lock);
    assert_eq!(again.expect("a lock that was written"), plugins);
}

/// `metrics.jsonl`.
pub fn metrics(data: &[u8]) {
    let rows = fuzzing::rows(data, &["rollout/episode_return_mean", "a"]);
    scratch::file("metrics.jsonl", data, |path| {
        let flaws = inspect(path).expect("a file");
        assert!(flaws.count >= flaws.first.len() as u64);
        let _ = flaws.sentence("metrics.jsonl");
        let lines = data.iter().filter(|byte| **byte == b'\n').count();
        assert!(rows <= lines + 1, "{rows} rows of {lines} lines");
        let _ = last_line(path);
        // A run that goes on cuts off what came after its checkpoint.
        let opened = Jsonl::open(path, 3).expect("a file");
        assert!(opened.last_cycle() <= 3, "{}", opened.last_cycle());
        let kept = std::fs::read(path).expect("reads");
        assert!(data.starts_with(&kept), "it is not the file's beginning");
        assert!(kept.is_empty() || kept.ends_with(b"\n"));
    });
}

/// `events.jsonl`, and the file by which a run says that it lives.
pub fn events(data: &[u8]) {
    scratch::file("events.jsonl", data, |path| {
        let entries = event_log::read(path).expect("a file");
        for entry in &entries {
            let line = serde_json::to_vec(entry).expect("an entry that was read");
            let again: event_log::Entry = serde_json::from_slice(&line).expect("was written");
            assert_eq!(again, *entry);
        }
        let last = event_log::last_state(path).expect("a file");
        let expected = entries.iter().rfind(|entry| entry.event.tells_state());
        assert_eq!(last.as_ref(), expected);
        let _ = EventLog::open(path).expect("a file");
        let kept = std::fs::read(path).expect("reads");
        assert!(data.starts_with(&kept), "it is not the file's beginning");
    });
    let _ = scratch::file("heartbeat.json", data, heartbeat::read);
}

/// A safetensors file: parameters, and arrays of a recording.
pub fn tensors(data: &[u8]) {
    if let Ok(file) = scratch::file("a.safetensors", data, TensorFile::read) {
        for tensor in &file.tensors {
            let n: usize = tensor.shape.iter().product();
            assert_eq!(n, tensor.values.len(), "{}", tensor.name);
        }
        scratch::folder(|folder| {
            let path = folder.join("b.safetensors");
            file.write(&path).expect("tensors that were read");
            let again = TensorFile::read(&path).expect("a file that was written");
            assert_eq!(format!("{again:?}"), format!("{file:?}"));
        });
    }
    if let Ok(arrays) = scratch::file("a.safetensors", data, read_arrays) {
        let bytes = array_bytes(&arrays).expect("arrays that were read");
        let again = scratch::file("b.safetensors", &bytes, read_arrays);
        let again = again.expect("arrays that were written");
        assert_eq!(format!("{again:?}"), format!("{arrays:?}"));
    }
}

/// A snapshot as one process sends it to another.
pub fn snapshot(data: &[u8]) {
    let Ok(snapshot) = Snapshot::unpack(data) else {
        return;
    };
    for tensor in snapshot.brain.iter().chain(&snapshot.optimiser) {
        let n: usize = tensor.shape.iter().product();
        assert_eq!(n, tensor.values.len(), "{}", tensor.name);
    }
    let bytes = snapshot.pack().expect("a snapshot that was read");
    let again = Snapshot::unpack(&bytes).expect("bytes that were written");
    assert_eq!(format!("{again:?}"), format!("{snapshot:?}"));
}

/// A checkpoint. The first line says which of its files the rest is; where it is none of
/// `MANIFEST.json`, the manifest has the digests that it should have.
pub fn checkpoint(data: &[u8]) {
    const FILES: [&str; 3] = ["brain.safetensors", "optimiser.safetensors", "state.json"];
    const EMPTY: &[u8] = b"\x02\0\0\0\0\0\0\0{}";
    const STATE: &[u8] = br#"{"format":1,"cycle":1,"sections":{}}"#;
    let (which, content) = head(data);
    scratch::folder(|run| {
        let folder = run.join("checkpoints").join("cycle-1");
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut digests = serde_json::Map::new();
        for name in FILES {
            let bytes = match name {
                _ if which == name.as_bytes() => content,
                "state.json" => STATE,
                _ => EMPTY,
            };
            std::fs::write(folder.join(name), bytes).expect("writes");
            let digest = Sha256::digest(bytes);
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            digests.insert(name.to_owned(), hex.into());
        }
        let manifest = serde_json::json!({ "format": 1, "sha256": digests }).to_string();
        let manifest = match which {
            b"MANIFEST.json" => content,
            _ => manifest.as_bytes(),
        };
        std::fs::write(folder.join("MANIFEST.json"), manifest).expect("writes");
        let label = if which == b"latest" {
            content
        } else {
            b"cycle-1"
        };
        std::fs::write(run.join("checkpoints").join("latest"), label).expect("writes");
        let read = read_checkpoint(&folder);
        let store = Store::open(run).expect("a folder");
        let _ = store.list();
        let _ = store.labels();
        let latest = store.load("latest");
        if which != b"latest" {
            assert_eq!(latest.is_ok(), read.is_ok(), "{latest:?} but {read:?}");
        }
        if let Ok(snapshot) = read {
            let _ = snapshot.get::<serde_json::Value>("counters", 1);
        }
    });
}

/// The filter of a list of runs.
pub fn query(data: &[u8]) {
    if let Some(text) = text(data) {
        let _ = fuzzing::query(text);
    }
}

/// Labels of runs, as pages send them and as files keep them, and a run's settings as pages list
/// them.
pub fn labels(data: &[u8]) {
    let _ = fuzzing::change(data);
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(data) else {
        return;
    };
    let _ = fuzzing::settings(&value);
    if let Some(labels) = value.as_object() {
        let fixed = labels.get("fixed").unwrap_or(&serde_json::Value::Null);
        let _ = fuzzing::marks(labels, fixed);
    }
}

/// Address, host and range of a request, and the place that a reader of curves has come to.
pub fn request(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut lines = text.lines();
    let mut line = || lines.next().unwrap_or_default();
    let (uri, host, range, cursor) = (line(), line(), line(), line());
    let _ = fuzzing::parameters(uri, host);
    for size in [0, 10, u64::MAX] {
        if let Some((first, end)) = fuzzing::range(range, size) {
            assert!(first < end && end <= size, "{first}..{end} of {size}");
        }
    }
    let _ = fuzzing::cursor(cursor);
}
