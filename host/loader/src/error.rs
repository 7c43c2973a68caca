//! What goes wrong with plugins, before and after they are loaded.

use crate::calls::Name;
use crate::remarks::Remarks;
use angora_plugin_api::{Fault, PluginKind};
use std::path::PathBuf;
use std::sync::Arc;

/// Why a plugin was not loaded. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file or folder.
    #[error("plugin {path}: there is no such file or folder")]
    Missing {
        /// As written.
        path: PathBuf,
    },
    /// A folder without a plugin.
    #[error(
        "plugin {path}: the folder holds no plugin library (lib*.so); build it with `cargo build` first"
    )]
    EmptyFolder {
        /// As written.
        path: PathBuf,
    },
    /// A name that is not on the search path.
    #[error("plugin {name:?} is not on the search path ({searched}); {hint}")]
    Unknown {
        /// As written.
        name: String,
        /// Folders that were searched.
        searched: String,
        /// Near names.
        hint: String,
    },
    /// A file that is no library.
    #[error("{path} is not a plugin: it is not a native library ({reason})")]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// In the words of the reader.
        reason: String,
    },
    /// A library or module without manifest.
    #[error(
        "{path} is not an Angora plugin: the {form} has no embedded manifest; a plugin crate calls angora_sdk::export_plugin! and has crate-type = [\"cdylib\"]"
    )]
    NotAPlugin {
        /// The file.
        path: PathBuf,
        /// Library or module.
        form: &'static str,
    },
    /// A WebAssembly module that is not whole.
    #[error(
        "{path} is no whole WebAssembly module: {reason}; it is damaged or was cut short: build or fetch it again"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In the words of the reader.
        reason: String,
    },
    /// A module that is longer than any may be.
    #[error("{path} is too large: {reason}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length and the limit.
        reason: String,
    },
    /// A module that asks for more than the contract gives.
    #[error(
        "plugin {name} {version} asks for {import}, which a sandboxed plugin does not get: there are no files, no network, no clock and no random numbers but the seeds; build it for wasm32-unknown-unknown, without WASI ({path})"
    )]
    Import {
        /// Name of the plugin.
        name: String,
        /// Version of the plugin.
        version: String,
        /// What it asks for.
        import: String,
        /// The file.
        path: PathBuf,
    },
    /// This machine cannot run modules.
    #[error("WebAssembly modules cannot be run on this machine: {reason}")]
    Engine {
        /// The engine's words.
        reason: String,
    },
    /// A manifest that cannot be read.
    #[error("{path}: its embedded manifest cannot be read: {reason}")]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An installed file is not what was installed.
    #[error(
        "{path} was changed after it was installed: it has the digest {found}, not {expected}; install it again"
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// When it was installed.
        expected: String,
        /// Now.
        found: String,
    },
    /// A file that was let in by its digest is another one by now.
    #[error(
        "{path} was replaced after it was checked: it has the digest {found}, not {expected}; repeat the command"
    )]
    Replaced {
        /// The file.
        path: PathBuf,
        /// When it was checked.
        expected: String,
        /// Now.
        found: String,
    },
    /// There is no place for a copy that others cannot write.
    #[error(
        "plugin {name} is not opened: it needs a copy that other users cannot change, and neither the cache nor {place} has room for one; set XDG_CACHE_HOME to a folder of your own"
    )]
    NoCopy {
        /// Name of the plugin.
        name: String,
        /// The folder of temporary files.
        place: PathBuf,
    },
    /// Made for another machine.
    #[error(
        "plugin {name} {version} was built for {theirs}, this machine is {ours}; build it here or install the build for {ours} ({path})"
    )]
    Platform {
        /// Name of the plugin.
        name: String,
        /// Version of the plugin.
        version: String,
        /// Its platform.
        theirs: String,
        /// This platform.
        ours: String,
        /// The file.
        path: PathBuf,
    },
    /// Contract newer than this host.
    #[error(
        "plugin {name} {version} speaks contract {theirs}, this host speaks {ours}; install a newer angora-host, or a version of the plugin built against contract {ours} ({path})"
    )]
    ContractTooNew {
        /// Name of the plugin.
        name: String,
        /// Version of the plugin.
        version: String,
        /// Its contract.
        theirs: String,
        /// The host's.
        ours: String,
        /// The file.
        path: PathBuf,
    },
    /// Contract older than this host has an adapter for.
    #[error(
        "plugin {name} {version} speaks contract {theirs}, for which this host has no adapter (it speaks {ours}); rebuild it against a current angora-sdk ({path})"
    )]
    ContractTooOld {
        /// Name of the plugin.
        name: String,
        /// Version of the plugin.
        version: String,
        /// Its contract.
        theirs: String,
        /// The host's.
        ours: String,
        /// The file.
        path: PathBuf,
    },
    /// The library does not open.
    #[error("plugin {name} does not open: {reason} ({path})")]
    Open {
        /// Name of the plugin.
        name: String,
        /// The loader's words.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The entry symbol is missing.
    #[error(
        "plugin {name} has a manifest but no entry symbol; it was stripped of its exports: build it as a cdylib without a version script ({path})"
    )]
    MissingSymbol {
        /// Name of the plugin.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// The tables do not fit.
    #[error(
        "plugin {name} {version} does not fit contract {contract}: {reason}; rebuild it against the released angora-sdk ({path})"
    )]
    Layout {
        /// Name of the plugin.
        name: String,
        /// Version of the plugin.
        version: String,
        /// The contract that it claims.
        contract: String,
        /// Where it differs.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// Two plugins of one name, or with one id.
    #[error(
        "{what} is contributed twice: by {first} and by {second}; name only one of them with --plugin"
    )]
    Duplicate {
        /// `task "CartPole-v1"`.
        what: String,
        /// Plugin and file.
        first: String,
        /// Plugin and file.
        second: String,
    },
    /// Nothing contributes an id.
    #[error("there is no {kind} {id:?}; {hint}")]
    NoContribution {
        /// What was looked for.
        kind: &'static str,
        /// Its id.
        id: String,
        /// Near ids, or where to look.
        hint: String,
    },
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Whose call it was.
#[derive(Debug)]
pub struct Who {
    /// Name of the plugin.
    pub plugin: String,
    /// Version of the plugin.
    pub version: String,
    /// What was called.
    pub kind: PluginKind,
    /// Its id.
    pub id: String,
    /// All of it as one text that outlives everything.
    name: Name,
    /// Where remarks on it go.
    remarks: Option<Arc<Remarks>>,
}

