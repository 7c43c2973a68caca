//! Columns of one run's metrics.

use crate::jsonl::{Flaws, Inspection};
use crate::reading::line::{self, Head, Sink};

const STEPS: &str = "time/total_timesteps";
const ELAPSED: &str = "time/time_elapsed";

/// What a curve is drawn over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Control steps.
    Steps,
    /// Cycles.
    Cycles,
    /// Seconds of training, over all segments.
    Time,
}

impl Axis {
    /// All, with their names.
    pub const ALL: [(&'static str, Self); 3] = [
        ("steps", Self::Steps),
        ("cycles", Self::Cycles),
        ("time", Self::Time),
    ];

    /// Its unit.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Steps => "control steps",
            Self::Cycles => "cycles",
            Self::Time => "s",
        }
    }
}

/// A row a cycle; a value that is missing is NaN. Cycles increase strictly.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Cycle of each row.
    pub cycles: Vec<f64>,
    /// How often the run had been resumed.
    pub segments: Vec<u32>,
    /// Control steps.
    pub steps: Vec<f64>,
    /// Seconds of training, summed over segments.
    pub seconds: Vec<f64>,
    /// Seconds of training before the segment of the last row.
    before_segment: f64,
    columns: Vec<Column>,
    inspection: Inspection,
    reader: RowReader,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    slot: usize,
    values: Vec<f64>,
}

impl Columns {
    /// Columns with these metrics.
    pub fn of<'n>(metrics: impl IntoIterator<Item = &'n str>) -> Self {
        let mut wanted = vec![STEPS.to_owned(), ELAPSED.to_owned()];
        let mut columns: Vec<Column> = Vec::new();
        for name in metrics {
            if columns.iter().any(|column| column.name == name) {
                continue;
            }
            let known = wanted.iter().position(|n| n == name);
            let slot = known.unwrap_or_else(|| {
                wanted.push(name.to_owned());
                wanted.len() - 1
            });
            columns.push(Column {
                name: name.to_owned(),
                slot,
                values: Vec::new(),
            });
        }
        Self {
            cycles: Vec::new(),
            segments: Vec::new(),
            steps: Vec::new(),
            seconds: Vec::new(),
            before_segment: 0.0,
            columns,
            inspection: Inspection::default(),
            reader: RowReader {
                values: vec![f64::NAN; wanted.len()],
                wanted,
                order: Vec::new(),
                next: 0,
            },
        }
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.cycles.len()
    }

    /// The values of a metric.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&[f64]> {
        let column = self.columns.iter().find(|column| column.name == name)?;
        Some(&column.values)
    }

    /// Metrics that have been read.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Metrics that any row has, read or not.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.reader.order.iter().map(|(name, _)| name.as_str())
    }

    /// What a curve is drawn over.
    #[must_use]
    pub fn axis(&self, axis: Axis) -> &[f64] {
        match axis {
            Axis::Steps => &self.steps,
            Axis::Cycles => &self.cycles,
            Axis::Time => &self.seconds,
        }
    }

    /// Bytes that it takes, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let row = (3 + self.columns.len()) * size_of::<f64>() + size_of::<u32>();
        let names: usize = self.names().map(|name| name.len() + 48).sum();
        self.cycles.capacity() * row + names + 1_024
    }

    /// Gives back memory that was set aside for growth.
    pub fn shrink(&mut self) {
        self.cycles.shrink_to_fit();
        self.segments.shrink_to_fit();
        self.steps.shrink_to_fit();
        self.seconds.shrink_to_fit();
        for column in &mut self.columns {
            column.values.shrink_to_fit();
        }
    }

    /// What is wrong with the lines.
    #[must_use]
    pub fn flaws(&self) -> &Flaws {
        self.inspection.flaws()
    }

    /// Takes a line; one that is not ours or damaged is passed over.
    pub fn push(&mut self, line: &[u8]) {
        if !self.inspection.line(line) {
            return;
        }
        self.reader.begin();
        let Some(head) = line::read(line, &mut self.reader) else {
            return;
        };
        self.cut_from(head.cycle as f64);
        let (steps, elapsed) = (self.reader.values[0], self.reader.values[1]);
        self.push_axes(head, steps, elapsed);
        for column in &mut self.columns {
            column.values.push(self.reader.values[column.slot]);
        }
    }

    /// A cycle that is written again replaces itself and what came after it.
    fn cut_from(&mut self, cycle: f64) {
        if self.cycles.last().is_none_or(|last| *last < cycle) {
            return;
        }
        let keep = self.cycles.partition_point(|c| *c < cycle);
        self.cycles.truncate(keep);
        self.segments.truncate(keep);
        self.steps.truncate(keep);
        self.seconds.truncate(keep);
        for column in &mut self.columns {
            column.values.truncate(keep);
        }
    }

    fn push_axes(&mut self, head: Head, steps: f64, elapsed: f64) {
        let segment = u32::try_from(head.segment).unwrap_or(u32::MAX);
        let last = |column: &[f64]| column.last().copied().unwrap_or(0.0);
        if self.segments.last() != Some(&segment) {
            self.before_segment = last(&self.seconds);
        }
        // Neither axis ever goes backwards; a value that is missing stands still.
        let seconds = (self.before_segment + elapsed).max(last(&self.seconds));
        let steps = steps.max(last(&self.steps));
        self.cycles.push(head.cycle as f64);
        self.segments.push(segment);
        self.steps.push(steps);
        self.seconds.push(seconds);
    }
}

