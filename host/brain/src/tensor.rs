//! The same brain as a graph of Burn tensors, on any device and differentiable by Burn.
//!
//! ```
//! use angora_brain::tensor::{device, forward_tensor, gradient_of, row, rows};
//! # use angora_brain::{Brain, DistributionKind, DistributionSettings};
//! # use angora_core::SensationLayout;
//! # use angora_plugin_api::{ActionSpec, SensationSpec, Sense, brain::BrainSpec};
//! # let spec: BrainSpec = serde_json::from_str(
//! #     r#"{"nodes": [], "policy": "goal", "value": "goal"}"#)?;
//! # let layout = SensationLayout::new(&[SensationSpec {
//! #     sense: Sense::Goal, shape: vec![2], low: None, high: None, unit: String::new() }]);
//! # let settings = DistributionSettings::new(DistributionKind::Categorical);
//! # let brain = Brain::build(&spec, &layout, &ActionSpec::Discrete { n: 3 }, &settings)?;
//! let device = device("flex")?;
//! let parameters = row(&brain.initialise(1), &device.clone().autodiff()).require_grad();
//! let sensations = rows(&[0.5, -0.5], 2, &device);
//! let (policy, value) = forward_tensor(&brain, parameters.clone(), sensations);
//! let mut gradients = (policy.sum() + value.sum()).backward();
//! let gradient: Vec<f32> = gradient_of(&parameters, &mut gradients);
//! assert_eq!(gradient.len(), brain.parameters().len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dense;
mod device;
mod distribution;
mod forward;

pub use dense::dense_act;
pub use device::{device, is_flex};
pub use distribution::log_prob_entropy_tensor;
pub use forward::{DenseForm, forward_tensor, forward_tensor_with};

use burn::tensor::{Device, Gradients, Tensor, TensorData};

/// A vector on a device.
#[must_use]
pub fn row(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}

/// A matrix `[len / width, width]`, row major, on a device.
///
/// # Panics
/// If `width` does not divide the length.
#[must_use]
pub fn rows(values: &[f32], width: usize, device: &Device) -> Tensor<2> {
    let shape = [values.len() / width, width];
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// The values of a tensor, row major, on the host.
#[must_use]
pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Takes the gradient of the flat parameters out of Burn's; zeros where nothing depends on them.
#[must_use]
pub fn gradient_of(parameters: &Tensor<1>, gradients: &mut Gradients) -> Vec<f32> {
    match parameters.grad_remove(gradients) {
        Some(gradient) => read(gradient),
        None => vec![0.0; parameters.dims()[0]],
    }
}
