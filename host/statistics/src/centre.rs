//! Centres of a few values.

/// How several runs become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centre {
    /// Arithmetic mean.
    Mean,
    /// Mean of the middle half: a quarter of the values, rounded down, is left out at either end
    /// (Agarwal et al. 2021).
    Iqm,
    /// Middle value.
    Median,
}

impl Centre {
    /// All, with their names.
    pub const ALL: [(&'static str, Self); 3] = [
        ("mean", Self::Mean),
        ("iqm", Self::Iqm),
        ("median", Self::Median),
    ];

    /// Of at least one value, none of them NaN; sorts them where it needs to.
    #[must_use]
    pub fn of(self, values: &mut [f64]) -> f64 {
        let n = values.len();
        match self {
            Self::Mean => mean(values),
            Self::Iqm => {
                values.sort_unstable_by(f64::total_cmp);
                mean(&values[n / 4..n - n / 4])
            }
            Self::Median => {
                values.sort_unstable_by(f64::total_cmp);
                mean(&values[(n - 1) / 2..=n / 2])
            }
        }
    }
}

/// Arithmetic mean; NaN of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Variance with n - 1; NaN of fewer than two values.
#[must_use]
pub fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    let sum: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    sum / (values.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_is_as_scipys_trimmed_mean() {
        // scipy 1.16.3: scipy.stats.trim_mean(x, 0.25).
        let cases: [(&[f64], f64); 5] = [
            (&[3.0], 3.0),
            (&[1.0, 2.0, 9.0], 4.0),
            (&[1.0, 2.0, 3.0, 10.0], 2.5),
            (&[5.0, 1.0, 2.0, 3.0, 10.0], 10.0 / 3.0),
            (&[8.0, 1.0, 7.0, 2.0, 6.0, 3.0, 5.0, 4.0, 90.0], 5.0),
        ];
        for (values, expected) in cases {
            let iqm = Centre::Iqm.of(&mut values.to_vec());
            assert!((iqm - expected).abs() < 1e-12, "{values:?}: {iqm}");
        }
        assert_eq!(Centre::Median.of(&mut [4.0, 1.0, 2.0, 9.0]), 3.0);
        assert_eq!(Centre::Median.of(&mut [4.0, 1.0, 9.0]), 4.0);
    }
}
