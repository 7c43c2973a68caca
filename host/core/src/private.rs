//! Files that decide what may run: read only if nobody but the user can have written them.

use crate::file::{sync_folder, temporary_name};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FILE: u32 = 0o600;
const FOLDER: u32 = 0o700;
/// Write permission of the group and of everybody.
const WRITABLE: u32 = 0o022;
/// Any permission of the group and of everybody.
const ANY: u32 = 0o077;
/// In such a folder nobody renames or removes the files of others.
const STICKY: u32 = 0o1000;
/// Largest file that is read, bytes.
const LIMIT: u64 = 16 << 20;

/// Reads a file that only the user (or root) can have written, in a folder of which the same holds.
///
/// # Errors
/// Others may write the file or its folder; the message has the command that mends it. Or whatever
/// the file system says.
pub fn read(path: &Path) -> io::Result<String> {
    checked(path, WRITABLE)
}

/// As [`read`], of a secret, which others may not even read.
///
/// # Errors
/// As there.
pub fn read_secret(path: &Path) -> io::Result<String> {
    checked(path, ANY)
}

fn checked(path: &Path, forbidden: u32) -> io::Result<String> {
    // What is checked is what is read, whatever the name stands for afterwards.
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    refuse(&metadata, forbidden, FILE, path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let around = fs::metadata(folder)?;
    if around.mode() & STICKY == 0 {
        refuse(&around, WRITABLE, FOLDER, folder)?;
    }
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text)?;
    Ok(text)
}

fn refuse(metadata: &Metadata, forbidden: u32, mode: u32, path: &Path) -> io::Result<()> {
    let mine = rustix::process::geteuid().as_raw();
    let shown = path.display();
    let problem = if ![0, mine].contains(&metadata.uid()) {
        format!(
            "{shown} belongs to another user (uid {}), so it is not trusted; if it is yours, give it back to yourself with `chown {mine} {shown}`",
            metadata.uid()
        )
    } else if metadata.mode() & forbidden != 0 {
        let verb = if forbidden == ANY { "use" } else { "change" };
        format!(
            "other users can {verb} {shown} (mode {:o}), so it is not trusted; mend it with `chmod {mode:o} {shown}`",
            metadata.mode() & 0o7777
        )
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::PermissionDenied, problem))
}

/// Writes a file with mode 600 under a temporary name, syncs it and renames it; makes its folder
/// with mode 700 if there is none.
///
/// # Errors
/// Whatever the file system says; the previous content is then untouched.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder)?;
    let temporary = temporary_name(path);
    let written = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder(folder)
}

/// Writes a file with mode 600 that must not exist yet, and syncs it.
///
/// # Errors
/// It exists, or whatever the file system says.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(FILE);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder with mode 700, and those above it that are missing.
///
/// # Errors
/// Whatever the file system says.
pub fn create_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// Makes a folder of the user's cache, or takes back the write permission of others from one that
/// is there. `false` if it cannot be used: it belongs to somebody else, or cannot be made.
#[must_use]
pub fn own_folder(path: &Path) -> bool {
    if create_folder(path).is_err() {
        return false;
    }
    let Ok(metadata) = fs::metadata(path) else {
        return false;
    };
    if !metadata.is_dir() || metadata.uid() != rustix::process::geteuid().as_raw() {
        return false;
    }
    let mode = metadata.mode() & 0o7777;
    mode & WRITABLE == 0
        || fs::set_permissions(path, Permissions::from_mode(mode & !WRITABLE)).is_ok()
}

/// The content of a file that this user has written and nobody else can have changed.
#[must_use]
pub fn read_own(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let mine = metadata.uid() == rustix::process::geteuid().as_raw();
    if !metadata.is_file() || !mine || metadata.mode() & WRITABLE != 0 {
        return None;
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("owned");
    }

    #[test]
    fn what_others_can_write_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("below/trust.toml");
        write(&path, b"key = []").expect("writes");
        let mode = |path: &Path| fs::metadata(path).expect("there").mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("below")), 0o700);
        for exposed in [0o620, 0o602, 0o666] {
            set_mode(&path, exposed);
            let said = read(&path).expect_err("exposed").to_string();
            let command = format!("`chmod 600 {}`", path.display());
            assert!(said.contains(&command), "{said}");
        }
        set_mode(&path, 0o644);
        assert_eq!(read(&path).expect("not exposed"), "key = []");
        let said = read_secret(&path).expect_err("readable").to_string();
        assert!(said.contains("mode 644"), "{said}");
        set_mode(&path, 0o600);
        assert_eq!(read_secret(&path).expect("private"), "key = []");
        let below = folder.path().join("below");
        set_mode(&below, 0o770);
        let said = read(&path).expect_err("exposed").to_string();
        assert!(
            said.contains(&format!("`chmod 700 {}`", below.display())),
            "{said}"
        );
    }

    #[test]
    fn a_cache_that_others_can_write_is_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache");
        assert!(own_folder(&cache));
        set_mode(&cache, 0o777);
        assert!(own_folder(&cache));
        assert_eq!(fs::metadata(&cache).expect("there").mode() & 0o777, 0o755);
        let file = cache.join("kept");
        write(&file, b"code").expect("writes");
        assert_eq!(read_own(&file).as_deref(), Some(&b"code"[..]));
        set_mode(&file, 0o666);
        assert_eq!(read_own(&file), None);
        // A folder in the place of a file, and a file in the place of a folder.
        assert!(read_own(&cache).is_none() && !own_folder(&file));
    }
}
