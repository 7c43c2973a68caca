//! `angora.lock`: which plugins a run was made of, and how another run is made of the same.

use super::authority::{AuthorityError, LetIn};
use super::find::{file, installed};
use super::folders::{home, seen};
use super::{remembered, trusted};
use crate::error::HostError;
use crate::run::read_lock;
use angora_loader::discover::inspect;
use angora_loader::{Discovery, FoundPlugin, InstalledFile, LockedPlugin};
use angora_registry::{Digest, Installer, Location, PackageName, Pinned, Record, Registry};
use semver::Version;
use std::path::{Path, PathBuf};

/// What may come in for a lock, though the lock itself has no say in it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// Packages that no trusted key has signed.
    pub allow_untrusted: bool,
    /// Native plugins that the user has never named.
    pub trust_plugins: bool,
}

/// The plugins of a lock, and nothing else.
pub struct Reproduced {
    /// All of them, by name.
    pub discovery: Discovery,
    /// What names those that are not on the search path, for the settings of the run.
    pub plugins: Vec<String>,
}

/// Says of plugins that were installed from which registry they came.
///
/// # Errors
/// A record cannot be read.
pub fn with_origins(mut plugins: Vec<LockedPlugin>) -> Result<Vec<LockedPlugin>, HostError> {
    let records = installed()?;
    for plugin in &mut plugins {
        let Some(record) = records
            .iter()
            .find(|record| record.library.digest.as_str() == plugin.digest)
        else {
            continue;
        };
        plugin.source.clone_from(&record.source);
        plugin.package = Some(record.name.to_string());
        plugin.index = Some(record.index.to_string());
        plugin.signed_by.clone_from(&record.signed_by);
    }
    Ok(plugins)
}

/// Finds the plugins of a lock by their digests: installed, on the search path, where they were,
/// or in the registry that they came from.
///
/// # Errors
/// One was not found, or only another build of it; or it is native code that the user has not let
/// in.
pub fn reproduce(lock: &Path, terms: &Terms) -> Result<Reproduced, HostError> {
    let plugins = read_lock(lock)?;
    let searched = Discovery::new(Discovery::default_folders());
    let mut reproduced = Reproduced {
        discovery: Discovery::default(),
        plugins: Vec::new(),
    };
    for plugin in &plugins {
        let found = find(plugin, &searched, lock, terms)?;
        reproduced.discovery.name_installed(&found.file)?;
        reproduced.plugins.extend(found.named);
    }
    Ok(reproduced)
}

struct Found {
    file: InstalledFile,
    /// How settings name it, where it is not on the search path.
    named: Option<String>,
}

fn find(
    plugin: &LockedPlugin,
    searched: &Discovery,
    lock: &Path,
    terms: &Terms,
) -> Result<Found, HostError> {
    let home = home()?;
    let of_record = |record: &Record| Found {
        file: file(&home, record),
        named: Some(format!("{}@={}", record.name, record.version)),
    };
    let same = |found: &&FoundPlugin| found.digest == plugin.digest;
    if let Some(found) = searched.plugins().find(same) {
        return Ok(Found {
            file: installed_file(found),
            named: None,
        });
    }
    let records = installed()?;
    let installed = |record: &&Record| record.library.digest.as_str() == plugin.digest;
    if let Some(record) = records.iter().find(installed) {
        return Ok(of_record(record));
    }
    if let Some((registry, pinned)) = origin(plugin, lock)? {
        let (trust, seen) = (trusted::load()?, seen()?);
        let installer = Installer {
            home: &home,
            trust: &trust,
            seen: &seen,
            allow_untrusted: terms.allow_untrusted,
        };
        let (record, moved) = installer.install_pinned(&registry, &pinned)?;
        if moved {
            eprintln!(
                "warning: {} {} stands for something else in {} by now; what is locked is used",
                pinned.name,
                pinned.version,
                registry.place()
            );
        }
        return Ok(of_record(&record));
    }
    let path = PathBuf::from(&plugin.source);
    // A relative path would mean another file in each working directory.
    let there = (path.is_absolute() && path.is_file()).then(|| inspect(&path).ok());
    let same = |found: &FoundPlugin| found.digest == plugin.digest;
    let Some(found) = there.flatten().filter(same) else {
        return Err(missing(plugin, searched, lock));
    };
    let let_in = LetIn::of(searched, &records);
    if !let_in.has(&found) && !terms.trust_plugins {
        return Err(AuthorityError::locked(lock, &found).into());
    }
    remembered::remember(&found);
    Ok(Found {
        named: Some(found.path.display().to_string()),
        file: installed_file(&found),
    })
}

fn installed_file(found: &FoundPlugin) -> InstalledFile {
    InstalledFile {
        path: found.path.clone(),
        digest: found.digest.clone(),
    }
}

/// The registry that a plugin came from, if it came from one.
fn origin(plugin: &LockedPlugin, lock: &Path) -> Result<Option<(Registry, Pinned)>, HostError> {
    let (Some(package), Some(index)) = (&plugin.package, &plugin.index) else {
        return Ok(None);
    };
    let version = Version::parse(&plugin.version).map_err(|error| {
        HostError::Usage(format!(
            "{}: plugin {:?}: version {:?}: {error}",
            lock.display(),
            plugin.name,
            plugin.version
        ))
    })?;
    let pinned = Pinned {
        name: PackageName::parse(package)?,
        version,
        index: Digest::parse(index)?,
        library: Digest::parse(&plugin.digest)?,
    };
    let registry = Registry::open(&Location::parse(&plugin.source)?)?;
    Ok(Some((registry, pinned)))
}

fn missing(plugin: &LockedPlugin, searched: &Discovery, lock: &Path) -> HostError {
    let LockedPlugin { name, version, .. } = plugin;
    let here = searched.plugins().find(|p| p.manifest.name == *name);
    let here = match here {
        None => format!("it is not on the search path, nor at {}", plugin.source),
        Some(found) => format!(
            "the one on the search path is {} with {} ({})",
            found.manifest.version,
            found.digest,
            found.path.display()
        ),
    };
    HostError::Run(format!(
        "plugin {name} {version} is locked in {} with {}, and that build is not to be had: {here}, and the lock names no registry that has it; build or copy the same one, or leave --locked out",
        lock.display(),
        plugin.digest
    ))
}
