//! Adapters of second revisions, and of kinds that came after contract 1.

mod bindings;

use super::WasmPlugin;
use super::v1::text;
use crate::checks::{Result, from_json};
use crate::error::Who;
use angora_plugin_api::{DistributionRequest, DistributionSpec};
use std::sync::Arc;

impl WasmPlugin {
    pub(crate) fn distribution(
        &self,
        who: &Arc<Who>,
        request: &DistributionRequest,
    ) -> Result<DistributionSpec> {
        let pre = bindings::DistributionModulePre::new;
        let mut instance = self.instance(who, pre, |pre, store| pre.instantiate(store))?;
        let request = text(request);
        let json = instance.call("declare", |module, store| {
            let distribution = module.angora_plugin2_0_0_distribution();
            distribution.call_declare(store, &who.id, &request)
        })?;
        from_json(who, "declare", json.as_bytes())
    }
}
