//! The visual component: the areas of CORnet-Z (Kubilius et al. 2018) and a small readout.

use angora_sdk::brain::Conv2d;
use angora_sdk::{
    ActivationKind, BrainBuilder, Fault, FaultCode, Initialiser, Padding, Result, Sense,
};

/// An area of the ventral stream: name, filters, side of the kernel, stride.
const AREAS: [(&str, usize, usize, usize); 4] = [
    ("v1", 64, 7, 2),
    ("v2", 128, 3, 1),
    ("v4", 256, 3, 1),
    ("it", 512, 3, 1),
];

/// What the component says: as much as the pose that it stands for, a place and a quaternion.
const OUTPUTS: usize = 7;

/// V1 halves the image twice, each other area once: below this IT would see less than one place.
const SMALLEST: usize = 32;

/// Adds the component; the name of its output.
///
/// # Errors
/// An image that is too small.
pub fn build(brain: &mut BrainBuilder, height: usize, width: usize) -> Result<String> {
    if height.min(width) < SMALLEST {
        let message = format!(
            "the image is {height} x {width} pixels; CORnet-Z halves it five times and needs at \
             least {SMALLEST} x {SMALLEST}"
        );
        return Err(Fault::new(FaultCode::Unsupported, message).on(Sense::Vision.name()));
    }
    let mut seen = Sense::Vision.name().to_owned();
    for (area, filters, kernel, stride) in AREAS {
        let form = Conv2d {
            padding: Padding::Same,
            initialiser: Initialiser::GlorotUniform,
            ..Conv2d::new(filters, kernel, stride)
        };
        seen = brain.conv2d(&format!("{area}.conv"), form, &seen);
        seen = brain.max_pool(&format!("{area}.pool"), 3, 2, Padding::Same, &seen);
    }
    let seen = brain.flatten("visual_component.flatten", &seen);
    Ok(brain.dense_with(
        "visual_component.output",
        OUTPUTS,
        ActivationKind::Linear,
        Initialiser::GlorotUniform,
        &[&seen],
    ))
}
