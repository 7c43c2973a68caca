//! The functions of the Beta distribution, in f32, without branches; bounds are for arguments of at
//! least 1.
//!
//! Each shifts its argument up by 6 with the recurrence of gamma and then takes Stirling's series
//! (Abramowitz and Stegun 6.1.15, 6.1.40, 6.3.18 and 6.4.11), whose error is then below that of
//! f32.

use crate::kernels::multiversion::fma;
use crate::kernels::scalar::ln;

/// ln sqrt(2 pi).
pub(crate) const LN_SQRT_TAU: f32 = 0.918_938_5;

/// What Stirling's series adds to (y - 1/2) ln y - y + ln sqrt(2 pi), for y >= 7.
#[inline(always)]
fn stirling<const FUSED: bool>(y: f32) -> f32 {
    let inverse = 1.0 / y;
    let square = inverse * inverse;
    let series = fma::<FUSED>(square, 1.0 / 1260.0, -1.0 / 360.0);
    inverse * fma::<FUSED>(series, square, 1.0 / 12.0)
}

/// ln(x (x + 1) ... (x + 5)) for x < 1e12.
#[inline(always)]
fn ln_rising<const FUSED: bool>(x: f32) -> f32 {
    let low = x * (x + 1.0) * (x + 2.0);
    let high = (x + 3.0) * (x + 4.0) * (x + 5.0);
    ln::<FUSED>(low) + ln::<FUSED>(high)
}

/// ln(1 + r) for r > -1, without loss where r is small.
#[inline(always)]
pub(crate) fn ln_1p<const FUSED: bool>(r: f32) -> f32 {
    let u = 1.0 + r;
    // ln u, corrected for the rounding of u.
    ln::<FUSED>(u) + (r - (u - 1.0)) / u
}

/// ln B(a, b) for a, b >= 1, within 3e-6 (1 + |ln B| + ln(a + b)) up to a, b = 1e4.
///
/// The three leading terms are combined before they cancel: ln(a + 6) - ln(a + b + 6) is
/// -ln(1 + b / (a + 6)).
#[inline(always)]
pub(crate) fn ln_beta<const FUSED: bool>(a: f32, b: f32) -> f32 {
    let sum = a + b;
    let (a6, b6, sum6) = (a + 6.0, b + 6.0, sum + 6.0);
    let lead = 5.5 * ln::<FUSED>(sum6) + (LN_SQRT_TAU - 6.0)
        - (a + 5.5) * ln_1p::<FUSED>(b / a6)
        - (b + 5.5) * ln_1p::<FUSED>(a / b6);
    let tails = stirling::<FUSED>(a6) + stirling::<FUSED>(b6) - stirling::<FUSED>(sum6);
    lead + tails - (ln_rising::<FUSED>(a) + ln_rising::<FUSED>(b) - ln_rising::<FUSED>(sum))
}

/// ln gamma(x) for 0 < x < 1e6, within 3e-6 (1 + |ln gamma|).
#[inline(always)]
pub(crate) fn ln_gamma<const FUSED: bool>(x: f32) -> f32 {
    let y = x + 6.0;
    let lead = (y - 0.5) * ln::<FUSED>(y) - y + LN_SQRT_TAU;
    lead + stirling::<FUSED>(y) - ln_rising::<FUSED>(x)
}

/// digamma(x) within 1e-6 (1 + |digamma|) and trigamma(x) within 1e-6 (1 + trigamma), x >= 1.
#[inline(always)]
pub(crate) fn digamma_trigamma<const FUSED: bool>(x: f32) -> (f32, f32) {
    let (mut first, mut second) = (0.0_f32, 0.0_f32);
    for k in 0..6 {
        let term = 1.0 / (x + k as f32);
        first += term;
        second = fma::<FUSED>(term, term, second);
    }
    let y = x + 6.0;
    let inverse = 1.0 / y;
    let square = inverse * inverse;
    let series = fma::<FUSED>(square, -1.0 / 252.0, 1.0 / 120.0);
    let series = fma::<FUSED>(square, -series, 1.0 / 12.0);
    let digamma = ln::<FUSED>(y) - 0.5 * inverse - square * series - first;
    let series = fma::<FUSED>(square, 1.0 / 42.0, -1.0 / 30.0);
    let series = fma::<FUSED>(square, series, 1.0 / 6.0);
    let trigamma = inverse + 0.5 * square + inverse * square * series + second;
    (digamma, trigamma)
}

/// digamma(x), as [`digamma_trigamma`].
#[inline(always)]
pub(crate) fn digamma<const FUSED: bool>(x: f32) -> f32 {
    digamma_trigamma::<FUSED>(x).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::function::{beta, gamma};

    fn grid() -> impl Iterator<Item = f32> {
        (0..=160).map(|i| 10f32.powf(i as f32 / 40.0))
    }

    #[test]
    fn digamma_and_trigamma_agree_with_f64() {
        for x in grid() {
            let wide = f64::from(x);
            let (first, second) = digamma_trigamma::<true>(x);
            let expected = gamma::digamma(wide);
            assert!(
                (f64::from(first) - expected).abs() < 1e-6 * (1.0 + expected.abs()),
                "{x}"
            );
            // By the recurrence and the series in f64.
            let y = wide + 30.0;
            let shifted: f64 = (0..30).map(|k| (wide + f64::from(k)).powi(-2)).sum();
            let tail = 1.0 / y + 0.5 / (y * y) + 1.0 / (6.0 * y.powi(3)) - 1.0 / (30.0 * y.powi(5));
            let expected = shifted + tail;
            assert!(
                (f64::from(second) - expected).abs() < 1e-6 * (1.0 + expected),
                "{x}"
            );
            assert_eq!(first, digamma::<true>(x));
        }
    }

    #[test]
    fn ln_gamma_agrees_with_f64() {
        for x in grid().chain([0.01, 0.1, 0.5]) {
            let expected = gamma::ln_gamma(f64::from(x));
            for found in [ln_gamma::<true>(x), ln_gamma::<false>(x)] {
                let error = (f64::from(found) - expected).abs();
                assert!(
                    error < 3e-6 * (1.0 + expected.abs()),
                    "{x}: {found} for {expected}"
                );
            }
        }
    }

    #[test]
    fn ln_beta_agrees_with_f64() {
        for a in grid() {
            for b in grid() {
                let expected = beta::ln_beta(f64::from(a), f64::from(b));
                for found in [ln_beta::<true>(a, b), ln_beta::<false>(a, b)] {
                    let scale = 1.0 + expected.abs() + f64::from(a + b).ln();
                    let error = (f64::from(found) - expected).abs();
                    assert!(error < 3e-6 * scale, "{a} {b}: {found} for {expected}");
                }
            }
        }
    }
}
