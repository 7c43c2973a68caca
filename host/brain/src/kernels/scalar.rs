//! Elementary functions of one f32, without branches, so that loops over them vectorise.
//!
//! Bounds are against f64 and tested over dense grids (see the tests below); an ulp is a unit in
//! the last place of the exact result.

use super::multiversion::fma;
use angora_plugin_api::brain::ActivationKind;

/// Horner's rule, highest coefficient first.
#[inline(always)]
fn polynomial<const FUSED: bool, const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut y = coefficients[0];
    for &c in &coefficients[1..] {
        y = fma::<FUSED>(y, x, c);
    }
    y
}

/// exp x within 2 ulp for x in \[-87, 88\]; the ends' values beyond them.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, exp x = 2^n exp r; the polynomial is that of Cephes
/// (Moshier, `expf`).
#[inline(always)]
pub fn exp<const FUSED: bool>(x: f32) -> f32 {
    /// 1.5 * 2^23: adding and subtracting it rounds to the nearest integer.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let n = fma::<FUSED>(x, std::f32::consts::LOG2_E, ROUND) - ROUND;
    // ln 2 in two parts, the first exact in few bits.
    let r = fma::<FUSED>(n, -0.693_359_4, x);
    let r = fma::<FUSED>(n, 2.121_944_4e-4, r);
    let tail = polynomial::<FUSED, 6>(
        r,
        [
            1.987_569_2e-4,
            1.398_199_9e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            0.5,
        ],
    );
    let y = fma::<FUSED>(tail, r * r, r) + 1.0;
    y * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

/// ln x within 2 ulp (or 1e-7 absolute near x = 1) for positive normal x; undefined elsewhere.
///
/// The polynomial is that of Cephes (Moshier, `logf`).
#[inline(always)]
pub fn ln<const FUSED: bool>(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = ((bits >> 23) as i32 - 126) as f32;
    let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    let small = mantissa < std::f32::consts::FRAC_1_SQRT_2;
    let n = if small { exponent - 1.0 } else { exponent };
    let m = if small {
        mantissa + mantissa - 1.0
    } else {
        mantissa - 1.0
    };
    let square = m * m;
    let cubic = polynomial::<FUSED, 9>(
        m,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            3.333_333e-1,
        ],
    ) * m
        * square;
    let tail = fma::<FUSED>(n, -2.121_944_4e-4, cubic);
    let tail = fma::<FUSED>(-0.5, square, tail);
    fma::<FUSED>(n, 0.693_359_4, m + tail)
}

/// tanh x within 8 ulp.
///
/// The rational function of degrees 13 and 6 that Eigen uses (`ptanh_float`); the argument is
/// clamped where tanh rounds to 1.
#[inline(always)]
pub fn tanh<const FUSED: bool>(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let square = x * x;
    let numerator = polynomial::<FUSED, 7>(
        square,
        [
            -2.760_768_4e-16,
            2.000_188e-13,
            -8.604_672e-11,
            5.122_297e-8,
            1.485_722_4e-5,
            6.372_619e-4,
            4.893_524_6e-3,
        ],
    );
    let denominator = polynomial::<FUSED, 4>(
        square,
        [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3],
    );
    x * numerator / denominator
}

/// exp(x) - 1 for x <= 0 within 20 ulp, as 2 t / (1 - t) with t = tanh(x / 2).
#[inline(always)]
pub fn exp_m1_negative<const FUSED: bool>(x: f32) -> f32 {
    let t = tanh::<FUSED>(0.5 * x);
    2.0 * t / (1.0 - t)
}

/// 1 / (1 + exp(-x)) within 4 ulp for x > -87.
#[inline(always)]
pub fn sigmoid<const FUSED: bool>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<FUSED>(-x))
}

/// ln(1 + exp x) within 6 ulp for x > -87, from max(x, 0) + ln(1 + exp(-|x|)).
#[inline(always)]
pub fn softplus<const FUSED: bool>(x: f32) -> f32 {
    let e = exp::<FUSED>(-x.abs());
    let u = 1.0 + e;
    // ln u, corrected for the rounding of u.
    x.max(0.0) + (ln::<FUSED>(u) + (e - (u - 1.0)) / u)
}

/// f(x) of an activation.
#[inline(always)]
pub fn activate<const FUSED: bool>(kind: ActivationKind, x: f32) -> f32 {
    match kind {
        ActivationKind::Linear => x,
        ActivationKind::Tanh => tanh::<FUSED>(x),
        // Not max(x, 0), which would turn NaN into 0.
        ActivationKind::Relu => {
            if x < 0.0 {
                0.0
            } else {
                x
            }
        }
        ActivationKind::Sigmoid => sigmoid::<FUSED>(x),
        ActivationKind::Softplus => softplus::<FUSED>(x),
        ActivationKind::Elu => {
            let negative = exp_m1_negative::<FUSED>(x.min(0.0));
            if x < 0.0 { negative } else { x }
        }
    }
}

