//! From the text of a filter to its terms.

use super::{FLAGS, Query, QueryError, Range, Term, Test, numeric};
use crate::query::field::{Field, Kind};
use angora_core::suggest;
use glob::Pattern;
use jiff::tz::TimeZone;

const OPERATORS: [&str; 7] = ["!=", "<=", ">=", "<", ">", "=", ":"];

pub(super) fn query(text: &str, now_ms: i64) -> Result<Query, QueryError> {
    let mut query = Query::default();
    for word in words(text)? {
        let term = term(&word, now_ms).map_err(|message| QueryError {
            message,
            start: word.start,
            end: word.start + word.length,
        })?;
        query.wants_trash |= matches!(&term.test, Test::Is(super::Flag::Trashed));
        query.terms.push(term);
    }
    Ok(query)
}

/// A word of the query; characters that stood in quotes are marked.
struct Word {
    start: usize,
    length: usize,
    characters: Vec<(char, bool)>,
}

fn words(text: &str) -> Result<Vec<Word>, QueryError> {
    let mut found: Vec<Word> = Vec::new();
    let mut current: Option<Word> = None;
    let mut quote: Option<usize> = None;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && quote.is_none() {
            found.extend(current.take());
            continue;
        }
        let word = current.get_or_insert_with(|| Word {
            start: at,
            length: 0,
            characters: Vec::new(),
        });
        word.length = at + c.len_utf8() - word.start;
        match (c, quote) {
            ('"', Some(_)) => quote = None,
            ('"', None) => quote = Some(at),
            _ => word.characters.push((c, quote.is_some())),
        }
    }
    found.extend(current);
    match quote {
        Some(start) => Err(QueryError {
            message: "a quotation mark is not closed".into(),
            start,
            end: text.len(),
        }),
        None => Ok(found),
    }
}

impl Word {
    fn text(&self, from: usize) -> String {
        self.characters[from..].iter().map(|(c, _)| *c).collect()
    }

    /// Where the first operator stands at or after `from`, and which.
    fn operator(&self, from: usize) -> Option<(usize, &'static str)> {
        (from..self.characters.len()).find_map(|at| {
            let operator = OPERATORS.iter().find(|operator| {
                operator
                    .chars()
                    .enumerate()
                    .all(|(i, c)| self.characters.get(at + i) == Some(&(c, false)))
            });
            operator.map(|operator| (at, *operator))
        })
    }
}

fn term(word: &Word, now_ms: i64) -> Result<Term, String> {
    let negated = word.characters.len() > 1 && word.characters[0] == ('-', false);
    let start = usize::from(negated);
    let rest = word.text(start);
    // The colon after `set` and `metric` belongs to the name.
    let prefix = ["set:", "metric:"]
        .iter()
        .find(|prefix| rest.starts_with(**prefix))
        .map_or(0, |prefix| prefix.len());
    let Some((at, operator)) = word.operator(start + prefix) else {
        if prefix > 0 {
            return Err(format!(
                "{rest:?}: expected a comparison, for example set:ppo.learning_rate=3e-4"
            ));
        }
        let test = Test::Word(rest.to_lowercase());
        return Ok(Term { negated, test });
    };
    let name: String = word.characters[start..at].iter().map(|(c, _)| *c).collect();
    let value = word.text(at + operator.len());
    if value.is_empty() {
        return Err(format!("{name}{operator}: expected a value after it"));
    }
    if name == "is" {
        let test = flag(&value)?;
        return Ok(Term { negated, test });
    }
    let field = Field::named(&name)?;
    let unequal = operator == "!=";
    let test = compare(field, &name, operator, &value, now_ms)?;
    Ok(Term {
        negated: negated != unequal,
        test,
    })
}

fn flag(value: &str) -> Result<Test, String> {
    let found = FLAGS.iter().find(|(name, _)| *name == value);
    found.map(|(_, flag)| Test::Is(*flag)).ok_or_else(|| {
        let names = FLAGS.iter().map(|(name, _)| *name);
        format!("there is no is:{value}; {}", suggest::hint(value, names))
    })
}

