//! TensorBoard's event files.
//!
//! A file is a sequence of records (`tensorflow/core/lib/io/record_writer.cc`): the length as u64,
//! its masked CRC-32C, the bytes, their masked CRC-32C, little endian. The bytes are an `Event`
//! message (`tensorflow/core/util/event.proto`), of which these fields are written: `wall_time`
//! (1, double), `step` (2, varint), `file_version` (3), `summary` (5) of values with `tag` (1) and
//! `simple_value` (2, float), and `session_log` (7) with `status` (1).

use crate::lines::Appender;
use angora_core::CycleReport;
use std::fs::{self, File};
use std::io;
use std::path::Path;

const WALL_TIME: u8 = 1;
const STEP: u8 = 2;
const FILE_VERSION: u8 = 3;
const SUMMARY: u8 = 5;
const SESSION_LOG: u8 = 7;

/// `SessionLog.START`: readers forget what earlier files have from this step on.
const START: u64 = 1;

/// Wire types of Protocol Buffers.
const VARINT: u8 = 0;
const EIGHT_BYTES: u8 = 1;
const BYTES: u8 = 2;
const FOUR_BYTES: u8 = 5;

/// Metrics that an event has already, and a float cannot hold.
const LEFT_OUT: &str = "time/unix_secs";

/// Writes the metrics of a segment of a run; the step is the number of control steps.
#[derive(Debug)]
pub struct TensorBoard {
    records: Appender,
    /// A message and its parts, kept for their memory.
    event: Vec<u8>,
    summary: Vec<u8>,
    value: Vec<u8>,
}

impl TensorBoard {
    /// A new file in the folder, for what comes after `steps` control steps at `wall_time` (s
    /// since 1970).
    ///
    /// # Errors
    /// The file system says no.
    pub fn create(folder: &Path, steps: u64, wall_time: f64) -> io::Result<Self> {
        angora_core::file::make_folder(folder)?;
        let name = file_name(folder, wall_time as u64)?;
        let mut sink = Self {
            records: Appender::new(File::create_new(folder.join(name))?),
            event: Vec::new(),
            summary: Vec::new(),
            value: Vec::new(),
        };
        sink.begin(wall_time, 0);
        put_bytes(&mut sink.event, FILE_VERSION, b"brain.Event:2");
        sink.record()?;
        sink.begin(wall_time, steps + 1);
        put_bytes(&mut sink.event, SESSION_LOG, &[key(1, VARINT), START as u8]);
        sink.record()?;
        Ok(sink)
    }

    /// Writes a cycle, done at `wall_time` (s since 1970).
    ///
    /// # Errors
    /// I/O error; the record is kept and written before the next one.
    pub fn write(&mut self, report: &CycleReport, wall_time: f64) -> io::Result<()> {
        self.begin(wall_time, report.total_steps);
        self.summary.clear();
        for metric in report.metrics.iter().filter(|m| m.name != LEFT_OUT) {
            self.value.clear();
            put_bytes(&mut self.value, 1, metric.name.as_bytes());
            self.value.push(key(2, FOUR_BYTES));
            let value = metric.value as f32;
            self.value.extend_from_slice(&value.to_le_bytes());
            put_bytes(&mut self.summary, 1, &self.value);
        }
        put_bytes(&mut self.event, SUMMARY, &self.summary);
        self.record()
    }

    fn begin(&mut self, wall_time: f64, step: u64) {
        self.event.clear();
        self.event.push(key(WALL_TIME, EIGHT_BYTES));
        self.event.extend_from_slice(&wall_time.to_le_bytes());
        self.event.push(key(STEP, VARINT));
        put_varint(&mut self.event, step);
    }

    /// Writes the event as one record, at once: what a killed run leaves is whole but for its end.
    fn record(&mut self) -> io::Result<()> {
        let len = (self.event.len() as u64).to_le_bytes();
        let mut record = Vec::with_capacity(self.event.len() + 16);
        record.extend_from_slice(&len);
        record.extend_from_slice(&masked_crc(&len).to_le_bytes());
        record.extend_from_slice(&self.event);
        record.extend_from_slice(&masked_crc(&self.event).to_le_bytes());
        self.records.append(&record)
    }
}

/// A name after those of the files that are there: readers take them in the order of names.
fn file_name(folder: &Path, now: u64) -> io::Result<String> {
    let mut secs = now;
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let began = name.to_string_lossy();
        let began = began.split('.').nth(3).and_then(|n| n.parse::<u64>().ok());
        secs = secs.max(began.map_or(0, |began| began + 1));
    }
    let (host, pid) = (crate::process::host(), std::process::id());
    Ok(format!("events.out.tfevents.{secs:010}.{host}.{pid}"))
}

/// As TensorFlow masks the checksum of data that may hold checksums.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

fn key(field: u8, wire_type: u8) -> u8 {
    field << 3 | wire_type
}

fn put_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(key(field, BYTES));
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `((crc >> 15) | (crc << 17)) + 0xa282ead8` of the CRC-32C of the empty string, 0, and of
    /// "123456789", 0xe3069283 (the check value of its catalogue entry).
    #[test]
    fn checksums_are_masked_as_tensorflow_does() {
        assert_eq!(masked_crc(b""), 0xa282_ead8);
        assert_eq!(masked_crc(b"123456789"), 0xc78a_b0e5);
    }

    /// Protocol Buffers' documentation: 150 is `96 01`.
    #[test]
    fn varints_have_seven_bits_a_byte() {
        let mut out = Vec::new();
        [0, 127, 150].iter().for_each(|n| put_varint(&mut out, *n));
        assert_eq!(out, [0, 127, 0x96, 1]);
    }

    #[test]
    fn files_are_named_in_the_order_in_which_they_were_begun() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = || {
            let entries = fs::read_dir(folder.path()).expect("reads");
            let mut names: Vec<String> = entries
                .map(|e| {
                    e.expect("an entry")
                        .file_name()
                        .to_string_lossy()
                        .into_owned()
                })
                .collect();
            names.sort();
            names
        };
        // Within one second, and by a clock that was set back.
        for wall_time in [1_700_000_000.2, 1_700_000_000.7, 1_600_000_000.0] {
            let before = names();
            TensorBoard::create(folder.path(), 0, wall_time).expect("creates");
            let after = names();
            assert_eq!(after[..before.len()], before, "the new one is the last");
        }
        assert!(names()[2].starts_with("events.out.tfevents.1700000002."));
    }
}
