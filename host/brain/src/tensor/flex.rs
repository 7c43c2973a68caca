//! Tensors of Flex as slices of f32.

use burn::backend::flex::FlexTensor;
use burn::tensor::{DType, Shape};

/// A new tensor of f32 whose values are all about to be written.
pub fn empty(shape: &[usize]) -> FlexTensor {
    FlexTensor::empty(Shape::from(shape.to_vec()), DType::F32)
}

/// The tensor with its values one after another from the start of its storage, and no others.
pub fn packed(tensor: FlexTensor) -> FlexTensor {
    let layout = tensor.layout();
    let whole = layout.num_elements() == tensor.storage::<f32>().len();
    if tensor.is_contiguous() && layout.start_offset() == 0 && whole {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

/// The values of a packed tensor.
pub fn values(tensor: &FlexTensor) -> &[f32] {
    &tensor.storage::<f32>()[..tensor.layout().num_elements()]
}

/// Rows and columns of a matrix.
pub fn dims(tensor: &FlexTensor) -> [usize; 2] {
    let shape = tensor.layout().shape();
    [shape[0], shape[1]]
}
