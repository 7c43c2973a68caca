//! Pictures of a scene, drawn off the screen by MuJoCo and OpenGL; no display is needed.

mod camera;
mod context;
mod dress;
mod error;
mod screen;
#[cfg(test)]
mod tests;
mod trial;
mod viewpoint;

pub use camera::Camera;
pub use dress::Dress;
pub use error::RenderError;
pub use trial::try_out;
pub use viewpoint::Viewpoint;

use crate::physics::{Physics, guard};
use context::{Context, engine};
use mujoco_rs::wrappers::{MjModel, MjvOption, MjvScene};
use screen::Screen;
use std::sync::Arc;

/// What a picture may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Without multisampling and shadows, which in software take most of the time: for senses.
    Plain,
    /// As the model's `<visual>` says: for people.
    Fine,
}

/// Draws pictures of one model in one size. Keep it: the first of a process takes some tenths of
/// a second to make, each further one some milliseconds and megabytes.
///
/// It may move between threads, since it holds OpenGL only while it draws. Pictures depend on
/// the state of the physics alone, and are the same, bit for bit, on every thread of one machine.
/// They show the geoms and sites of the groups 0 to 2 at the derived places, which after a step
/// are those of the last evaluation inside it, as for tasks. A [`Dress`] shows people more.
#[derive(Debug)]
pub struct Renderer {
    // Freed by hand, while the screen is current.
    context: Option<Context>,
    screen: Screen,
    model: Arc<MjModel>,
    scene: MjvScene,
    option: Box<MjvOption>,
    height: usize,
    width: usize,
    picture: Vec<u8>,
}

/// Longest side of a picture, pixels; software OpenGL ends here.
const LONGEST_SIDE: usize = 8192;
/// Most slices of a round geom.
const MOST_SLICES: i32 = 1000;
/// Room for what is drawn beside geoms and sites: pieces of tendons.
const SPARE_GEOMS: usize = 2000;

impl Renderer {
    /// For pictures of `height` x `width` pixels.
    ///
    /// # Errors
    /// [`RenderError::Unavailable`] where there is no OpenGL, [`RenderError::Size`] for no or too
    /// many pixels, [`RenderError::Engine`] where MuJoCo refuses.
    pub fn new(
        model: &Arc<MjModel>,
        height: usize,
        width: usize,
        quality: Quality,
    ) -> Result<Self, RenderError> {
        if [height, width]
            .iter()
            .any(|&side| !(1..=LONGEST_SIDE).contains(&side))
        {
            return Err(RenderError::Size { height, width });
        }
        let slices = model.vis().quality.numslices;
        if !(0..=MOST_SLICES).contains(&slices) {
            // MuJoCo would write beyond its memory where it draws a hanging tendon.
            let message =
                format!("<quality numslices=\"{slices}\"> is not from 0 to {MOST_SLICES}");
            return Err(RenderError::Engine { message });
        }
        guard::install();
        let mut screen = Screen::open()?;
        let context = screen.with(|| Context::new(model, height, width, quality))??;
        let sites = model.site_pos().len();
        let geoms = model.geom_type().len() + sites + SPARE_GEOMS;
        Ok(Self {
            context: Some(context),
            screen,
            model: model.clone(),
            scene: MjvScene::new(model, geoms),
            option: Box::default(),
            height,
            width,
            picture: vec![0; 3 * height * width],
        })
    }

    /// What the camera sees: red, green and blue of each pixel `[height, width, 3]`, row 0 on
    /// top.
    ///
    /// # Errors
    /// [`RenderError::OtherModel`] for the physics of another model; after
    /// [`RenderError::Unavailable`] and [`RenderError::Engine`] the renderer is of no more use.
    pub fn draw(&mut self, physics: &mut Physics, camera: &Camera) -> Result<&[u8], RenderError> {
        self.see(physics, camera, None)?;
        self.paint()
    }

    /// The same for people: with ghosts and lit touch sensors.
    ///
    /// # Errors
    /// As [`draw`](Self::draw).
    pub fn draw_dressed(
        &mut self,
        physics: &mut Physics,
        camera: &Camera,
        dress: &Dress,
    ) -> Result<&[u8], RenderError> {
        self.see(physics, camera, Some(dress))?;
        self.paint()
    }

    /// Fills the scene.
    #[allow(unsafe_code, reason = "MuJoCo's scenes are raw")]
    fn see(
        &mut self,
        physics: &mut Physics,
        camera: &Camera,
        dress: Option<&Dress>,
    ) -> Result<(), RenderError> {
        if !Arc::ptr_eq(&self.model, physics.model()) {
            return Err(RenderError::OtherModel);
        }
        let option = dress.map_or(&*self.option, Dress::option);
        // SAFETY: scene and data are of one model, which has the camera: it was found in it.
        let seen = unsafe { guard::see(physics.data(), option, &camera.0, &mut self.scene) };
        seen.map_err(engine)?;
        if let Some(dress) = dress {
            dress.put_on(physics, &mut self.scene);
        }
        Ok(())
    }

    /// Draws the scene as it is.
    fn paint(&mut self) -> Result<&[u8], RenderError> {
        let Self {
            context,
            screen,
            scene,
            picture,
            height,
            width,
            ..
        } = self;
        let context = context.as_mut().ok_or(RenderError::Spent)?;
        let size = (*height, *width);
        screen.with(|| context.draw(scene, size, picture))??;
        flip(picture, 3 * *width);
        Ok(picture)
    }
}

impl Drop for Renderer {
    fn drop(&mut self) {
        if let Some(context) = self.context.take() {
            // Where the screen is gone there is nothing left to free.
            let _ = self.screen.with(|| context.free());
        }
    }
}

/// Turns a picture upside down: OpenGL reads from the bottom.
fn flip(picture: &mut [u8], row: usize) {
    let rows = picture.len() / row;
    let (above, below) = picture.split_at_mut(row * (rows / 2));
    for (top, bottom) in above.chunks_mut(row).zip(below.chunks_mut(row).rev()) {
        top.swap_with_slice(bottom);
    }
}
