//! The lines of a file from its end, so that little of a long one is read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What is read first.
const TAIL: u64 = 1 << 14;

/// What `look` finds in a line, the last whole line first; a line that is still being written is
/// left out.
///
/// # Errors
/// The file cannot be read.
pub fn find<T>(path: &Path, look: impl Fn(&[u8]) -> Option<T>) -> io::Result<Option<T>> {
    Ok(find_end(&mut File::open(path)?, look)?.map(|(found, _)| found))
}

/// The same, with the offset at which the next line begins.
///
/// # Errors
/// The file cannot be read.
pub fn find_end<T>(
    file: &mut File,
    look: impl Fn(&[u8]) -> Option<T>,
) -> io::Result<Option<(T, u64)>> {
    let len = file.metadata()?.len();
    let mut tail = TAIL;
    // Lines from here on were looked at before.
    let mut seen = len;
    loop {
        let from = len.saturating_sub(tail);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&mut *file).take(seen - from).read_to_end(&mut bytes)?;
        // Before the first end of a line lies the rest of a line that began earlier, unless this
        // is the whole file; after the last one what is not whole yet.
        let ends = |b: &u8| *b == b'\n';
        let first = match from {
            0 => Some(0),
            _ => bytes.iter().position(ends).map(|at| at + 1),
        };
        let last = bytes.iter().rposition(ends);
        if let (Some(first), Some(last)) = (first, last) {
            let mut end = last;
            for line in bytes.get(first..last).unwrap_or_default().rsplit(ends) {
                if let Some(found) = look(line) {
                    return Ok(Some((found, from + end as u64 + 1)));
                }
                end -= (line.len() + 1).min(end);
            }
            seen = from + first as u64;
        }
        if from == 0 {
            return Ok(None);
        }
        tail *= 8;
    }
}

/// The offset after the last whole line.
///
/// # Errors
/// The file cannot be read.
pub fn whole(file: &mut File) -> io::Result<u64> {
    Ok(find_end(file, |_| Some(()))?.map_or(0, |(_, end)| end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_found_from_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines");
        let found = |text: &str, what: &str| {
            std::fs::write(&path, text).expect("writes");
            find(&path, |line| {
                let line = String::from_utf8_lossy(line).into_owned();
                line.starts_with(what).then_some(line)
            })
            .expect("reads")
        };
        assert_eq!(found("", "a"), None);
        assert_eq!(found("a1", "a"), None, "it is being written");
        assert_eq!(found("a1\n", "a").as_deref(), Some("a1"));
        assert_eq!(found("a1\na2\nb\na", "a").as_deref(), Some("a2"));
        assert_eq!(found("a1\nb\n", "c"), None);
        // Lines longer than what is read first, and what looks like one in the middle of one.
        let long = "b".repeat(40_000);
        for text in [
            format!("a1\n{long}\n{long}\n"),
            format!("a1\n{long}a{long}\n"),
            format!("a1\n{}a2", "b\n".repeat(30_000)),
        ] {
            assert_eq!(found(&text, "a").as_deref(), Some("a1"));
        }
    }
}
