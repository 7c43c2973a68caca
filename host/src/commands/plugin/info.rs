//! `plugin info`: what a plugin or a package says of itself.

use super::list::Row;
use super::settings;
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::{discover, home, installed, load_trust};
use angora_plugin_api::Manifest;
use angora_registry::{Package, Record, Verdict};
use serde_json::json;
use std::path::Path;

/// Prints it.
pub fn info(plugin: &str, settings: bool, json: bool) -> Result<(), HostError> {
    let path = Path::new(plugin);
    if path.is_file()
        && path
            .extension()
            .is_some_and(|e| e == angora_registry::EXTENSION)
    {
        return package(path, json);
    }
    let discovery = discover(&[plugin.to_owned()], &[])?;
    let records = installed()?;
    let Some(found) = discovery.plugins().next() else {
        return Ok(());
    };
    let mut row = Row::new(found, &records);
    if settings {
        row.settings = Some(settings::of(found)?);
    }
    if json {
        return print_json(&row);
    }
    describe(row.manifest);
    println!("file       {}", row.path);
    println!("digest     {}", row.digest);
    contributions(row.manifest);
    for settings in row.settings.iter().flatten() {
        print!("{settings}");
    }
    let record = records
        .iter()
        .find(|record| record.library.digest.as_str() == row.digest);
    if let Some(record) = record {
        installed_as(record)?;
    }
    Ok(())
}

fn describe(manifest: &Manifest) {
    println!("{} {}", manifest.name, manifest.version);
    println!("{}", manifest.description);
    println!("contract   {}", manifest.contract);
    println!("authors    {}", manifest.authors);
    println!("licence    {}", manifest.licence);
}

fn contributions(manifest: &Manifest) {
    for contribution in &manifest.contributions {
        println!("{:<9}  {}", contribution.kind.name(), contribution.id);
    }
}

fn installed_as(record: &Record) -> Result<(), HostError> {
    println!("package    {} {}", record.name, record.version);
    println!("source     {}", record.source);
    println!("index      {}", record.index);
    let signed_by = record.signed_by.as_deref();
    println!(
        "signed by  {}",
        signed_by.unwrap_or("nobody who is trusted")
    );
    for (name, requirement) in &record.requires {
        println!("requires   {name}@{requirement}");
    }
    if let Some(citation) = home()?.text(record, "CITATION") {
        println!("\n{}", citation.trim_end());
    }
    Ok(())
}

/// A package file, whole: everything in it is compared with its digest.
fn package(path: &Path, json: bool) -> Result<(), HostError> {
    let package = Package::read(path)?;
    let release = &package.release;
    let verdict = load_trust()?.judge(release);
    let verdict = verdict
        .map_err(|reason| angora_registry::RegistryError::refused(path.display(), reason))?;
    let builds: Vec<_> = package.builds()?;
    if json {
        let builds: Vec<_> = builds
            .iter()
            .map(|build| {
                json!({
                    "platform": build.platform.words(),
                    "file": build.library.title(),
                    "digest": build.library.digest,
                    "size": build.library.size,
                })
            })
            .collect();
        let requires = release.requires().iter();
        return print_json(&json!({
            "name": release.name(),
            "version": release.version(),
            "contract": release.contract(),
            "description": release.description(),
            "authors": release.authors(),
            "licence": release.licence(),
            "provides": release.provides(),
            "requires": requires.map(ToString::to_string).collect::<Vec<_>>(),
            "index": release.digest(),
            "signatures": release.signatures().map(|(id, _)| id).collect::<Vec<_>>(),
            "trusted": matches!(verdict, Verdict::Trusted(_)),
            "builds": builds,
            "texts": package.texts()?.keys().collect::<Vec<_>>(),
        }));
    }
    println!("{release}");
    println!("{}", release.description());
    println!("contract   {}", release.contract());
    println!("authors    {}", release.authors());
    println!("licence    {}", release.licence());
    println!("provides   {}", release.provides());
    for required in release.requires() {
        println!("requires   {required}");
    }
    println!("index      {}", release.digest());
    println!("signed by  {}", verdict.words());
    for build in builds {
        let library = &build.library;
        println!(
            "{:<9}  {} ({} bytes, {})",
            build.platform.words(),
            library.title().unwrap_or_default(),
            library.size,
            library.digest
        );
    }
    for (name, text) in package.texts()? {
        println!("text       {name}");
        if name.to_uppercase().starts_with("CITATION") {
            println!("\n{}", String::from_utf8_lossy(&text).trim_end());
        }
    }
    Ok(())
}
