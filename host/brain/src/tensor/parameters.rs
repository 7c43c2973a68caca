//! Parameters on a device.

use crate::brain::Brain;
use crate::program::Place;
use burn::tensor::{Device, Gradients, Tensor, TensorData, Transaction};
use std::ops::Range;

/// The parameters of a brain as one tensor each. Cut out of one tensor instead, each would have a
/// gradient as long as all of them together.
#[derive(Debug, Clone)]
pub struct TensorParameters {
    ranges: Vec<Range<usize>>,
    tensors: Vec<Tensor<1>>,
    device: Device,
}

impl TensorParameters {
    /// Copies flat parameters to a device.
    ///
    /// # Panics
    /// If their number is not the brain's.
    #[must_use]
    pub fn new(brain: &Brain, parameters: &[f32], device: &Device) -> Self {
        assert_eq!(
            parameters.len(),
            brain.parameters().len(),
            "number of parameters"
        );
        let entries = brain.parameters().entries();
        let ranges: Vec<_> = entries.iter().map(|entry| entry.range()).collect();
        let tensors = ranges.iter().map(|range| {
            let values = parameters[range.clone()].to_vec();
            Tensor::from_data(TensorData::new(values, [range.len()]), device)
        });
        Self {
            tensors: tensors.collect(),
            ranges,
            device: device.clone(),
        }
    }

    /// The same, with gradients kept for [`TensorParameters::gradient`].
    ///
    /// # Panics
    /// If the device is without autodiff.
    #[must_use]
    pub fn require_grad(mut self) -> Self {
        for tensor in &mut self.tensors {
            *tensor = tensor.clone().require_grad();
        }
        self
    }

    /// Where they are.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Takes the gradients out of Burn's and adds them to a flat one; nothing depends on parameters
    /// that have none.
    ///
    /// # Panics
    /// If the gradient has another length than the parameters.
    pub fn gradient(&self, gradients: &mut Gradients, gradient: &mut [f32]) {
        let len = self.ranges.last().map_or(0, |range| range.end);
        assert_eq!(gradient.len(), len, "length of the gradient");
        let mut found = Vec::new();
        let mut transaction = Transaction::default();
        for (range, tensor) in self.ranges.iter().zip(&self.tensors) {
            if let Some(tensor) = tensor.grad_remove(gradients) {
                found.push(range.clone());
                transaction = transaction.register(tensor);
            }
        }
        for (range, data) in found.into_iter().zip(transaction.execute()) {
            for (sum, x) in gradient[range].iter_mut().zip(data.iter::<f32>()) {
                *sum += x;
            }
        }
    }

    /// A parameter.
    pub(super) fn vector(&self, place: Place) -> Tensor<1> {
        let at = self
            .ranges
            .binary_search_by_key(&place.offset, |range| range.start);
        self.tensors[at.expect("places are parameters")].clone()
    }

    /// A parameter with so many columns.
    pub(super) fn matrix(&self, place: Place, columns: usize) -> Tensor<2> {
        self.vector(place).reshape([place.len / columns, columns])
    }
}
