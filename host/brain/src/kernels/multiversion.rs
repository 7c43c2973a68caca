//! One source, three instruction sets.
#![allow(
    unsafe_code,
    reason = "calling a function compiled for more instructions than the baseline is unsafe; the \
              level that allows it is detected once, here"
)]

use std::sync::OnceLock;

/// What the processor offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The target's baseline.
    Baseline,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512 F, VL, BW and DQ.
    Avx512,
}

/// The level of this processor, detected at the first call.
#[inline]
#[must_use]
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(detect)
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Level {
    use std::is_x86_feature_detected as has;
    let avx2 = has!("avx2") && has!("fma");
    if avx2 && has!("avx512f") && has!("avx512vl") && has!("avx512bw") && has!("avx512dq") {
        Level::Avx512
    } else if avx2 {
        Level::Avx2
    } else {
        Level::Baseline
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Level {
    Level::Baseline
}

/// Whether the baseline has a fused multiply-add instruction (else it would be a library call).
pub const BASELINE_FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

/// x y + z, in one rounding where `FUSED`.
#[inline(always)]
#[must_use]
pub fn fma<const FUSED: bool>(x: f32, y: f32, z: f32) -> f32 {
    if FUSED { x.mul_add(y, z) } else { x * y + z }
}

/// Defines a function that is compiled for each [`Level`] and picks at run time.
///
/// The body is generic in one `const bool` that says whether [`fma`] is an instruction, and must
/// reach other code only through `#[inline(always)]` functions, so that it is compiled for the
/// level as a whole. Closures are not: a multiply-add inside one can become a library call.
#[macro_export]
macro_rules! multiversion {
    ($(#[$meta:meta])* $vis:vis fn $name:ident<const $fused:ident: bool>(
        $($argument:ident: $type:ty),* $(,)?
    ) $(-> $result:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(unsafe_code, clippy::too_many_arguments, reason = "see kernels::multiversion")]
        #[inline]
        $vis fn $name($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn body<const $fused: bool>($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
            fn avx512($($argument: $type),*) $(-> $result)? {
                body::<true>($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($argument: $type),*) $(-> $result)? {
                body::<true>($($argument),*)
            }

            match $crate::multiversion::level() {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the level says that the processor has every feature enabled above.
                $crate::multiversion::Level::Avx512 => unsafe { avx512($($argument),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the level says that the processor has every feature enabled above.
                $crate::multiversion::Level::Avx2 => unsafe { avx2($($argument),*) },
                _ => body::<{ $crate::multiversion::BASELINE_FUSED }>($($argument),*),
            }
        }
    };
}
pub(crate) use multiversion;
