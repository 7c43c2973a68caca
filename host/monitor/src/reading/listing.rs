//! What else lies in a run's folder: checkpoints, recordings, videos, logs.

use crate::reading::digest::cycle_of_name;
use crate::reading::root::RunFiles;
use serde::Serialize;
use serde_json::Value;

/// Folders of a run whose files may be shown.
pub const SHOWN_FOLDERS: [&str; 4] = ["videos", "recordings", "logs", "tensorboard"];
/// Files of a run that may be shown.
pub const SHOWN_FILES: [&str; 7] = [
    "metrics.jsonl",
    "events.jsonl",
    "experiment.toml",
    "angora.lock",
    "meta.json",
    "brain.json",
    "brain.svg",
];
/// Folders within folders that are looked into.
const DEEPEST: usize = 3;
const MOST_FILES: usize = 2_000;

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// Name of its folder.
    pub name: String,
    /// Cycles that were done.
    pub cycle: Option<u64>,
    /// `latest`, `best`.
    pub labels: Vec<&'static str>,
    /// Of all of its files.
    pub bytes: u64,
    /// Unix milliseconds.
    pub written_ms: i64,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Within the run's folder.
    pub path: String,
    /// Bytes.
    pub bytes: u64,
    /// Unix milliseconds.
    pub written_ms: i64,
}

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recording {
    /// Name of its folder.
    pub name: String,
    /// Its header.
    pub path: String,
    /// Of all of its files.
    pub bytes: u64,
    /// Unix milliseconds.
    pub written_ms: i64,
    /// Episodes in it.
    pub episodes: Option<usize>,
    /// What its header says of the checkpoint.
    pub checkpoint: Value,
    /// Task.
    pub task: Option<String>,
}

/// The checkpoints of a run, oldest first.
#[must_use]
pub fn checkpoints(files: &RunFiles) -> Vec<Checkpoint> {
    let pointed = |label: &'static str| {
        let text = files.text(&format!("checkpoints/{label}")).ok().flatten();
        (label, text.unwrap_or_default().trim().to_owned())
    };
    let pointers = [pointed("latest"), pointed("best")];
    let folders = files.entries("checkpoints").into_iter();
    let found = folders
        .filter(|(_, is_folder)| *is_folder)
        .map(|(name, _)| {
            let folder = format!("checkpoints/{name}");
            let labels = pointers.iter().filter(|(_, to)| *to == name);
            Checkpoint {
                cycle: cycle_of_name(&name),
                labels: labels.map(|(label, _)| *label).collect(),
                bytes: walk(files, &folder, 1).iter().map(|file| file.bytes).sum(),
                written_ms: files.stamp(&folder).map_or(0, |s| s.modified_ms()),
                name,
            }
        });
    let mut found: Vec<Checkpoint> = found.collect();
    found.sort_by(|a, b| (a.cycle, &a.name).cmp(&(b.cycle, &b.name)));
    found
}

/// The recordings of a run.
#[must_use]
pub fn recordings(files: &RunFiles) -> Vec<Recording> {
    let folders = files.entries("recordings").into_iter();
    let found = folders.filter_map(|(name, _)| {
        let path = format!("recordings/{name}/recording.json");
        let stamp = files.stamp(&path)?;
        let header = files.text(&path).ok()??;
        let mut header: Value = serde_json::from_str(&header).ok()?;
        let all = walk(files, &format!("recordings/{name}"), 1);
        Some(Recording {
            bytes: all.iter().map(|file| file.bytes).sum(),
            written_ms: stamp.modified_ms(),
            episodes: header["episodes"].as_array().map(Vec::len),
            task: header["task"].as_str().map(str::to_owned),
            checkpoint: header["checkpoint"].take(),
            name,
            path,
        })
    });
    found.collect()
}

/// All files below a folder that is shown.
#[must_use]
pub fn files_below(files: &RunFiles, folder: &str) -> Vec<Listed> {
    walk(files, folder, DEEPEST)
}

fn walk(files: &RunFiles, folder: &str, depth: usize) -> Vec<Listed> {
    let mut found = Vec::new();
    for (name, is_folder) in files.entries(folder) {
        let path = format!("{folder}/{name}");
        if is_folder && depth > 0 {
            found.extend(walk(files, &path, depth - 1));
        } else if !is_folder && let Some(stamp) = files.stamp(&path) {
            found.push(Listed {
                path,
                bytes: stamp.size,
                written_ms: stamp.modified_ms(),
            });
        }
        if found.len() >= MOST_FILES {
            found.truncate(MOST_FILES);
            break;
        }
    }
    found
}

/// Whether a file of a run may be shown: one of ours by name, or below a folder that is shown.
/// Names that begin with a dot, and steps upwards, are not.
#[must_use]
pub fn is_shown(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let plain = |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains('\\');
    let below = parts.len() > 1 && SHOWN_FOLDERS.contains(&parts[0]);
    parts.iter().all(plain) && (below || SHOWN_FILES.contains(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_ours_are_shown() {
        for path in [
            "metrics.jsonl",
            "videos/a.mp4",
            "recordings/a/recording.json",
        ] {
            assert!(is_shown(path), "{path}");
        }
        for path in [
            "",
            "videos",
            "videos/",
            "videos/../experiment.toml",
            "videos/..",
            "../x",
            "/etc/passwd",
            "videos//etc",
            "videos/.hidden",
            ".writer",
            "checkpoints/latest",
            "secrets.txt",
            "videos/..\\x",
        ] {
            assert!(!is_shown(path), "{path}");
        }
    }
}
