//! `plugin install` and `plugin remove`: what a user has.

use crate::args::{InstallArguments, RemoveArguments};
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::{Terms, home, load_trust, location, reproduce, seen};
use angora_registry::{Installer, Location, PackageName, Record, Registry, RegistryError, Wanted};
use std::path::Path;

/// Installs packages and what they need.
pub fn install(arguments: &InstallArguments) -> Result<(), HostError> {
    if let Some(lock) = &arguments.locked {
        let reproduced = reproduce(
            lock,
            &Terms {
                allow_untrusted: arguments.allow_untrusted,
                trust_plugins: arguments.trust_plugins,
            },
        )?;
        for plugin in reproduced.discovery.plugins() {
            let manifest = &plugin.manifest;
            println!("ready      {} {}", manifest.name, manifest.version);
        }
        return Ok(());
    }
    let (home, trust, seen) = (home()?, load_trust()?, seen()?);
    let installer = Installer {
        home: &home,
        trust: &trust,
        seen: &seen,
        allow_untrusted: arguments.allow_untrusted,
    };
    let mut installed: Vec<(Record, bool)> = Vec::new();
    let (files, names): (Vec<&String>, Vec<&String>) =
        arguments.packages.iter().partition(|package| {
            Path::new(package)
                .extension()
                .is_some_and(|e| e == "angora")
        });
    for file in files {
        let registry = Registry::open(&Location::parse(file)?)?;
        let wanted = registry.everything()?;
        installed.extend(installer.install(&registry, &wanted)?);
    }
    if !names.is_empty() {
        let registry = Registry::open(&location(arguments.registry.registry.as_deref())?)?;
        let wanted = names.iter().map(|name| Wanted::parse(name));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        installed.extend(installer.install(&registry, &wanted)?);
    }
    if arguments.json {
        let records: Vec<&Record> = installed.iter().map(|(record, _)| record).collect();
        return print_json(&records);
    }
    for (record, there) in &installed {
        let word = if *there { "had" } else { "installed" };
        let signed_by = match &record.signed_by {
            Some(key) => format!("signed by {key}"),
            None if record.platform.is_wasm() => "in a sandbox".into(),
            None => "signed by nobody who is trusted".into(),
        };
        println!(
            "{word:<9}  {record} ({}, {signed_by}) from {}",
            record.platform.words(),
            record.source
        );
    }
    Ok(())
}

/// Removes installed packages.
pub fn remove(arguments: &RemoveArguments) -> Result<(), HostError> {
    let home = home()?;
    let wanted = Wanted::parse(&arguments.package)?;
    let records = home.versions(&wanted.name)?;
    let fits = |record: &&Record| wanted.requirement.matches(&record.version);
    let fitting: Vec<&Record> = records.iter().filter(fits).collect();
    if fitting.is_empty() {
        let all = home.records()?;
        let names: Vec<String> = all.iter().map(|r| r.name.to_string()).collect();
        return Err(RegistryError::NoPackage {
            name: wanted.to_string(),
            place: home.path().display().to_string(),
            hint: angora_core::suggest::hint(
                &PackageName::to_string(&wanted.name),
                names.iter().map(String::as_str),
            ),
        }
        .into());
    }
    for record in fitting {
        home.remove(record)?;
        println!("removed    {record}");
    }
    Ok(())
}
