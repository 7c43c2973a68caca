//! Sums in an order that the number of ranks does not change.

/// Sums vectors pairwise: first neighbours, then neighbours of neighbours. The result lies in the
/// first. The tree depends on the number of vectors alone.
///
/// Every aligned power-of-two block of vectors is a subtree, so ranks that own such blocks can
/// reduce them alone and the whole stays bitwise the same.
pub fn tree_sum<T: AsMut<[f32]>>(vectors: &mut [T]) {
    let n = vectors.len();
    let mut stride = 1;
    while stride < n {
        let mut i = 0;
        while i + stride < n {
            let (left, right) = vectors.split_at_mut(i + stride);
            add(left[i].as_mut(), right[0].as_mut());
            i += 2 * stride;
        }
        stride *= 2;
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
    const BLOCK: usize = 512;
    vector
        .chunks(BLOCK)
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

    #[test]
    fn tree_sums_everything() {
        for n in 1..20 {
            let mut vectors: Vec<Vec<f32>> = (0..n).map(|i| vec![i as f32, 1.0]).collect();
            tree_sum(&mut vectors);
            assert_eq!(vectors[0], [(n * (n - 1) / 2) as f32, n as f32]);
        }
    }

    #[test]
    fn aligned_blocks_reduced_alone_give_the_same_bits() {
        let make = || -> Vec<Vec<f32>> {
            (0..8)
                .map(|i| (0..5).map(|k| 0.1 / (i * 5 + k + 1) as f32).collect())
                .collect()
        };
        let mut whole = make();
        tree_sum(&mut whole);
        let mut parts = make();
        let (left, right) = parts.split_at_mut(4);
        tree_sum(left);
        tree_sum(right);
        let mut two = vec![left[0].clone(), right[0].clone()];
        tree_sum(&mut two);
        assert_eq!(whole[0], two[0]);
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
