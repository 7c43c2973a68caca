//! Which native code may be opened: the one place that decides it.
//!
//! What a user types has authority. What a file names (a run folder, a lock, a settings file) has
//! none: native code that it names is opened only if its digest is that of a plugin on the user's
//! search path, of an installed package, or of a build that the user has named before
//! ([`remembered`](super::remembered)). Modules run in a sandbox and need none of it.

use super::remembered;
use angora_core::suggest;
use angora_loader::discover::is_path;
use angora_loader::{Discovery, Form, FoundPlugin, alias};
use angora_registry::{Record, Wanted};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who names plugins.
#[derive(Debug, Clone, Copy)]
pub enum NamedBy<'n> {
    /// The user, on the command line.
    User,
    /// A file.
    File {
        /// For messages.
        file: &'n Path,
        /// Relative paths start here.
        folder: &'n Path,
        /// The user lets in whatever it names (`--trust-plugins`).
        trusted: bool,
    },
}

/// A native plugin that a file names and that was not let in.
#[derive(Debug, thiserror::Error)]
#[error(
    "{file} names the native plugin {name} {version} at {path}, which has never been let in on this account (digest {digest}). It would run with all your rights. If you trust its author, {flags}"
)]
pub struct Stranger {
    /// The file that names it.
    file: PathBuf,
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// The library.
    path: PathBuf,
    /// `sha256:` and hexadecimal digits.
    digest: String,
    /// What the user may type.
    flags: String,
}

/// Why native code that a file names is not opened.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A plugin.
    #[error(transparent)]
    Plugin(Box<Stranger>),
    /// A file that is not there.
    #[error(
        "{file} names the plugin {named}, and there is no such file or folder; name its present place with --plugin{near}"
    )]
    Gone {
        /// Who names it.
        file: PathBuf,
        /// As written.
        named: String,
        /// A plugin of a similar name.
        near: String,
    },
    /// An interpreter.
    #[error(
        "{file} names the Python interpreter {path}, which you have not named yourself. It would run with all your rights. If you trust it, repeat the command with --trust-plugins"
    )]
    Python {
        /// Who names it.
        file: PathBuf,
        /// The interpreter.
        path: PathBuf,
    },
}

impl AuthorityError {
    fn plugin(file: &Path, found: &FoundPlugin, flags: String) -> Self {
        Self::Plugin(Box::new(Stranger {
            file: file.into(),
            name: found.manifest.name.clone(),
            version: found.manifest.version.to_string(),
            path: found.path.clone(),
            digest: found.digest.clone(),
            flags,
        }))
    }

    /// Of a plugin in a lock.
    pub(super) fn locked(lock: &Path, found: &FoundPlugin) -> Self {
        let flags = "repeat the command with --trust-plugins".into();
        Self::plugin(lock, found, flags)
    }

    /// Of a plugin in settings.
    fn named(file: &Path, found: &FoundPlugin) -> Self {
        let flags = format!(
            "repeat the command with --plugin {} (or --trust-plugins for all that the file names)",
            found.path.display()
        );
        Self::plugin(file, found, flags)
    }
}

/// Digests of native code that this user has let in.
#[derive(Debug, Default)]
pub struct LetIn {
    known: BTreeSet<String>,
}

impl LetIn {
    /// What is on the search path or installed; what was named before is looked up when it is asked
    /// for.
    #[must_use]
    pub fn of(discovery: &Discovery, installed: &[Record]) -> Self {
        let searched = discovery.plugins().map(|plugin| plugin.digest.clone());
        let installed = installed.iter().map(|r| r.library.digest.to_string());
        Self {
            known: searched.chain(installed).collect(),
        }
    }

    /// Whether a plugin may be opened that a file names.
    #[must_use]
    pub fn has(&self, found: &FoundPlugin) -> bool {
        found.form == Form::Wasm
            || self.known.contains(&found.digest)
            || remembered::is_known(&found.digest)
    }

    /// Lets a plugin in, or refuses it; what the user trusts with a flag is remembered.
    ///
    /// # Errors
    /// It is native code that the user has not let in.
    pub fn admit(
        &self,
        found: &FoundPlugin,
        file: &Path,
        trusted: bool,
    ) -> Result<(), AuthorityError> {
        if self.has(found) {
            return Ok(());
        }
        if trusted {
            remembered::remember(found);
            return Ok(());
        }
        Err(AuthorityError::named(file, found))
    }
}

/// The interpreter of a task that runs Python, with the path made absolute, as it may be started;
/// `None` if the task has none or it is a name on `PATH`.
///
/// # Errors
/// A file names the path of one that the user has not named.
pub fn python(
    task: &str,
    python: Option<&str>,
    by: NamedBy<'_>,
) -> Result<Option<PathBuf>, AuthorityError> {
    let Some(written) = python.filter(|text| alias::is_gymnasium(task) && is_path(text)) else {
        return Ok(None);
    };
    match by {
        NamedBy::User => {
            let path = absolute(written);
            remembered::remember_python(&path);
            Ok(Some(path))
        }
        NamedBy::File {
            file,
            folder,
            trusted,
        } => {
            let path = folder.join(written);
            if trusted {
                remembered::remember_python(&path);
            } else if !remembered::is_known_python(&path) {
                let file = file.into();
                return Err(AuthorityError::Python { file, path });
            }
            Ok(Some(path))
        }
    }
}

/// A path that the user has typed, so that it stays the same wherever it is read again. A name stays
/// a name, unless there is a file or folder of that name.
#[must_use]
pub fn absolute_plugin(typed: &str) -> String {
    // A package's name looks like a path, and is one only if something lies there.
    let is_place = is_path(typed) && !Wanted::looks_like(typed);
    match is_place || Path::new(typed).exists() {
        true => absolute(typed).display().to_string(),
        false => typed.to_owned(),
    }
}

fn absolute(typed: &str) -> PathBuf {
    std::path::absolute(typed).unwrap_or_else(|_| typed.into())
}

/// That a file names a path where nothing lies.
pub(super) fn gone(file: &Path, named: &str, discovery: &Discovery) -> AuthorityError {
    let name = Path::new(named).file_stem().unwrap_or_default();
    let name = name.to_string_lossy();
    let name = name.trim_start_matches("lib").replace('_', "-");
    let names = discovery.plugins().map(|p| p.manifest.name.as_str());
    let near = match suggest::nearest(&name, names).first() {
        Some(near) => format!(" (--plugin {near} is on the search path)"),
        None => String::new(),
    };
    AuthorityError::Gone {
        file: file.into(),
        named: named.into(),
        near,
    }
}
