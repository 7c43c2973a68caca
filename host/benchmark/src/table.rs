//! Tables of results.

mod markdown;
mod spreadsheet;

pub use markdown::{markdown, rows as markdown_rows};
pub use spreadsheet::{rows_csv, runs_csv};

/// A number with as many digits as it deserves.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    // No -0.00.
    if text
        .trim_start_matches('-')
        .chars()
        .all(|c| matches!(c, '0' | '.'))
    {
        return text.trim_start_matches('-').to_owned();
    }
    text
}

/// A whole number with its thousands apart.
fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_they_deserve() {
        let numbers = [5783.9, -153.27, 94.456, -0.001, 0.0, -4.1].map(number);
        assert_eq!(
            numbers,
            ["5784", "-153.3", "94.46", "0.00", "0.00", "-4.10"]
        );
        let wholes = [999_424.0, 1000.0, 12.4, 0.0].map(whole);
        assert_eq!(wholes, ["999,424", "1,000", "12", "0"]);
    }
}
