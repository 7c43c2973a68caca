//! The sense of vision: a scene's cameras, drawn by renderers that its environments share.

use crate::compose::ComposedScene;
use crate::physics::Physics;
use crate::render::{Camera, Quality, RenderError, Renderer};
use angora_plugin_api::SensationSpec;
use mujoco_rs::wrappers::MjModel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Draws one sense of vision for any number of environments at once. There are as many renderers
/// as pictures were ever drawn at the same time: one per thread, not one per environment.
pub struct Vision {
    model: Arc<MjModel>,
    cameras: Vec<Camera>,
    height: usize,
    width: usize,
    sense: SensationSpec,
    /// Renderers at rest.
    idle: Mutex<Vec<Renderer>>,
}

impl Vision {
    /// For a scene that asks for vision; `None` for others. Nothing is drawn yet, so that a machine
    /// which cannot draw can still say what would be seen.
    ///
    /// # Errors
    /// A camera that is not there.
    pub fn new(scene: &ComposedScene) -> Result<Option<Self>, RenderError> {
        let Some(spec) = &scene.vision else {
            return Ok(None);
        };
        let cameras = spec.cameras.iter();
        Ok(Some(Self {
            model: scene.model.clone(),
            cameras: cameras
                .map(|name| Camera::named(&scene.model, name))
                .collect::<Result<_, _>>()?,
            height: spec.height,
            width: spec.width,
            sense: spec.sensation(),
            idle: Mutex::default(),
        }))
    }

    /// Makes the first renderer, so that a machine which cannot draw is found out before an episode
    /// begins.
    ///
    /// # Errors
    /// A machine that cannot draw.
    pub fn prepare(&self) -> Result<(), RenderError> {
        let mut idle = self.idle();
        if idle.is_empty() {
            let first = self.renderer()?;
            idle.push(first);
        }
        Ok(())
    }

    /// The sense: shape and range.
    pub fn sense(&self) -> &SensationSpec {
        &self.sense
    }

    /// Draws what the cameras see. Allocates nothing but where more pictures are drawn at the
    /// same time than before.
    ///
    /// # Errors
    /// A renderer that fails.
    pub fn see(&self, physics: &mut Physics, sensation: &mut [f32]) -> Result<(), RenderError> {
        let rested = self.idle().pop();
        let mut renderer = match rested {
            Some(renderer) => renderer,
            None => self.renderer()?,
        };
        let channels = 3 * self.cameras.len();
        for (camera, first) in self.cameras.iter().zip((0..).step_by(3)) {
            let picture = renderer.draw(physics, camera)?;
            let pixels = sensation.chunks_exact_mut(channels);
            for (receptors, pixel) in pixels.zip(picture.chunks_exact(3)) {
                let own = &mut receptors[first..first + 3];
                for (receptor, &byte) in own.iter_mut().zip(pixel) {
                    *receptor = f32::from(byte);
                }
            }
        }
        self.idle().push(renderer);
        Ok(())
    }

    fn renderer(&self) -> Result<Renderer, RenderError> {
        Renderer::new(&self.model, self.height, self.width, Quality::Plain)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Renderer>> {
        // A panic elsewhere cannot have left the list half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::compose::tests::{BODY, WORLD, body, plain, world};
    use angora_plugin_api::scene::VisionSpec;

    /// The yard with two cameras, one that sees the swinger's ball and one that sees nothing.
    fn scene(cameras: &[&str]) -> Result<ComposedScene, crate::physics::PhysicsError> {
        let yard = WORLD.replacen(
            "<worldbody>",
            "<visual><headlight ambient='1 1 1' diffuse='0 0 0' specular='0 0 0'/></visual>
             <worldbody><camera name='above' pos='0 0 2'/>
             <camera name='away' pos='0 0 2' euler='180 0 0'/>",
            1,
        );
        let mut spec = world(&yard);
        spec.vision = Some(VisionSpec {
            cameras: cameras.iter().map(ToString::to_string).collect(),
            height: 12,
            width: 16,
        });
        plain(&spec, &body(BODY))
    }

    #[test]
    fn each_camera_has_its_channels_in_the_order_of_the_spec() {
        let seen = |cameras: &[&str]| {
            let scene = scene(cameras).unwrap();
            let mut physics = Physics::new(&scene).unwrap();
            physics.reset().unwrap();
            physics.forward().unwrap();
            let vision = Vision::new(&scene).unwrap().unwrap();
            let sense = vision.sense().clone();
            assert_eq!(sense.shape, [12, 16, 3 * cameras.len()]);
            assert_eq!((sense.low, sense.high), (Some(0.0), Some(255.0)));
            let mut pixels = vec![f32::NAN; sense.len()];
            vision.see(&mut physics, &mut pixels).unwrap();
            pixels
        };
        let (above, away) = (seen(&["above"]), seen(&["away"]));
        assert!(above.iter().any(|&value| value > 0.0));
        assert!(away.iter().all(|&value| value == 0.0));
        let both = seen(&["away", "above"]);
        for (pixel, own) in both.chunks_exact(6).zip(above.chunks_exact(3)) {
            assert_eq!(pixel[..3], [0.0; 3]);
            assert_eq!(&pixel[3..], own);
        }
    }

    #[test]
    fn pictures_one_after_another_share_a_renderer() {
        let scene = scene(&["above"]).unwrap();
        let vision = Vision::new(&scene).unwrap().unwrap();
        let mut physics = [(); 3].map(|()| Physics::new(&scene).unwrap());
        let mut pixels = vec![0.0; vision.sense().len()];
        for physics in &mut physics {
            physics.reset().unwrap();
            physics.forward().unwrap();
            vision.see(physics, &mut pixels).unwrap();
        }
        assert_eq!(vision.idle().len(), 1);
    }

    #[test]
    fn scenes_that_cannot_be_seen_are_refused() {
        let unknown = scene(&["abov"]).unwrap_err().to_string();
        assert_eq!(
            unknown,
            "vision: cameras: there is no camera \"abov\"; did you mean above?"
        );
        let none = scene(&[]).unwrap_err().to_string();
        assert!(none.contains("name at least one camera"), "{none}");
        let blind = plain(&world(WORLD), &body(BODY)).unwrap();
        assert!(Vision::new(&blind).unwrap().is_none());
        let mut flat = world(WORLD);
        flat.vision = Some(VisionSpec {
            cameras: vec!["above".into()],
            height: 0,
            width: 9,
        });
        let flat = plain(&flat, &body(BODY)).unwrap_err().to_string();
        assert!(flat.starts_with("vision: height: 0 pixels"), "{flat}");
    }
}
