//! Two towers by hand: gemm, loops, and tanh by the same rational function.
#![allow(unsafe_code, reason = "the gemm crate takes raw pointers")]

/// One layer: offset of its weights, inputs, units.
#[derive(Clone, Copy)]
struct Layer {
    at: usize,
    inputs: usize,
    units: usize,
}

/// Policy and value tower with their heads, laid out as the brain lays them out.
pub struct Towers {
    n: usize,
    layers: [[Layer; 3]; 2],
    values: [[Vec<f32>; 3]; 2],
    gradients: [[Vec<f32>; 3]; 2],
}

#[allow(clippy::too_many_arguments, reason = "a product has that many")]
fn product(
    [m, n, k]: [usize; 3],
    to: &mut [f32],
    add: bool,
    a: &[f32],
    a_strides: [usize; 2],
    b: &[f32],
    b_strides: [usize; 2],
) {
    assert!(to.len() >= m * n && a.len() >= m * k && b.len() >= k * n);
    // SAFETY: the strides of the callers are those of whole row-major matrices or their
    // transposes, whose sizes are asserted above.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            to.as_mut_ptr(),
            1,
            n as isize,
            add,
            a.as_ptr(),
            a_strides[1] as isize,
            a_strides[0] as isize,
            b.as_ptr(),
            b_strides[1] as isize,
            b_strides[0] as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let s = x * x;
    let mut p = -2.760_768_4e-16_f32;
    for c in [
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_4e-5,
        6.372_619e-4,
        4.893_524_6e-3,
    ] {
        p = p.mul_add(s, c);
    }
    let mut q = 1.198_258_4e-6_f32;
    for c in [1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3] {
        q = q.mul_add(s, c);
    }
    x * p / q
}

/// The loops, for processors with AVX-512 (the bench is run there; elsewhere they are slow).
#[cfg(target_arch = "x86_64")]
mod loops {
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
    pub fn tanh_all(y: &mut [f32]) {
        for y in y {
            *y = super::tanh(*y);
        }
    }
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
    pub fn tanh_back(d: &mut [f32], y: &[f32]) {
        for (d, y) in d.iter_mut().zip(y) {
            *d *= 1.0 - y * y;
        }
    }
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
    pub fn column_sums(d: &[f32], sum: &mut [f32]) {
        sum.fill(0.0);
        for row in d.chunks_exact(sum.len()) {
            for (sum, d) in sum.iter_mut().zip(row) {
                *sum += d;
            }
        }
    }
}

impl Towers {
    /// Memory for `n` rows.
    pub fn new(n: usize, inputs: usize, raw: usize) -> Self {
        let mut at = 0;
        let mut layer = |inputs: usize, units: usize| {
            let layer = Layer { at, inputs, units };
            at += (inputs + 1) * units;
            layer
        };
        let [p1, p2] = [layer(inputs, 64), layer(64, 64)];
        let [v1, v2] = [layer(inputs, 64), layer(64, 64)];
        let [p3, v3] = [layer(64, raw), layer(64, 1)];
        let layers = [[p1, p2, p3], [v1, v2, v3]];
        let buffers = || layers.map(|tower| tower.map(|layer| vec![0.0; n * layer.units]));
        Self {
            n,
            layers,
            values: buffers(),
            gradients: buffers(),
        }
    }

    /// Both towers.
    pub fn forward(&mut self, parameters: &[f32], x: &[f32]) {
        for (layers, values) in self.layers.iter().zip(&mut self.values) {
            for (l, layer) in layers.iter().enumerate() {
                let Layer { at, inputs, units } = *layer;
                let (w, rest) = parameters[at..].split_at(inputs * units);
                let (before, after) = values.split_at_mut(l);
                let x = if l == 0 { x } else { &before[l - 1] };
                let y = &mut after[0];
                for row in y.chunks_exact_mut(units) {
                    row.copy_from_slice(&rest[..units]);
                }
                let shape = [self.n, units, inputs];
                product(shape, y, true, x, [inputs, 1], w, [units, 1]);
                if l < 2 {
                    // SAFETY: run on processors with AVX-512 only.
                    unsafe { loops::tanh_all(y) };
                }
            }
        }
    }

    /// Gradients of everything.
    pub fn backward(
        &mut self,
        parameters: &[f32],
        x: &[f32],
        d_policy: &[f32],
        d_value: &[f32],
        gradient: &mut [f32],
    ) {
        self.gradients[0][2].copy_from_slice(d_policy);
        self.gradients[1][2].copy_from_slice(d_value);
        for t in 0..2 {
            for l in (0..3).rev() {
                let Layer { at, inputs, units } = self.layers[t][l];
                let values = &self.values[t];
                let (before, after) = self.gradients[t].split_at_mut(l);
                let d = &mut after[0];
                if l < 2 {
                    // SAFETY: run on processors with AVX-512 only.
                    unsafe { loops::tanh_back(d, &values[l]) };
                }
                let x = if l == 0 { x } else { &values[l - 1] };
                let (dw, db) = gradient[at..].split_at_mut(inputs * units);
                let shape = [inputs, units, self.n];
                product(shape, dw, false, x, [1, inputs], d, [units, 1]);
                // SAFETY: run on processors with AVX-512 only.
                unsafe { loops::column_sums(d, &mut db[..units]) };
                if l > 0 {
                    let w = &parameters[at..][..inputs * units];
                    let shape = [self.n, inputs, units];
                    product(
                        shape,
                        &mut before[l - 1],
                        false,
                        d,
                        [units, 1],
                        w,
                        [1, units],
                    );
                }
            }
        }
    }
}
