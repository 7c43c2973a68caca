//! What was seen step by step, to be compared bitwise.

use sha2::{Digest, Sha256};

/// A recorded sequence of named rows of numbers.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    moments: Vec<Moment>,
}

/// What is known after one call.
#[derive(Debug, Clone, Default)]
struct Moment {
    parts: Vec<(&'static str, Vec<f64>)>,
}

impl Trace {
    /// Begins the next moment.
    pub fn begin(&mut self) {
        self.moments.push(Moment::default());
    }

    /// Adds numbers to the present moment.
    pub fn add<T: Copy + Into<f64>>(&mut self, what: &'static str, values: &[T]) {
        if let Some(moment) = self.moments.last_mut() {
            let values = values.iter().map(|value| (*value).into()).collect();
            moment.parts.push((what, values));
        }
    }

    /// Number of moments.
    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// Where another differs first, bitwise.
    pub fn difference(&self, other: &Self) -> Option<String> {
        for (at, (one, two)) in self.moments.iter().zip(&other.moments).enumerate() {
            for ((what, one), (_, two)) in one.parts.iter().zip(&two.parts) {
                if one.len() != two.len() {
                    return Some(format!(
                        "after step {at} {what} has {} values, then {}",
                        one.len(),
                        two.len()
                    ));
                }
                let differs = |(a, b): (&f64, &f64)| a.to_bits() != b.to_bits();
                if let Some(i) = one.iter().zip(two).position(differs) {
                    return Some(format!(
                        "after step {at} {what}[{i}] is {}, then {}",
                        one[i], two[i]
                    ));
                }
            }
        }
        let (one, two) = (self.len(), other.len());
        (one != two).then(|| format!("it ends after {one} calls, then after {two}"))
    }

    /// The digest of all bits.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for moment in &self.moments {
            for (what, values) in &moment.parts {
                hash.update(what.as_bytes());
                for value in values {
                    hash.update(value.to_bits().to_le_bytes());
                }
            }
        }
        hex(&hash.finalize())
    }
}

/// The digest of a text or of bytes.
pub fn fingerprint(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(values: &[&[f64]]) -> Trace {
        let mut trace = Trace::default();
        for values in values {
            trace.begin();
            trace.add("signals", values);
        }
        trace
    }

    #[test]
    fn the_first_difference_is_named() {
        let one = trace(&[&[1.0, 2.0], &[3.0, 4.0]]);
        assert_eq!(one.difference(&one.clone()), None);
        let two = trace(&[&[1.0, 2.0], &[3.0, -4.0]]);
        let said = one.difference(&two).expect("differs");
        assert_eq!(said, "after step 1 signals[1] is 4, then -4");
        assert_ne!(one.fingerprint(), two.fingerprint());
        let short = trace(&[&[1.0, 2.0]]);
        assert!(one.difference(&short).is_some_and(|d| d.contains("ends")));
        // Zeros of both signs are two numbers here.
        assert!(trace(&[&[0.0]]).difference(&trace(&[&[-0.0]])).is_some());
    }
}
