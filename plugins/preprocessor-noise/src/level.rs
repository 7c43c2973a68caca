//! How strong noise is.

use angora_sdk::{Fault, FaultCode, Random, Result};

/// Gaussian noise with the standard deviation `constant + proportional * |signal|`
/// (signal-dependent noise: Harris and Wolpert 1998).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Standard deviation without a signal, in the unit of the signal.
    pub constant: f64,
    /// What is added per unit of the signal's magnitude; no unit.
    pub proportional: f64,
}

impl Level {
    /// The same level, if it makes sense.
    ///
    /// # Errors
    /// Numbers that are negative or not finite.
    pub fn checked(self) -> Result<Self> {
        for (key, value) in [
            ("constant", self.constant),
            ("proportional", self.proportional),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                let message = format!("{value} is not a standard deviation; use 0 or more");
                return Err(Fault::new(FaultCode::Config, message).on(key));
            }
        }
        Ok(self)
    }

    /// The standard deviation at a signal, in its unit.
    #[must_use]
    pub fn deviation(self, signal: f64) -> f64 {
        self.constant + self.proportional * signal.abs()
    }

    /// A signal with noise. Draws the same number of random numbers whatever the level is.
    pub fn noisy(self, signal: f64, random: &mut Random) -> f64 {
        signal + self.deviation(signal) * random.normal()
    }
}