fn compare(
    field: Field,
    name: &str,
    operator: &str,
    value: &str,
    now_ms: i64,
) -> Result<Test, String> {
    let parts = || value.split(',').filter(|part| !part.is_empty());
    let size = matches!(operator, "<" | "<=" | ">" | ">=");
    if !size && !numeric(&field) {
        // A setting may be a number: all of its alternatives must be, then.
        if field.kind() == Kind::Any
            && let Some(ranges) = parts().map(|part| range(part, number)).collect()
        {
            return Ok(Test::Number(field, ranges));
        }
        let patterns = parts().map(|part| {
            Pattern::new(part).map_err(|e| format!("{name}{operator}{part}: no pattern: {e}"))
        });
        return Ok(Test::Text(field, patterns.collect::<Result<_, _>>()?));
    }
    if field.kind() == Kind::Text {
        return Err(format!(
            "{name} is a text, which is neither smaller nor larger; expected {name}:{value}"
        ));
    }
    let time = |text: &str| time(text, now_ms);
    let is_time = field.kind() == Kind::Time;
    let expected = || {
        if is_time {
            format!(
                "{name}{operator}{value}: expected a date like 2026-11-01, or a time ago like 2h"
            )
        } else {
            format!("{name}{operator}{value}: expected a number, a list or a range like 1..5")
        }
    };
    let read = |text: &str| if is_time { time(text) } else { number(text) };
    if !size {
        let ranges: Option<Vec<Range>> = parts().map(|part| range(part, read)).collect();
        return ranges
            .map(|ranges| Test::Number(field, ranges))
            .ok_or_else(expected);
    }
    let bound = read(value).ok_or_else(expected)?;
    let inclusive = operator.ends_with('=');
    let range = if operator.starts_with('<') {
        Range {
            low: (f64::NEG_INFINITY, true),
            high: (bound, inclusive),
        }
    } else {
        Range {
            low: (bound, inclusive),
            high: (f64::INFINITY, true),
        }
    };
    Ok(Test::Number(field, vec![range]))
}

/// `5` or `1..5`.
fn range(text: &str, read: impl Fn(&str) -> Option<f64>) -> Option<Range> {
    let (low, high) = match text.split_once("..") {
        Some((low, high)) => (read(low)?, read(high)?),
        None => (read(text)?, read(text)?),
    };
    Some(Range {
        low: (low, true),
        high: (high, true),
    })
}

/// `3e-4`, `10k`, `1.5M`.
fn number(text: &str) -> Option<f64> {
    let (digits, factor) = match text.chars().last()? {
        'k' => (&text[..text.len() - 1], 1e3),
        'M' => (&text[..text.len() - 1], 1e6),
        'G' => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    let number: f64 = digits.parse().ok()?;
    number.is_finite().then_some(number * factor)
}

/// A date, a date with a time, or how long ago; Unix milliseconds.
fn time(text: &str, now_ms: i64) -> Option<f64> {
    let unit = match text.chars().last()? {
        's' => Some(1_000.0),
        'm' => Some(60_000.0),
        'h' => Some(3_600_000.0),
        'd' => Some(86_400_000.0),
        'w' => Some(7.0 * 86_400_000.0),
        _ => None,
    };
    if let Some(unit) = unit {
        let n: f64 = text[..text.len() - 1].parse().ok()?;
        return Some(now_ms as f64 - n * unit);
    }
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_millisecond() as f64);
    }
    let date_time = text.parse::<jiff::civil::DateTime>().ok();
    let date_time = date_time.or_else(|| {
        let date = text.parse::<jiff::civil::Date>().ok()?;
        Some(date.to_datetime(jiff::civil::Time::midnight()))
    })?;
    let zoned = date_time.to_zoned_datetime(TimeZone::system()).ok()?;
    Some(zoned.timestamp().as_millisecond() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        query(text, 0).expect_err("cannot be read").message
    }

    #[test]
    fn what_cannot_be_read_names_its_place_and_the_nearest_field() {
        let error = query("state:running tsk:x", 0).expect_err("no field");
        assert_eq!((error.start, error.end), (14, 19));
        assert_eq!(
            error.message,
            "there is no field \"tsk\"; did you mean task?"
        );
        assert!(message("return>many").contains("expected a number"));
        assert!(message("task>5").contains("is a text"));
        assert!(message("set:ppo.epochs").contains("expected a comparison"));
        assert!(message("return>").contains("expected a value"));
        assert!(message("is:trash").contains("did you mean trashed"));
        assert!(message("\"open").contains("not closed"));
        assert!(message("began>yesterday").contains("expected a date"));
    }

    #[test]
    fn numbers_have_the_forms_that_people_write() {
        assert_eq!(number("3e-4"), Some(3e-4));
        assert_eq!(number("1.5M"), Some(1.5e6));
        assert_eq!(number("inf"), None);
        assert_eq!(number("x"), None);
        assert_eq!(time("2h", 10_000_000), Some(2_800_000.0));
        assert_eq!(time("1970-01-02T00:00:00Z", 0), Some(86_400_000.0));
    }
}
