//! What a scene asks to be drawn, and whether it can be.

use super::model::camera_names;
use crate::physics::PhysicsError;
use angora_core::suggest;
use angora_plugin_api::scene::VisionSpec;
use mujoco_rs::wrappers::MjModel;

/// Longest side of a picture that a brain could make something of, pixels.
const LONGEST_SIDE: usize = 2048;

/// Refuses pictures of no or absurd size, no camera, and cameras that the model does not have.
pub(super) fn check(spec: &VisionSpec, model: &MjModel) -> Result<(), PhysicsError> {
    let fault = |field, message| Err(PhysicsError::Vision { field, message });
    for (field, side) in [("height", spec.height), ("width", spec.width)] {
        if !(1..=LONGEST_SIDE).contains(&side) {
            return fault(
                field,
                format!("{side} pixels is no side of a picture; expected 1 to {LONGEST_SIDE}"),
            );
        }
    }
    if spec.cameras.is_empty() {
        return fault("cameras", "there is none; name at least one camera".into());
    }
    let known: Vec<&str> = camera_names(model).collect();
    for name in &spec.cameras {
        if !known.contains(&name.as_str()) {
            let hint = suggest::hint(name, known.iter().copied());
            return fault("cameras", format!("there is no camera {name:?}; {hint}"));
        }
    }
    Ok(())
}
