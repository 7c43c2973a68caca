//! Functions that give the same bits on every machine and in both forms of a plugin.
//!
//! `f64::sin` and its like come from the machine's library in a native plugin and from Rust's in a
//! module, and may differ in the last bit between the two, or between two machines. These come
//! from the crate libm everywhere. Sums, products, quotients and square roots are exact in any
//! case.

pub use libm::{
    acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, cos, cosh, exp, exp2, expm1, hypot,
    log as ln, log1p, log2, log10, pow, sin, sinh, tan, tanh,
};
