//! Adapters of second revisions, and of kinds that came after contract 1; a module without the
//! second revision of an interface is met by the adapter of contract 1.

mod bindings;
mod preprocessor;

use super::WasmPlugin;
use super::v1::text;
use crate::checks::{Result, from_json, preprocessor::Examiner};
use crate::error::Who;
use crate::loaded::LoadedPreprocessor;
use angora_plugin_api::v2::PreprocessorContext;
use angora_plugin_api::{DistributionRequest, DistributionSpec};
use std::sync::Arc;

/// The interface of preprocessors.
const PREPROCESSOR: &str = "angora:plugin/preprocessor@2.0.0";

impl WasmPlugin {
    pub(crate) fn preprocessor(
        &self,
        who: &Arc<Who>,
        config: &serde_json::Value,
        context: &PreprocessorContext,
    ) -> Result<Box<dyn LoadedPreprocessor>> {
        let examiner = Examiner::new(who.clone(), context);
        if self
            .component
            .get_export_index(None, PREPROCESSOR)
            .is_none()
        {
            return self.first_preprocessor(examiner, config, context);
        }
        let instance = self.instance(who, bindings::PreprocessorModulePre::new, |pre, store| {
            pre.instantiate(store)
        })?;
        let adapter =
            preprocessor::Adapter::new(instance, &text(config), &text(context), examiner)?;
        Ok(Box::new(adapter))
    }

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
