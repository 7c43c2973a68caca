//! A folder of runs, opened so that no name and no link leads out of it.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// What makes a folder a run.
pub const EXPERIMENT: &str = "experiment.toml";
/// One line a cycle.
pub const METRICS: &str = "metrics.jsonl";

/// Texts of a run are small; what is larger is not one of ours.
const LARGEST_TEXT: u64 = 16 << 20;

/// A folder of runs, or a single run of it.
#[derive(Debug, Clone)]
pub struct Root {
    /// As it was named.
    pub shown: PathBuf,
    path: PathBuf,
    only: Option<String>,
}

impl Root {
    /// The folder that was named; where it is a run itself, that run alone. It need not exist yet.
    #[must_use]
    pub fn new(shown: &Path) -> Self {
        if shown.join(EXPERIMENT).is_file()
            && let Ok(full) = shown.canonicalize()
            && let (Some(parent), Some(name)) = (full.parent(), full.file_name())
            && let Some(name) = name.to_str()
        {
            return Self {
                shown: shown.into(),
                path: parent.into(),
                only: Some(name.into()),
            };
        }
        Self {
            shown: shown.into(),
            path: shown.into(),
            only: None,
        }
    }

    /// The folder in which the runs lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// Opens the folder; what is opened through it cannot leave it.
    ///
    /// # Errors
    /// It is not there, or may not be read.
    pub fn open(&self) -> io::Result<Arc<Dir>> {
        Dir::open_ambient_dir(&self.path, ambient_authority()).map(Arc::new)
    }

    /// Names of the folders that may be runs, sorted. Names that begin with a dot, that are not
    /// text, and links that lead out are nobody's.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn names(&self, dir: &Dir) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in dir.entries()? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with('.') || self.only.as_ref().is_some_and(|only| *only != name) {
                continue;
            }
            let kind = entry.file_type()?;
            let link = kind.is_symlink();
            if kind.is_dir() || (link && dir.metadata(&name).is_ok_and(|m| m.is_dir())) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// What tells a file from the one that had its name before, and from itself before it grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    device: u64,
    /// Number of the file within its file system.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    modified_nanos: i128,
}

impl Stamp {
    /// Unix milliseconds of the last write.
    #[must_use]
    pub fn modified_ms(&self) -> i64 {
        i64::try_from(self.modified_nanos / 1_000_000).unwrap_or(0)
    }

    /// Whether it is the same file, grown or not.
    #[must_use]
    pub fn same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Of a file that is open.
    ///
    /// # Errors
    /// The file system says no.
    pub fn of(file: &File) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = file.metadata()?;
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified_nanos: metadata
                .modified()?
                .duration_since(UNIX_EPOCH)
                .unwrap_or(Duration::ZERO)
                .as_nanos() as i128,
        })
    }
}

/// The files of one run.
#[derive(Debug, Clone)]
pub struct RunFiles {
    dir: Arc<Dir>,
    id: String,
}

impl RunFiles {
    /// Of the folder `id` below `dir`.
    #[must_use]
    pub fn new(dir: Arc<Dir>, id: &str) -> Self {
        Self { dir, id: id.into() }
    }

    /// Name of the folder.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    fn within(&self, name: &str) -> PathBuf {
        Path::new(&self.id).join(name)
    }

    /// The stamp of a file or folder; an empty name is the run's own folder.
    #[must_use]
    pub fn stamp(&self, name: &str) -> Option<Stamp> {
        let metadata = self.dir.metadata(self.within(name)).ok()?;
        let modified = metadata.modified().ok()?.into_std();
        Some(Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified_nanos: modified
                .duration_since(UNIX_EPOCH)
                .unwrap_or(Duration::ZERO)
                .as_nanos() as i128,
        })
    }

    /// Whether it is a plain file; opening another kind could block.
    #[must_use]
    pub fn is_file(&self, name: &str) -> bool {
        let metadata = self.dir.metadata(self.within(name));
        metadata.is_ok_and(|m| m.is_file())
    }

    /// Opens a plain file.
    ///
    /// # Errors
    /// It is not there, not a plain file, or a link leads out of the folder of runs.
    pub fn open(&self, name: &str) -> io::Result<File> {
        if !self.is_file(name) {
            return Err(io::Error::new(io::ErrorKind::NotFound, "not a file"));
        }
        Ok(self.dir.open(self.within(name))?.into_std())
    }

    /// The text of a small file; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read, is too large, or is not text.
    pub fn text(&self, name: &str) -> io::Result<Option<String>> {
        let file = match self.open(name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_TEXT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST_TEXT {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too large"));
        }
        let text = String::from_utf8(bytes);
        text.map(Some)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8 text"))
    }

    /// Plain files and folders in a folder of the run, sorted by name; those that begin with a dot
    /// are left out. Empty where there is no such folder.
    #[must_use]
    pub fn entries(&self, folder: &str) -> Vec<(String, bool)> {
        let Ok(entries) = self.dir.read_dir(self.within(folder)) else {
            return Vec::new();
        };
        let mut found: Vec<(String, bool)> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let kind = entry.file_type().ok()?;
                let plain = kind.is_file() || kind.is_dir();
                (plain && !name.starts_with('.')).then(|| (name, kind.is_dir()))
            })
            .collect();
        found.sort();
        found
    }
}

/// Reads up to `buffer.len()` bytes at `offset`; fewer at the end of the file.
///
/// # Errors
/// The file system says no.
pub fn read_at(file: &mut File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(offset))?;
    let mut done = 0;
    while done < buffer.len() {
        match file.read(&mut buffer[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
