//! Adapters of second revisions, and of kinds that came after contract 1.

use super::NativePlugin;
use super::v1::check;
use crate::checks::{Result, from_json, to_json};
use crate::error::Who;
use angora_plugin_api::v2::distribution::DistributionTableRef;
use angora_plugin_api::{DistributionRequest, DistributionSpec};
use std::sync::{Arc, OnceLock};

/// The tables that have been asked for.
#[derive(Default)]
pub struct Tables {
    distribution: OnceLock<Result<DistributionTableRef, String>>,
}

impl NativePlugin {
    pub(crate) fn distribution(
        &self,
        who: Arc<Who>,
        request: &DistributionRequest,
    ) -> Result<DistributionSpec> {
        let table = self.table(&self.second.distribution, &who)?;
        let json = to_json(request);
        let bytes = check(&who, "declare", || {
            (table.declare())(who.id.as_str().into(), json.as_slice().into())
        })?;
        from_json(&who, "declare", &bytes)
    }
}
