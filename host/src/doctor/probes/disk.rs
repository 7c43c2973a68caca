//! The folder of runs: whether it can be written, how much room there is, and whether files can
//! be locked, which keeps two processes from writing one run.

use super::gib;
use crate::doctor::{Finding, Subject};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// A default run writes a few megabytes; below this something is bound to go wrong.
const LITTLE: u64 = 100 << 20;

pub fn probe(subject: &Subject) -> Vec<Finding> {
    let runs = std::path::absolute(&subject.runs).unwrap_or_else(|_| subject.runs.clone());
    // It is made when the first run begins.
    let folder = runs.ancestors().find(|folder| folder.is_dir());
    let Some(folder) = folder.map(Path::to_path_buf) else {
        return vec![Finding::problem(
            "disk",
            format!("there is no folder above {}", runs.display()),
        )];
    };
    let kind = kind(&folder).unwrap_or_else(|| "unknown".into());
    let room = rustix::fs::statvfs(&folder).ok();
    let free = room.map(|room| room.f_bavail * room.f_frsize);
    let locks = locks(&folder);
    let shown = runs.display();
    let room = free.map_or("unknown room".into(), gib);
    let finding = match (&locks, free) {
        (Err(error), _) => {
            let summary = format!("{} cannot be written: {error}", folder.display());
            Finding::problem("disk", summary).fix("take another folder: --runs DIR")
        }
        (Ok(_), Some(free)) if free < LITTLE => {
            let summary = format!("{shown} ({kind}) has {room} left");
            Finding::problem("disk", summary).fix("make room, or take another folder: --runs DIR")
        }
        (Ok(false), _) => {
            let summary = format!(
                "{room} free in {shown} ({kind}), where files cannot be locked: nothing keeps two processes from writing one run"
            );
            Finding::ok("disk", summary).fix("see to it that no run is resumed twice at the same time, or take another folder: --runs DIR")
        }
        (Ok(true), _) => {
            let summary = format!("{room} free in {shown} ({kind}), files can be locked");
            Finding::ok("disk", summary)
        }
    };
    vec![
        finding
            .fact("folder", runs.display().to_string())
            .fact("kind", kind)
            .fact("free_bytes", free)
            .fact("writable", locks.is_ok())
            .fact("locks", locks.unwrap_or(false)),
    ]
}

/// Whether a lock keeps a second one out. A file is made for that, and removed.
fn locks(folder: &Path) -> std::io::Result<bool> {
    let path = folder.join(format!(".angora-doctor-{}", std::process::id()));
    let open = || OpenOptions::new().create(true).append(true).open(&path);
    let first = open()?;
    let kept_out = open().map(|second| excludes(&first, &second));
    fs::remove_file(&path)?;
    kept_out
}

fn excludes(first: &File, second: &File) -> bool {
    first.try_lock().is_ok() && matches!(second.try_lock(), Err(TryLockError::WouldBlock))
}

/// The kind of file system: that of the mount whose path is the longest beginning.
fn kind(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    mounts
        .lines()
        .filter_map(mount)
        .filter(|(place, _)| folder.starts_with(place))
        // Of several at one place the last one is seen.
        .max_by_key(|(place, _)| place.components().count())
        .map(|(_, kind)| kind)
}

/// `36 35 98:0 /root /place options ... - kind source options`, proc(5).
fn mount(line: &str) -> Option<(PathBuf, String)> {
    let (before, after) = line.split_once(" - ")?;
    let place = before.split(' ').nth(4)?;
    let kind = after.split(' ').next()?;
    // Blanks are written as octal numbers.
    let place = place.replace("\\040", " ").replace("\\011", "\t");
    Some((PathBuf::from(place), kind.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_read() {
        let line = "36 35 98:0 /mnt1 /my\\040disk rw,noatime master:1 - ext4 /dev/root rw";
        assert_eq!(mount(line), Some(("/my disk".into(), "ext4".into())));
    }
}
