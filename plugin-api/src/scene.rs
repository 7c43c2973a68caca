//! Bodies and scenes as data: what the host composes into one physics model.

use crate::{SensationSpec, Sense};

pub use crate::v1::payload::scene::{
    ControlMode, JointModel, PhysicsOptions, Role, RoleKind, RoleRequest, TouchMode, VisionSpec,
};
pub use crate::v2::payload::scene::{
    BodySpec, LoadFrame, LoadKind, LoadSpec, MuscleModel, SceneModel, SceneSpec, Settling,
};

impl VisionSpec {
    /// The sense: `[height, width, 3 * cameras]`, whole numbers from 0 to 255, row 0 on top.
    #[must_use]
    pub fn sensation(&self) -> SensationSpec {
        SensationSpec {
            sense: Sense::Vision,
            shape: vec![self.height, self.width, 3 * self.cameras.len()],
            low: Some(0.0),
            high: Some(255.0),
            unit: String::new(),
            elements: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_without_vision_is_written_as_before_there_was_any() {
        let blind = SceneSpec::default();
        let written = serde_json::to_string(&blind).expect("JSON");
        assert!(!written.contains("vision"), "{written}");
        assert_eq!(
            serde_json::from_str::<SceneSpec>(&written).ok(),
            Some(blind)
        );
    }

    #[test]
    fn each_camera_gives_three_channels() {
        let vision = VisionSpec {
            cameras: vec!["left".into(), "right".into()],
            height: 48,
            width: 64,
        };
        let sense = vision.sensation();
        assert_eq!((sense.sense, sense.len()), (Sense::Vision, 48 * 64 * 6));
        assert_eq!(sense.shape, [48, 64, 6]);
        assert_eq!((sense.low, sense.high), (Some(0.0), Some(255.0)));
    }
}
