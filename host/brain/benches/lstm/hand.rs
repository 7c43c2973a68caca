//! Dense, LSTM and two heads by hand: gemm and loops.
#![allow(unsafe_code, reason = "the gemm crate takes raw pointers")]

/// `to = a b`, or added to it; shape is `[m, n, k]`.
pub fn product(
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
    let numerator = [
        -2.760_768_4e-16_f32,
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_4e-5,
        6.372_619e-4,
        4.893_524_6e-3,
    ];
    let denominator = [
        1.198_258_4e-6_f32,
        1.185_347_1e-4,
        2.268_434_6e-3,
        4.893_525e-3,
    ];
    let horner = |c: &[f32]| c.iter().fold(0.0_f32, |y, c| y * s + c);
    x * horner(&numerator) / horner(&denominator)
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    0.5 * tanh(0.5 * x) + 0.5
}

/// Offsets of the parameters, laid out as the brain lays them out.
struct Offsets {
    stem: usize,
    stem_bias: usize,
    kernel: usize,
    bias: usize,
    recurrent: usize,
    policy: usize,
    policy_bias: usize,
    value: usize,
    value_bias: usize,
}

/// The brain with its memory.
pub struct Lstm {
    sizes: [usize; 3],
    steps: usize,
    n: usize,
    at: Offsets,
    stem: Vec<f32>,
    gates: Vec<f32>,
    /// `[T + 1, n, H]`, zero first.
    hidden: Vec<f32>,
    memory: Vec<f32>,
    policy: Vec<f32>,
    value: Vec<f32>,
    d_hidden: Vec<f32>,
    d_memory: Vec<f32>,
    d_stem: Vec<f32>,
}

impl Lstm {
    pub fn new(sizes: [usize; 3], steps: usize, n: usize) -> Self {
        let [s, h, p] = sizes;
        let rows = steps * n;
        let mut next = 0;
        let mut place = |len: usize| {
            next += len;
            next - len
        };
        Self {
            sizes,
            steps,
            n,
            at: Offsets {
                stem: place(s * h),
                stem_bias: place(h),
                kernel: place(4 * h * h),
                bias: place(4 * h),
                recurrent: place(4 * h * h),
                policy: place(h * p),
                policy_bias: place(p),
                value: place(h),
                value_bias: place(1),
            },
            stem: vec![0.0; rows * h],
            gates: vec![0.0; rows * 4 * h],
            hidden: vec![0.0; (rows + n) * h],
            memory: vec![0.0; (rows + n) * h],
            policy: vec![0.0; rows * p],
            value: vec![0.0; rows],
            d_hidden: vec![0.0; rows * h],
            d_memory: vec![0.0; n * h],
            d_stem: vec![0.0; rows * h],
        }
    }

    pub fn forward(&mut self, w: &[f32], x: &[f32]) {
        let [s, h, p] = self.sizes;
        let (rows, n, g) = (self.steps * self.n, self.n, 4 * h);
        let at = &self.at;
        let affine = |shape: [usize; 3], y: &mut [f32], x: &[f32], kernel: usize, bias: usize| {
            for y in y.chunks_exact_mut(shape[1]) {
                y.copy_from_slice(&w[bias..][..shape[1]]);
            }
            let strides = ([shape[2], 1], [shape[1], 1]);
            product(shape, y, true, x, strides.0, &w[kernel..], strides.1);
        };
        affine([rows, h, s], &mut self.stem, x, at.stem, at.stem_bias);
        relu(&mut self.stem);
        affine(
            [rows, g, h],
            &mut self.gates,
            &self.stem,
            at.kernel,
            at.bias,
        );
        for t in 0..self.steps {
            let gates = &mut self.gates[t * n * g..][..n * g];
            let (before, after) = self.hidden.split_at_mut((t + 1) * n * h);
            let recurrent = &w[at.recurrent..];
            product(
                [n, g, h],
                gates,
                true,
                &before[t * n * h..],
                [h, 1],
                recurrent,
                [g, 1],
            );
            let (c, next) = self.memory.split_at_mut((t + 1) * n * h);
            step(
                gates,
                &c[t * n * h..],
                &mut next[..n * h],
                &mut after[..n * h],
                h,
            );
        }
        let y = &self.hidden[n * h..];
        affine([rows, p, h], &mut self.policy, y, at.policy, at.policy_bias);
        affine([rows, 1, h], &mut self.value, y, at.value, at.value_bias);
    }

