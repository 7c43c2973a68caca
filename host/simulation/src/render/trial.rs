//! A picture of nothing much, to see whether pictures can be had.

use super::{Camera, Quality, RenderError, Renderer, screen::Screen};
use crate::compose::compose;
use crate::physics::Physics;
use angora_plugin_api::{BodySpec, ControlMode, PhysicsOptions, SceneSpec};
use std::collections::BTreeMap;

const SIDE: usize = 32;

/// A ball in front of a camera.
const WORLD: &str = r#"<mujoco><worldbody>
    <light pos="0 0 3"/><camera name="above" pos="0 0 3"/>
    <geom type="sphere" size="0.5" rgba="1 0 0 1"/>
</worldbody></mujoco>"#;

const BODY: &str =
    r#"<mujoco><worldbody><body><geom type="sphere" size="0.1"/></body></worldbody></mujoco>"#;

/// Draws a small picture, and returns what drew it: a GPU, or a renderer in software. A driver
/// that is not well may take the process with it.
///
/// # Errors
/// [`RenderError::Unavailable`] where there is no OpenGL; [`RenderError::Engine`] where MuJoCo
/// refuses, or the picture has one colour only.
pub fn try_out() -> Result<String, RenderError> {
    let engine = |message: String| RenderError::Engine { message };
    let scene = SceneSpec {
        mjcf: WORLD.into(),
        ..SceneSpec::default()
    };
    let body = BodySpec {
        mjcf: BODY.into(),
        assets: Vec::new(),
        roles: BTreeMap::new(),
        control: ControlMode::default(),
        physics: PhysicsOptions::default(),
        substeps: None,
        ..BodySpec::default()
    };
    let composed = compose(&scene, &[], &body, &[], &PhysicsOptions::default())
        .map_err(|e| engine(e.to_string()))?;
    let mut physics = Physics::new(&composed).map_err(|e| engine(e.to_string()))?;
    physics.reset().map_err(|e| engine(e.to_string()))?;
    physics.forward().map_err(|e| engine(e.to_string()))?;
    let camera = Camera::named(physics.model(), "above")?;
    let mut renderer = Renderer::new(physics.model(), SIDE, SIDE, Quality::Plain)?;
    let picture = renderer.draw(&mut physics, &camera)?;
    if picture.chunks(3).all(|pixel| pixel == &picture[..3]) {
        return Err(engine("the picture is empty".into()));
    }
    Screen::open()?.renderer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_draws_has_a_name() {
        let renderer = try_out().expect("this machine draws");
        assert!(!renderer.is_empty());
    }
}
