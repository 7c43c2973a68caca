//! The same brain as a graph of Burn tensors, on any device and differentiable by Burn.
//!
//! ```
//! use angora_brain::tensor::{TensorParameters, TensorSequences, device, forward_tensor, rows};
//! # use angora_brain::{Brain, DistributionKind, DistributionSettings};
//! # use angora_core::SensationLayout;
//! # use angora_plugin_api::{ActionSpec, SensationSpec, Sense, brain::BrainSpec};
//! # let spec: BrainSpec = serde_json::from_str(
//! #     r#"{"nodes": [], "policy": "goal", "value": "goal"}"#)?;
//! # let layout = SensationLayout::new(&[SensationSpec {
//! #     sense: Sense::Goal, shape: vec![2], low: None, high: None, unit: String::new(), elements: Vec::new() }]);
//! # let settings = DistributionSettings::new(DistributionKind::Categorical);
//! # let brain = Brain::build(&spec, &layout, &ActionSpec::Discrete { n: 3 }, &settings)?;
//! let device = device("flex")?;
//! let flat = brain.initialise(1);
//! let parameters = TensorParameters::new(&brain, &flat, &device.clone().autodiff());
//! let parameters = parameters.require_grad();
//! let sequences = TensorSequences::single(rows(&[0.5, -0.5], 2, &device));
//! let outputs = forward_tensor(&brain, &parameters, &sequences);
//! let mut gradients = (outputs.policy.sum() + outputs.value.sum()).backward();
//! let mut gradient = vec![0.0; flat.len()];
//! parameters.gradient(&mut gradients, &mut gradient);
//! assert!(gradient.iter().any(|x| *x != 0.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cell;
mod declared;
mod dense;
mod device;
mod distribution;
mod flex;
mod forward;
mod image;
mod operation;
mod parameters;
mod sequences;

pub use dense::dense_act;
pub use device::{device, is_flex};
pub use distribution::log_prob_entropy_tensor;
pub use forward::{TensorForm, TensorOutputs, forward_tensor, forward_tensor_with};
pub use parameters::TensorParameters;
pub use sequences::TensorSequences;

use burn::tensor::{Device, Tensor, TensorData};

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
