//! The native form of a plugin: tables over author traits. Not for authors; `export_plugin!`
//! expands to calls of what is here.
#![allow(
    unsafe_code,
    reason = "only in what export_plugin! expands to: an exported static and a link section"
)]

pub(crate) mod announced;
mod guard;
mod objects;
mod preprocessor;
mod second;

pub use angora_plugin_api::v1::abi_stable;
pub use angora_plugin_api::v1::root::PluginRootRef;
pub use guard::caught;

use abi_stable::{
    prefix_type::PrefixTypeTrait,
    std_types::{ROption, RResult, RSlice, RStr, RVec},
};
use angora_plugin_api::draft::{
    provenance::{ProvenanceTable, ProvenanceTableRef},
    settings::{SettingsTable, SettingsTableRef},
};
use angora_plugin_api::v1::{
    body::{BodyTable, BodyTableRef},
    brain::{BrainTable, BrainTableRef},
    fault::Outcome,
    preprocessor as first,
    reward::{RewardBox, RewardTable, RewardTableRef},
    root::{Extension, ExtensionTable, PluginRoot},
    scene_task::{SceneTaskBox, SceneTaskTable, SceneTaskTableRef},
    task::{TaskBox, TaskTable, TaskTableRef},
};
use angora_plugin_api::v2;
use angora_plugin_api::v2::distribution::{DistributionTable, DistributionTableRef};
use angora_plugin_api::{Fault, FaultCode, PluginKind, SettingsSpec};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::OnceLock;

type Create<T> = fn(&str, &[u8]) -> Result<T, Fault>;
type CreateIn<T> = fn(&str, &[u8], &[u8]) -> Result<T, Fault>;
type Asset = fn(&str, &str) -> Result<Vec<u8>, Fault>;
type Configurations = fn(&str) -> Result<Vec<u8>, Fault>;

/// How one contribution is made.
enum Maker {
    Task(Create<TaskBox>, Create<v2::task::TaskBox>),
    SceneTask(
        Create<SceneTaskBox>,
        Create<v2::scene_task::SceneTaskBox>,
        Asset,
    ),
    Body(Create<Vec<u8>>, Asset),
    Reward(CreateIn<RewardBox>, Configurations),
    Preprocessor(
        CreateIn<first::PreprocessorBox>,
        CreateIn<v2::preprocessor::PreprocessorBox>,
    ),
    Brain(Create<Vec<u8>>),
    Distribution(Create<Vec<u8>>),
}

/// One contribution of a plugin.
pub struct Entry {
    id: &'static str,
    maker: Maker,
    /// What it is set by, where that can be told.
    settings: Option<SettingsSpec>,
    /// What those that were made rest on beyond this file.
    provenance: fn() -> BTreeMap<String, String>,
}

/// Constructors named as in `export_plugin!`.
impl Entry {
    pub fn task<T: crate::Task>(id: &'static str) -> Self {
        let maker = Maker::Task(objects::task::<T>, second::task::<T>);
        Self {
            provenance: T::provenance,
            ..Self::new(id, maker)
        }
    }

    pub fn scene_task<T: crate::SceneTask>(id: &'static str) -> Self {
        let maker = Maker::SceneTask(objects::scene_task::<T>, second::scene_task::<T>, T::asset);
        Self::new(id, maker)
    }

    pub fn body<T: crate::Body>(id: &'static str) -> Self {
        let maker = Maker::Body(objects::body::<T>, T::asset);
        Self::new(id, maker)
    }

    pub fn reward<T: crate::Reward>(id: &'static str) -> Self {
        let maker = Maker::Reward(objects::reward::<T>, objects::reward_configurations::<T>);
        Self::new(id, maker)
    }

    pub fn preprocessor<T: crate::Preprocessor>(id: &'static str) -> Self {
        let maker = Maker::Preprocessor(preprocessor::first::<T>, preprocessor::second::<T>);
        Self::new(id, maker)
    }

    pub fn brain<T: crate::Brain>(id: &'static str) -> Self {
        let maker = Maker::Brain(objects::brain::<T>);
        Self::new(id, maker)
    }

