//! `plugin pack` and `plugin sign`: package files.

use super::key;
use crate::args::{PackArguments, SignArguments};
use crate::commands::output::{check_extension, check_free};
use crate::commands::print_json;
use crate::error::HostError;
use angora_loader::Discovery;
use angora_registry::{Content, EXTENSION, Package, SigningKey, Wanted};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the texts of a crate are called, whatever follows.
const TEXTS: [&str; 5] = ["README", "LICENSE", "LICENCE", "CITATION", "NOTICE"];

/// `[package.metadata.angora]` of a Cargo.toml.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Metadata {
    /// Who shares it.
    group: Option<String>,
    /// Packages that it needs.
    requires: BTreeMap<String, String>,
}

/// Makes a package file.
pub fn pack(arguments: &PackArguments) -> Result<(), HostError> {
    let (content, key) = (content(arguments)?, signing_key(arguments)?);
    let mut package = angora_registry::pack(&content)?;
    if let Some(key) = &key {
        package.sign(key)?;
    }
    let path = match &arguments.to {
        Some(path) => path.clone(),
        None => PathBuf::from(package.file_name()),
    };
    check_extension(&path, "--to", EXTENSION)?;
    check_free(&path, "--to", arguments.overwrite)?;
    package.write(&path)?;
    let release = &package.release;
    if arguments.json {
        return print_json(&json!({
            "file": path.display().to_string(),
            "name": release.name(),
            "version": release.version(),
            "index": release.digest(),
            "signed_by": key.as_ref().map(SigningKey::id),
        }));
    }
    println!("packed     {release} as {}", path.display());
    for build in package.builds()? {
        println!("build      {}", build.platform.words());
    }
    for (name, _) in package.texts()? {
        println!("text       {name}");
    }
    for required in release.requires() {
        println!("requires   {required}");
    }
    match key {
        Some(key) => println!("signed by  {}", key.id()),
        None => println!(
            "signed by  nobody: native code of it is refused elsewhere; `plugin key new` makes a key"
        ),
    }
    Ok(())
}

/// Adds a signature to a package file.
pub fn sign(arguments: &SignArguments) -> Result<(), HostError> {
    let mut package = Package::read(&arguments.package)?;
    let path = match &arguments.key {
        Some(path) => path.clone(),
        None => key::own_key()?,
    };
    let key = SigningKey::read(&path, key::password())?;
    package.sign(&key)?;
    package.write(&arguments.package)?;
    println!("signed     {} by {}", package.release, key.id());
    Ok(())
}

fn signing_key(arguments: &PackArguments) -> Result<Option<SigningKey>, HostError> {
    match arguments.unsigned {
        true => Ok(None),
        false => key::signing_key(arguments.key.as_deref()),
    }
}

fn content(arguments: &PackArguments) -> Result<Content, HostError> {
    let mut content = Content {
        texts: arguments.text.clone(),
        ..Content::default()
    };
    let mut groups: Vec<String> = arguments.group.iter().cloned().collect();
    for build in &arguments.builds {
        if !build.is_dir() {
            content.builds.push(build.clone());
            continue;
        }
        content.builds.push(only_plugin(build)?);
        let metadata = metadata(build)?;
        groups.extend(metadata.group);
        for (name, requirement) in metadata.requires {
            let wanted = Wanted::parse(&format!("{name}@{requirement}"))?;
            content.requires.push(wanted);
        }
        let named = |path: &PathBuf| {
            content
                .texts
                .iter()
                .any(|t| t.file_name() == path.file_name())
        };
        let texts: Vec<PathBuf> = texts(build)?.into_iter().filter(|t| !named(t)).collect();
        content.texts.extend(texts);
    }
    for required in &arguments.requires {
        content.requires.push(Wanted::parse(required)?);
    }
    let Some(group) = groups.into_iter().next() else {
        return Err(HostError::Usage(
            "a package is called GROUP/NAME: give --group, or write `group = \"my-lab\"` below [package.metadata.angora] in the crate's Cargo.toml".into(),
        ));
    };
    content.group = group;
    Ok(content)
}

/// The one plugin of a crate's folder.
fn only_plugin(folder: &Path) -> Result<PathBuf, HostError> {
    let mut discovery = Discovery::default();
    discovery.name(&format!(
        "{}{}",
        folder.display(),
        std::path::MAIN_SEPARATOR
    ))?;
    let plugins: Vec<PathBuf> = discovery.plugins().map(|p| p.path.clone()).collect();
    match plugins.as_slice() {
        [only] => Ok(only.clone()),
        several => {
            let names: Vec<String> = several.iter().map(|p| p.display().to_string()).collect();
            Err(HostError::Usage(format!(
                "{} holds several plugins; name one of them: {}",
                folder.display(),
                names.join(", ")
            )))
        }
    }
}

fn metadata(folder: &Path) -> Result<Metadata, HostError> {
    let path = folder.join("Cargo.toml");
    if !path.exists() {
        return Ok(Metadata::default());
    }
    let text = std::fs::read_to_string(&path).map_err(HostError::io(&path))?;
    let wrong = |e: &dyn std::fmt::Display| {
        let key = "[package.metadata.angora]";
        HostError::Usage(format!("{}: {key}: {e}", path.display()))
    };
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| wrong(&e))?;
    let metadata = table.get("package").and_then(|p| p.get("metadata"));
    match metadata.and_then(|metadata| metadata.get("angora")) {
        Some(ours) => ours.clone().try_into().map_err(|e| wrong(&e)),
        None => Ok(Metadata::default()),
    }
}

/// README, licence and citation of a folder.
fn texts(folder: &Path) -> Result<Vec<PathBuf>, HostError> {
    let entries = std::fs::read_dir(folder).map_err(HostError::io(folder))?;
    let mut texts: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            TEXTS
                .iter()
                .any(|text| name.to_uppercase().starts_with(text))
        })
        .collect();
    texts.sort();
    Ok(texts)
}
