//! Devices by name.

use crate::error::BrainError;
use angora_core::suggest::hint;
use burn::backend::DispatchDevice;
use burn::tensor::Device;

/// Every name, whether or not this host was built with it.
const NAMES: [&str; 2] = ["flex", "cuda"];

/// The device of that name, without automatic differentiation (`.autodiff()` adds it): `flex` is
/// the CPU, and `cuda` the first NVIDIA GPU, `cuda:K` the one behind K others, in hosts built with
/// the feature `cuda`.
///
/// # Errors
/// Where the name is unknown, or this host was built without that device.
pub fn device(name: &str) -> Result<Device, BrainError> {
    let (kind, number) = match name.split_once(':') {
        Some((kind, number)) => (kind, number.parse::<usize>().ok()),
        None => (name, Some(0)),
    };
    match kind {
        "flex" if number == Some(0) => Ok(Device::flex()),
        #[cfg(feature = "cuda")]
        "cuda" if number.is_some() => Ok(Device::cuda(number.unwrap_or(0))),
        #[cfg(not(feature = "cuda"))]
        "cuda" if number.is_some() => Err(BrainError::Device(
            "this host was built without cuda; build one with `cargo build -p angora-host --features cuda`, or take cpu"
                .into(),
        )),
        _ => {
            let hint = hint(name, NAMES);
            Err(BrainError::Device(format!(
                "there is no \"{name}\"; {hint}"
            )))
        }
    }
}

/// Whether tensors on a device are slices of this process's memory.
#[must_use]
pub fn is_flex(device: &Device) -> bool {
    let inner = device.clone().without_autodiff();
    matches!(inner.as_dispatch(), DispatchDevice::Flex(_))
}
