//! From where a picture is taken.

use super::RenderError;
use crate::compose::camera_names;
use angora_core::suggest;
use mujoco_rs::wrappers::{MjModel, MjtObjBase, MjvCamera};

/// A camera of a model, or one that stands free.
#[derive(Debug, Clone)]
pub struct Camera(pub(super) MjvCamera);

impl Camera {
    /// The camera of a name, of the world or of the body.
    ///
    /// # Errors
    /// [`RenderError::Camera`] where the model has none of this name.
    pub fn named(model: &MjModel, name: &str) -> Result<Self, RenderError> {
        let found = model.name_to_id(MjtObjBase::mjOBJ_CAMERA, name);
        found
            .map(|id| Self(MjvCamera::new_fixed(id)))
            .ok_or_else(|| {
                let known: Vec<&str> = camera_names(model).collect();
                RenderError::Camera {
                    name: name.into(),
                    hint: suggest::hint(name, known.iter().copied()),
                }
            })
    }

    /// A free camera that has the whole model in sight, as MuJoCo's viewer begins.
    #[must_use]
    pub fn free(model: &MjModel) -> Self {
        Self(MjvCamera::new_free(model))
    }

    /// A free camera that looks at a point (m) from a distance (m). Angles are in degrees: the
    /// azimuth of its view about z, counted from x, and the elevation of its view, negative from
    /// above.
    #[must_use]
    pub fn orbit(lookat: [f64; 3], distance: f64, azimuth: f64, elevation: f64) -> Self {
        Self(MjvCamera {
            lookat,
            distance,
            azimuth,
            elevation,
            ..MjvCamera::default()
        })
    }
}
