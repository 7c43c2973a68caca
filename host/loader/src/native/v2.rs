//! Adapters of second revisions; a plugin without them is met by those of contract 1.

mod preprocessor;

use super::NativePlugin;
use super::v1::check;
use crate::calls::inside;
use crate::checks::{Result, preprocessor::Examiner, to_json};
use crate::error::Who;
use crate::loaded::LoadedPreprocessor;
use angora_plugin_api::v1::root::ExtensionTable;
use angora_plugin_api::v2::PreprocessorContext;
use angora_plugin_api::v2::preprocessor::PreprocessorTableRef;
use std::sync::{Arc, OnceLock};

/// The tables that have been asked for.
#[derive(Default)]
pub struct Tables {
    preprocessor: OnceLock<Result<PreprocessorTableRef, String>>,
}

impl NativePlugin {
    /// Whether the plugin has a table, whatever its layout.
    fn has<T: ExtensionTable>(&self, who: &Arc<Who>) -> bool {
        let extension = inside(who.name(), "get_extension", || {
            (self.root.get_extension())(T::ID.into())
        });
        extension.is_some()
    }

    pub(crate) fn preprocessor(
        &self,
        who: Arc<Who>,
        config: &serde_json::Value,
        context: &PreprocessorContext,
    ) -> Result<Box<dyn LoadedPreprocessor>> {
        let examiner = Examiner::new(who, context);
        if !self.has::<PreprocessorTableRef>(&examiner.who) {
            return self.first_preprocessor(examiner, config, context);
        }
        let who = &examiner.who;
        let table = self.table(&self.second.preprocessor, who)?;
        let (config, context) = (to_json(config), to_json(context));
        let object = check(who, "new", || {
            (table.create())(
                who.id.as_str().into(),
                config.as_slice().into(),
                context.as_slice().into(),
            )
        })?;
        Ok(Box::new(preprocessor::Adapter::new(object, examiner)?))
    }
}
