//! Where plugins are found, and what each says of itself.

use crate::{LoadError, manifest, wasm};
use angora_core::suggest;
use angora_plugin_api::{Manifest, PluginKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A library of this machine.
    Native,
    /// A sandboxed WebAssembly module.
    Wasm,
}

/// A plugin that was found and not yet opened.
#[derive(Debug, Clone)]
pub struct FoundPlugin {
    /// The library or module.
    pub path: PathBuf,
    /// Which of both it is.
    pub form: Form,
    /// What it says of itself.
    pub manifest: Manifest,
    /// `sha256:` and the hexadecimal digest of the file.
    pub digest: String,
    /// Whether it may be opened only while the file still has this digest. `false` of what the user
    /// names, which may be rebuilt until it is opened.
    pub fixed: bool,
}

/// A file that was installed, with the digest that it had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledFile {
    /// The library or component.
    pub path: PathBuf,
    /// `sha256:` and the hexadecimal digest.
    pub digest: String,
}

/// Plugins named by the user, and those on the search path.
#[derive(Debug, Default)]
pub struct Discovery {
    named: Vec<FoundPlugin>,
    searched: Vec<FoundPlugin>,
    /// Plugins on the search path that this host cannot load.
    refused: Vec<LoadError>,
    folders: Vec<PathBuf>,
}

impl Discovery {
    /// Reads the manifests of everything on the search path. Files that are no plugins are passed
    /// over; plugins that this host cannot load are in [`refused`](Self::refused).
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Self {
        let (mut searched, mut refused) = (Vec::new(), Vec::new());
        let mut paths = Vec::new();
        for folder in &folders {
            match libraries(folder) {
                Ok(found) => paths.extend(found),
                Err(error) => refused.push(error),
            }
        }
        for path in paths {
            match inspect(&path) {
                Ok(plugin) => {
                    let known = |p: &FoundPlugin| p.manifest.name == plugin.manifest.name;
                    // The first on the path wins, as with programs.
                    if !searched.iter().any(known) {
                        searched.push(plugin);
                    }
                }
                Err(LoadError::NotAPlugin { .. } | LoadError::NotALibrary { .. }) => {}
                Err(error) => refused.push(error),
            }
        }
        Self {
            named: Vec::new(),
            searched,
            refused,
            folders,
        }
    }

    /// Adds files that were installed, behind those of the search path.
    #[must_use]
    pub fn with_installed(mut self, files: &[InstalledFile]) -> Self {
        for file in files {
            match inspect_installed(file) {
                Ok(plugin) => {
                    let known = |p: &FoundPlugin| p.manifest.name == plugin.manifest.name;
                    if !self.searched.iter().any(known) {
                        self.searched.push(plugin);
                    }
                }
                Err(error) => self.refused.push(error),
            }
        }
        self
    }

    /// Adds an installed file that the user names.
    ///
    /// # Errors
    /// Whatever makes it unloadable.
    pub fn name_installed(&mut self, file: &InstalledFile) -> Result<(), LoadError> {
        self.add(inspect_installed(file)?)
    }

