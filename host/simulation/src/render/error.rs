//! What can go wrong with a picture.

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RenderError {
    /// The machine cannot draw.
    #[error(
        "pictures need OpenGL through EGL, which is not to be had here ({message}); a software \
         renderer does: on Debian `apt-get install libegl1 libgl1-mesa-dri`"
    )]
    Unavailable {
        /// EGL's text.
        message: String,
    },
    /// No picture has this size.
    #[error(
        "a picture of {height} x {width} pixels (height x width): each side must be from 1 to 8192"
    )]
    Size {
        /// Rows asked for.
        height: usize,
        /// Columns asked for.
        width: usize,
    },
    /// The model has no such camera.
    #[error("there is no camera {name:?}; {hint}")]
    Camera {
        /// Name asked for.
        name: String,
        /// The nearest names, or all.
        hint: String,
    },
    /// MuJoCo cannot draw.
    #[error("MuJoCo cannot draw: {message}")]
    Engine {
        /// MuJoCo's text.
        message: String,
    },
    /// The physics is not that of the model for which the renderer was made.
    #[error("the renderer was made for another model than that of the physics")]
    OtherModel,
    /// An earlier error has used the renderer up.
    #[error("the renderer failed before and cannot be used again; make a new one")]
    Spent,
}