    pub fn distribution<T: crate::Distribution>(id: &'static str) -> Self {
        let maker = Maker::Distribution(objects::distribution::<T>);
        Self::new(id, maker)
    }

    fn new(id: &'static str, maker: Maker) -> Self {
        Self {
            id,
            maker,
            settings: None,
            provenance: BTreeMap::new,
        }
    }

    /// The same with the settings `C`, and their defaults where those can be written.
    pub fn set_by<C: DeserializeOwned>(mut self, defaults: Option<serde_json::Value>) -> Self {
        self.settings = Some(crate::settings::describe::<C>(defaults));
        self
    }

    fn kind(&self) -> PluginKind {
        match self.maker {
            Maker::Task(..) => PluginKind::Task,
            Maker::SceneTask(..) => PluginKind::SceneTask,
            Maker::Body(..) => PluginKind::Body,
            Maker::Reward(..) => PluginKind::Reward,
            Maker::Preprocessor(..) => PluginKind::Preprocessor,
            Maker::Brain(_) => PluginKind::Brain,
            Maker::Distribution(_) => PluginKind::Distribution,
        }
    }
}

/// What the plugin contributes; the SDK is linked into each plugin anew, so this is one list per
/// plugin.
static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
static MANIFEST: OnceLock<&'static str> = OnceLock::new();

/// The root of a plugin.
pub fn root(manifest: &'static str, entries: fn() -> Vec<Entry>) -> PluginRootRef {
    guard::install_hook();
    let _ = MANIFEST.set(manifest);
    let _ = ENTRIES.set(entries());
    PluginRoot {
        manifest_json,
        get_extension,
    }
    .leak_into_prefix()
}

extern "C" fn manifest_json() -> RStr<'static> {
    RStr::from_str(MANIFEST.get().copied().unwrap_or("{}"))
}

extern "C" fn get_extension(id: RStr<'_>) -> ROption<Extension> {
    let has = |kind| entries().iter().any(|entry| entry.kind() == kind);
    let extension = match id.as_str() {
        TaskTableRef::ID if has(PluginKind::Task) => Extension::new(
            TaskTable {
                create: create_task,
            }
            .leak_into_prefix(),
        ),
        SceneTaskTableRef::ID if has(PluginKind::SceneTask) => Extension::new(
            SceneTaskTable {
                create: create_scene_task,
                asset: scene_task_asset,
            }
            .leak_into_prefix(),
        ),
        v2::task::TaskTableRef::ID if has(PluginKind::Task) => Extension::new(
            v2::task::TaskTable {
                create: create_second_task,
            }
            .leak_into_prefix(),
        ),
        v2::scene_task::SceneTaskTableRef::ID if has(PluginKind::SceneTask) => Extension::new(
            v2::scene_task::SceneTaskTable {
                create: create_second_scene_task,
                asset: scene_task_asset,
            }
            .leak_into_prefix(),
        ),
        v2::host::HostTableRef::ID => {
            Extension::new(v2::host::HostTable { announce }.leak_into_prefix())
        }
        BodyTableRef::ID if has(PluginKind::Body) => Extension::new(
            BodyTable {
                describe: describe_body,
                asset: body_asset,
            }
            .leak_into_prefix(),
        ),
        RewardTableRef::ID if has(PluginKind::Reward) => Extension::new(
            RewardTable {
                create: create_reward,
                configurations: reward_configurations,
            }
            .leak_into_prefix(),
        ),
        first::PreprocessorTableRef::ID if has(PluginKind::Preprocessor) => Extension::new(
            first::PreprocessorTable {
                create: create_first_preprocessor,
            }
            .leak_into_prefix(),
        ),
        v2::preprocessor::PreprocessorTableRef::ID if has(PluginKind::Preprocessor) => {
            Extension::new(
                v2::preprocessor::PreprocessorTable {
                    create: create_preprocessor,
                }
                .leak_into_prefix(),
            )
        }
        BrainTableRef::ID if has(PluginKind::Brain) => Extension::new(
            BrainTable {
                design: design_brain,
            }
            .leak_into_prefix(),
        ),
        DistributionTableRef::ID if has(PluginKind::Distribution) => Extension::new(
            DistributionTable {
                declare: declare_distribution,
            }
            .leak_into_prefix(),
        ),
        SettingsTableRef::ID => Extension::new(
            SettingsTable {
                describe: describe_settings,
            }
            .leak_into_prefix(),
        ),
        ProvenanceTableRef::ID => Extension::new(
            ProvenanceTable {
                tell: tell_provenance,
            }
            .leak_into_prefix(),
        ),
        _ => return ROption::RNone,
    };
    ROption::RSome(extension)
}

