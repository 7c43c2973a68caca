//! Folders that are either wholly there or not at all.

use crate::file::{self, sync_folder, temporary_name};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder that is written file by file under a temporary name and then renamed. Dropped before
/// that, it is removed.
#[derive(Debug)]
pub struct NewFolder {
    path: PathBuf,
    temporary: PathBuf,
    published: bool,
}

impl NewFolder {
    /// Begins the folder `path`, which must not exist.
    ///
    /// # Errors
    /// It exists, or whatever else the file system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        refuse_existing(path)?;
        let temporary = temporary_name(path);
        file::make_folder(path.parent().unwrap_or(Path::new(".")))?;
        fs::create_dir(&temporary)?;
        Ok(Self {
            path: path.into(),
            temporary,
            published: false,
        })
    }

    /// Writes and syncs a file.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn add(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(self.temporary.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Gives the folder its name.
    ///
    /// # Errors
    /// A folder of that name has come to be, or whatever else the file system says; what was
    /// written is then removed.
    pub fn publish(mut self) -> io::Result<()> {
        sync_folder(&self.temporary)?;
        refuse_existing(&self.path)?;
        fs::rename(&self.temporary, &self.path)?;
        self.published = true;
        sync_folder(self.path.parent().unwrap_or(Path::new(".")))
    }
}

/// What lies in a folder, sorted; nothing if there is no such folder.
///
/// # Errors
/// It is there and cannot be read: no permission, or not a folder. That is not the same as none.
pub fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// A rename would replace an empty folder without a word.
fn refuse_existing(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok(())
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be removed bears a name that no reader looks at.
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_there_once_it_is_whole() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("recordings/one");
        let folder = NewFolder::create(&path).expect("begins");
        folder.add("a", b"first").expect("writes");
        assert!(!path.exists());
        folder.add("b", b"second").expect("writes");
        folder.publish().expect("is named");
        assert_eq!(names(&path), ["a", "b"]);
        assert_eq!(fs::read(path.join("a")).expect("reads"), b"first");
        assert_eq!(names(&parent.path().join("recordings")), ["one"]);
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = NewFolder::create(&parent.path().join("one")).expect("begins");
        folder.add("a", b"first").expect("writes");
        drop(folder);
        assert!(names(parent.path()).is_empty());
    }

    #[test]
    fn what_exists_is_not_replaced() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("one");
        let folder = NewFolder::create(&path).expect("begins");
        fs::create_dir(&path).expect("makes");
        let late = folder.publish().expect_err("refused");
        let early = NewFolder::create(&path).expect_err("refused");
        for error in [late, early] {
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(names(parent.path()), ["one"]);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_not_an_empty_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        assert_eq!(
            entries(&path("none")).expect("nothing"),
            Vec::<PathBuf>::new()
        );
        fs::write(path("b"), "").expect("writes");
        fs::write(path("a"), "").expect("writes");
        assert_eq!(
            entries(folder.path()).expect("reads"),
            [path("a"), path("b")]
        );
        assert!(entries(&path("a")).is_err());
    }
}
