//! Folders that are held open.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder held open: its files are reached through the handle, so they stay in the same folder
/// whatever its path names later, and whatever the working directory is.
#[derive(Debug, Clone)]
pub struct Anchor {
    /// Absolute, for people.
    shown: PathBuf,
    /// The same folder by its handle.
    reached: PathBuf,
    handle: Arc<File>,
}

/// Where a folder that is held open is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Where it was opened.
    There,
    /// It has another path.
    Moved,
    /// It was deleted.
    Gone,
}

impl Anchor {
    /// Opens a folder, which must exist.
    ///
    /// # Errors
    /// I/O error, or the path is not a folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let shown = std::path::absolute(path)?;
        let handle = File::open(&shown)?;
        Self::held(shown, handle)
    }

    /// Opens a folder in this one, through the handle.
    ///
    /// # Errors
    /// I/O error, or it is not a folder.
    pub fn enter(&self, name: &str) -> io::Result<Self> {
        let handle = File::open(self.join(name))?;
        Self::held(self.shown.join(name), handle)
    }

    fn held(shown: PathBuf, handle: File) -> io::Result<Self> {
        use std::os::fd::AsRawFd;
        if !handle.metadata()?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let by_handle = PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()));
        // Without /proc the path must do.
        let reached = match by_handle.is_dir() {
            true => by_handle,
            false => shown.clone(),
        };
        Ok(Self {
            shown,
            reached,
            handle: Arc::new(handle),
        })
    }

    /// The path that it was opened by, absolute; for messages.
    #[must_use]
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// The path of an entry, through the handle. Of use to this process only.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.reached.join(name)
    }

    /// The folder's own path through the handle. Of use to this process only.
    #[must_use]
    pub fn reached(&self) -> &Path {
        &self.reached
    }

    /// Whether its path still names this folder. One system call if it does.
    ///
    /// # Errors
    /// I/O error other than that there is nothing at the path.
    pub fn whereabouts(&self) -> io::Result<Whereabouts> {
        let held = self.handle.metadata()?;
        let same = match fs::metadata(&self.shown) {
            Ok(found) => (found.dev(), found.ino()) == (held.dev(), held.ino()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => false,
            Err(error) => return Err(error),
        };
        Ok(match (same, held.nlink()) {
            (true, _) => Whereabouts::There,
            // A folder that was removed has no link left; on Btrfs it never counts any.
            (false, 0) => Whereabouts::Gone,
            (false, _) if !self.has_path() => Whereabouts::Gone,
            (false, _) => Whereabouts::Moved,
        })
    }

    /// Whether the system still knows a path of the handle.
    fn has_path(&self) -> bool {
        let path = fs::read_link(&self.reached);
        path.is_ok_and(|path| fs::metadata(path).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_in_the_folder_that_was_opened() {
        let parent = tempfile::tempdir().expect("a folder");
        let (before, after) = (parent.path().join("before"), parent.path().join("after"));
        fs::create_dir(&before).expect("makes");
        let anchor = Anchor::open(&before).expect("opens");
        assert_eq!(anchor.whereabouts().expect("looks"), Whereabouts::There);
        fs::rename(&before, &after).expect("moves");
        assert_eq!(anchor.whereabouts().expect("looks"), Whereabouts::Moved);
        // Another folder of the old name is not mistaken for it.
        fs::create_dir(&before).expect("makes");
        assert_eq!(anchor.whereabouts().expect("looks"), Whereabouts::Moved);
        crate::file::write(&anchor.join("file"), b"1").expect("writes");
        assert!(after.join("file").exists() && !before.join("file").exists());
        fs::remove_dir_all(&after).expect("removes");
        assert_eq!(anchor.whereabouts().expect("looks"), Whereabouts::Gone);
        crate::file::write(&anchor.join("file"), b"1").expect_err("it is gone");
        assert_eq!(anchor.shown(), before);
    }

    #[test]
    fn a_file_is_not_a_folder() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("file");
        fs::write(&path, b"").expect("writes");
        Anchor::open(&path).expect_err("it is a file");
    }
}
