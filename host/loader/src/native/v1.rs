//! Adapter of contract 1.

mod preprocessor;
mod reward;
mod scene_task;
mod task;

use super::NativePlugin;
use crate::calls::inside;
use crate::checks::{Result, fault, from_json, preprocessor::Examiner, to_json};
use crate::error::{PluginFault, Who};
use crate::loaded::{LoadedBody, LoadedPreprocessor, LoadedReward, LoadedSceneTask, LoadedTask};
use angora_plugin_api::draft::{provenance::ProvenanceTableRef, settings::SettingsTableRef};
use angora_plugin_api::v1::{
    abi_stable::std_types::{ROption, RResult},
    body::BodyTableRef,
    brain::BrainTableRef,
    fault::{FaultAbi, Outcome},
    preprocessor::PreprocessorTableRef,
    reward::RewardTableRef,
    root::ExtensionTable,
    scene_task::SceneTaskTableRef,
    task::TaskTableRef,
};
use angora_plugin_api::v2;
use angora_plugin_api::{
    BodySpec, BrainRequest, BrainSpec, Fault, FaultCode, RewardConfiguration, RewardContext,
    SettingsSpec, capability, v2::PreprocessorContext,
};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Why there is no table.
const ABSENT: &str =
    "the plugin does not have it; if it has a later revision, install a newer angora-host";

/// The tables that have been asked for.
#[derive(Default)]
pub struct Tables {
    task: OnceLock<Result<TaskTableRef, String>>,
    task_2: OnceLock<Result<v2::task::TaskTableRef, String>>,
    scene_task: OnceLock<Result<SceneTaskTableRef, String>>,
    scene_task_2: OnceLock<Result<v2::scene_task::SceneTaskTableRef, String>>,
    body: OnceLock<Result<BodyTableRef, String>>,
    reward: OnceLock<Result<RewardTableRef, String>>,
    preprocessor: OnceLock<Result<PreprocessorTableRef, String>>,
    preprocessor_2: OnceLock<Result<v2::preprocessor::PreprocessorTableRef, String>>,
    brain: OnceLock<Result<BrainTableRef, String>>,
    settings: OnceLock<Result<SettingsTableRef, String>>,
    provenance: OnceLock<Result<ProvenanceTableRef, String>>,
}

impl NativePlugin {
    /// The table of a kind; its layout is checked the first time.
    pub(super) fn table<T: ExtensionTable>(
        &self,
        kept: &OnceLock<Result<T, String>>,
        who: &Arc<Who>,
    ) -> Result<T, PluginFault> {
        let table = kept.get_or_init(|| {
            let extension = inside(who.name(), "get_extension", || {
                (self.root.get_extension())(T::ID.into())
            });
            match extension {
                ROption::RSome(extension) => extension.get::<T>(),
                ROption::RNone => Err(ABSENT.to_owned()),
            }
        });
        table.clone().map_err(|reason| {
            let missing = Fault::new(FaultCode::Unsupported, format!("{}: {reason}", T::ID));
            fault(who, "load", missing)
        })
    }

