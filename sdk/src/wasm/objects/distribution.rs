//! Distributions.

use super::{Result, text};
use crate::wasm::bindings::{
    distribution_module::exports::angora::plugin2_0_0::distribution::Guest, types,
};
use crate::wasm::{Contributions, Maker, Module, make};
use crate::{DistributionRequest, json};
use angora_plugin_api::PluginKind;

/// Declares the distribution of an id for a request.
pub type Declare = fn(&str, &[u8]) -> Result<Vec<u8>>;

pub fn distribution<T: crate::Distribution>(id: &str, request: &[u8]) -> Result<Vec<u8>> {
    let request: DistributionRequest = json::read("distribution request", request)?;
    let config = crate::settings::from_value(&request.config)?;
    json::write("distribution", &T::declare(id, config, &request.action)?)
}

impl<C: Contributions> Guest for Module<C> {
    fn declare(id: String, request: String) -> Result<String, types::Fault> {
        let json = make::<C, _>(PluginKind::Distribution, &id, |maker| match maker {
            Maker::Distribution(declare) => Some(declare(&id, request.as_bytes())),
            _ => None,
        })?;
        Ok(text(json)?)
    }
}
