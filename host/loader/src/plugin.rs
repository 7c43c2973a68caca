//! An open plugin, whatever its form.

use crate::checks::fault;
use crate::discover::FoundPlugin;
use crate::error::{LoadError, PluginFault, Who};
use crate::loaded::{LoadedBody, LoadedPreprocessor, LoadedReward, LoadedSceneTask, LoadedTask};
use crate::native::NativePlugin;
use crate::remarks::Remarks;
use crate::wasm::{Sandbox, WasmPlugin};
use angora_plugin_api::{
    BrainRequest, BrainSpec, DistributionRequest, DistributionSpec, Fault, FaultCode, PluginKind,
    RewardConfiguration, RewardContext, SettingsSpec, v2::PreprocessorContext,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

type Result<T, E = PluginFault> = std::result::Result<T, E>;

/// An open plugin.
pub enum OpenPlugin {
    /// A library of this machine.
    Native(Box<NativePlugin>),
    /// A sandboxed module.
    Wasm(Box<WasmPlugin>),
}

impl OpenPlugin {
    /// Opens what was found; a module in the sandbox.
    pub fn open(
        found: &FoundPlugin,
        sandbox: impl FnOnce() -> Result<Arc<Sandbox>, LoadError>,
    ) -> Result<Self, LoadError> {
        Ok(match found.form {
            crate::Form::Native => Self::Native(Box::new(NativePlugin::open(found)?)),
            crate::Form::Wasm => Self::Wasm(Box::new(WasmPlugin::open(found, sandbox()?)?)),
        })
    }

    pub fn found(&self) -> &FoundPlugin {
        match self {
            Self::Native(plugin) => plugin.found(),
            Self::Wasm(plugin) => plugin.found(),
        }
    }

    /// What it says of itself once it is open; `None` of a module, whose file alone says it.
    pub fn manifest_json(&self) -> Option<String> {
        match self {
            Self::Native(plugin) => Some(plugin.manifest_json()),
            Self::Wasm(_) => None,
        }
    }

    /// The settings of a contribution; `None` where the plugin does not tell, as modules do not yet.
    pub fn settings(&self, who: &Arc<Who>) -> Result<Option<SettingsSpec>> {
        match self {
            Self::Native(plugin) => plugin.settings(who),
            Self::Wasm(_) => Ok(None),
        }
    }

    /// What its contributions rest on beyond its file; nothing of a module, which cannot reach
    /// beyond it, or where the plugin fails: no run depends on it.
    pub fn provenance(&self) -> BTreeMap<String, String> {
        let Self::Native(plugin) = self else {
            return BTreeMap::new();
        };
        let contributions = &self.found().manifest.contributions;
        let told = contributions.iter().filter_map(|contribution| {
            let who = self.who(contribution.kind, &contribution.id, None);
            plugin.provenance(&who).ok()
        });
        told.flatten().collect()
    }

    /// A contribution of it, for messages.
    pub fn who(&self, kind: PluginKind, id: &str, remarks: Option<&Arc<Remarks>>) -> Arc<Who> {
        let manifest = &self.found().manifest;
        let version = manifest.version.to_string();
        let who = Who::new(&manifest.name, &version, kind, id);
        Arc::new(match remarks {
            Some(remarks) => who.noting(remarks.clone()),
            None => who,
        })
    }

    pub fn task(&self, who: Arc<Who>, config: &Value) -> Result<Box<dyn LoadedTask>> {
        match self {
            Self::Native(plugin) => plugin.task(who, config),
            Self::Wasm(plugin) => plugin.task(&who, config),
        }
    }

    pub fn scene_task(&self, who: Arc<Who>, config: &Value) -> Result<Box<dyn LoadedSceneTask>> {
        match self {
            Self::Native(plugin) => plugin.scene_task(who, config),
            Self::Wasm(_) => Err(native_only(&who)),
        }
    }

    pub fn body(&self, who: Arc<Who>, config: &Value) -> Result<LoadedBody> {
        match self {
            Self::Native(plugin) => plugin.body(who, config),
            Self::Wasm(_) => Err(native_only(&who)),
        }
    }

    pub fn reward(
        &self,
        who: Arc<Who>,
        config: &Value,
        context: &RewardContext,
    ) -> Result<Box<dyn LoadedReward>> {
        match self {
            Self::Native(plugin) => plugin.reward(who, config, context),
            Self::Wasm(plugin) => plugin.reward(&who, config, context),
        }
    }

    pub fn reward_configurations(
        &self,
        who: &Arc<Who>,
    ) -> Result<BTreeMap<String, RewardConfiguration>> {
        match self {
            Self::Native(plugin) => plugin.reward_configurations(who),
            Self::Wasm(plugin) => plugin.reward_configurations(who),
        }
    }

    pub fn preprocessor(
        &self,
        who: Arc<Who>,
        config: &Value,
        context: &PreprocessorContext,
    ) -> Result<Box<dyn LoadedPreprocessor>> {
        match self {
            Self::Native(plugin) => plugin.preprocessor(who, config, context),
            Self::Wasm(plugin) => plugin.preprocessor(&who, config, context),
        }
    }

    pub fn brain(&self, who: Arc<Who>, request: &BrainRequest) -> Result<BrainSpec> {
        match self {
            Self::Native(plugin) => plugin.brain(who, request),
            Self::Wasm(plugin) => plugin.brain(&who, request),
        }
    }

    pub fn distribution(
        &self,
        who: Arc<Who>,
        request: &DistributionRequest,
    ) -> Result<DistributionSpec> {
        match self {
            Self::Native(plugin) => plugin.distribution(who, request),
            Self::Wasm(plugin) => plugin.distribution(&who, request),
        }
    }
}

/// The physics of the host is not lent to modules.
fn native_only(who: &Arc<Who>) -> PluginFault {
    let message = format!("a {} has to be a native plugin", who.kind);
    fault(who, "load", Fault::new(FaultCode::Unsupported, message))
}