impl Who {
    /// A contribution of a plugin.
    #[must_use]
    pub fn new(plugin: &str, version: &str, kind: PluginKind, id: &str) -> Self {
        Self {
            name: Name::new(format_args!("plugin {plugin} {version}, {kind} {id:?}")),
            plugin: plugin.to_owned(),
            version: version.to_owned(),
            kind,
            id: id.to_owned(),
            remarks: None,
        }
    }

    /// The same with a place for remarks on it.
    #[must_use]
    pub fn noting(mut self, remarks: Arc<Remarks>) -> Self {
        self.remarks = Some(remarks);
        self
    }

    /// Notes what the user should know of a contribution that works.
    pub fn note(&self, remark: &str) {
        if let Some(remarks) = &self.remarks {
            remarks.add(format!("{}: {remark}", self.name.text()));
        }
    }

    /// `plugin NAME VERSION, task "ID"`, for messages and for calls.
    #[must_use]
    pub fn name(&self) -> Name {
        self.name
    }
}

/// A fault with everything that a message needs.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "{}, call {call}: {fault}{}",
    who.name.text(),
    if fault.location.is_empty() { String::new() } else { format!(" (at {})", fault.location) }
)]
pub struct PluginFault {
    /// Whose call.
    pub who: Arc<Who>,
    /// Which call.
    pub call: &'static str,
    /// What happened.
    pub fault: Fault,
}
