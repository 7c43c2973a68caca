//! The gradient of a minibatch through Burn, on any of its devices.
//!
//! The brain is a Burn graph (`angora_brain::tensor`) and autodiff runs backwards through it. On
//! Flex the dense layers and the whole PPO loss are single operations with hand-written backward
//! passes; everywhere else both are composed from Burn's own operations. Parameters and Adam stay
//! on the host as flat vectors, as on the `cpu` device.

mod loss;

use crate::loss::{LossSettings, LossSums};
use crate::minibatch::Rows;
use angora_brain::tensor::{
    DenseForm, device, forward_tensor_with, gradient_of, is_flex, row, rows,
};
use angora_brain::{Brain, BrainError};
use burn::tensor::Device;

/// Computes gradients on a Burn device.
pub struct TensorGradient {
    device: Device,
    /// Whether layers and loss are single operations.
    fused: bool,
}

impl TensorGradient {
    /// On a device by name: `flex`, or `cuda` where the host is built with it.
    ///
    /// # Errors
    /// There is no such device in this build.
    pub fn new(name: &str) -> Result<Self, BrainError> {
        let device = device(name)?;
        let fused = is_flex(&device);
        Ok(Self { device, fused })
    }

    /// The same, with everything composed from Burn's own operations.
    #[cfg(test)]
    pub fn composed(name: &str) -> Result<Self, BrainError> {
        Ok(Self {
            device: device(name)?,
            fused: false,
        })
    }

    /// Writes the gradient of n rows and returns their loss sums.
    pub fn gradient(
        &self,
        brain: &Brain,
        parameters: &[f32],
        settings: &LossSettings,
        batch: &Rows,
        n: usize,
        gradient: &mut [f32],
    ) -> LossSums {
        let flat = row(parameters, &self.device.clone().autodiff()).require_grad();
        let receptors = brain.sensation_len();
        let sensations = rows(&batch.sensations[..n * receptors], receptors, &self.device);
        let form = if self.fused {
            DenseForm::Fused
        } else {
            DenseForm::Composed
        };
        let (raw, values) = forward_tensor_with(brain, flat.clone(), sensations, form);
        let distribution = brain.distribution();
        let (loss, sums) = if self.fused {
            loss::fused(distribution, settings, batch, n, raw, values)
        } else {
            loss::composed(distribution, settings, batch, n, raw, values, &self.device)
        };
        let mut gradients = loss.backward();
        gradient.copy_from_slice(&gradient_of(&flat, &mut gradients));
        sums
    }
}
