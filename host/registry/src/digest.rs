//! What names bytes by their content.

use crate::RegistryError;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

const ALGORITHM: &str = "sha256:";

/// `sha256:` and 64 hexadecimal digits. Any other algorithm is refused: one is enough, and a
/// weaker one must not come in through a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// Of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let hex: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self(format!("{ALGORITHM}{hex}"))
    }

    /// As it is written.
    ///
    /// # Errors
    /// It is no SHA-256 digest.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let hex = text.strip_prefix(ALGORITHM).unwrap_or_default();
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if hex.len() == 64 && hex.chars().all(is_hex) {
            return Ok(Self(text.to_owned()));
        }
        Err(RegistryError::Digest { text: text.into() })
    }

    /// With the algorithm.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hexadecimal digits alone, the name of a file.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0[ALGORITHM.len()..]
    }
}

impl TryFrom<String> for Digest {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        Self::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn the_digest_of_abc_is_that_of_the_standard() {
        let expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").as_str(), expected);
        assert!(Digest::parse(expected).is_ok());
    }

    #[test]
    fn what_could_leave_a_folder_is_no_digest() {
        let path = format!("sha256:../{}", "a".repeat(61));
        for text in [
            "",
            "sha256:",
            "sha512:00",
            "md5:00",
            &path,
            &"A".repeat(71),
            &format!("sha256:{}", "A".repeat(64)),
        ] {
            assert!(Digest::parse(text).is_err(), "{text}");
        }
    }
}
