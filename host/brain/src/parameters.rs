//! Where each parameter lies in the flat vector, and how it starts.

use angora_core::{Purpose, Stream};
use angora_plugin_api::brain::Initialiser;
use std::collections::BTreeMap;

/// One parameter: a named array within the flat vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Dotted name: `policy.layer_1.kernel`.
    pub name: String,
    /// Shape, row major; a kernel is `[inputs, units]`.
    pub shape: Vec<usize>,
    /// Place of its first value.
    pub offset: usize,
    /// Region that it belongs to.
    pub region: String,
}

impl Parameter {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its place in the flat vector.
    #[must_use]
    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }
}

/// The parameters of a brain, one after another in one vector of f32.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterLayout {
    entries: Vec<Parameter>,
    len: usize,
}

impl ParameterLayout {
    /// Number of f32 of all parameters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no parameter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The parameters, in order.
    #[must_use]
    pub fn entries(&self) -> &[Parameter] {
        &self.entries
    }

    /// The parameter of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Number of f32 of each region.
    #[must_use]
    pub fn region_sizes(&self) -> BTreeMap<String, usize> {
        let mut sizes = BTreeMap::new();
        for entry in &self.entries {
            *sizes.entry(entry.region.clone()).or_insert(0) += entry.len();
        }
        sizes
    }

    /// Appends a parameter; its offset.
    pub(crate) fn push(&mut self, name: String, shape: Vec<usize>, region: &str) -> usize {
        let offset = self.len;
        self.len += shape.iter().product::<usize>();
        self.entries.push(Parameter {
            name,
            shape,
            offset,
            region: region.to_owned(),
        });
        offset
    }
}

/// How a parameter starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Start {
    /// All values the same.
    Constant(f32),
    /// A vector of four parts, of which the second is 1 and the others 0: the bias of an LSTM,
    /// whose forget gate starts open (Jozefowicz et al. 2015).
    ForgetBias,
    /// A matrix `[..inputs, units]`, drawn.
    Drawn(Initialiser),
}

/// Writes the start of the parameter number `index` with shape `shape`.
pub(crate) fn start(start: Start, shape: &[usize], seed: u64, index: usize, values: &mut [f32]) {
    let drawn = match start {
        Start::Constant(value) => return values.fill(value),
        Start::ForgetBias => {
            let units = values.len() / 4;
            values.fill(0.0);
            return values[units..2 * units].fill(1.0);
        }
        Start::Drawn(drawn) => drawn,
    };
    let columns = shape.last().copied().unwrap_or(1);
    let rows = values.len() / columns;
    let mut stream = Stream::new(seed, index as u64, 0, Purpose::Parameters);
    match drawn {
        Initialiser::Zero => values.fill(0.0),
        Initialiser::GlorotUniform => {
            let limit = (6.0 / (rows + columns) as f64).sqrt();
            for value in values {
                *value = (limit * (2.0 * stream.uniform() - 1.0)) as f32;
            }
        }
        Initialiser::Orthogonal { gain } => {
            // Orthonormal vectors along the shorter side.
            let (count, len) = (rows.min(columns), rows.max(columns));
            let basis = orthonormal(count, len, &mut stream);
            for (i, value) in values.iter_mut().enumerate() {
                let (r, c) = (i / columns, i % columns);
                let at = if rows > columns {
                    c * len + r
                } else {
                    r * len + c
                };
                *value = (gain * basis[at]) as f32;
            }
        }
    }
}

/// `count` orthonormal vectors of `len >= count` values, uniform over all such frames: the Q of a
/// QR decomposition, with positive diagonal, of a matrix of normal draws (Saxe, McClelland and
/// Ganguli 2014). By modified Gram-Schmidt, twice over, which is orthogonal to f64's accuracy.
fn orthonormal(count: usize, len: usize, stream: &mut Stream) -> Vec<f64> {
    let mut basis: Vec<f64> = (0..count * len).map(|_| stream.normal()).collect();
    for i in 0..count {
        let (done, rest) = basis.split_at_mut(i * len);
        let vector = &mut rest[..len];
        for _ in 0..2 {
            for other in done.chunks_exact(len) {
                let dot: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                for (a, b) in vector.iter_mut().zip(other) {
                    *a -= dot * b;
                }
            }
        }
        let norm = vector.iter().map(|a| a * a).sum::<f64>().sqrt();
        for a in vector {
            *a /= norm;
        }
    }
    basis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_matrices_have_orthonormal_short_sides_times_the_gain() {
        for (rows, columns) in [(5, 3), (3, 5), (4, 4), (64, 12)] {
            let mut w = vec![0.0; rows * columns];
            let rule = Start::Drawn(Initialiser::Orthogonal { gain: 0.5 });
            start(rule, &[rows, columns], 3, 1, &mut w);
            let at = |r: usize, c: usize| f64::from(w[r * columns + c]);
            let count = rows.min(columns);
            for i in 0..count {
                for j in 0..count {
                    let dot: f64 = if rows > columns {
                        (0..rows).map(|k| at(k, i) * at(k, j)).sum()
                    } else {
                        (0..columns).map(|k| at(i, k) * at(j, k)).sum()
                    };
                    let expected = if i == j { 0.25 } else { 0.0 };
                    assert!(
                        (dot - expected).abs() < 1e-6,
                        "{rows}x{columns} {i} {j} {dot}"
                    );
                }
            }
        }
    }

    #[test]
    fn draws_depend_on_the_seed_and_the_index_only() {
        let draw = |seed, index| {
            let mut w = vec![0.0; 12];
            let rule = Start::Drawn(Initialiser::GlorotUniform);
            start(rule, &[3, 4], seed, index, &mut w);
            w
        };
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
        let limit = (6.0_f32 / 7.0).sqrt();
        assert!(draw(1, 2).iter().all(|w| w.abs() <= limit));
    }
}
