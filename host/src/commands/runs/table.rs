//! Runs as a table.

use super::Row;
use angora_monitor::numbers::{short, thousands};
use console::{Alignment, Term, measure_text_width, pad_str, truncate_str};
use std::io::IsTerminal;

/// Heading and alignment of a column, and what it shows of a run. What matters most comes first: a
/// terminal that is too narrow does not show the end.
type Column = (&'static str, Alignment, fn(&Row) -> String);

const COLUMNS: [Column; 10] = [
    ("run", Alignment::Left, |row| row.id.clone()),
    ("state", Alignment::Left, state),
    ("cycle", Alignment::Right, |row| {
        format!("{}/{}", row.cycle, row.cycles)
    }),
    ("return", Alignment::Right, |row| number(row.mean_return)),
    ("best", Alignment::Right, |row| number(row.best_return)),
    ("steps", Alignment::Right, |row| thousands(row.steps)),
    ("began (UTC)", Alignment::Left, began),
    ("task", Alignment::Left, |row| row.task.clone()),
    ("brain", Alignment::Left, |row| row.brain.clone()),
    ("tags", Alignment::Left, |row| row.tags.join(", ")),
];

/// The table, a line a run, no wider than the terminal that it is printed on.
pub fn table(rows: &[Row]) -> String {
    let terminal = Term::stdout();
    let is_terminal = std::io::stdout().is_terminal();
    let width = is_terminal.then(|| usize::from(terminal.size().1));
    lines(rows, width)
}

fn lines(rows: &[Row], width: Option<usize>) -> String {
    let mut lines = vec![String::new(); rows.len() + 1];
    for (heading, alignment, show) in COLUMNS {
        let mut cells = vec![heading.to_owned()];
        cells.extend(rows.iter().map(show));
        let widest = cells.iter().map(|cell| measure_text_width(cell)).max();
        for (line, cell) in lines.iter_mut().zip(&cells) {
            if !line.is_empty() {
                line.push_str("  ");
            }
            line.push_str(&pad_str(cell, widest.unwrap_or(0), alignment, None));
        }
    }
    let mut text = String::new();
    for line in &lines {
        let line = line.trim_end();
        match width {
            Some(width) => text.push_str(&truncate_str(line, width, "…")),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

fn state(row: &Row) -> String {
    let trash = if row.trashed { ", in the trash" } else { "" };
    format!("{}{trash}", row.state.name())
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), short)
}

/// To the minute.
fn began(row: &Row) -> String {
    let time = row.began.as_deref().unwrap_or("-");
    let minute = time.get(..16).unwrap_or(time);
    minute.replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_monitor::RunState;

    #[test]
    fn columns_are_as_wide_as_they_must_be_and_lines_as_the_terminal() {
        let row = Row {
            id: "reach-1".into(),
            task: "Reach-v1".into(),
            brain: "simple".into(),
            seed: 1,
            state: RunState::Running,
            end: None,
            began: Some("2026-01-02T03:04:05.678Z".into()),
            cycle: 5,
            cycles: 60,
            steps: 10_240,
            mean_return: None,
            best_return: Some(123.45),
            success_rate: None,
            tags: vec!["paper".into(), "seeds".into()],
            trashed: false,
            folder: "runs/reach-1".into(),
            warnings: Vec::new(),
        };
        let other = Row {
            id: "a".into(),
            steps: 7,
            state: RunState::Killed,
            tags: Vec::new(),
            ..row.clone()
        };
        assert_eq!(
            lines(&[row.clone(), other], None),
            "run      state    cycle  return   best   steps  began (UTC)       task      brain   tags\n\
             reach-1  running   5/60       -  123.5  10,240  2026-01-02 03:04  Reach-v1  simple  paper, seeds\n\
             a        killed    5/60       -  123.5       7  2026-01-02 03:04  Reach-v1  simple\n"
        );
        let narrow = lines(&[row], Some(20));
        assert_eq!(narrow, "run      state    c…\nreach-1  running   …\n");
    }
}
