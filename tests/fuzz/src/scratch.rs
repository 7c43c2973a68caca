//! Files for parsers that read a path.

use std::path::Path;
use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a folder for the inputs");
}

/// Calls `read` with the folder of this thread.
pub fn folder<T>(read: impl FnOnce(&Path) -> T) -> T {
    FOLDER.with(|folder| read(folder.path()))
}

/// Calls `read` with a file of that name that holds an input.
pub fn file<T>(name: &str, data: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    folder(|folder| {
        let path = folder.join(name);
        std::fs::write(&path, data).expect("writes");
        read(&path)
    })
}