    /// The table of a newer revision, where the plugin has one.
    fn newer<T: ExtensionTable>(
        &self,
        kept: &OnceLock<Result<T, String>>,
        who: &Arc<Who>,
    ) -> Result<Option<T>, PluginFault> {
        match self.table(kept, who) {
            Ok(table) => Ok(Some(table)),
            Err(_)
                if kept
                    .get()
                    .is_some_and(|kept| kept.as_ref().is_err_and(|e| e == ABSENT)) =>
            {
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Tells a plugin that asks for it which capabilities this host knows.
    pub(super) fn announce(&self) {
        let extension = inside(self.called, "get_extension", || {
            (self.root.get_extension())(v2::host::HostTableRef::ID.into())
        });
        let ROption::RSome(extension) = extension else {
            return;
        };
        if let Ok(table) = extension.get::<v2::host::HostTableRef>() {
            let known = to_json(&capability::KNOWN);
            // A plugin that fails here refuses later what it needs a capability for.
            let _ = inside(self.called, "announce", || {
                (table.announce())(known.as_slice().into())
            });
        }
    }

    pub(crate) fn task(
        &self,
        who: Arc<Who>,
        config: &serde_json::Value,
    ) -> Result<Box<dyn LoadedTask>> {
        if let Some(table) = self.newer(&self.tables.task_2, &who)? {
            let json = to_json(config);
            let object = check(&who, "new", || {
                (table.create())(who.id.as_str().into(), json.as_slice().into())
            })?;
            return Ok(Box::new(super::v2::task::Adapter::new(who, object)?));
        }
        let table = self.table(&self.tables.task, &who)?;
        let json = to_json(config);
        let object = check(&who, "new", || {
            (table.create())(who.id.as_str().into(), json.as_slice().into())
        })?;
        Ok(Box::new(task::Adapter::new(who, object)?))
    }

    pub(crate) fn scene_task(
        &self,
        who: Arc<Who>,
        config: &serde_json::Value,
    ) -> Result<Box<dyn LoadedSceneTask>> {
        if let Some(table) = self.newer(&self.tables.scene_task_2, &who)? {
            let json = to_json(config);
            let object = check(&who, "new", || {
                (table.create())(who.id.as_str().into(), json.as_slice().into())
            })?;
            let adapter = super::v2::scene_task::Adapter::new(who, table, object)?;
            return Ok(Box::new(adapter));
        }
        let table = self.table(&self.tables.scene_task, &who)?;
        let json = to_json(config);
        let object = check(&who, "new", || {
            (table.create())(who.id.as_str().into(), json.as_slice().into())
        })?;
        Ok(Box::new(scene_task::Adapter::new(who, table, object)?))
    }

    pub(crate) fn body(&self, who: Arc<Who>, config: &serde_json::Value) -> Result<LoadedBody> {
        let table = self.table(&self.tables.body, &who)?;
        let json = to_json(config);
        let bytes = check(&who, "describe", || {
            (table.describe())(who.id.as_str().into(), json.as_slice().into())
        })?;
        let spec: BodySpec = from_json(&who, "describe", &bytes)?;
        let mut assets = Vec::new();
        for name in &spec.assets {
            let bytes = check(&who, "asset", || {
                (table.asset())(who.id.as_str().into(), name.as_str().into())
            })?;
            assets.push((name.clone(), bytes.into()));
        }
        Ok(LoadedBody { spec, assets })
    }

    pub(crate) fn reward(
        &self,
        who: Arc<Who>,
        config: &serde_json::Value,
        context: &RewardContext,
    ) -> Result<Box<dyn LoadedReward>> {
        let table = self.table(&self.tables.reward, &who)?;
        let (config, context) = (to_json(config), to_json(context));
        let object = check(&who, "new", || {
            (table.create())(
                who.id.as_str().into(),
                config.as_slice().into(),
                context.as_slice().into(),
            )
        })?;
        Ok(Box::new(reward::Adapter::new(who, object)?))
    }

    pub(crate) fn reward_configurations(
        &self,
        who: &Arc<Who>,
    ) -> Result<BTreeMap<String, RewardConfiguration>> {
        let table = self.table(&self.tables.reward, who)?;
        let json = check(who, "configurations", || {
            (table.configurations())(who.id.as_str().into())
        })?;
        from_json(who, "configurations", &json)
    }

    pub(crate) fn preprocessor(
        &self,
        who: Arc<Who>,
        config: &serde_json::Value,
        context: &PreprocessorContext,
    ) -> Result<Box<dyn LoadedPreprocessor>> {
        let config = to_json(config);
        let examiner = Examiner::new(who, context);
        let who = &examiner.who;
        if let Some(table) = self.newer(&self.tables.preprocessor_2, who)? {
            let context = to_json(context);
            let object = check(who, "new", || {
                (table.create())(
                    who.id.as_str().into(),
                    config.as_slice().into(),
                    context.as_slice().into(),
                )
            })?;
            let adapter = super::v2::preprocessor::Adapter::new(object, examiner)?;
            return Ok(Box::new(adapter));
        }
        let table = self.table(&self.tables.preprocessor, who)?;
        let context = to_json(&context.first());
        let object = check(who, "new", || {
            (table.create())(
                who.id.as_str().into(),
                config.as_slice().into(),
                context.as_slice().into(),
            )
        })?;
        Ok(Box::new(preprocessor::Adapter::new(object, examiner)?))
    }

    /// The settings of a contribution; `None` where the plugin does not tell, or tells otherwise
    /// than this host's draft.
    pub(crate) fn settings(&self, who: &Arc<Who>) -> Result<Option<SettingsSpec>> {
        let Ok(table) = self.table(&self.tables.settings, who) else {
            return Ok(None);
        };
        let kind = manifest_kind(who);
        let described = check(who, "settings", || {
            (table.describe())(kind.as_str().into(), who.id.as_str().into())
        });
        match described {
            Ok(json) => from_json(who, "settings", &json).map(Some),
            Err(fault) if fault.fault.code == FaultCode::Unsupported => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// What a contribution rests on beyond the plugin's file; nothing where the plugin does not
    /// tell, or tells otherwise than this host's draft.
    pub(crate) fn provenance(&self, who: &Arc<Who>) -> Result<BTreeMap<String, String>> {
        let Ok(table) = self.table(&self.tables.provenance, who) else {
            return Ok(BTreeMap::new());
        };
        let kind = manifest_kind(who);
        let told = check(who, "provenance", || {
            (table.tell())(kind.as_str().into(), who.id.as_str().into())
        })?;
        from_json(who, "provenance", &told)
    }

    pub(crate) fn brain(&self, who: Arc<Who>, request: &BrainRequest) -> Result<BrainSpec> {
        let table = self.table(&self.tables.brain, &who)?;
        let json = to_json(request);
        let bytes = check(&who, "design", || {
            (table.design())(who.id.as_str().into(), json.as_slice().into())
        })?;
        from_json(&who, "design", &bytes)
    }
}

/// A kind as manifests name it.
fn manifest_kind(who: &Who) -> String {
    let kind = serde_json::to_value(who.kind).unwrap_or_default();
    kind.as_str().unwrap_or_default().to_owned()
}

/// Calls the plugin under its name; the outcome as a result.
pub(super) fn check<T>(
    who: &Arc<Who>,
    call: &'static str,
    run: impl FnOnce() -> Outcome<T>,
) -> Result<T> {
    match inside(who.name(), call, run) {
        RResult::ROk(value) => Ok(value),
        RResult::RErr(error) => Err(from_abi(who, call, error)),
    }
}

#[cold]
fn from_abi(who: &Arc<Who>, call: &'static str, error: FaultAbi) -> PluginFault {
    fault(who, call, error.into())
}
