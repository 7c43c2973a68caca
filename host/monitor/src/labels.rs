//! What people say of runs: titles, tags, groups, notes, bookmarks, trash. One file a run in the
//! folder `.labels` beside the runs, so that a run's own folder is never written.
//!
//! Two programs that change the same run at once do not lose each other's changes: reading,
//! changing and replacing happens under an exclusive lock of `.labels/.lock`.

use crate::index::MarkError;
use cap_std::fs::{Dir, OpenOptions};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The folder beside the runs.
pub const FOLDER: &str = ".labels";
const LOCK: &str = ".labels/.lock";
/// A lock that is held longer than this is held by a program that hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Marks of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Marks {
    /// A name that a person gave.
    pub title: Option<String>,
    /// Tags, sorted; those that the run was begun with among them.
    pub tags: Vec<String>,
    /// Tags that the run was begun with, which stay.
    pub fixed_tags: Vec<String>,
    /// A group that a person put the run into.
    pub group: Option<String>,
    /// Free text.
    pub note: String,
    /// Whether it is bookmarked.
    pub bookmarked: bool,
    /// Whether it is in the trash: hidden, otherwise untouched.
    pub trashed: bool,
}

/// A change of marks; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// A new title; empty or null takes it away.
    #[serde(deserialize_with = "given")]
    pub title: Option<String>,
    /// A new note.
    #[serde(deserialize_with = "given")]
    pub note: Option<String>,
    /// The note that was edited; the change is refused where it is no longer there.
    pub note_was: Option<String>,
    /// A new group; empty or null takes it away.
    #[serde(deserialize_with = "given")]
    pub group: Option<String>,
    /// Tags to add.
    pub add_tags: Vec<String>,
    /// Tags to take away.
    pub remove_tags: Vec<String>,
    /// Whether to bookmark.
    pub bookmarked: Option<bool>,
    /// Whether to put it into the trash, or to take it back.
    pub trashed: Option<bool>,
}

/// Null is an empty text; only what is absent is `None`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| Some(text.unwrap_or_default()))
}

impl Change {
    /// What is wrong with it, in words.
    ///
    /// # Errors
    /// A text that is too long, or an empty tag.
    pub fn check(&self) -> Result<(), String> {
        let length = |name: &str, text: &Option<String>, most: usize| {
            let n = text.as_ref().map_or(0, |text| text.chars().count());
            if n > most {
                return Err(format!(
                    "{name} has {n} characters, expected at most {most}"
                ));
            }
            Ok(())
        };
        length("title", &self.title, 200)?;
        length("group", &self.group, 100)?;
        length("note", &self.note, 65_536)?;
        for tag in &self.add_tags {
            if tag.trim().is_empty() || tag.chars().count() > 100 {
                return Err(format!("tag {tag:?}: expected 1 to 100 characters"));
            }
        }
        Ok(())
    }
}

impl Marks {
    /// From a file of labels and the tags that the run was begun with. What has another form than
    /// ours counts as absent.
    #[must_use]
    pub fn from_parts(labels: &Map<String, Value>, fixed: &Value) -> Self {
        let texts = |value: Option<&Value>| -> Vec<String> {
            let items = value.and_then(Value::as_array).into_iter().flatten();
            items
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect()
        };
        let text = |key: &str| {
            let text = labels.get(key).and_then(Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let flag = |key: &str| labels.get(key).and_then(Value::as_bool).unwrap_or(false);
        let fixed_tags = texts(Some(fixed));
        let mut tags = texts(labels.get("tags"));
        tags.extend(fixed_tags.iter().cloned());
        tags.sort();
        tags.dedup();
        Self {
            title: text("title"),
            tags,
            fixed_tags,
            group: text("group"),
            note: text("note").unwrap_or_default(),
            bookmarked: flag("bookmarked"),
            trashed: flag("trashed"),
        }
    }
}

/// The labels beside the runs of a folder.
#[derive(Debug)]
pub struct Labels<'d>(&'d Dir);

impl<'d> Labels<'d> {
    /// Of the folder of runs.
    #[must_use]
    pub fn new(runs: &'d Dir) -> Self {
        Self(runs)
    }

    /// The file of a run; empty where there is none or where it is damaged.
    #[must_use]
    pub fn read(&self, id: &str) -> Map<String, Value> {
        self.load(id).unwrap_or_default()
    }

    fn load(&self, id: &str) -> io::Result<Map<String, Value>> {
        match self.0.read_to_string(path(id)) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{}: {error}; repair or remove it first", path(id)),
                )
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
            Err(error) => Err(error),
        }
    }

    /// Changes the labels of a run; keys that are not ours stay as they are. `fixed` are the tags
    /// that the run was begun with.
    ///
    /// # Errors
    /// The note is not the one that was edited, or the file system says no; nothing has changed
    /// then.
    pub fn change(&self, id: &str, change: &Change, fixed: &Value) -> Result<Marks, MarkError> {
        self.0.create_dir_all(FOLDER)?;
        let _lock = self.lock()?;
        let mut labels = self.load(id)?;
        let now = Marks::from_parts(&labels, fixed);
        if change.note_was.as_ref().is_some_and(|was| *was != now.note) {
            return Err(MarkError::Conflict(Box::new(now)));
        }
        apply(&mut labels, change);
        let marks = Marks::from_parts(&labels, fixed);
        if marks != now {
            self.write(id, &labels)?;
        }
        Ok(marks)
    }

    /// Waits for the lock, which the system releases however its holder ends.
    fn lock(&self) -> io::Result<File> {
        let options = OpenOptions::new().create(true).write(true).clone();
        let file = self.0.open_with(LOCK, &options)?.into_std();
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        format!("{LOCK} is held by another program for long"),
                    ));
                }
                // A file system without locks; there the last of two changes at once wins.
                Err(TryLockError::Error(_)) => return Ok(file),
            }
        }
    }

    fn write(&self, id: &str, labels: &Map<String, Value>) -> io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let temporary = format!(
            "{FOLDER}/.{id}.{}-{}{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed),
            angora_core::file::PARTIAL
        );
        let mut text = serde_json::to_vec_pretty(labels)?;
        text.push(b'\n');
        let mut file = self.0.create(&temporary)?;
        let written = file
            .write_all(&text)
            .and_then(|()| file.sync_all())
            .and_then(|()| self.0.rename(&temporary, self.0, path(id)));
        if written.is_err() {
            let _ = self.0.remove_file(&temporary);
        }
        written?;
        self.0.open(FOLDER)?.sync_all()
    }
}

fn path(id: &str) -> String {
    format!("{FOLDER}/{id}.json")
}

fn apply(labels: &mut Map<String, Value>, change: &Change) {
    for (key, text) in [
        ("title", &change.title),
        ("group", &change.group),
        ("note", &change.note),
    ] {
        if let Some(text) = text {
            labels.insert(key.into(), text.as_str().into());
        }
    }
    for (key, flag) in [
        ("bookmarked", change.bookmarked),
        ("trashed", change.trashed),
    ] {
        if let Some(flag) = flag {
            labels.insert(key.into(), flag.into());
        }
    }
    if change.add_tags.is_empty() && change.remove_tags.is_empty() {
        return;
    }
    let tags = labels.entry("tags").or_insert_with(|| Value::Array(vec![]));
    let mut kept: Vec<String> = tags
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .filter(|tag| !change.remove_tags.contains(tag))
        .collect();
    kept.extend(change.add_tags.iter().map(|tag| tag.trim().to_owned()));
    kept.sort();
    kept.dedup();
    *tags = kept.into();
}
