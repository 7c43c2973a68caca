//! Files that are either wholly there or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Writes a file under a temporary name, syncs it and renames it.
///
/// # Errors
/// Whatever the file system says; the previous content is then untouched.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary_name(path);
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Writes a file under a temporary name and renames it, without waiting for the disk: for what is
/// worth nothing after a crash.
///
/// # Errors
/// Whatever the file system says; the previous content is then untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary_name(path);
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path)
}

/// Writes the files of a folder under a temporary name, syncs and renames it. The folder must
/// not exist.
///
/// # Errors
/// Whatever the file system says; no folder of that name is then left behind.
pub fn write_folder(path: &Path, files: &[(&str, &[u8])]) -> io::Result<()> {
    let temporary = temporary_name(path);
    fs::create_dir_all(&temporary)?;
    for (name, bytes) in files {
        let mut file = File::create(temporary.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    sync_folder(&temporary)?;
    fs::rename(&temporary, path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Makes a rename durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    File::open(path)?.sync_all()
}

/// What the name of an unfinished file or folder ends with; it begins with a dot.
pub const PARTIAL: &str = ".partial";

/// A name beside the file, which no reader looks at and nobody else writes: no other thread, no
/// other process, and none of the same number on another host that shares the disk.
pub(crate) fn temporary_name(path: &Path) -> std::path::PathBuf {
    static TURN: AtomicU64 = AtomicU64::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = clock.unwrap_or_default().as_nanos();
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    let process = std::process::id();
    name.push(format!(".{process}-{nanos:x}-{turn}{PARTIAL}"));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_write_one_file_leave_it_whole() {
        let folder = std::env::temp_dir().join(format!("angora-file-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("file");
        let bytes = vec![7_u8; 100_000];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        write(&path, &bytes).expect("writes");
                        assert_eq!(fs::read(&path).expect("reads"), bytes);
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
        fs::remove_dir_all(&folder).expect("removed");
    }
}
