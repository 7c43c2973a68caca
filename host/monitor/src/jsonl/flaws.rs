//! What is wrong with a `metrics.jsonl`.

use super::check::{Soundness, soundness};
use serde::Deserialize;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// Something that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A line is not as it was written.
    Damaged {
        /// Number of the line, from 1.
        line: u64,
    },
    /// Cycles have no line.
    Gap {
        /// The line before which they are missing, from 1.
        line: u64,
        /// First missing cycle.
        first: u64,
        /// Last missing cycle.
        last: u64,
    },
    /// A line is of an earlier cycle than the one before it, or of the same one.
    Back {
        /// Number of the line, from 1.
        line: u64,
        /// Its cycle.
        cycle: u64,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { line } => write!(f, "line {line} is damaged"),
            Self::Gap { line, first, last } if first == last => {
                write!(f, "cycle {first} is missing before line {line}")
            }
            Self::Gap { line, first, last } => {
                write!(f, "cycles {first} to {last} are missing before line {line}")
            }
            Self::Back { line, cycle } => write!(f, "line {line} goes back to cycle {cycle}"),
        }
    }
}

/// All that is wrong with a file: the first flaws, and the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flaws {
    /// The first ones.
    pub first: Vec<Flaw>,
    /// How many there are in all.
    pub count: u64,
}

impl Flaws {
    /// Flaws that are named.
    const NAMED: usize = 3;

    fn add(&mut self, flaw: Flaw) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(flaw);
        }
    }

    /// In one sentence that begins with the file's name; `None` if nothing is wrong.
    #[must_use]
    pub fn sentence(&self, file: &str) -> Option<String> {
        let named: Vec<String> = self.first.iter().map(ToString::to_string).collect();
        let more = self.count - self.first.len() as u64;
        let more = if more > 0 {
            format!("; and {more} more")
        } else {
            String::new()
        };
        (self.count > 0).then(|| format!("{file}: {}{more}", named.join("; ")))
    }
}

/// Looks at lines in their order.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    flaws: Flaws,
    line: u64,
    cycle: u64,
    /// Whether a line before had a check; from there on all have.
    checked: bool,
}

#[derive(Deserialize)]
struct Head {
    cycle: u64,
}

impl Inspection {
    /// Looks at the next whole line, without its end; says whether it is as it was written.
    pub fn line(&mut self, line: &[u8]) -> bool {
        self.line += 1;
        let sound = soundness(line);
        self.checked |= sound == Soundness::Sound;
        let whole = match sound {
            Soundness::Sound => true,
            Soundness::Unchecked => !self.checked,
            Soundness::Damaged => false,
        };
        let cycle = cycle_of(line).filter(|_| whole);
        let Some(cycle) = cycle else {
            self.flaws.add(Flaw::Damaged { line: self.line });
            return false;
        };
        let (line, next) = (self.line, self.cycle + 1);
        if cycle > next {
            let (first, last) = (next, cycle - 1);
            self.flaws.add(Flaw::Gap { line, first, last });
        } else if cycle < next {
            self.flaws.add(Flaw::Back { line, cycle });
        }
        self.cycle = cycle;
        true
    }

    /// What was wrong until now.
    #[must_use]
    pub fn flaws(&self) -> &Flaws {
        &self.flaws
    }
}

/// The cycle of a line, which its writer puts first.
fn cycle_of(line: &[u8]) -> Option<u64> {
    let quick = line.strip_prefix(b"{\"cycle\":").and_then(|rest| {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let sound = soundness(line) == Soundness::Sound;
        let digits = std::str::from_utf8(&rest[..digits]).ok()?;
        digits.parse().ok().filter(|_| sound)
    });
    // Without a check, only the whole line tells whether it is one.
    quick.or_else(|| Some(serde_json::from_slice::<Head>(line).ok()?.cycle))
}

/// Looks at all whole lines of a file; one that is not there has nothing wrong. The memory that it
/// takes is that of the longest line.
///
/// # Errors
/// The file cannot be read.
pub fn inspect(path: &Path) -> io::Result<Flaws> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Flaws::default()),
        file => file?,
    };
    let (mut reader, mut line) = (BufReader::with_capacity(1 << 16, file), Vec::new());
    let mut inspection = Inspection::default();
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line)?;
        // A last line without an end is still being written.
        if line.pop() != Some(b'\n') {
            return Ok(inspection.flaws);
        }
        inspection.line(&line);
    }
}