/// Finds the wanted values of a line. Lines name their metrics in nearly the same order each time,
/// so that one comparison a name is enough.
#[derive(Debug, Clone)]
struct RowReader {
    wanted: Vec<String>,
    values: Vec<f64>,
    /// All names that were met, with the place of their value.
    order: Vec<(String, Option<usize>)>,
    next: usize,
}

impl RowReader {
    fn begin(&mut self) {
        self.values.fill(f64::NAN);
        self.next = 0;
    }
}

impl Sink for RowReader {
    fn slot(&mut self, name: &str) -> Option<usize> {
        let (before, after) = self.order.split_at(self.next);
        let found = after.iter().position(|(n, _)| n == name);
        let at = found
            .map(|i| self.next + i)
            .or_else(|| before.iter().position(|(n, _)| n == name))
            .unwrap_or_else(|| {
                let slot = self.wanted.iter().position(|n| n == name);
                self.order.push((name.to_owned(), slot));
                self.order.len() - 1
            });
        self.next = at + 1;
        self.order[at].1
    }

    fn put(&mut self, slot: usize, value: f64) {
        self.values[slot] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(lines: &[&str]) -> Columns {
        let mut columns = Columns::of(["a", STEPS]);
        for line in lines {
            columns.push(line.as_bytes());
        }
        columns
    }

    #[test]
    fn missing_values_are_missing_wherever_they_stand() {
        let columns = columns(&[
            r#"{"cycle":1,"b":1,"a":0.5,"time/total_timesteps":10}"#,
            r#"{"cycle":2,"time/total_timesteps":20,"b":null}"#,
            r#"{"cycle":3,"a":1.5}"#,
            r#"{"cycle":4,"a":"#,
        ]);
        assert_eq!(columns.rows(), 3);
        let a = columns.metric("a").expect("is read");
        assert_eq!((a[0], a[1].is_nan(), a[2]), (0.5, true, 1.5));
        assert_eq!(columns.steps, [10.0, 20.0, 20.0]);
        assert!(columns.metric(STEPS).expect("is read")[2].is_nan());
        let names: Vec<&str> = columns.names().collect();
        assert_eq!(names, ["b", "a", STEPS]);
    }

    #[test]
    fn seconds_go_on_over_segments() {
        let columns = columns(&[
            r#"{"cycle":1,"segment":0,"time/time_elapsed":2}"#,
            r#"{"cycle":2,"segment":0,"time/time_elapsed":4}"#,
            r#"{"cycle":3,"segment":1,"time/time_elapsed":1}"#,
            r#"{"cycle":4,"segment":1,"time/time_elapsed":2.5}"#,
        ]);
        assert_eq!(columns.seconds, [2.0, 4.0, 5.0, 6.5]);
    }

    #[test]
    fn a_cycle_written_again_replaces_what_came_after_it() {
        let columns = columns(&[
            r#"{"cycle":1,"a":1}"#,
            r#"{"cycle":2,"a":2}"#,
            r#"{"cycle":3,"a":3}"#,
            r#"{"cycle":2,"segment":1,"a":9}"#,
        ]);
        assert_eq!(columns.cycles, [1.0, 2.0]);
        assert_eq!(columns.metric("a").expect("is read"), [1.0, 9.0]);
    }

    #[test]
    fn damage_and_gaps_are_named_and_left_out() {
        let whole = [
            r#"{"cycle":1,"segment":0,"a":1}"#,
            r#"{"cycle":2,"segment":0,"a":2,"crc32c":"00000000"}"#,
            r#"{"cycle":4,"segment":0,"a":4}"#,
        ];
        let mut columns = Columns::of(["a"]);
        whole.iter().for_each(|line| columns.push(line.as_bytes()));
        assert_eq!(columns.metric("a"), Some(&[1.0, 4.0][..]));
        assert_eq!(
            columns.flaws().sentence("metrics.jsonl").as_deref(),
            Some("metrics.jsonl: line 2 is damaged; cycles 2 to 3 are missing before line 3")
        );
        assert!(columns.names().all(|name| name != "crc32c"));
    }
}
