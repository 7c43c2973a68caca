//! Time limits as SLURM writes them, and as people do.

use jiff::SignedDuration;
use serde::Deserialize;
use std::time::Duration;

/// A limit of wall-clock time, a whole number of seconds, at least one.
///
/// Read from the forms that sbatch's `--time` takes (minutes, minutes:seconds,
/// hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds) and from
/// amounts with units (`90s`, `2h 30m`); shown as `days-hours:minutes:seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct TimeLimit {
    secs: u64,
}

impl TimeLimit {
    /// Seconds.
    #[must_use]
    pub fn secs(self) -> u64 {
        self.secs
    }

    /// As a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.secs)
    }
}

impl std::fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (minutes, seconds) = (self.secs / 60, self.secs % 60);
        let (hours, minutes) = (minutes / 60, minutes % 60);
        let (days, hours) = (hours / 24, hours % 24);
        if days > 0 {
            write!(f, "{days}-")?;
        }
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}")
    }
}

impl std::str::FromStr for TimeLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let secs = if text.contains(|c: char| c.is_ascii_alphabetic()) {
            with_units(text)
        } else {
            as_slurm(text)
        };
        match secs {
            Some(secs) if secs > 0 => Ok(Self { secs }),
            _ => Err(format!(
                "expected a time like 12:00:00, 1-12:00:00 (days-hours:minutes:seconds), 90 (minutes) or 2h 30m, not {text:?}"
            )),
        }
    }
}

impl TryFrom<String> for TimeLimit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// `2h 30m`, `90s`.
fn with_units(text: &str) -> Option<u64> {
    let duration: SignedDuration = text.parse().ok()?;
    u64::try_from(duration.as_secs()).ok()
}

/// What sbatch's `--time` takes; no part but the first may pass over into the next.
fn as_slurm(text: &str) -> Option<u64> {
    let (days, rest) = match text.split_once('-') {
        Some((days, rest)) => (Some(number(days)?), rest),
        None => (None, text),
    };
    let parts: Vec<u64> = rest.split(':').map(number).collect::<Option<_>>()?;
    let (days, hours, minutes, seconds) = match (days, parts.as_slice()) {
        (Some(days), &[hours]) => (days, hours, 0, 0),
        (Some(days), &[hours, minutes]) => (days, hours, minutes, 0),
        (Some(days), &[hours, minutes, seconds]) => (days, hours, minutes, seconds),
        (None, &[minutes]) => return minutes.checked_mul(60),
        (None, &[minutes, seconds]) if seconds < 60 => {
            return minutes.checked_mul(60)?.checked_add(seconds);
        }
        (None, &[hours, minutes, seconds]) => (0, hours, minutes, seconds),
        _ => return None,
    };
    if minutes >= 60 || seconds >= 60 || (days > 0 && hours >= 24) {
        return None;
    }
    let hours = days.checked_mul(24)?.checked_add(hours)?;
    hours.checked_mul(3600)?.checked_add(60 * minutes + seconds)
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms of sbatch(1), `--time`.
    #[test]
    fn every_form_of_slurm_is_read() {
        let cases = [
            ("90", 90 * 60, "01:30:00"),
            ("90:30", 90 * 60 + 30, "01:30:30"),
            ("02:00:00", 7200, "02:00:00"),
            ("48:00:00", 48 * 3600, "2-00:00:00"),
            ("2-12", 60 * 3600, "2-12:00:00"),
            ("2-12:30", 60 * 3600 + 1800, "2-12:30:00"),
            ("1-00:00:01", 86401, "1-00:00:01"),
            ("90s", 90, "00:01:30"),
            ("2h 30m", 9000, "02:30:00"),
            ("2h30m", 9000, "02:30:00"),
        ];
        for (text, secs, shown) in cases {
            let limit: TimeLimit = text.parse().expect(text);
            assert_eq!(limit.secs(), secs, "{text}");
            assert_eq!(limit.to_string(), shown, "{text}");
            assert_eq!(shown.parse(), Ok(limit), "what is shown is read again");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_was_expected() {
        for text in [
            "",
            "0",
            "-5",
            "1:2:3:4",
            "1:60",
            "00:99:00",
            "1-24:00:00",
            "2 houres",
            "+5",
            "1-",
            "٣",
            "-2h",
            "99999999999999999999",
            "1-12:9999999999999999999",
            "0.2s",
        ] {
            let error = text.parse::<TimeLimit>().expect_err(text);
            assert!(
                error.starts_with("expected a time like 12:00:00"),
                "{error}"
            );
        }
    }
}