    pub fn backward(
        &mut self,
        w: &[f32],
        x: &[f32],
        d_policy: &[f32],
        d_value: &[f32],
        gradient: &mut [f32],
    ) {
        let [s, h, p] = self.sizes;
        let (rows, n, g) = (self.steps * self.n, self.n, 4 * h);
        let at = &self.at;
        // d W = x^T d and d b, into the gradient.
        let weights =
            |gradient: &mut [f32], i: usize, o: usize, x: &[f32], d: &[f32], kernel, bias| {
                product(
                    [i, o, rows],
                    &mut gradient[kernel..],
                    false,
                    x,
                    [1, i],
                    d,
                    [o, 1],
                );
                if let Some(bias) = bias {
                    column_sums(d, &mut gradient[bias..][..o]);
                }
            };
        let y = &self.hidden[n * h..];
        weights(gradient, h, p, y, d_policy, at.policy, Some(at.policy_bias));
        weights(gradient, h, 1, y, d_value, at.value, Some(at.value_bias));
        let dh = &mut self.d_hidden;
        product(
            [rows, h, p],
            dh,
            false,
            d_policy,
            [p, 1],
            &w[at.policy..],
            [1, p],
        );
        product(
            [rows, h, 1],
            dh,
            true,
            d_value,
            [1, 1],
            &w[at.value..],
            [1, 1],
        );
        self.d_memory.fill(0.0);
        for t in (0..self.steps).rev() {
            let gates = &mut self.gates[t * n * g..][..n * g];
            let c = &self.memory[t * n * h..][..n * h];
            let next = &self.memory[(t + 1) * n * h..][..n * h];
            step_backward(
                gates,
                c,
                next,
                &dh[t * n * h..][..n * h],
                &mut self.d_memory,
                h,
            );
            if t > 0 {
                let to = &mut dh[(t - 1) * n * h..][..n * h];
                product(
                    [n, h, g],
                    to,
                    true,
                    gates,
                    [g, 1],
                    &w[at.recurrent..],
                    [1, g],
                );
            }
        }
        weights(
            gradient,
            h,
            g,
            &self.hidden,
            &self.gates,
            at.recurrent,
            None,
        );
        weights(
            gradient,
            h,
            g,
            &self.stem,
            &self.gates,
            at.kernel,
            Some(at.bias),
        );
        let strides = ([g, 1], [1, g]);
        product(
            [rows, h, g],
            &mut self.d_stem,
            false,
            &self.gates,
            strides.0,
            &w[at.kernel..],
            strides.1,
        );
        relu_backward(&self.stem, &mut self.d_stem);
        weights(gradient, s, h, x, &self.d_stem, at.stem, Some(at.stem_bias));
    }
}

/// Compiles a loop for AVX-512 where the processor has it, as the engine does.
macro_rules! wide {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $body:block)*) => {$(
        fn $name($($argument: $type),*) {
            #[inline(always)]
            fn body($($argument: $type),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
            fn wide($($argument: $type),*) { body($($argument),*) }
            #[cfg(target_arch = "x86_64")]
            if std::is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has it.
                return unsafe { wide($($argument),*) };
            }
            body($($argument),*)
        }
    )*};
}

wide! {
    fn relu(y: &mut [f32]) {
        for y in y { *y = y.max(0.0); }
    }

    fn relu_backward(y: &[f32], d: &mut [f32]) {
        for (d, y) in d.iter_mut().zip(y) { if *y <= 0.0 { *d = 0.0; } }
    }

    fn column_sums(d: &[f32], sum: &mut [f32]) {
        sum.fill(0.0);
        for d in d.chunks_exact(sum.len()) {
            for (sum, d) in sum.iter_mut().zip(d) { *sum += d; }
        }
    }

    fn step(gates: &mut [f32], c: &[f32], next: &mut [f32], hidden: &mut [f32], h: usize) {
        for (r, gates) in gates.chunks_exact_mut(4 * h).enumerate() {
            let (i, rest) = gates.split_at_mut(h);
            let (f, rest) = rest.split_at_mut(h);
            let (g, o) = rest.split_at_mut(h);
            let c = &c[r * h..][..h];
            let next = &mut next[r * h..][..h];
            let hidden = &mut hidden[r * h..][..h];
            for k in 0..h {
                i[k] = sigmoid(i[k]);
                f[k] = sigmoid(f[k]);
                g[k] = tanh(g[k]);
                o[k] = sigmoid(o[k]);
                next[k] = f[k] * c[k] + i[k] * g[k];
                hidden[k] = o[k] * tanh(next[k]);
            }
        }
    }

    fn step_backward(gates: &mut [f32], c: &[f32], next: &[f32], dh: &[f32], dc: &mut [f32], h: usize) {
        for (r, gates) in gates.chunks_exact_mut(4 * h).enumerate() {
            let (i, rest) = gates.split_at_mut(h);
            let (f, rest) = rest.split_at_mut(h);
            let (g, o) = rest.split_at_mut(h);
            let row = r * h..(r + 1) * h;
            let (c, next, dh) = (&c[row.clone()], &next[row.clone()], &dh[row.clone()]);
            let dc = &mut dc[row];
            for k in 0..h {
                let t = tanh(next[k]);
                let d = dc[k] + dh[k] * o[k] * (1.0 - t * t);
                let (vi, vf, vg, vo) = (i[k], f[k], g[k], o[k]);
                i[k] = d * vg * vi * (1.0 - vi);
                f[k] = d * c[k] * vf * (1.0 - vf);
                g[k] = d * vi * (1.0 - vg * vg);
                o[k] = dh[k] * t * vo * (1.0 - vo);
                dc[k] = d * vf;
            }
        }
    }
}
