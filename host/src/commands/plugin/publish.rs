//! `plugin publish` and `plugin yank`: what authors do with a registry.

use crate::args::{PublishArguments, YankArguments};
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::location;
use crate::report::program;
use angora_registry::{Package, Registry, Wanted};
use serde_json::json;

/// Puts a package file into a registry.
pub fn publish(arguments: &PublishArguments) -> Result<(), HostError> {
    let package = Package::read(&arguments.package)?;
    let registry = Registry::open(&location(arguments.registry.registry.as_deref())?)?;
    let there = registry.publish(&package)?;
    let release = there.as_ref().unwrap_or(&package.release);
    if arguments.json {
        return print_json(&json!({
            "name": release.name(),
            "version": release.version(),
            "index": release.digest(),
            "registry": registry.place(),
        }));
    }
    let word = if there.is_some() { "had" } else { "published" };
    println!("{word:<9}  {release} in {}", registry.place());
    println!("index      {}", release.digest());
    println!(
        "others     {} plugin install {}@^{} --registry {}",
        program(),
        release.name(),
        release.version(),
        registry.place()
    );
    Ok(())
}

/// Marks a version as yanked, or takes that back.
pub fn yank(arguments: &YankArguments) -> Result<(), HostError> {
    let wanted = Wanted::parse(&arguments.package)?;
    let Some(version) = wanted.exact() else {
        return Err(HostError::Usage(format!(
            "{:?}: yanking is for one version: {}@=1.2.0",
            arguments.package, wanted.name
        )));
    };
    let registry = Registry::open(&location(arguments.registry.registry.as_deref())?)?;
    registry.yank(&wanted.name, &version, arguments.reason.as_deref())?;
    let what = format!("{} {version} in {}", wanted.name, registry.place());
    match &arguments.reason {
        Some(_) => println!("yanked     {what}; who has it in a lock still gets it"),
        None => println!("back       {what}"),
    }
    Ok(())
}
