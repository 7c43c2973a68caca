//! What can go wrong between a task, a body and MuJoCo.

/// A scene that cannot be composed, or physics that cannot go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PhysicsError {
    /// MJCF that MuJoCo does not accept, with MuJoCo's own words.
    #[error("MuJoCo does not accept {what}: {message}")]
    Model {
        /// Whose MJCF.
        what: String,
        /// MuJoCo's text, with element and line where it says so.
        message: String,
    },
    /// MJCF that asks for more than is allowed, before MuJoCo sees it.
    #[error("the MJCF of {what}: {message}")]
    Mjcf {
        /// Whose MJCF.
        what: String,
        /// The value, the limit, and what to do.
        message: String,
    },
    /// A file that the MJCF refers to cannot be used.
    #[error("asset {name:?}: {message}")]
    Asset {
        /// Its name.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// World and body name the same thing.
    #[error(
        "the task's world and body {body:?} both have a {kind} named {name:?}: rename one of them"
    )]
    NameClash {
        /// Name of the body's model.
        body: String,
        /// Kind of the part.
        kind: &'static str,
        /// Name that both use.
        name: String,
    },
    /// A physics option that means nothing.
    #[error("physics option {option}: {message}")]
    Option {
        /// Its name in the configuration.
        option: &'static str,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The body lacks a role.
    #[error("task needs the role {role:?} ({kind}); body {body:?} has: {known}")]
    MissingRole {
        /// The role.
        role: String,
        /// What its parts must be.
        kind: &'static str,
        /// Name of the body's model.
        body: String,
        /// The body's roles, with their kinds.
        known: String,
    },
    /// The body has the role, but not as it must be.
    #[error("role {role:?} of body {body:?}: {message}")]
    Role {
        /// The role.
        role: String,
        /// Name of the body's model.
        body: String,
        /// What is wrong.
        message: String,
    },
    /// Pictures that cannot be drawn.
    #[error("vision: {field}: {message}")]
    Vision {
        /// Field of the scene's `vision`.
        field: &'static str,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// An actuator that the control mode cannot drive.
    #[error("actuator {name:?}: {message}")]
    Actuator {
        /// Its name, or `#index`.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// Numbers of the state are not finite or far too large.
    #[error("the physics diverged at {time} s: {what}")]
    Diverged {
        /// Simulated time at which the failed physics step began, s.
        time: f64,
        /// Which number.
        what: String,
    },
    /// A fatal error of MuJoCo.
    #[error("MuJoCo failed: {message}")]
    Engine {
        /// MuJoCo's text.
        message: String,
    },
    /// A state that does not belong to this model.
    #[error("physics state: {message}")]
    State {
        /// What is wrong.
        message: String,
    },
}
