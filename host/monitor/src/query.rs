//! The filter language: `task:Reach* return>5 state:running set:ppo.learning_rate=3e-4`.

pub mod field;
mod parse;
pub mod value;

pub use field::Field;
pub use value::Value;

use crate::index::Summary;
use ::glob::{MatchOptions, Pattern};
use field::Kind;

/// A filter: all of its terms must hold.
#[derive(Debug, Default)]
pub struct Query {
    terms: Vec<Term>,
    /// Whether it asks for runs in the trash.
    pub wants_trash: bool,
}

/// A query that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong, and what was expected.
    pub message: String,
    /// Bytes of the query that are wrong.
    pub start: usize,
    /// After them.
    pub end: usize,
}

#[derive(Debug)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug)]
enum Test {
    /// Part of something that names the run.
    Word(String),
    /// One of the patterns.
    Text(Field, Vec<Pattern>),
    /// Within one of the ranges.
    Number(Field, Vec<Range>),
    Is(Flag),
}

/// Bounds with whether they belong to the range.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    low: (f64, bool),
    high: (f64, bool),
}

impl Range {
    fn holds(&self, value: f64) -> bool {
        let above = value > self.low.0 || (self.low.1 && close(value, self.low.0));
        let below = value < self.high.0 || (self.high.1 && close(value, self.high.0));
        let apart = |bound: (f64, bool)| bound.1 || !close(value, bound.0);
        above && below && apart(self.low) && apart(self.high)
    }
}

/// Equal up to what is lost when a number is written in single precision.
fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-6 * a.abs().max(b.abs())
}

#[derive(Debug, Clone, Copy)]
enum Flag {
    Trashed,
    Bookmarked,
    Resumed,
    Damaged,
}

const FLAGS: [(&str, Flag); 4] = [
    ("trashed", Flag::Trashed),
    ("bookmarked", Flag::Bookmarked),
    ("resumed", Flag::Resumed),
    ("damaged", Flag::Damaged),
];

impl Query {
    /// Reads a query; `now_ms` is what relative times refer to.
    ///
    /// # Errors
    /// The first term that cannot be read.
    pub fn parse(text: &str, now_ms: i64) -> Result<Self, QueryError> {
        parse::query(text, now_ms)
    }

    /// Whether a run is one of those asked for.
    #[must_use]
    pub fn matches(&self, run: &Summary) -> bool {
        self.terms
            .iter()
            .all(|term| term.test.holds(run) != term.negated)
    }
}

impl Test {
    fn holds(&self, run: &Summary) -> bool {
        match self {
            Self::Word(word) => names_of(run).any(|name| contains(name, word)),
            Self::Text(field, patterns) => match field.of(run) {
                Value::None => false,
                Value::Number(number) => {
                    let number = number.to_string();
                    patterns.iter().any(|pattern| glob(pattern, &number))
                }
                Value::Text(text) => patterns.iter().any(|pattern| glob(pattern, &text)),
                Value::Texts(texts) => texts
                    .iter()
                    .any(|text| patterns.iter().any(|pattern| glob(pattern, text))),
            },
            Self::Number(field, ranges) => match field.of(run) {
                Value::Number(number) => ranges.iter().any(|range| range.holds(number)),
                _ => false,
            },
            Self::Is(flag) => match flag {
                Flag::Trashed => run.marks.trashed,
                Flag::Bookmarked => run.marks.bookmarked,
                Flag::Resumed => run.segments > 1,
                Flag::Damaged => !run.facts.problems.is_empty(),
            },
        }
    }
}

fn names_of(run: &Summary) -> impl Iterator<Item = &str> {
    let marks = &run.marks;
    [
        Some(run.key.as_str()),
        marks.title.as_deref(),
        run.facts.text("task"),
        run.facts.text("body"),
        run.facts.text("brain"),
        marks.group.as_deref(),
        Some(marks.note.as_str()),
    ]
    .into_iter()
    .flatten()
    .chain(marks.tags.iter().map(String::as_str))
}

fn contains(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(word)
}

/// Whether a text is what a pattern says, whatever its case.
pub(crate) fn glob(pattern: &Pattern, text: &str) -> bool {
    let options = MatchOptions {
        case_sensitive: false,
        ..MatchOptions::default()
    };
    pattern.matches_with(text, options)
}

/// Whether a field is compared as a number, given what a term says of it.
fn numeric(field: &Field) -> bool {
    matches!(field.kind(), Kind::Number | Kind::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_know_their_ends() {
        let range = |low, high| Range { low, high };
        let above = range((5.0, false), (f64::INFINITY, true));
        assert!(above.holds(5.1) && !above.holds(5.0) && !above.holds(4.0));
        let within = range((1.0, true), (5.0, true));
        assert!(within.holds(1.0) && within.holds(5.0) && !within.holds(5.1));
        let equal = range((3e-4, true), (3e-4, true));
        assert!(equal.holds(f64::from(3e-4_f32)) && !equal.holds(3.1e-4));
    }
}
