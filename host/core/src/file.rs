//! Files that are either wholly there or not at all.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Writes a file under a temporary name, syncs it and renames it.
///
/// # Errors
/// I/O error; the previous content is then untouched and no temporary file stays behind.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = Temporary::file(path);
    write_synced(&temporary.path, bytes)?;
    temporary.rename(path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Writes a file under a temporary name and renames it, without waiting for the disk: for what is
/// worth nothing after a crash.
///
/// # Errors
/// I/O error; the previous content is then untouched and no temporary file stays behind.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = Temporary::file(path);
    fs::write(&temporary.path, bytes)?;
    temporary.rename(path)
}

/// Writes the files of a folder under a temporary name, syncs and renames it. The folder must
/// not exist; the folder that it lies in is made if it is missing.
///
/// # Errors
/// I/O error; neither a folder of that name nor a temporary one is then left behind.
pub fn write_folder(path: &Path, files: &[(&str, &[u8])]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    let temporary = unnamed_folder(path, files)?;
    temporary.rename(path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Writes a folder in place of one that exists: readers find either all of the old one or all of
/// the new one. `false` if the file system cannot exchange names; nothing has changed then.
///
/// # Errors
/// I/O error; the old folder is then untouched.
pub fn exchange_folder(path: &Path, files: &[(&str, &[u8])]) -> io::Result<bool> {
    let temporary = unnamed_folder(path, files)?;
    match temporary.exchange(path) {
        Ok(()) => Ok(true),
        // NFS and some FUSE file systems have no such call.
        Err(error) if is_unsupported(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_unsupported(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let known = [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP];
    Errno::from_io_error(error).is_some_and(|errno| known.contains(&errno))
}

/// Writes and syncs the files of a folder that has no name yet. It lies beside `path`, in a folder
/// that must exist.
fn unnamed_folder(path: &Path, files: &[(&str, &[u8])]) -> io::Result<Temporary> {
    let temporary = Temporary::folder(path);
    fs::create_dir(&temporary.path)?;
    for (name, bytes) in files {
        write_synced(&temporary.path.join(name), bytes)?;
    }
    sync_folder(&temporary.path)?;
    Ok(temporary)
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder and those above it if they are missing, so that they outlast a crash.
///
/// # Errors
/// I/O error.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().unwrap_or(Path::new("."));
    make_folder(parent)?;
    match fs::create_dir(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let reason = format!("{} is not a folder", path.display());
            Err(io::Error::new(io::ErrorKind::NotADirectory, reason))
        }
        Err(error) => Err(error),
        Ok(()) => sync_folder(parent),
    }
}

/// A file or folder under a temporary name; removed when dropped before it gets its own.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    is_folder: bool,
    renamed: bool,
}

impl Temporary {
    fn file(path: &Path) -> Self {
        Self {
            path: temporary_name(path),
            is_folder: false,
            renamed: false,
        }
    }

    fn folder(path: &Path) -> Self {
        let mut temporary = Self::file(path);
        temporary.is_folder = true;
        temporary
    }

    fn rename(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.renamed = true;
        Ok(())
    }

    /// Swaps names with what is at `path`, in one step, and removes that.
    fn exchange(mut self, path: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, &self.path, CWD, path, RenameFlags::EXCHANGE)?;
        let synced = sync_folder(path.parent().unwrap_or(Path::new(".")));
        // The old folder has the temporary name now. It goes once the disk knows of the new one.
        self.renamed = synced.is_err();
        synced
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.renamed {
            return;
        }
        // What cannot be removed has a name that readers pass over and later writers tidy up.
        let _ = match self.is_folder {
            true => fs::remove_dir_all(&self.path),
            false => fs::remove_file(&self.path),
        };
    }
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
pub(crate) fn temporary_name(path: &Path) -> PathBuf {
    static TURN: AtomicU64 = AtomicU64::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = clock.unwrap_or_default().as_nanos();
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    let (process, machine) = (std::process::id(), machine());
    name.push(format!(".{process}-{nanos:x}-{turn}-{machine:x}{PARTIAL}"));
    path.with_file_name(name)
}

/// Tells this machine's processes from those of others with the same numbers: a hash of its name
/// and of the namespace of process numbers.
fn machine() -> u64 {
    static MACHINE: OnceLock<u64> = OnceLock::new();
    *MACHINE.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        fs::read("/proc/sys/kernel/hostname").ok().hash(&mut hasher);
        fs::read_link("/proc/self/ns/pid").ok().hash(&mut hasher);
        hasher.finish()
    })
}

/// Removes from a folder what processes of this machine left unfinished that have ended. What
/// other machines may still be writing stays.
///
/// # Errors
/// The folder cannot be read. Entries that cannot be removed stay.
pub fn tidy(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if !is_abandoned(&name.to_string_lossy()) {
            continue;
        }
        // A file that somebody else was quicker to remove is gone as well.
        let _ = match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path()),
            false => fs::remove_file(entry.path()),
        };
    }
    Ok(())
}

/// Whether it is the temporary name of a process of this machine that has ended.
fn is_abandoned(name: &str) -> bool {
    let writer = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(PARTIAL))
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, writer)| writer.split('-').collect::<Vec<_>>());
    let Some(&[process, _, _, of]) = writer.as_deref() else {
        return false;
    };
    let ours = u64::from_str_radix(of, 16) == Ok(machine());
    let ended = process
        .parse::<u32>()
        .is_ok_and(|process| !Path::new(&format!("/proc/{process}")).exists());
    ours && ended && Path::new("/proc/self").exists()
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

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let name = |e: io::Result<fs::DirEntry>| e.expect("an entry").file_name();
        entries
            .map(|e| name(e).to_string_lossy().into_owned())
            .collect()
    }

    /// A folder in the way of the rename stands for a disk that refuses.
    #[test]
    fn a_write_that_fails_leaves_no_temporary_file() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("taken");
        fs::create_dir(&path).expect("makes");
        fs::write(path.join("file"), b"old").expect("writes");
        write(&path, b"new").expect_err("a folder is in the way");
        replace(&path, b"new").expect_err("a folder is in the way");
        write_folder(&path, &[("file", b"new")]).expect_err("a folder is in the way");
        write_folder(&path.join("one"), &[("no/such", b"new")]).expect_err("no such folder");
        assert_eq!(names(parent.path()), ["taken"]);
        assert_eq!(names(&path), ["file"]);
        assert_eq!(fs::read(path.join("file")).expect("reads"), b"old");
    }

    /// A process that ran to its end stands for one that was killed.
    #[test]
    fn what_ended_processes_left_is_removed() {
        let mut child = std::process::Command::new("true").spawn().expect("starts");
        child.wait().expect("ends");
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let own = temporary_name(&path("one"));
        let own = own
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let (process, ended) = (std::process::id().to_string(), child.id().to_string());
        let left = own.replacen(&process, &ended, 1);
        let machine = format!("{:x}", machine());
        let elsewhere = left.replacen(&machine, "1", 1);
        let others = ["one", ".one.partial", &own, &elsewhere];
        for name in others {
            fs::write(path(name), b"1").expect("writes");
        }
        fs::create_dir(path(&left)).expect("makes");
        fs::write(path(&left).join("file"), b"1").expect("writes");
        tidy(folder.path()).expect("tidies");
        let mut kept = names(folder.path());
        kept.sort();
        let mut wanted = others.map(str::to_owned).to_vec();
        wanted.sort();
        assert_eq!(kept, wanted);
    }
}
