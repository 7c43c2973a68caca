//! The plugins that a run has opened.

use crate::alias;
use crate::calls::Name;
use crate::discover::{Discovery, FoundPlugin};
use crate::error::{LoadError, PluginFault, Who};
use crate::loaded::{LoadedBody, LoadedPreprocessor, LoadedReward, LoadedSceneTask, LoadedTask};
use crate::plugin::OpenPlugin;
use crate::remarks::Remarks;
use crate::wasm::{Sandbox, limits::WasmLimits};
use angora_plugin_api::{
    BrainRequest, BrainSpec, DistributionRequest, DistributionSpec, Manifest, PluginKind,
    RewardConfiguration, RewardContext, SettingsSpec, v2::PreprocessorContext,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One line of `angora.lock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedPlugin {
    /// Name of the plugin.
    pub name: String,
    /// Version of the plugin.
    pub version: String,
    /// Digest of the library.
    pub digest: String,
    /// Where it was found: a file, or the registry that it was installed from.
    pub source: String,
    /// `group/name`, of what was installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Digest of the package's index in its registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// Id of the trusted key that has signed the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// What it was made of beyond its file, such as an interpreter and its packages: names and
    /// versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provenance: BTreeMap<String, String>,
}

/// Opens plugins when something of theirs is asked for, each once, and never closes them.
pub struct Catalogue {
    discovery: Discovery,
    opened: Mutex<BTreeMap<String, Arc<OpenPlugin>>>,
    limits: WasmLimits,
    remarks: Arc<Remarks>,
    /// Where compiled modules are kept.
    cache: Option<PathBuf>,
    /// Started when the first module is opened.
    sandbox: OnceLock<Result<Arc<Sandbox>, String>>,
}

/// Either of what can go wrong when something is made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The plugin does not load.
    #[error(transparent)]
    Load(Box<LoadError>),
    /// The plugin says no.
    #[error(transparent)]
    Fault(Box<PluginFault>),
}

impl From<LoadError> for MakeError {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}

impl From<PluginFault> for MakeError {
    fn from(fault: PluginFault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl Catalogue {
    /// Over what was found.
    #[must_use]
    pub fn new(discovery: Discovery) -> Self {
        Self {
            discovery,
            opened: Mutex::new(BTreeMap::new()),
            limits: WasmLimits::default(),
            remarks: Arc::default(),
            cache: crate::wasm::default_cache(),
            sandbox: OnceLock::new(),
        }
    }

    /// The same with limits of one's own for sandboxed modules.
    #[must_use]
    pub fn with_wasm_limits(mut self, limits: WasmLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with somebody to whom remarks on plugins are said as they are noticed.
    #[must_use]
    pub fn with_remarks(mut self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.remarks = Arc::new(Remarks::new(sink));
        self
    }

    /// Remarks on the plugins so far, sorted: fields of theirs that this host does not know.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        self.remarks.all()
    }

    /// The same with a folder of one's own for compiled modules, or none. By default it is
    /// `angora/wasm` in the user's cache.
    #[must_use]
    pub fn with_cache(mut self, folder: Option<PathBuf>) -> Self {
        self.cache = folder;
        self
    }

    fn sandbox(&self) -> Result<Arc<Sandbox>, LoadError> {
        let started = self.sandbox.get_or_init(|| {
            let sandbox = Sandbox::new(self.limits.clone(), self.cache.clone());
            sandbox.map(Arc::new).map_err(|error| error.to_string())
        });
        started
            .clone()
            .map_err(|reason| LoadError::Engine { reason })
    }

    /// All ids of a kind, sorted.
    #[must_use]
    pub fn ids(&self, kind: PluginKind) -> Vec<String> {
        self.discovery.ids(kind)
    }

    /// Whether an id is a task with a world of its own or one over a scene.
    ///
    /// # Errors
    /// Nothing contributes the task; the message has the nearest ids of both kinds.
    pub fn task_kind(&self, id: &str) -> Result<PluginKind, LoadError> {
        if let Ok(scene) = self.discovery.find(PluginKind::SceneTask, id) {
            if let Ok(own) = self.discovery.find(PluginKind::Task, id) {
                return Err(LoadError::Duplicate {
                    what: format!("task {id:?}"),
                    first: own.manifest.name.clone(),
                    second: scene.manifest.name.clone(),
                });
            }
            return Ok(PluginKind::SceneTask);
        }
        match self
            .discovery
            .find(PluginKind::Task, alias::contribution(id))
        {
            Err(LoadError::NoContribution { .. }) => {
                let mut ids = self.discovery.ids(PluginKind::Task);
                ids.extend(self.discovery.ids(PluginKind::SceneTask));
                ids.sort();
                let hint = if let Some(hint) = alias::hint(id) {
                    hint
                } else if ids.is_empty() {
                    "no plugin with tasks was found: name one with --plugin, or add its folder to ANGORA_PLUGIN_PATH".into()
                } else {
                    angora_core::suggest::hint(id, ids.iter().map(String::as_str))
                };
                Err(LoadError::NoContribution {
                    kind: "task",
                    id: id.to_owned(),
                    hint: self.discovery.with_refused(hint),
                })
            }
            other => other.map(|_| PluginKind::Task),
        }
    }

    fn open(&self, kind: PluginKind, id: &str) -> Result<(Arc<OpenPlugin>, Arc<Who>), LoadError> {
        let plugin = self.opened(self.discovery.find(kind, id)?)?;
        let who = plugin.who(kind, id, Some(&self.remarks));
        Ok((plugin, who))
    }

    fn opened(&self, found: &FoundPlugin) -> Result<Arc<OpenPlugin>, LoadError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugin) = opened.get(&found.manifest.name) {
            return Ok(plugin.clone());
        }
        let plugin = Arc::new(OpenPlugin::open(found, || self.sandbox())?);
        opened.insert(found.manifest.name.clone(), plugin.clone());
        Ok(plugin)
    }

    /// A self-stepped task; `gym:ID` is an environment of Gymnasium.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn task(
        &self,
        id: &str,
        config: &serde_json::Value,
    ) -> Result<Box<dyn LoadedTask>, MakeError> {
        let (plugin, who) = self.open(PluginKind::Task, alias::contribution(id))?;
        Ok(plugin.task(who, &alias::settings(id, config))?)
    }

    /// A scene task.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn scene_task(
        &self,
        id: &str,
        config: &serde_json::Value,
    ) -> Result<Box<dyn LoadedSceneTask>, MakeError> {
        let (plugin, who) = self.open(PluginKind::SceneTask, id)?;
        Ok(plugin.scene_task(who, config)?)
    }

    /// What a contribution is called in messages.
    ///
    /// # Errors
    /// The plugin does not load.
    pub fn name(&self, kind: PluginKind, id: &str) -> Result<Name, LoadError> {
        self.open(kind, id).map(|(_, who)| who.name())
    }

    /// A body with its assets.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn body(&self, id: &str, config: &serde_json::Value) -> Result<LoadedBody, MakeError> {
        let (plugin, who) = self.open(PluginKind::Body, id)?;
        Ok(plugin.body(who, config)?)
    }

    /// A reward.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn reward(
        &self,
        id: &str,
        config: &serde_json::Value,
        context: &RewardContext,
    ) -> Result<Box<dyn LoadedReward>, MakeError> {
        let (plugin, who) = self.open(PluginKind::Reward, id)?;
        Ok(plugin.reward(who, config, context)?)
    }

    /// The configurations of a reward, by name.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn reward_configurations(
        &self,
        id: &str,
    ) -> Result<BTreeMap<String, RewardConfiguration>, MakeError> {
        let (plugin, who) = self.open(PluginKind::Reward, id)?;
        Ok(plugin.reward_configurations(&who)?)
    }

    /// A preprocessor.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn preprocessor(
        &self,
        id: &str,
        config: &serde_json::Value,
        context: &PreprocessorContext,
    ) -> Result<Box<dyn LoadedPreprocessor>, MakeError> {
        let (plugin, who) = self.open(PluginKind::Preprocessor, id)?;
        Ok(plugin.preprocessor(who, config, context)?)
    }

    /// The graph of a brain.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn brain(&self, id: &str, request: &BrainRequest) -> Result<BrainSpec, MakeError> {
        let (plugin, who) = self.open(PluginKind::Brain, id)?;
        Ok(plugin.brain(who, request)?)
    }

    /// The declaration of a distribution.
    ///
    /// # Errors
    /// The plugin does not load, or refuses.
    pub fn distribution(
        &self,
        id: &str,
        request: &DistributionRequest,
    ) -> Result<DistributionSpec, MakeError> {
        let (plugin, who) = self.open(PluginKind::Distribution, id)?;
        Ok(plugin.distribution(who, request)?)
    }

    /// The settings that a contribution takes; `None` where its plugin does not tell.
    ///
    /// # Errors
    /// The plugin does not load, or fails.
    pub fn settings(&self, kind: PluginKind, id: &str) -> Result<Option<SettingsSpec>, MakeError> {
        let (plugin, who) = self.open(kind, id)?;
        Ok(plugin.settings(&who)?)
    }

    /// What an opened plugin says of itself, which its file should have said too.
    ///
    /// # Errors
    /// It does not load, or what it says is no manifest.
    pub fn said(&self, plugin: &str) -> Result<Manifest, LoadError> {
        let found = self.discovery.plugins().find(|p| p.manifest.name == plugin);
        let found = found.ok_or_else(|| LoadError::Missing {
            path: plugin.into(),
        })?;
        let Some(text) = self.opened(found)?.manifest_json() else {
            return Ok(found.manifest.clone());
        };
        serde_json::from_str(&text).map_err(|error| LoadError::Manifest {
            path: found.path.clone(),
            reason: error.to_string(),
        })
    }

    /// The plugins opened so far, sorted by name.
    #[must_use]
    pub fn lock(&self) -> Vec<LockedPlugin> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened
            .values()
            .map(|plugin| {
                let found: &FoundPlugin = plugin.found();
                LockedPlugin {
                    name: found.manifest.name.clone(),
                    version: found.manifest.version.to_string(),
                    digest: found.digest.clone(),
                    source: found.path.display().to_string(),
                    package: None,
                    index: None,
                    signed_by: None,
                    provenance: plugin.provenance(),
                }
            })
            .collect()
    }
}
