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