    /// The search path of this process: `ANGORA_PLUGIN_PATH`, then `plugins` beside the program,
    /// then the installed and the user's own folder.
    #[must_use]
    pub fn default_folders() -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = std::env::var_os("ANGORA_PLUGIN_PATH")
            .map(|path| std::env::split_paths(&path).collect())
            .unwrap_or_default();
        if let Some(beside) = std::env::current_exe()
            .ok()
            .and_then(|exe| exe.parent().map(Path::to_path_buf))
        {
            folders.push(beside.join("plugins"));
            folders.push(beside.join("../lib/angora/plugins"));
        }
        if let Some(home) = std::env::var_os("HOME") {
            folders.push(Path::new(&home).join(".local/share/angora/plugins"));
        }
        folders.retain(|folder| folder.is_dir());
        folders
    }

    /// Plugins on the search path that this host cannot load, and why.
    #[must_use]
    pub fn refused(&self) -> &[LoadError] {
        &self.refused
    }

    /// Adds what the user names: a file, a folder with one or more plugins, or a name on the
    /// search path.
    ///
    /// # Errors
    /// Whatever makes it unloadable, each with its own message.
    pub fn name(&mut self, plugin: &str) -> Result<(), LoadError> {
        for found in self.resolve(plugin)? {
            self.add(found)?;
        }
        Ok(())
    }

    /// What a plugin means that a file in `folder` names: a path, which is relative to that folder
    /// and never to the working directory, or a name on the search path. It is not added.
    ///
    /// # Errors
    /// Whatever makes it unloadable, each with its own message.
    pub fn locate(&self, plugin: &str, folder: &Path) -> Result<Vec<FoundPlugin>, LoadError> {
        if !is_path(plugin) {
            return self.on_search_path(plugin);
        }
        let path = folder.join(plugin);
        if path.is_dir() {
            return plugins_in(&path);
        }
        // Neither a pipe nor a device, which are read without end.
        if !path.is_file() {
            return Err(LoadError::Missing { path });
        }
        Ok(vec![inspect(&path)?])
    }

    /// Adds what was [located](Self::locate) and is let in: this very content, and no other.
    ///
    /// # Errors
    /// It clashes with another one.
    pub fn name_fixed(&mut self, mut found: FoundPlugin) -> Result<(), LoadError> {
        found.fixed = true;
        self.add(found)
    }

    /// What was named, in order.
    #[must_use]
    pub fn named(&self) -> &[FoundPlugin] {
        &self.named
    }

    fn add(&mut self, found: FoundPlugin) -> Result<(), LoadError> {
        let clash = self
            .named
            .iter()
            .find(|other| other.manifest.name == found.manifest.name);
        if let Some(other) = clash {
            if other.digest == found.digest {
                return Ok(());
            }
            return Err(LoadError::Duplicate {
                what: format!("the plugin {:?}", found.manifest.name),
                first: other.path.display().to_string(),
                second: found.path.display().to_string(),
            });
        }
        self.named.push(found);
        self.check_duplicate_ids()
    }

    fn resolve(&self, plugin: &str) -> Result<Vec<FoundPlugin>, LoadError> {
        let path = Path::new(plugin);
        if plugin.contains(std::path::MAIN_SEPARATOR) || path.exists() {
            if !path.exists() {
                return Err(LoadError::Missing { path: path.into() });
            }
            if path.is_dir() {
                return plugins_in(path);
            }
            return Ok(vec![inspect(path)?]);
        }
        self.on_search_path(plugin)
    }

    fn on_search_path(&self, plugin: &str) -> Result<Vec<FoundPlugin>, LoadError> {
        let found = self.searched.iter().find(|p| p.manifest.name == plugin);
        found
            .cloned()
            .map(|found| vec![found])
            .ok_or_else(|| LoadError::Unknown {
                name: plugin.to_owned(),
                searched: match self.folders.as_slice() {
                    [] => "which is empty: set ANGORA_PLUGIN_PATH".into(),
                    folders => folders
                        .iter()
                        .map(|f| f.display().to_string())
                        .collect::<Vec<_>>()
                        .join(", "),
                },
                hint: self.with_refused(suggest::hint(
                    plugin,
                    self.searched.iter().map(|p| p.manifest.name.as_str()),
                )),
            })
    }

    /// All plugins, those named by the user first.
    pub fn plugins(&self) -> impl Iterator<Item = &FoundPlugin> + Clone {
        let shadowed = |p: &&FoundPlugin| {
            !self
                .named
                .iter()
                .any(|named| named.manifest.name == p.manifest.name)
        };
        self.named
            .iter()
            .chain(self.searched.iter().filter(shadowed))
    }

    /// The plugin that contributes an id.
    ///
    /// # Errors
    /// Nothing contributes it (with the nearest ids), or two plugins do.
    pub fn find(&self, kind: PluginKind, id: &str) -> Result<&FoundPlugin, LoadError> {
        let contributes = |p: &&FoundPlugin| has(p, kind, id);
        if let Some(plugin) = self.named.iter().find(contributes) {
            return Ok(plugin);
        }
        let mut all = self.plugins().filter(contributes);
        match (all.next(), all.next()) {
            (Some(plugin), None) => Ok(plugin),
            (Some(first), Some(second)) => Err(duplicate(kind, id, first, second)),
            (None, _) => Err(LoadError::NoContribution {
                kind: kind.name(),
                id: id.to_owned(),
                hint: self.hint(kind, id),
            }),
        }
    }

    fn hint(&self, kind: PluginKind, id: &str) -> String {
        let ids = self.ids(kind);
        if ids.is_empty() {
            return self.with_refused(format!(
                "no plugin contributes a {kind}: name one with --plugin, or add its folder to ANGORA_PLUGIN_PATH"
            ));
        }
        self.with_refused(suggest::hint(id, ids.iter().map(String::as_str)))
    }

    /// A hint, and what was found and refused: that may be what is missed.
    #[must_use]
    pub fn with_refused(&self, mut hint: String) -> String {
        for error in &self.refused {
            hint.push_str(&format!("\nrefused   {error}"));
        }
        hint
    }

    /// All ids of a kind, sorted.
    #[must_use]
    pub fn ids(&self, kind: PluginKind) -> Vec<String> {
        let mut ids: Vec<String> = self
            .plugins()
            .flat_map(|p| &p.manifest.contributions)
            .filter(|c| c.kind == kind)
            .map(|c| c.id.clone())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    fn check_duplicate_ids(&self) -> Result<(), LoadError> {
        let mut seen: BTreeMap<(PluginKind, &str), &FoundPlugin> = BTreeMap::new();
        for plugin in &self.named {
            for c in &plugin.manifest.contributions {
                if let Some(first) = seen.insert((c.kind, &c.id), plugin) {
                    return Err(duplicate(c.kind, &c.id, first, plugin));
                }
            }
        }
        Ok(())
    }
}

