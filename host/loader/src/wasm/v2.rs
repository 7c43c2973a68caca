//! Adapters of second revisions; a module without them is met by those of contract 1.

mod bindings;
mod preprocessor;

use super::WasmPlugin;
use super::v1::text;
use crate::checks::{Result, preprocessor::Examiner};
use crate::error::Who;
use crate::loaded::LoadedPreprocessor;
use angora_plugin_api::v2::PreprocessorContext;
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
}
