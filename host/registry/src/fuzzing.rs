//! What the fuzz targets call and nothing else outside of this crate: see `tests/fuzz`.

use crate::sign;
use crate::store::http::{credentials::Challenge, exchange};

/// Whether a `WWW-Authenticate` header is understood.
#[must_use]
pub fn challenge(header: &str) -> bool {
    Challenge::parse(header).is_some()
}

/// What a server says about an error.
#[must_use]
pub fn said(body: &[u8]) -> String {
    exchange::said(body)
}

/// Whether a text is a secret key without a password.
#[must_use]
pub fn secret(text: &str) -> bool {
    sign::open(text).is_some()
}

/// Checks the signature of a key over bytes.
///
/// # Errors
/// It does not hold, or key or signature cannot be read.
pub fn verify(key: &str, signature: &str, bytes: &[u8]) -> Result<(), String> {
    sign::verify(key, signature, bytes)
}
