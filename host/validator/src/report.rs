//! What all checks of a plugin have found, for people and programs.

use crate::bench::Subject;
use crate::check;
use crate::finding::{Figure, Finding, Status};
use angora_loader::FoundPlugin;
use serde::Serialize;
use std::fmt::Write;

/// One check of one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Id of the check.
    pub check: String,
    /// What was checked.
    #[serde(flatten)]
    pub of: Subject,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
}

/// All checks of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Name of the plugin.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The contract that it was built against.
    pub contract: String,
    /// The file.
    pub file: String,
    /// Digest of the file.
    pub digest: String,
    /// Whether nothing failed or crashed.
    pub conforms: bool,
    /// What was found.
    pub checks: Vec<Entry>,
}

impl Report {
    pub(crate) fn new(plugin: &FoundPlugin, checks: Vec<Entry>) -> Self {
        Self {
            plugin: plugin.manifest.name.clone(),
            version: plugin.manifest.version.to_string(),
            contract: plugin.manifest.contract.to_string(),
            file: plugin.path.display().to_string(),
            digest: plugin.digest.clone(),
            conforms: !checks.iter().any(|entry| entry.finding.status.is_bad()),
            checks,
        }
    }

    /// How many checks ended so.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        let ended = |entry: &&Entry| entry.finding.status == status;
        self.checks.iter().filter(ended).count()
    }

    /// `14 passed, 1 warning`.
    #[must_use]
    pub fn summary(&self) -> String {
        let counts: Vec<String> = Status::ALL
            .iter()
            .map(|status| (self.count(*status), status.name()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        counts.join(", ")
    }

    /// For a terminal; without those that passed if only the others are wanted.
    #[must_use]
    pub fn text(&self, all: bool) -> String {
        let mut text = format!("{} {} ({})\n", self.plugin, self.version, self.file);
        let mut last = None;
        for entry in &self.checks {
            let finding = &entry.finding;
            if !all && finding.status == Status::Passed {
                continue;
            }
            if last.as_ref() != Some(&entry.of) {
                let _ = writeln!(text, "{}", entry.of);
                last = Some(entry.of.clone());
            }
            let figures: Vec<String> = finding.figures.iter().map(shown).collect();
            let mut words = vec![finding.message.clone(), figures.join(", ")];
            words.retain(|word| !word.is_empty());
            let line = format!(
                "  {:<8} {:<26} {}",
                finding.status.name(),
                entry.check,
                words.join("; ")
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let _ = writeln!(text, "{}", self.summary());
        text
    }

    /// For a README: what a rerun gives again on any machine, so without figures, and without the
    /// checks that measure time.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut subjects: Vec<&Subject> = Vec::new();
        let mut ids: Vec<&str> = Vec::new();
        let timed = |entry: &&Entry| check::find(&entry.check).is_some_and(|check| check.alone);
        for entry in self.checks.iter().filter(|entry| !timed(entry)) {
            if !subjects.contains(&&entry.of) {
                subjects.push(&entry.of);
            }
            if !ids.contains(&entry.check.as_str()) {
                ids.push(&entry.check);
            }
        }
        let mut notes: Vec<String> = Vec::new();
        let mut text = String::from("| check |");
        for subject in &subjects {
            let _ = write!(text, " {subject} |");
        }
        let _ = write!(text, "\n| --- |{}\n", " --- |".repeat(subjects.len()));
        for id in ids {
            let about = check::find(id).map_or("", |check| check.about);
            let _ = write!(text, "| `{id}`: {about} |");
            for subject in &subjects {
                let entry = self
                    .checks
                    .iter()
                    .find(|e| e.check == id && e.of == **subject);
                let _ = write!(
                    text,
                    " {} |",
                    entry.map_or_else(String::new, |entry| { cell(&entry.finding, &mut notes) })
                );
            }
            text.push('\n');
        }
        if !notes.is_empty() {
            text.push('\n');
        }
        for (at, note) in notes.iter().enumerate() {
            let _ = writeln!(text, "{}. {note}", at + 1);
        }
        text
    }
}

/// A status with the number of its note.
fn cell(finding: &Finding, notes: &mut Vec<String>) -> String {
    if finding.message.is_empty() {
        return finding.status.name().to_owned();
    }
    let at = notes.iter().position(|note| *note == finding.message);
    let at = at.unwrap_or_else(|| {
        notes.push(finding.message.clone());
        notes.len() - 1
    });
    format!("{} ({})", finding.status.name(), at + 1)
}

fn shown(figure: &Figure) -> String {
    let Figure { name, value, unit } = figure;
    let number = if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value}")
    } else {
        // Three digits are more than a measurement is worth.
        let digits = 2 - value.abs().log10().floor() as i32;
        format!("{value:.*}", usize::try_from(digits).unwrap_or(0))
    };
    format!("{name} {number} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        let shown = |value| {
            super::shown(&Figure {
                name: "x".into(),
                value,
                unit: "us".into(),
            })
        };
        assert_eq!(shown(0.123_456), "x 0.123 us");
        assert_eq!(shown(12.345), "x 12.3 us");
        assert_eq!(shown(12_345.6), "x 12346 us");
        assert_eq!(shown(7.0), "x 7 us");
    }
}
