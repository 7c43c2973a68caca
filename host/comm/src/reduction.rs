//! Sums in an order that the number of ranks does not change.

use std::ops::Range;

/// A part of a sum: of the vectors from `start` on, 2^`level` of them, or fewer where the vectors
/// end. `start` is a multiple of 2^`level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its first vector.
    pub start: usize,
    /// Binary logarithm of its size.
    pub level: u32,
}

impl Part {
    /// `n` single vectors.
    pub fn singles(n: usize) -> impl Iterator<Item = Self> + Clone {
        (0..n).map(|start| Self { start, level: 0 })
    }

    /// The vectors of it, where there are `n` in all.
    #[must_use]
    pub fn vectors(&self, n: usize) -> Range<usize> {
        self.start..n.min(self.start + (1 << self.level))
    }

    /// The fewest parts that make up `vectors` of `n`; each is a subtree of [`tree_sum`].
    #[must_use]
    pub fn cover(vectors: Range<usize>, n: usize) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut start = vectors.start;
        while start < vectors.end {
            // The vectors end inside the last subtree.
            let whole = |level: u32| {
                let end = start + (1 << level);
                start.is_multiple_of(1 << level) && (end <= vectors.end || vectors.end == n)
            };
            let mut level = 0;
            while whole(level + 1) && start + (1 << level) < vectors.end {
                level += 1;
            }
            parts.push(Self { start, level });
            start += 1 << level;
        }
        parts
    }
}

/// Numbers that are summed at a time, so that all running sums stay in the first cache.
const BLOCK: usize = 256;
/// Running sums, one per level: more vectors than 2^24 there are not.
const LEVELS: usize = 25;

/// Sums vectors pairwise, first neighbours, then neighbours of neighbours, into `sum`: the tree
/// depends on the number of vectors alone. `part(k)` is the sum of the k-th of `parts`, which make
/// up all vectors in order; whoever has summed a part alone, the bits are the same. Each number is
/// summed by itself, so a stretch of all vectors gives the same bits as the whole.
///
/// # Panics
/// A part is not as long as `sum`.
pub fn tree_sum<'p>(
    parts: impl Iterator<Item = Part> + Clone,
    part: impl Fn(usize) -> &'p [f32],
    sum: &mut [f32],
) {
    let mut running = [[0.0_f32; BLOCK]; LEVELS];
    let mut levels = [0_u32; LEVELS];
    for (block, sum) in sum.chunks_mut(BLOCK).enumerate() {
        let (start, len) = (block * BLOCK, sum.len());
        let mut depth = 0;
        for (k, Part { mut level, .. }) in parts.clone().enumerate() {
            let values = &part(k)[start..start + len];
            if depth > 0 && levels[depth - 1] == level {
                add(&mut running[depth - 1], values);
                depth -= 1;
                level += 1;
            } else {
                running[depth][..len].copy_from_slice(values);
            }
            while depth > 0 && levels[depth - 1] == level {
                let (left, right) = running.split_at_mut(depth);
                add(&mut left[depth - 1], &right[0][..len]);
                depth -= 1;
                level += 1;
            }
            levels[depth] = level;
            depth += 1;
        }
        // Where the vectors end inside the tree.
        while depth > 1 {
            let (left, right) = running.split_at_mut(depth - 1);
            add(&mut left[depth - 2], &right[0][..len]);
            depth -= 1;
        }
        sum.copy_from_slice(&running[0][..len]);
    }
}

fn add(sum: &mut [f32], other: &[f32]) {
    for (a, b) in sum.iter_mut().zip(other) {
        *a += b;
    }
}

/// Sum of squares in f64 over blocks of fixed size.
#[must_use]
pub fn square_norm(vector: &[f32]) -> f64 {
    vector
        .chunks(512)
        .map(|block| {
            // Eight running sums: vectorises, and the order is fixed.
            let mut sums = [0.0_f32; 8];
            let mut chunks = block.chunks_exact(8);
            for chunk in &mut chunks {
                for (sum, x) in sums.iter_mut().zip(chunk) {
                    *sum += x * x;
                }
            }
            let rest: f32 = chunks.remainder().iter().map(|x| x * x).sum();
            f64::from(sums.iter().sum::<f32>() + rest)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(n: usize, len: usize) -> Vec<Vec<f32>> {
        (0..n)
            .map(|i| (0..len).map(|k| 0.1 / (i * len + k + 1) as f32).collect())
            .collect()
    }

    fn sum_of(parts: impl Iterator<Item = Part> + Clone, values: &[Vec<f32>]) -> Vec<f32> {
        let mut sum = vec![f32::NAN; values[0].len()];
        tree_sum(parts, |k| &values[k], &mut sum);
        sum
    }

    /// The tree as it is defined: neighbours at distance 1, then 2, then 4.
    fn by_strides(mut vectors: Vec<Vec<f32>>) -> Vec<f32> {
        let n = vectors.len();
        let mut stride = 1;
        while stride < n {
            for i in (0..n - stride).step_by(2 * stride) {
                let (left, right) = vectors.split_at_mut(i + stride);
                add(&mut left[i], &right[0]);
            }
            stride *= 2;
        }
        vectors.swap_remove(0)
    }

    #[test]
    fn the_tree_is_that_of_its_definition() {
        for n in 1..40 {
            let values = vectors(n, 700);
            assert_eq!(
                sum_of(Part::singles(n), &values),
                by_strides(values.clone())
            );
        }
    }

    #[test]
    fn parts_that_others_have_summed_give_the_same_bits() {
        for n in 1..40_usize {
            let values = vectors(n, 5);
            let whole = sum_of(Part::singles(n), &values);
            for ranks in 1..=n {
                let parts: Vec<Part> = (0..ranks)
                    .flat_map(|rank| Part::cover(crate::share(n, ranks, rank), n))
                    .collect();
                let covered: Vec<usize> = parts.iter().flat_map(|part| part.vectors(n)).collect();
                assert_eq!(covered, (0..n).collect::<Vec<_>>());
                let sums: Vec<Vec<f32>> = parts
                    .iter()
                    .map(|part| {
                        let mine = &values[part.vectors(n)];
                        sum_of(Part::singles(mine.len()), mine)
                    })
                    .collect();
                let found = sum_of(parts.iter().copied(), &sums);
                assert_eq!(found, whole, "{n} vectors, {ranks} ranks");
            }
        }
    }

    #[test]
    fn square_norm_agrees_with_f64() {
        let vector: Vec<f32> = (0..10_007)
            .map(|i| ((i * 37) % 101) as f32 * 0.01)
            .collect();
        let expected: f64 = vector.iter().map(|x| f64::from(*x).powi(2)).sum();
        assert!((square_norm(&vector) / expected - 1.0).abs() < 1e-6);
    }
}
