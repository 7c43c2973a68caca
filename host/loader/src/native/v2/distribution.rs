//! Distributions, which are data.

use crate::checks::{Result, from_json, to_json};
use crate::error::Who;
use crate::native::NativePlugin;
use crate::native::v1::check;
use angora_plugin_api::v2::distribution::DistributionTableRef;
use angora_plugin_api::{DistributionRequest, DistributionSpec};
use std::sync::{Arc, OnceLock};

/// The table, once it has been asked for.
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
