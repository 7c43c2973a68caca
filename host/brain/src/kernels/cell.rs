//! The elementwise parts of recurrent cells, over the rows of one control step.
//!
//! All matrices are packed: rows of H values, or of G H values where the gates lie side by side.

use super::multiversion::multiversion;
use super::scalar::{sigmoid, tanh};

multiversion! {
    /// LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): from
    /// the gates' pre-activations i, f, g, o and c to the gates, c' = f c + i g and
    /// h' = o tanh c'.
    pub fn lstm<const FUSED: bool>(
        gates: &mut [f32], before: &[f32], memory: &mut [f32], hidden: &mut [f32], units: usize
    ) {
        for (r, gates) in gates.chunks_exact_mut(4 * units).enumerate() {
            let (i, rest) = gates.split_at_mut(units);
            let (f, rest) = rest.split_at_mut(units);
            let (g, o) = rest.split_at_mut(units);
            let before = &before[r * units..][..units];
            let memory = &mut memory[r * units..][..units];
            let hidden = &mut hidden[r * units..][..units];
            for k in 0..units {
                i[k] = sigmoid::<FUSED>(i[k]);
                f[k] = sigmoid::<FUSED>(f[k]);
                g[k] = tanh::<FUSED>(g[k]);
                o[k] = sigmoid::<FUSED>(o[k]);
                memory[k] = f[k] * before[k] + i[k] * g[k];
                hidden[k] = o[k] * tanh::<FUSED>(memory[k]);
            }
        }
    }
}

multiversion! {
    /// Gradients of [`lstm`]: by the pre-activations and by c, from those by h' and c'.
    pub fn lstm_backward<const FUSED: bool>(
        gates: &[f32],
        before: &[f32],
        memory: &[f32],
        d_hidden: &[f32],
        d_memory: &[f32],
        d_gates: &mut [f32],
        d_before: &mut [f32],
        units: usize,
    ) {
        for (r, gates) in gates.chunks_exact(4 * units).enumerate() {
            let (i, rest) = gates.split_at(units);
            let (f, rest) = rest.split_at(units);
            let (g, o) = rest.split_at(units);
            let (di, rest) = d_gates[r * 4 * units..][..4 * units].split_at_mut(units);
            let (df, rest) = rest.split_at_mut(units);
            let (dg, d_o) = rest.split_at_mut(units);
            let row = r * units..(r + 1) * units;
            let (before, memory) = (&before[row.clone()], &memory[row.clone()]);
            let (dh, dc) = (&d_hidden[row.clone()], &d_memory[row.clone()]);
            let d_before = &mut d_before[row];
            for k in 0..units {
                let t = tanh::<FUSED>(memory[k]);
                let d = dc[k] + dh[k] * o[k] * (1.0 - t * t);
                di[k] = d * g[k] * i[k] * (1.0 - i[k]);
                df[k] = d * before[k] * f[k] * (1.0 - f[k]);
                dg[k] = d * i[k] * (1.0 - g[k] * g[k]);
                d_o[k] = dh[k] * t * o[k] * (1.0 - o[k]);
                d_before[k] = d * f[k];
            }
        }
    }
}

multiversion! {
    /// GRU (Cho et al. 2014; reset after the product): from x W + b in `gates` and h U + b' in
    /// `inner`, both as r, z, n side by side, to the gates, and
    /// h' = (1 - z) n + z h with n = tanh(xn + r hn).
    pub fn gru<const FUSED: bool>(
        gates: &mut [f32], inner: &[f32], before: &[f32], hidden: &mut [f32], units: usize
    ) {
        for (row, gates) in gates.chunks_exact_mut(3 * units).enumerate() {
            let (r, rest) = gates.split_at_mut(units);
            let (z, n) = rest.split_at_mut(units);
            let inner = &inner[row * 3 * units..][..3 * units];
            let before = &before[row * units..][..units];
            let hidden = &mut hidden[row * units..][..units];
            for k in 0..units {
                r[k] = sigmoid::<FUSED>(r[k] + inner[k]);
                z[k] = sigmoid::<FUSED>(z[k] + inner[units + k]);
                n[k] = tanh::<FUSED>(n[k] + r[k] * inner[2 * units + k]);
                hidden[k] = (1.0 - z[k]) * n[k] + z[k] * before[k];
            }
        }
    }
}

multiversion! {
    /// Gradients of [`gru`]: by x W + b, by h U + b' and, apart from that, by h.
    pub fn gru_backward<const FUSED: bool>(
        gates: &[f32],
        inner: &[f32],
        before: &[f32],
        d_hidden: &[f32],
        d_gates: &mut [f32],
        d_inner: &mut [f32],
        d_before: &mut [f32],
        units: usize,
    ) {
        for (row, gates) in gates.chunks_exact(3 * units).enumerate() {
            let (r, rest) = gates.split_at(units);
            let (z, n) = rest.split_at(units);
            let wide = row * 3 * units..(row + 1) * 3 * units;
            let inner = &inner[wide.clone()];
            let (d_gates, d_inner) = (&mut d_gates[wide.clone()], &mut d_inner[wide]);
            let narrow = row * units..(row + 1) * units;
            let (before, dh) = (&before[narrow.clone()], &d_hidden[narrow.clone()]);
            let d_before = &mut d_before[narrow];
            for k in 0..units {
                let dn = dh[k] * (1.0 - z[k]) * (1.0 - n[k] * n[k]);
                let dz = dh[k] * (before[k] - n[k]) * z[k] * (1.0 - z[k]);
                let dr = dn * inner[2 * units + k] * r[k] * (1.0 - r[k]);
                d_gates[k] = dr;
                d_gates[units + k] = dz;
                d_gates[2 * units + k] = dn;
                d_inner[k] = dr;
                d_inner[units + k] = dz;
                d_inner[2 * units + k] = dn * r[k];
                d_before[k] = dh[k] * z[k];
            }
        }
    }
}

multiversion! {
    /// h' = tanh g, from the pre-activation, which is kept.
    pub fn simple_rnn<const FUSED: bool>(gates: &[f32], hidden: &mut [f32]) {
        for (h, g) in hidden.iter_mut().zip(gates) {
            *h = tanh::<FUSED>(*g);
        }
    }
}

multiversion! {
    /// Gradient of [`simple_rnn`] by the pre-activation.
    pub fn simple_rnn_backward<const FUSED: bool>(
        hidden: &[f32], d_hidden: &[f32], d_gates: &mut [f32]
    ) {
        for ((d, h), dh) in d_gates.iter_mut().zip(hidden).zip(d_hidden) {
            *d = dh * (1.0 - h * h);
        }
    }
}
