//! Bodies.

use crate::{BodySpec, Fault, Result};
use serde::de::DeserializeOwned;

/// A body: MJCF, roles and how actions drive it. A body is data; it is asked once.
pub trait Body: 'static {
    /// Settings, as a lab writes them in TOML; [`NoConfig`](crate::NoConfig) for none.
    type Config: DeserializeOwned + Default;

    /// The body that `export_plugin!` lists under `id`.
    ///
    /// # Errors
    /// Settings that make no sense.
    fn describe(id: &str, config: Self::Config) -> Result<BodySpec>;

    /// A file that the MJCF refers to.
    ///
    /// # Errors
    /// By default: there is none.
    fn asset(_id: &str, name: &str) -> Result<Vec<u8>> {
        Err(Fault::failed(format!("there is no asset {name:?}")))
    }
}