fn entries() -> &'static [Entry] {
    ENTRIES.get().map_or(&[], Vec::as_slice)
}

/// Runs what `pick` takes out of the entry of an id, with panics caught.
fn make<T>(
    kind: PluginKind,
    id: &str,
    pick: impl FnOnce(&Maker) -> Option<Result<T, Fault>>,
) -> Outcome<T> {
    caught(|| {
        let entry = entries()
            .iter()
            .find(|entry| entry.id == id && entry.kind() == kind);
        entry
            .and_then(|entry| pick(&entry.maker))
            .unwrap_or_else(|| {
                Err(Fault::new(
                    FaultCode::UnknownId,
                    format!("there is no {kind} {id:?}"),
                ))
            })
    })
}

extern "C" fn create_task(id: RStr<'_>, config: RSlice<'_, u8>) -> Outcome<TaskBox> {
    make(PluginKind::Task, &id, |maker| match maker {
        Maker::Task(create, _) => Some(create(&id, &config)),
        _ => None,
    })
}

extern "C" fn create_scene_task(id: RStr<'_>, config: RSlice<'_, u8>) -> Outcome<SceneTaskBox> {
    make(PluginKind::SceneTask, &id, |maker| match maker {
        Maker::SceneTask(create, ..) => Some(create(&id, &config)),
        _ => None,
    })
}

extern "C" fn create_second_task(
    id: RStr<'_>,
    config: RSlice<'_, u8>,
) -> Outcome<v2::task::TaskBox> {
    make(PluginKind::Task, &id, |maker| match maker {
        Maker::Task(_, create) => Some(create(&id, &config)),
        _ => None,
    })
}

extern "C" fn create_second_scene_task(
    id: RStr<'_>,
    config: RSlice<'_, u8>,
) -> Outcome<v2::scene_task::SceneTaskBox> {
    make(PluginKind::SceneTask, &id, |maker| match maker {
        Maker::SceneTask(_, create, _) => Some(create(&id, &config)),
        _ => None,
    })
}

extern "C" fn announce(capabilities: RSlice<'_, u8>) -> Outcome<()> {
    caught(|| announced::announce(&capabilities))
}

extern "C" fn scene_task_asset(id: RStr<'_>, name: RStr<'_>) -> Outcome<RVec<u8>> {
    make(PluginKind::SceneTask, &id, |maker| match maker {
        Maker::SceneTask(.., asset) => Some(asset(&id, &name)),
        _ => None,
    })
    .map(RVec::from)
}

extern "C" fn describe_body(id: RStr<'_>, config: RSlice<'_, u8>) -> Outcome<RVec<u8>> {
    make(PluginKind::Body, &id, |maker| match maker {
        Maker::Body(describe, _) => Some(describe(&id, &config)),
        _ => None,
    })
    .map(RVec::from)
}

extern "C" fn body_asset(id: RStr<'_>, name: RStr<'_>) -> Outcome<RVec<u8>> {
    make(PluginKind::Body, &id, |maker| match maker {
        Maker::Body(_, asset) => Some(asset(&id, &name)),
        _ => None,
    })
    .map(RVec::from)
}

extern "C" fn create_reward(
    id: RStr<'_>,
    config: RSlice<'_, u8>,
    context: RSlice<'_, u8>,
) -> Outcome<RewardBox> {
    make(PluginKind::Reward, &id, |maker| match maker {
        Maker::Reward(create, _) => Some(create(&id, &config, &context)),
        _ => None,
    })
}

extern "C" fn reward_configurations(id: RStr<'_>) -> Outcome<RVec<u8>> {
    make(PluginKind::Reward, &id, |maker| match maker {
        Maker::Reward(_, configurations) => Some(configurations(&id)),
        _ => None,
    })
    .map(RVec::from)
}