/// f'(x) of an activation from y = f(x).
#[inline(always)]
pub fn slope<const FUSED: bool>(kind: ActivationKind, y: f32) -> f32 {
    match kind {
        ActivationKind::Linear => 1.0,
        ActivationKind::Tanh => fma::<FUSED>(-y, y, 1.0),
        ActivationKind::Relu => {
            if y > 0.0 {
                1.0
            } else {
                0.0
            }
        }
        ActivationKind::Sigmoid => y * (1.0 - y),
        ActivationKind::Softplus => -exp_m1_negative::<FUSED>(-y),
        ActivationKind::Elu => {
            if y > 0.0 {
                1.0
            } else {
                1.0 + y
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest error in ulp of the exact result over a grid, for both roundings of fma.
    fn worst(low: f64, high: f64, fast: [fn(f32) -> f32; 2], exact: fn(f64) -> f64) -> f64 {
        let n = 400_000;
        let mut worst = 0.0_f64;
        for i in 0..=n {
            let x = (low + (high - low) * f64::from(i) / f64::from(n)) as f32;
            let expected = exact(f64::from(x));
            let ulp = f64::from((expected.abs() as f32).max(f32::MIN_POSITIVE)) * 2f64.powi(-23);
            for fast in fast {
                worst = worst.max((f64::from(fast(x)) - expected).abs() / ulp);
            }
        }
        worst
    }

    #[test]
    fn elementary_functions_keep_their_bounds() {
        let soft = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        assert!(worst(-87.0, 88.0, [exp::<true>, exp::<false>], f64::exp) < 2.0);
        assert!(worst(-9.0, 9.0, [tanh::<true>, tanh::<false>], f64::tanh) < 8.0);
        assert!(worst(-1e-3, 1e-3, [tanh::<true>, tanh::<false>], f64::tanh) < 8.0);
        assert!(worst(1.5, 1e6, [ln::<true>, ln::<false>], f64::ln) < 2.0);
        assert!(worst(1e-6, 0.7, [ln::<true>, ln::<false>], f64::ln) < 2.0);
        assert!(
            worst(-86.0, 40.0, [sigmoid::<true>, sigmoid::<false>], |x| 1.0
                / (1.0 + (-x).exp()))
                < 4.0
        );
        assert!(worst(-86.0, 40.0, [softplus::<true>, softplus::<false>], soft) < 6.0);
        let m1 = [exp_m1_negative::<true>, exp_m1_negative::<false>];
        assert!(worst(-30.0, 0.0, m1, f64::exp_m1) < 20.0);
        for i in 0..100_000 {
            let x = 0.7 + 0.8 * i as f32 / 100_000.0;
            assert!((f64::from(ln::<true>(x)) - f64::from(x).ln()).abs() < 1e-7);
        }
    }

    #[test]
    fn nan_stays_nan() {
        use ActivationKind::{Elu, Linear, Relu, Sigmoid, Softplus, Tanh};
        for kind in [Linear, Tanh, Relu, Sigmoid, Softplus, Elu] {
            assert!(activate::<true>(kind, f32::NAN).is_nan(), "{kind:?}");
        }
    }

    #[test]
    fn slopes_are_the_derivatives_at_the_output() {
        use ActivationKind::{Elu, Linear, Relu, Sigmoid, Softplus, Tanh};
        for kind in [Linear, Tanh, Relu, Sigmoid, Softplus, Elu] {
            for i in -40..40 {
                let x = f64::from(i) * 0.13 + 0.01;
                let f = |x: f64| match kind {
                    Linear => x,
                    Tanh => x.tanh(),
                    Relu => x.max(0.0),
                    Sigmoid => 1.0 / (1.0 + (-x).exp()),
                    Softplus => x.exp().ln_1p(),
                    Elu => {
                        if x > 0.0 {
                            x
                        } else {
                            x.exp_m1()
                        }
                    }
                };
                let expected = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6;
                let y = activate::<true>(kind, x as f32);
                assert!(
                    (f64::from(y) - f(x)).abs() < 1e-6 * (1.0 + f(x).abs()),
                    "{kind:?} {x}"
                );
                let found = f64::from(slope::<true>(kind, y));
                assert!(
                    (found - expected).abs() < 2e-6,
                    "{kind:?} {x}: {found} {expected}"
                );
            }
        }
    }
}
