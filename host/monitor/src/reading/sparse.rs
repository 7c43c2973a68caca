//! Looks into a long file of lines here and there instead of reading it.

use crate::reading::root::read_at;
use memchr::{memchr, memrchr};
use std::fs::File;
use std::io;

const FIRST_LOOK: usize = 4 << 10;
const LONGEST_LINE: usize = 1 << 20;

/// A file of lines, looked at by offset.
#[derive(Debug)]
pub struct Sparse<'f> {
    file: &'f mut File,
    /// Bytes that count: up to the last newline that was there at the beginning.
    size: u64,
    buffer: Vec<u8>,
}

/// Where a line lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Of its first byte.
    pub start: u64,
    /// After its newline.
    pub end: u64,
}

impl<'f> Sparse<'f> {
    /// Of a file with `size` bytes.
    pub fn new(file: &'f mut File, size: u64) -> Self {
        Self {
            file,
            size,
            buffer: Vec::new(),
        }
    }

    /// The first whole line that begins at `offset` or later, with its place. `offset` 0 is a
    /// beginning; any other is one where a newline lies before it.
    ///
    /// # Errors
    /// The file system says no.
    pub fn line_from(&mut self, offset: u64) -> io::Result<Option<(Place, &[u8])>> {
        // One byte earlier, so that a line that begins right here is found.
        let from = offset.saturating_sub(1);
        let mut look = FIRST_LOOK;
        let found = loop {
            if from >= self.size {
                break None;
            }
            let n = self.fill(from, look)?;
            let begin = match offset {
                0 => Some(0),
                _ => memchr(b'\n', &self.buffer[..n]).map(|i| i + 1),
            };
            if let Some(begin) = begin
                && let Some(length) = memchr(b'\n', &self.buffer[begin..n])
            {
                break Some((begin, begin + length));
            }
            if n < look || look >= LONGEST_LINE {
                break None;
            }
            look *= 4;
        };
        Ok(found.map(|(begin, end)| {
            let place = Place {
                start: from + begin as u64,
                end: from + end as u64 + 1,
            };
            (place, &self.buffer[begin..end])
        }))
    }

    /// The whole lines within the last `bytes` bytes, with the place of the first and the last.
    ///
    /// # Errors
    /// The file system says no.
    pub fn last_lines(&mut self, bytes: usize) -> io::Result<Option<(Place, &[u8])>> {
        let mut look = bytes;
        let found = loop {
            let from = self.size.saturating_sub(look as u64);
            let n = self.fill(from, look)?;
            let begin = match from {
                0 => Some(0),
                _ => memchr(b'\n', &self.buffer[..n]).map(|i| i + 1),
            };
            let end = memrchr(b'\n', &self.buffer[..n]).map(|i| i + 1);
            if let (Some(begin), Some(end)) = (begin, end)
                && begin < end
            {
                break Some((from, begin, end));
            }
            if from == 0 || look >= LONGEST_LINE {
                break None;
            }
            look *= 4;
        };
        Ok(found.map(|(from, begin, end)| {
            let place = Place {
                start: from + begin as u64,
                end: from + end as u64,
            };
            (place, &self.buffer[begin..end])
        }))
    }

    /// Where the first line lies of which `key` is at least `wanted`, in a file whose keys
    /// increase; lines without a key are passed over.
    ///
    /// # Errors
    /// The file system says no.
    pub fn first_at_least(
        &mut self,
        wanted: u64,
        key: impl Fn(&[u8]) -> Option<u64>,
    ) -> io::Result<Option<u64>> {
        // The line looked for begins in low..=high.
        let (mut low, mut high) = (0, self.size);
        while low < high {
            let middle = low + (high - low) / 2;
            // The first line with a key from the middle on.
            let mut at = middle;
            let found = loop {
                match self.line_from(at)? {
                    None => break None,
                    Some((place, line)) => match key(line) {
                        Some(key) => break Some((place, key)),
                        None => at = place.end,
                    },
                }
            };
            match found {
                Some((place, key)) if key < wanted => low = place.end,
                _ => high = middle,
            }
        }
        let found = self.line_from(low)?;
        Ok(found.map(|(place, _)| place.start))
    }

    fn fill(&mut self, from: u64, bytes: usize) -> io::Result<usize> {
        if self.buffer.len() < bytes {
            self.buffer.resize(bytes, 0);
        }
        let bytes = bytes.min(usize::try_from(self.size - from).unwrap_or(bytes));
        read_at(self.file, from, &mut self.buffer[..bytes])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(line: &[u8]) -> Option<u64> {
        std::str::from_utf8(line).ok()?.trim().parse().ok()
    }

    #[test]
    fn a_key_is_found_in_lines_of_any_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let mut text = String::new();
        for i in 0..2_000_u64 {
            let padding = " ".repeat(usize::try_from(i * 7919 % 97).unwrap_or(0));
            text.push_str(&format!("{padding}{}\n", 3 * i));
            if i % 13 == 0 {
                text.push_str("noise\n");
            }
        }
        text.push_str("999999");
        std::fs::write(&path, &text).expect("writes");
        let mut file = File::open(&path).expect("opens");
        let mut sparse = Sparse::new(&mut file, text.len() as u64);
        for wanted in [0, 1, 2, 3, 1_500, 2_999, 5_996, 5_997] {
            let place = sparse.first_at_least(wanted, number).expect("reads");
            let place = place.expect("there is one");
            let (_, line) = sparse.line_from(place).expect("reads").expect("a line");
            let mut found = number(line);
            if found.is_none() {
                let (first, _) = sparse.line_from(place).expect("reads").expect("a line");
                let (_, next) = sparse.line_from(first.end).expect("reads").expect("a line");
                found = number(next);
            }
            assert_eq!(found, Some(wanted.div_ceil(3) * 3), "{wanted}");
        }
        // Only the unfinished line would do.
        assert_eq!(sparse.first_at_least(6_000, number).expect("reads"), None);
    }

    #[test]
    fn the_last_lines_are_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        std::fs::write(&path, "aaaa\nbbbb\ncccc\ndd").expect("writes");
        let mut file = File::open(&path).expect("opens");
        let mut sparse = Sparse::new(&mut file, 17);
        let (place, lines) = sparse.last_lines(9).expect("reads").expect("lines");
        assert_eq!((place.start, place.end, lines), (10, 15, &b"cccc\n"[..]));
        let (place, lines) = sparse.last_lines(3).expect("reads").expect("lines");
        assert_eq!((place.end, lines), (15, &b"cccc\n"[..]));
        let (place, _) = sparse.last_lines(100).expect("reads").expect("lines");
        assert_eq!(place.start, 0);
    }
}
