//! Follows a file of lines that another process appends to, replaces or truncates.

use crate::reading::root::{Stamp, read_at};
use memchr::memchr_iter;
use std::fs::File;
use std::io;

/// Longer lines are not ours.
const LONGEST_LINE: usize = 4 << 20;
const CHUNK: usize = 256 << 10;
/// Bytes before the present place that must be what they were.
const FINGERPRINT: usize = 64;

/// A place in a file, after a whole line.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    stamp: Option<Stamp>,
    offset: u64,
    fingerprint: Vec<u8>,
}

/// What has become of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// The same as before, perhaps longer.
    Continued,
    /// Another file, or other content: what was read before no longer holds.
    Replaced,
}

impl Tail {
    /// A place that was found otherwise; `offset` is where a line begins.
    ///
    /// # Errors
    /// The file system says no.
    pub fn at(file: &mut File, offset: u64) -> io::Result<Self> {
        let mut tail = Self {
            stamp: Some(Stamp::of(file)?),
            offset,
            fingerprint: Vec::new(),
        };
        tail.remember(file)?;
        Ok(tail)
    }

    /// Bytes that have been read.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The file as it was last seen.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }

    /// Goes back to the start of the same file.
    pub fn restart(&mut self) {
        self.offset = 0;
        self.fingerprint.clear();
    }

    /// Whether `file` continues what was read; goes back to the start where it does not.
    ///
    /// # Errors
    /// The file system says no.
    pub fn check(&mut self, file: &mut File) -> io::Result<Continuity> {
        let now = Stamp::of(file)?;
        let Some(before) = self.stamp.replace(now) else {
            return Ok(Continuity::Continued);
        };
        let mut same = now.same_file(&before) && now.size >= self.offset;
        if same && now != before {
            let mut bytes = vec![0; self.fingerprint.len()];
            let start = self.offset - bytes.len() as u64;
            same = read_at(file, start, &mut bytes)? == bytes.len() && bytes == self.fingerprint;
        }
        if same {
            return Ok(Continuity::Continued);
        }
        self.restart();
        Ok(Continuity::Replaced)
    }

    /// Hands over each whole line that was not read yet; what has no newline yet stays for later.
    ///
    /// # Errors
    /// The file system says no; lines that were handed over are not handed over again.
    pub fn read(&mut self, file: &mut File, mut each: impl FnMut(&[u8])) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        // Bytes in the buffer that begin an unfinished line.
        let mut kept = 0;
        loop {
            let n = read_at(file, self.offset + kept as u64, &mut buffer[kept..])?;
            if n == 0 {
                break;
            }
            let filled = kept + n;
            let mut start = 0;
            for end in memchr_iter(b'\n', &buffer[kept..filled]) {
                let end = kept + end;
                each(&buffer[start..end]);
                start = end + 1;
            }
            buffer.copy_within(start..filled, 0);
            self.offset += start as u64;
            kept = filled - start;
            if kept == buffer.len() {
                if kept >= LONGEST_LINE {
                    break;
                }
                buffer.resize(2 * kept, 0);
            }
        }
        self.remember(file)
    }

    fn remember(&mut self, file: &mut File) -> io::Result<()> {
        let length = self.offset.min(FINGERPRINT as u64);
        self.fingerprint.resize(length as usize, 0);
        let n = read_at(file, self.offset - length, &mut self.fingerprint)?;
        self.fingerprint.truncate(n);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::path::Path;

    fn step(tail: &mut Tail, path: &Path) -> (Continuity, Vec<String>) {
        let mut file = File::open(path).expect("opens");
        let continuity = tail.check(&mut file).expect("is there");
        let mut lines = Vec::new();
        tail.read(&mut file, |line| {
            lines.push(String::from_utf8_lossy(line).into_owned());
        })
        .expect("reads");
        (continuity, lines)
    }

    #[test]
    fn half_a_line_waits_for_its_rest() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let mut file = File::create(&path).expect("creates");
        let mut tail = Tail::default();
        file.write_all(b"one\ntw").expect("writes");
        assert_eq!(step(&mut tail, &path).1, ["one"]);
        assert!(step(&mut tail, &path).1.is_empty());
        file.write_all(b"o\nthree\n").expect("writes");
        assert_eq!(
            step(&mut tail, &path),
            (Continuity::Continued, vec!["two".into(), "three".into()])
        );
    }

    #[test]
    fn another_file_a_shorter_one_and_other_content_begin_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let mut tail = Tail::default();
        std::fs::write(&path, "one\ntwo\n").expect("writes");
        step(&mut tail, &path);
        // Replaced by rename, longer.
        std::fs::write(folder.path().join("g"), "one\ntwo\nthree\n").expect("writes");
        std::fs::rename(folder.path().join("g"), &path).expect("renames");
        let (continuity, lines) = step(&mut tail, &path);
        assert_eq!((continuity, lines.len()), (Continuity::Replaced, 3));
        // Truncated in place.
        std::fs::write(&path, "one\n").expect("writes");
        let (continuity, lines) = step(&mut tail, &path);
        assert_eq!((continuity, lines.len()), (Continuity::Replaced, 1));
        // Written anew in place, longer.
        std::fs::write(&path, "uno\ndue\ntre\n").expect("writes");
        let (continuity, lines) = step(&mut tail, &path);
        assert_eq!((continuity, lines.len()), (Continuity::Replaced, 3));
    }

    #[test]
    fn lines_longer_than_a_chunk_are_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let long = "x".repeat(3 * CHUNK + 7);
        let mut file = OpenOptions::new();
        let mut file = file.create(true).append(true).open(&path).expect("opens");
        writeln!(file, "a\n{long}\nb").expect("writes");
        let lines = step(&mut Tail::default(), &path).1;
        assert_eq!(lines, ["a", &long, "b"]);
    }
}
