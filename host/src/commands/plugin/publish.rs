//! `plugin publish` and `plugin yank`: what authors do with a registry.

use super::key::signing_key;
use crate::args::{PublishArguments, YankArguments};
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::{load_trust, location, seen};
use crate::report::program;
use angora_registry::{Package, Publisher, Registry, Wanted};
use serde_json::json;

/// Puts a package file into a registry, and its version into the signed list there.
pub fn publish(arguments: &PublishArguments) -> Result<(), HostError> {
    let registry = Registry::open(&location(arguments.registry.registry.as_deref())?)?;
    let (trust, seen) = (load_trust()?, seen()?);
    let key = signing_key(arguments.key.as_deref())?;
    let publisher = key.as_ref().map(|key| Publisher {
        key,
        trust: &trust,
        seen: &seen,
    });
    if arguments.refresh {
        return refresh(arguments, &registry, publisher);
    }
    let package = Package::read(&arguments.package)?;
    if let Some(publisher) = publisher {
        publisher.check(&registry, package.release.name())?;
    }
    let there = registry.publish(&package)?;
    let release = there.as_ref().unwrap_or(&package.release);
    let number = publisher.map(|publisher| publisher.list(&registry, release));
    let number = number.transpose()?;
    if number.is_none() {
        eprintln!(
            "note: without a key the list of versions is not signed: whoever trusts a key for {} does not get this version (`plugin key new` makes a key, and publishing again signs)",
            release.name().group()
        );
    }
    if arguments.json {
        return print_json(&json!({
            "name": release.name(),
            "version": release.version(),
            "index": release.digest(),
            "list": number,
            "registry": registry.place(),
        }));
    }
    let word = if there.is_some() { "had" } else { "published" };
    println!("{word:<9}  {release} in {}", registry.place());
    println!("index      {}", release.digest());
    if let Some(number) = number {
        println!("listed     in the list of versions number {number}");
    }
    println!(
        "others     {} plugin install {}@^{} --registry {}",
        program(),
        release.name(),
        release.version(),
        registry.place()
    );
    Ok(())
}

fn refresh(
    arguments: &PublishArguments,
    registry: &Registry,
    publisher: Option<Publisher<'_>>,
) -> Result<(), HostError> {
    let name = Wanted::parse(&arguments.package.display().to_string())?.name;
    let Some(publisher) = publisher else {
        return Err(HostError::Usage(
            "--refresh signs the list of versions, and there is no key: name one with --key, or make one with `plugin key new`".into(),
        ));
    };
    let number = publisher.refresh(registry, &name)?;
    println!(
        "signed     the versions of {name}, number {number}, in {}",
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
    let reason = arguments.reason.as_deref();
    let (trust, seen) = (load_trust()?, seen()?);
    let key = signing_key(arguments.key.as_deref())?;
    let publisher = key.as_ref().map(|key| Publisher {
        key,
        trust: &trust,
        seen: &seen,
    });
    if let Some(publisher) = publisher {
        publisher.check(&registry, &wanted.name)?;
    }
    registry.yank(&wanted.name, &version, reason)?;
    match publisher {
        Some(publisher) => {
            publisher.yank(&registry, &wanted.name, &version, reason)?;
        }
        None => eprintln!(
            "note: without a key this is not signed: whoever trusts a key for {} does not see it",
            wanted.name.group()
        ),
    }
    let what = format!("{} {version} in {}", wanted.name, registry.place());
    match &arguments.reason {
        Some(_) => println!("yanked     {what}; who has it in a lock still gets it"),
        None => println!("back       {what}"),
    }
    Ok(())
}
