//! `metrics.jsonl`: one JSON object a cycle.

use crate::backwards;
use angora_core::CycleReport;
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Appends a line a cycle. Each line holds `cycle`, `segment` (how often the run was resumed) and
/// the metrics by name.
#[derive(Debug)]
pub struct Jsonl {
    file: File,
    segment: u64,
}

impl Jsonl {
    /// Opens the file of a run that has done `cycle` cycles; lines after that, which a killed run
    /// left behind, are removed first.
    ///
    /// # Errors
    /// The file system says no.
    pub fn open(path: &Path, cycle: u64) -> io::Result<Self> {
        let mut segment = 0;
        if path.exists() {
            let mut kept = Vec::new();
            for line in BufReader::new(File::open(path)?).lines() {
                let line = line?;
                // A line that was cut off is the last one, of a cycle that is not done.
                let Ok(value) = serde_json::from_str::<Value>(&line) else {
                    continue;
                };
                if value["cycle"].as_u64().is_some_and(|c| c <= cycle) {
                    segment = value["segment"].as_u64().unwrap_or(0) + 1;
                    kept.extend_from_slice(line.as_bytes());
                    kept.push(b'\n');
                }
            }
            angora_core::file::write(path, &kept)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file, segment })
    }

    /// How often the run was resumed, by the lines that were there.
    #[must_use]
    pub fn segment(&self) -> u64 {
        self.segment
    }

    /// How often it was, for what knows better.
    pub fn set_segment(&mut self, segment: u64) {
        self.segment = segment;
    }

    /// Writes the line of a cycle.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write(&mut self, report: &CycleReport) -> io::Result<()> {
        let mut line = Map::new();
        line.insert("cycle".into(), report.cycle.into());
        line.insert("segment".into(), self.segment.into());
        for metric in &report.metrics {
            line.insert(metric.name.clone(), metric.value.into());
        }
        let mut text = serde_json::to_vec(&Value::Object(line))?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

/// The last line of the metrics of a run, where there is one.
#[must_use]
pub fn last_line(path: &Path) -> Option<Map<String, Value>> {
    let line = backwards::find(path, |line| serde_json::from_slice(line).ok());
    line.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_after_the_checkpoint_are_removed_and_the_segment_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("metrics.jsonl");
        let mut sink = Jsonl::open(&path, 0).expect("opens");
        for cycle in 1..=3 {
            let mut report = CycleReport {
                cycle,
                ..CycleReport::default()
            };
            report.push("train/loss", 0.5);
            sink.write(&report).expect("writes");
        }
        let mut file = OpenOptions::new().append(true).open(&path).expect("opens");
        file.write_all(b"{\"cycle\":4,\"seg").expect("a cut line");
        let mut sink = Jsonl::open(&path, 2).expect("opens again");
        sink.write(&CycleReport {
            cycle: 3,
            ..CycleReport::default()
        })
        .expect("writes");
        let text = std::fs::read_to_string(&path).expect("reads");
        assert_eq!(
            text,
            "{\"cycle\":1,\"segment\":0,\"train/loss\":0.5}\n\
             {\"cycle\":2,\"segment\":0,\"train/loss\":0.5}\n\
             {\"cycle\":3,\"segment\":1}\n"
        );
        let last = last_line(&path).expect("there is one");
        assert_eq!((&last["cycle"], &last["segment"]), (&3.into(), &1.into()));
    }
}