fn has(plugin: &FoundPlugin, kind: PluginKind, id: &str) -> bool {
    let contributions = &plugin.manifest.contributions;
    contributions.iter().any(|c| c.kind == kind && c.id == id)
}

fn duplicate(kind: PluginKind, id: &str, first: &FoundPlugin, second: &FoundPlugin) -> LoadError {
    let describe = |p: &FoundPlugin| format!("{} ({})", p.manifest.name, p.path.display());
    LoadError::Duplicate {
        what: format!("{kind} {id:?}"),
        first: describe(first),
        second: describe(second),
    }
}

/// Reads a library's manifest and digest.
///
/// # Errors
/// Whatever makes it unloadable.
pub fn inspect(path: &Path) -> Result<FoundPlugin, LoadError> {
    read(path).map(|(found, _)| found)
}

fn inspect_installed(file: &InstalledFile) -> Result<FoundPlugin, LoadError> {
    let mut found = inspect(&file.path)?;
    if found.digest == file.digest {
        found.fixed = true;
        return Ok(found);
    }
    Err(LoadError::Changed {
        path: file.path.clone(),
        expected: file.digest.clone(),
        found: found.digest,
    })
}

/// Reads a plugin once more, before it is opened: it may have been rebuilt since it was found.
///
/// # Errors
/// Whatever makes it unloadable; another content, where only this one was let in.
pub(crate) fn read_again(found: &FoundPlugin) -> Result<(FoundPlugin, Vec<u8>), LoadError> {
    let (mut again, bytes) = read(&found.path)?;
    if found.fixed && again.digest != found.digest {
        return Err(LoadError::Replaced {
            path: found.path.clone(),
            expected: found.digest.clone(),
            found: again.digest,
        });
    }
    again.fixed = found.fixed;
    Ok((again, bytes))
}

/// Whether a text names a file or folder, and not a plugin on the search path.
#[must_use]
pub fn is_path(plugin: &str) -> bool {
    plugin.contains(std::path::MAIN_SEPARATOR) || [".", ".."].contains(&plugin)
}

/// As [`inspect`], with the bytes that were digested.
pub(crate) fn read(path: &Path) -> Result<(FoundPlugin, Vec<u8>), LoadError> {
    let (manifest, bytes) = manifest::read(path)?;
    let digest = Sha256::digest(&bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let found = FoundPlugin {
        path: path.canonicalize().unwrap_or_else(|_| path.into()),
        form: if wasm::manifest::is_module(path, &bytes) {
            Form::Wasm
        } else {
            Form::Native
        },
        manifest,
        digest: format!("sha256:{hex}"),
        fixed: false,
    };
    Ok((found, bytes))
}

/// The plugins of a folder: those that lie in it, or, of a crate, the newest build of it.
fn plugins_in(folder: &Path) -> Result<Vec<FoundPlugin>, LoadError> {
    let mut libraries = libraries(folder)?;
    if libraries.is_empty() {
        libraries.extend(newest_build(folder));
    }
    let mut plugins = Vec::new();
    for library in &libraries {
        match inspect(library) {
            Ok(plugin) => plugins.push(plugin),
            // Other libraries may lie beside a plugin; a refused plugin is an error.
            Err(LoadError::NotAPlugin { .. } | LoadError::NotALibrary { .. }) => {}
            Err(refused) => return Err(refused),
        }
    }
    if plugins.is_empty() {
        return Err(LoadError::EmptyFolder {
            path: folder.into(),
        });
    }
    Ok(plugins)
}

/// The newest library or module that Cargo has built of the crate in a folder, in its own target folder or
/// that of a workspace around it.
fn newest_build(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    if !folder.join("Cargo.toml").is_file() {
        return None;
    }
    let name = folder.file_name()?.to_string_lossy().replace('-', "_");
    let library = format!(
        "{}{name}{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let module = format!("wasm32-unknown-unknown/{{}}/{name}.wasm");
    let builds = ["debug", "release"].map(|build| {
        [
            Path::new(build).join(&library),
            PathBuf::from(module.replace("{}", build)),
        ]
    });
    folder
        .ancestors()
        .flat_map(|above| {
            builds
                .iter()
                .flatten()
                .map(|build| above.join("target").join(build))
        })
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .max()
        .map(|(_, path)| path)
}

/// Native libraries and modules directly in a folder, sorted by name.
fn libraries(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let entries = angora_core::folder::entries(folder).map_err(|source| LoadError::Io {
        path: folder.into(),
        source,
    })?;
    let is_library = |path: &PathBuf| {
        path.extension()
            .is_some_and(|e| e == std::env::consts::DLL_EXTENSION || e == "wasm")
    };
    Ok(entries.into_iter().filter(is_library).collect())
}
