//! The plugins of a run: named ones, those of the search path, installed packages.

use super::authority::{self, LetIn, NamedBy};
use super::folders::home;
use super::remembered;
use crate::error::HostError;
use crate::report::program;
use angora_core::suggest;
use angora_loader::discover::is_path;
use angora_loader::{Catalogue, Discovery, InstalledFile, LoadError, LockedPlugin};
use angora_registry::{Home, Record, Wanted};
use std::io::Write;
use std::path::Path;

/// The plugins of the search path and installed packages, with those that were named in front. Of
/// a package with several versions the newest that fits is taken, but before it the one that is
/// locked.
///
/// # Errors
/// A named plugin that does not load, is not installed, or that a file names and the user has not
/// let in.
pub fn discover_by(
    named: &[String],
    by: NamedBy<'_>,
    locked: &[LockedPlugin],
) -> Result<Discovery, HostError> {
    let mut records = installed()?;
    // Stable: of a package, what is locked comes first, and then the newest.
    records.sort_by_key(|record| !is_locked(record, locked));
    let files: Vec<InstalledFile> = match home() {
        Ok(home) => records.iter().map(|r| file(&home, r)).collect(),
        Err(_) => Vec::new(),
    };
    let folders = Discovery::default_folders();
    let mut discovery = Discovery::new(folders).with_installed(&files);
    let let_in = LetIn::of(&discovery, &records);
    for plugin in named {
        let is_path = match by {
            NamedBy::User => Path::new(plugin).exists(),
            // What a file names is never looked for in the working directory.
            NamedBy::File { .. } => is_path(plugin) && !Wanted::looks_like(plugin),
        };
        if !is_path && Wanted::looks_like(plugin) {
            let wanted = Wanted::parse(plugin)?;
            let fits = |record: &&Record| {
                record.name == wanted.name && wanted.requirement.matches(&record.version)
            };
            match records.iter().find(fits) {
                Some(record) => discovery.name_installed(&file(&home()?, record))?,
                None => return Err(not_installed(&wanted, &records)),
            }
            continue;
        }
        let NamedBy::File {
            file,
            folder,
            trusted,
        } = by
        else {
            discovery.name(plugin)?;
            continue;
        };
        let found = match discovery.locate(plugin, folder) {
            Err(LoadError::Missing { .. }) => {
                return Err(authority::gone(file, plugin, &discovery).into());
            }
            found => found?,
        };
        for found in found {
            let_in.admit(&found, file, trusted)?;
            discovery.name_fixed(found)?;
        }
    }
    Ok(discovery)
}

/// Over what was found; remarks on plugins are warnings on standard error.
#[must_use]
pub fn catalogue(discovery: Discovery) -> Catalogue {
    // Where standard error is closed there is nobody to warn.
    let warn = |remark: &str| drop(writeln!(std::io::stderr(), "warning: {remark}"));
    Catalogue::new(discovery).with_remarks(warn)
}

/// The plugins that the user names, and those of the search path; see [`discover_by`].
///
/// # Errors
/// As there.
pub fn discover(named: &[String], locked: &[LockedPlugin]) -> Result<Discovery, HostError> {
    discover_by(named, NamedBy::User, locked)
}

/// Remembers what was named and is about to be opened: a run that names it may open it again.
pub fn remember_named(discovery: &Discovery) {
    discovery.named().iter().for_each(remembered::remember);
}

/// The installed packages, the newest version of each first; none where the user has no home.
///
/// # Errors
/// A record cannot be read.
pub fn installed() -> Result<Vec<Record>, HostError> {
    match home() {
        Ok(home) => Ok(home.records()?),
        Err(_) => Ok(Vec::new()),
    }
}

fn is_locked(record: &Record, locked: &[LockedPlugin]) -> bool {
    let digest = record.library.digest.as_str();
    locked.iter().any(|plugin| plugin.digest == digest)
}

/// The library or component of a package.
pub(super) fn file(home: &Home, record: &Record) -> InstalledFile {
    InstalledFile {
        path: home.file(&record.library),
        digest: record.library.digest.to_string(),
    }
}

fn not_installed(wanted: &Wanted, records: &[Record]) -> HostError {
    let versions: Vec<String> = records
        .iter()
        .filter(|record| record.name == wanted.name)
        .map(|record| record.version.to_string())
        .collect();
    let there = if versions.is_empty() {
        let names: Vec<String> = records.iter().map(|r| r.name.to_string()).collect();
        let near = suggest::nearest(&wanted.name.to_string(), names.iter().map(String::as_str));
        match near.first() {
            Some(near) => format!("did you mean {near}? Or "),
            None => String::new(),
        }
    } else {
        format!("installed are {}; ", versions.join(", "))
    };
    HostError::Usage(format!(
        "{wanted} is neither a file nor an installed package; {there}`{} plugin install '{wanted}'` installs it",
        program()
    ))
}