extern "C" fn create_first_preprocessor(
    id: RStr<'_>,
    config: RSlice<'_, u8>,
    context: RSlice<'_, u8>,
) -> Outcome<first::PreprocessorBox> {
    make(PluginKind::Preprocessor, &id, |maker| match maker {
        Maker::Preprocessor(create, _) => Some(create(&id, &config, &context)),
        _ => None,
    })
}

extern "C" fn create_preprocessor(
    id: RStr<'_>,
    config: RSlice<'_, u8>,
    context: RSlice<'_, u8>,
) -> Outcome<v2::preprocessor::PreprocessorBox> {
    make(PluginKind::Preprocessor, &id, |maker| match maker {
        Maker::Preprocessor(_, create) => Some(create(&id, &config, &context)),
        _ => None,
    })
}

extern "C" fn design_brain(id: RStr<'_>, request: RSlice<'_, u8>) -> Outcome<RVec<u8>> {
    make(PluginKind::Brain, &id, |maker| match maker {
        Maker::Brain(design) => Some(design(&id, &request)),
        _ => None,
    })
    .map(RVec::from)
}

extern "C" fn declare_distribution(id: RStr<'_>, request: RSlice<'_, u8>) -> Outcome<RVec<u8>> {
    make(PluginKind::Distribution, &id, |maker| match maker {
        Maker::Distribution(declare) => Some(declare(&id, &request)),
        _ => None,
    })
    .map(RVec::from)
}

/// The entry of an id and a kind that is named as in the manifest.
fn entry(kind: &str, id: &str) -> Option<&'static Entry> {
    let named = |entry: &&Entry| {
        let of_kind = serde_json::to_value(entry.kind()).is_ok_and(|name| name == kind);
        entry.id == id && of_kind
    };
    entries().iter().find(named)
}

extern "C" fn tell_provenance(kind: RStr<'_>, id: RStr<'_>) -> Outcome<RVec<u8>> {
    caught(|| {
        let told = entry(&kind, &id).map(|entry| (entry.provenance)());
        let json = serde_json::to_vec(&told.unwrap_or_default());
        json.map_err(|e| Fault::failed(e.to_string()))
    })
    .map(RVec::from)
}

extern "C" fn describe_settings(kind: RStr<'_>, id: RStr<'_>) -> Outcome<RVec<u8>> {
    caught(|| {
        let settings = entry(&kind, &id).and_then(|entry| entry.settings.as_ref());
        let untold = || Fault::new(FaultCode::Unsupported, "it does not tell its settings");
        let json = serde_json::to_vec(settings.ok_or_else(untold)?);
        json.map_err(|e| Fault::failed(e.to_string()))
    })
    .map(RVec::from)
}

/// A result as it crosses the boundary.
pub(crate) fn outcome<T>(result: Result<T, Fault>) -> Outcome<T> {
    match result {
        Ok(value) => RResult::ROk(value),
        Err(fault) => RResult::RErr(fault.into()),
    }
}

/// What a native library exports, where `export_plugin!` stands.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_form {
    ($manifest:ident, $entries:ident, $($kind:ident)*) => {
        use $crate::native::abi_stable;

        #[cfg(panic = "abort")]
        compile_error!(
            "an Angora plugin must unwind on panic: remove panic = \"abort\" from the profile"
        );

        #[used]
        #[cfg_attr(not(target_os = "macos"), unsafe(link_section = ".angora_plugin"))]
        #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__angora"))]
        static MANIFEST_SECTION: [u8; $manifest.len()] = $crate::export::bytes($manifest);

        fn root() -> $crate::native::PluginRootRef {
            $crate::native::root($manifest, $entries)
        }

        extern "C" fn load() -> abi_stable::library::RootModuleResult {
            abi_stable::library::__call_root_module_loader(root)
        }

        #[unsafe(no_mangle)]
        pub static _1as_0lib_1header_0root_bmodule_bloader: abi_stable::library::LibHeader =
            // SAFETY: `load` returns the root module of this type.
            unsafe {
                abi_stable::library::LibHeader::from_constructor::<$crate::native::PluginRootRef>(
                    load,
                    abi_stable::library::CheckTypeLayout::Yes,
                )
            };
    };
}
