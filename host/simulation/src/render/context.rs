//! MuJoCo's half of a renderer: what it keeps in OpenGL.

// MuJoCo's contexts are raw.
#![allow(unsafe_code)]

use super::{Quality, RenderError};
use crate::physics::guard::{self, Failure};
use mujoco_rs::{
    mujoco_c::mjrContext,
    wrappers::{MjModel, MjvScene},
};

/// Meshes, textures and buffers of one model in one OpenGL context, which must be current in all
/// calls.
#[derive(Debug)]
pub(super) struct Context(Box<mjrContext>);

// SAFETY: its pointers are its own, and the names in it belong to an OpenGL context that goes
// where it goes.
unsafe impl Send for Context {}

impl Context {
    /// Uploads the model.
    pub fn new(
        model: &MjModel,
        height: usize,
        width: usize,
        quality: Quality,
    ) -> Result<Self, RenderError> {
        let plain = quality == Quality::Plain;
        // SAFETY: the caller has made OpenGL current.
        let made = unsafe { guard::make_context(model, (height, width), plain) };
        made.map(Self).map_err(engine)
    }

    /// Draws a scene of the model into `picture`, bottom row first.
    pub fn draw(
        &mut self,
        scene: &mut MjvScene,
        size: (usize, usize),
        picture: &mut [u8],
    ) -> Result<(), RenderError> {
        // SAFETY: the caller has made OpenGL current, and scene and context belong together.
        let drawn = unsafe { guard::draw(scene, &self.0, size, picture) };
        drawn.map_err(engine)
    }

    /// Frees what it holds in OpenGL; to drop it instead would leave it there.
    pub fn free(mut self) {
        // SAFETY: the caller has made OpenGL current, and nothing uses the context afterwards.
        unsafe { guard::free_context(&mut self.0) }
    }
}

pub(super) fn engine(failure: Failure) -> RenderError {
    let message = match failure {
        Failure::Error(message) => message,
        Failure::Diverged => "the numbers of the physics are bad".into(),
    };
    RenderError::Engine { message }
}
