//! The gradient of a minibatch through Burn, on any of its devices.
//!
//! The brain is a Burn graph (`angora_brain::tensor`) and autodiff runs backwards through it. On
//! Flex dense layers, cells over a whole chunk and the PPO loss are single operations with
//! hand-written backward passes; everywhere else both are composed from Burn's own operations. Parameters and Adam stay
//! on the host as flat vectors, as on the `cpu` device.

mod loss;

use crate::loss::{LossSettings, LossSums};
use crate::minibatch::Rows;
use angora_brain::tensor::{
    TensorForm, TensorParameters, TensorSequences, device, forward_tensor_with, is_flex, read,
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

    /// Adds the gradient of rows to `gradient` and returns their loss sums. Where `left` is given,
    /// it gets the recurrent states after the last step `[B, L]`.
    pub fn gradient(
        &self,
        brain: &Brain,
        parameters: &[f32],
        settings: &LossSettings,
        batch: &Rows,
        gradient: &mut [f32],
        left: Option<&mut [f32]>,
    ) -> LossSums {
        let autodiff = self.device.clone().autodiff();
        let parameters = TensorParameters::new(brain, parameters, &autodiff).require_grad();
        let sequences = TensorSequences::new(brain, &batch.sequences(), &self.device);
        let form = if self.fused {
            TensorForm::Fused
        } else {
            TensorForm::Composed
        };
        let outputs = forward_tensor_with(brain, &parameters, &sequences, form);
        if let (Some(left), Some(states)) = (left, outputs.final_states()) {
            left.copy_from_slice(&read(states));
        }
        let (raw, values) = (outputs.policy, outputs.value);
        let (distribution, n) = (brain.distribution(), batch.len());
        let (loss, sums) = if self.fused {
            loss::fused(distribution, settings, batch, n, raw, values)
        } else {
            loss::composed(distribution, settings, batch, n, raw, values, &self.device)
        };
        let mut gradients = loss.backward();
        parameters.gradient(&mut gradients, gradient);
        sums
    }
}
