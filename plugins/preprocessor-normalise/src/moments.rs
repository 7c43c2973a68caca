//! Running mean and variance of a vector.

use angora_sdk::{Fault, FaultCode, Result};
use serde::{Deserialize, Serialize};

/// Number of samples, mean and sum of squared deviations (M2) of each element.
///
/// Samples are added by Welford (1962), two sets are merged by Chan, Golub and LeVeque (1979).
/// Merging deltas in a fixed order gives the same bits each time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    count: f64,
    mean: Vec<f64>,
    m2: Vec<f64>,
}

impl Moments {
    /// No samples of `len` elements.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self {
            count: 0.0,
            mean: vec![0.0; len],
            m2: vec![0.0; len],
        }
    }

    /// The same moments, if they are of `len` elements.
    ///
    /// # Errors
    /// Moments of another number of elements.
    pub fn of_width(self, len: usize) -> Result<Self> {
        if self.mean.len() == len && self.m2.len() == len {
            return Ok(self);
        }
        let message = format!("moments of {} elements, not {len}", self.mean.len());
        Err(Fault::new(FaultCode::Length, message))
    }

    /// Number of elements of a sample.
    #[must_use]
    pub fn width(&self) -> usize {
        self.mean.len()
    }

    /// Number of f64 of the written form of `len` elements: count, means, M2s.
    #[must_use]
    pub const fn written_len(len: usize) -> usize {
        1 + 2 * len
    }

    /// Number of samples.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.count
    }

    /// Mean of an element.
    #[must_use]
    pub fn mean(&self, element: usize) -> f64 {
        self.mean[element]
    }

    /// Variance of an element, over all samples; 0 without samples.
    #[must_use]
    pub fn variance(&self, element: usize) -> f64 {
        if self.count == 0.0 {
            0.0
        } else {
            self.m2[element] / self.count
        }
    }

    /// Adds one sample.
    pub fn add(&mut self, sample: impl Iterator<Item = f64>) {
        self.count += 1.0;
        for ((mean, m2), x) in self.mean.iter_mut().zip(&mut self.m2).zip(sample) {
            let before = x - *mean;
            *mean += before / self.count;
            *m2 += before * (x - *mean);
        }
    }

    /// Adds all samples of a written form.
    pub fn merge(&mut self, written: &[f64]) {
        let (count, mean, m2) = parts(written);
        if count == 0.0 {
            return;
        }
        if self.count == 0.0 {
            return self.read(written);
        }
        let total = self.count + count;
        let (share, cross) = (count / total, self.count * count / total);
        for i in 0..self.mean.len() {
            let apart = mean[i] - self.mean[i];
            self.mean[i] += apart * share;
            self.m2[i] += m2[i] + apart * apart * cross;
        }
        self.count = total;
    }

    /// Takes over a written form.
    pub fn read(&mut self, written: &[f64]) {
        let (count, mean, m2) = parts(written);
        self.count = count;
        self.mean.copy_from_slice(mean);
        self.m2.copy_from_slice(m2);
    }

    /// Writes count, means, M2s.
    pub fn write(&self, written: &mut [f64]) {
        let (count, rest) = written.split_at_mut(1);
        let (mean, m2) = rest.split_at_mut(self.mean.len());
        count[0] = self.count;
        mean.copy_from_slice(&self.mean);
        m2.copy_from_slice(&self.m2);
    }

    /// Forgets all samples.
    pub fn clear(&mut self) {
        self.count = 0.0;
        self.mean.fill(0.0);
        self.m2.fill(0.0);
    }
}

fn parts(written: &[f64]) -> (f64, &[f64], &[f64]) {
    let (mean, m2) = written[1..].split_at((written.len() - 1) / 2);
    (written[0], mean, m2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(moments: &Moments) -> Vec<f64> {
        let mut out = vec![f64::NAN; Moments::written_len(moments.width())];
        moments.write(&mut out);
        out
    }

    #[test]
    fn moments_of_one_to_n_are_the_closed_form() {
        // Mean (n + 1)/2 and variance (n² - 1)/12 of 1..n; twice that has four times the variance.
        let n = 1000;
        let mut moments = Moments::new(2);
        (1..=n).for_each(|i| moments.add([f64::from(i), 2.0 * f64::from(i)].into_iter()));
        assert!((moments.mean(0) - 500.5).abs() < 1e-12 * 500.5);
        let variance = (f64::from(n) * f64::from(n) - 1.0) / 12.0;
        assert!((moments.variance(0) / variance - 1.0).abs() < 1e-12);
        assert!((moments.variance(1) / (4.0 * variance) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn merged_deltas_are_the_moments_of_all_samples() {
        let samples: Vec<f64> = (1..=1000).map(f64::from).collect();
        for pieces in [1, 2, 3, 7, 64] {
            let mut merged = Moments::new(1);
            for piece in samples.chunks(samples.len().div_ceil(pieces)) {
                let mut delta = Moments::new(1);
                piece.iter().for_each(|x| delta.add([*x].into_iter()));
                merged.merge(&written(&delta));
            }
            assert_eq!(merged.count(), 1000.0);
            assert!((merged.mean(0) / 500.5 - 1.0).abs() < 1e-12);
            assert!((merged.variance(0) / (999_999.0 / 12.0) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn merging_by_hand() {
        // {1, 3}: mean 2, M2 2. {5, 9}: mean 7, M2 8. Together: mean 4.5,
        // M2 = 2 + 8 + 25 * 2 * 2 / 4 = 35 = 3.5² + 1.5² + 0.5² + 4.5².
        let mut moments = Moments::new(1);
        moments.merge(&[2.0, 2.0, 2.0]);
        moments.merge(&[0.0, 0.0, 0.0]);
        moments.merge(&[2.0, 7.0, 8.0]);
        assert_eq!(written(&moments), [4.0, 4.5, 35.0]);
    }
}
