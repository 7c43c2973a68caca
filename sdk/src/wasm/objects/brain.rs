//! Brains.

use super::{Result, text};
use crate::wasm::bindings::{brain_module::exports::angora::plugin::brain::Guest, types};
use crate::wasm::{Contributions, Maker, Module, make};
use crate::{BrainRequest, json};
use angora_plugin_api::PluginKind;

/// Designs the brain of an id for a request.
pub type Design = fn(&str, &[u8]) -> Result<Vec<u8>>;

pub fn brain<T: crate::Brain>(id: &str, request: &[u8]) -> Result<Vec<u8>> {
    let request: BrainRequest = json::read("brain request", request)?;
    json::write("brain", &T::design(id, &request)?)
}

impl<C: Contributions> Guest for Module<C> {
    fn design(id: String, request: String) -> Result<String, types::Fault> {
        let json = make::<C, _>(PluginKind::Brain, &id, |maker| match maker {
            Maker::Brain(design) => Some(design(&id, request.as_bytes())),
            _ => None,
        })?;
        Ok(text(json)?)
    }
}
