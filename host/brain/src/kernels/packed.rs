//! Products with a right operand that is used many times: a recurrent kernel meets few rows at
//! each of many steps, so that reading it in the order of use pays for writing it so once.

use super::elementwise::transpose;
use super::multiversion::{Level, level};
use super::panel::{PANEL, Strided, add_panel};

/// Rows of a panel that stay in the first cache while all rows of x meet them.
const DEPTH: usize = 256;

/// Whether a kernel `[inputs, units]` is worth packing, for itself and for its transpose: large,
/// on a processor that has the kernel for panels.
#[must_use]
pub fn is_worth_packing(inputs: usize, units: usize) -> bool {
    /// Below this (256 KiB) it stays in the second cache as it is.
    const LARGE: usize = 1 << 16;
    level() == Level::Avx512
        && inputs * units > LARGE
        && inputs.is_multiple_of(PANEL)
        && units.is_multiple_of(PANEL)
}

/// Writes W `[inputs, units]` as panels of [`PANEL`] columns one after another, each
/// `[inputs, PANEL]`.
///
/// # Panics
/// If the columns are no whole panels.
pub fn pack(w: &[f32], units: usize, to: &mut [f32]) {
    assert!(units.is_multiple_of(PANEL) && to.len() == w.len());
    let inputs = w.len() / units;
    for (k, row) in w.chunks_exact(units).enumerate() {
        for (panel, values) in row.chunks_exact(PANEL).enumerate() {
            to[(panel * inputs + k) * PANEL..][..PANEL].copy_from_slice(values);
        }
    }
}

/// Writes the transpose of W `[inputs, units]` as [`pack`] would.
///
/// # Panics
/// If the rows are no whole panels.
pub fn pack_transposed(w: &[f32], units: usize, to: &mut [f32]) {
    let rows = PANEL * units;
    assert!(w.len().is_multiple_of(rows) && to.len() == w.len());
    for (rows, panel) in w.chunks_exact(rows).zip(to.chunks_exact_mut(rows)) {
        transpose(rows, units, panel);
    }
}

/// Adds x W to y `[n, units]`, x having `inputs` columns, W packed; the multiply-adds of
/// [`affine`](super::affine::affine) in the same order.
///
/// # Panics
/// If a slice is too short, or the processor has no kernel for panels (see
/// [`is_worth_packing`]).
pub fn add_packed(x: Strided<'_>, inputs: usize, packed: &[f32], y: &mut [f32]) {
    let units = packed.len() / inputs;
    let n = y.len() / units;
    for (panel, w) in packed.chunks_exact(inputs * PANEL).enumerate() {
        for (block, w) in w.chunks(DEPTH * PANEL).enumerate() {
            let x = Strided {
                values: &x.values[block * DEPTH..],
                stride: x.stride,
            };
            let done = add_panel(n, x, w, &mut y[panel * PANEL..], units);
            assert!(done, "packed without a kernel for panels");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::affine::{Start, affine};

    #[test]
    fn packed_products_have_the_bits_of_affine() {
        let (inputs, units) = (320, 224);
        if !is_worth_packing(inputs, units) {
            // This processor packs nothing.
            assert_ne!(level(), Level::Avx512);
            return;
        }
        let value = |i: usize| ((i * 2_654_435_761) % 1000) as f32 / 500.0 - 1.0;
        let w: Vec<f32> = (0..inputs * units).map(value).collect();
        let (mut packed, mut across, mut packed_across) =
            (w.clone(), vec![0.0; w.len()], vec![0.0; w.len()]);
        pack(&w, units, &mut packed);
        transpose(&w, units, &mut across);
        pack_transposed(&w, units, &mut packed_across);
        for n in [1, 3, 12, 25] {
            for (kernel, packed, inputs, units) in [
                (&w, &packed, inputs, units),
                (&across, &packed_across, units, inputs),
            ] {
                let x: Vec<f32> = (0..n * inputs).map(|i| value(i + 7)).collect();
                let mut expected: Vec<f32> = (0..n * units).map(|i| value(i + 3)).collect();
                let mut found = expected.clone();
                affine(&x, inputs, inputs, kernel, Start::Present, &mut expected);
                let x = Strided {
                    values: &x,
                    stride: inputs,
                };
                add_packed(x, inputs, packed, &mut found);
                assert_eq!(found, expected, "{n} rows");
            }
        }
    }
}
