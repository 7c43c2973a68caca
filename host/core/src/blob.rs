//! Bytes inside JSON, as base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Bytes that are written to JSON as base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Blob {
    /// The bytes of f32 numbers, little endian, so that every bit is kept.
    #[must_use]
    pub fn from_f32(values: &[f32]) -> Self {
        Self(values.iter().flat_map(|v| v.to_le_bytes()).collect())
    }

    /// The f32 numbers, where there are `len` of them.
    #[must_use]
    pub fn to_f32(&self, len: usize) -> Option<Vec<f32>> {
        if self.0.len() != len * 4 {
            return None;
        }
        let words = self.0.chunks_exact(4);
        Some(
            words
                .map(|w| f32::from_le_bytes([w[0], w[1], w[2], w[3]]))
                .collect(),
        )
    }

    /// The bytes of f64 numbers, little endian.
    #[must_use]
    pub fn from_f64(values: &[f64]) -> Self {
        Self(values.iter().flat_map(|v| v.to_le_bytes()).collect())
    }

    /// The f64 numbers, where there are `len` of them.
    #[must_use]
    pub fn to_f64(&self, len: usize) -> Option<Vec<f64>> {
        if self.0.len() != len * 8 {
            return None;
        }
        let words = self.0.chunks_exact(8);
        Some(
            words
                .map(|w| f64::from_le_bytes([w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]]))
                .collect(),
        )
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_bit() {
        let values = [0.1_f32, -0.0, f32::MIN_POSITIVE, 3.0e38];
        let text = serde_json::to_string(&Blob::from_f32(&values)).expect("serialises");
        let blob: Blob = serde_json::from_str(&text).expect("reads");
        let again = blob.to_f32(4).expect("four numbers");
        assert!(
            values
                .iter()
                .zip(&again)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
        assert_eq!(blob.to_f32(3), None);
    }
}
