//! Settings that both preprocessors share.

use angora_sdk::{Fault, FaultCode, Result};
use serde::{Deserialize, Serialize};

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Largest magnitude of what comes out.
    pub clip: f64,
    /// Added to the variance before the root is taken.
    pub epsilon: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clip: 10.0,
            epsilon: 1e-6,
        }
    }
}

impl Settings {
    /// The same settings, if they make sense.
    ///
    /// # Errors
    /// Numbers that are not positive.
    pub fn checked(self) -> Result<Self> {
        for (key, value) in [("clip", self.clip), ("epsilon", self.epsilon)] {
            if !(value > 0.0 && value.is_finite()) {
                let message = format!("{value} is not a positive number");
                return Err(Fault::new(FaultCode::Config, message).on(key));
            }
        }
        Ok(self)
    }
}
