//! Files that grow at their end.

use std::fs::File;
use std::io::{self, Write};

/// Appends to a file. What cannot be written now is kept and written first the next time, from
/// where it broke off: after a disk was full for a while the file has everything.
#[derive(Debug)]
pub struct Appender {
    file: File,
    kept: Vec<u8>,
    dropped: bool,
}

/// Most bytes that are kept; later ones are dropped until there is room again.
const MOST_KEPT: usize = 64 << 20;

impl Appender {
    /// Of a file that is open for appending.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self {
            file,
            kept: Vec::new(),
            dropped: false,
        }
    }

    /// Writes bytes that belong together: a line, a record.
    ///
    /// # Errors
    /// I/O error; the rest is kept for the next call.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        // What is dropped is whole: the file goes on with the next line or record.
        self.dropped |= self.kept.len() + bytes.len() > MOST_KEPT;
        if !self.dropped {
            self.kept.extend_from_slice(bytes);
        }
        self.catch_up()
    }

    /// Writes what was kept.
    ///
    /// # Errors
    /// I/O error; the rest stays for the next call.
    pub fn catch_up(&mut self) -> io::Result<()> {
        let mut written = 0;
        let outcome = loop {
            if written == self.kept.len() {
                break Ok(());
            }
            match self.file.write(&self.kept[written..]) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => written += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.kept.drain(..written);
        self.dropped &= outcome.is_err();
        outcome
    }

    /// Writes what was kept and waits until the disk has it.
    ///
    /// # Errors
    /// As [`catch_up`](Self::catch_up).
    pub fn sync(&mut self) -> io::Result<()> {
        self.catch_up()?;
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;

    /// A pipe that is full is a disk that is: it takes a part, then nothing, then the rest.
    #[test]
    fn what_was_refused_is_written_later_and_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RWXU,
            0,
        )
        .expect("a pipe");
        let both = OpenOptions::new().read(true).write(true).open(&path);
        let mut both = both.expect("opens");
        let flags = rustix::fs::fcntl_getfl(&both).expect("flags");
        rustix::fs::fcntl_setfl(&both, flags | rustix::fs::OFlags::NONBLOCK).expect("set");
        let mut appender = Appender::new(both.try_clone().expect("a second handle"));
        let mut wanted = Vec::new();
        let mut refused = 0;
        for n in 0_u32..4 {
            let line = vec![u8::try_from(n).expect("small"); 40_000];
            wanted.extend_from_slice(&line);
            refused += u32::from(appender.append(&line).is_err());
        }
        assert!(refused > 0, "it was never full");
        let mut got = Vec::new();
        while got.len() < wanted.len() {
            let mut buffer = vec![0; 1 << 16];
            let n = io::Read::read(&mut both, &mut buffer).unwrap_or(0);
            got.extend_from_slice(&buffer[..n]);
            // Whether it can write all at once is the pipe's affair.
            let _ = appender.catch_up();
        }
        assert!(got == wanted, "the bytes are others");
    }
}
