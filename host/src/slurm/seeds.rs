//! The seeds of an array of jobs.

/// At least one seed, each once, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeds(Vec<u64>);

/// As many as SLURM takes into one array where its administrators have not said otherwise
/// (`MaxArraySize` of slurm.conf).
const MOST: u64 = 1000;

impl Seeds {
    /// The seeds.
    #[must_use]
    pub fn all(&self) -> &[u64] {
        &self.0
    }
}

impl std::str::FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut seeds = Vec::new();
        for part in text.split(',') {
            let (first, last) = range(part.trim()).ok_or_else(|| {
                format!("expected seeds like 1..5 (1, 2, 3, 4 and 5) or 1,3,7..9, not {text:?}")
            })?;
            if last - first >= MOST || seeds.len() as u64 + (last - first) >= MOST {
                return Err(format!(
                    "{text:?} are more than {MOST} seeds; take several arrays"
                ));
            }
            for seed in first..=last {
                if seeds.contains(&seed) {
                    return Err(format!("{text:?} has the seed {seed} twice"));
                }
                seeds.push(seed);
            }
        }
        Ok(Self(seeds))
    }
}

/// `3`, `1..5` or `1-5`, both ends included; a seed is what a TOML file can hold.
fn range(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str| {
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let seed: u64 = digits.then(|| text.parse().ok())??;
        (seed <= i64::MAX as u64).then_some(seed)
    };
    let (first, last) = match text.split_once("..").or_else(|| text.split_once('-')) {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(text)?, number(text)?),
    };
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_range_are_seeds() {
        let read = |text: &str| text.parse::<Seeds>().map(|seeds| seeds.0);
        assert_eq!(read("1..5"), Ok(vec![1, 2, 3, 4, 5]));
        assert_eq!(read("1-3"), Ok(vec![1, 2, 3]));
        assert_eq!(read("7, 1..2"), Ok(vec![7, 1, 2]));
        assert_eq!(read("0"), Ok(vec![0]));
        assert_eq!(read("1..1000").map(|seeds| seeds.len()), Ok(1000));
        for wrong in ["", "5..1", "a", "1..", "1,,2", "-1", "18446744073709551615"] {
            let error = read(wrong).expect_err(wrong);
            assert!(error.starts_with("expected seeds like 1..5"), "{error}");
        }
        assert!(read("1..2000").is_err_and(|e| e.contains("more than 1000")));
        assert!(read("0..9223372036854775807").is_err_and(|e| e.contains("more than")));
        assert!(read("1..3,2").is_err_and(|e| e.ends_with("has the seed 2 twice")));
    }
}
