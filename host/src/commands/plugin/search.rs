//! `plugin search`: what a registry has.

use crate::args::SearchArguments;
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::location;
use angora_registry::Registry;
use serde_json::{Value, json};

/// Prints packages.
pub fn search(arguments: &SearchArguments) -> Result<(), HostError> {
    let registry = Registry::open(&location(arguments.registry.registry.as_deref())?)?;
    let offers = registry.search(&arguments.text)?;
    if arguments.json {
        let rows: Vec<Value> = offers
            .iter()
            .map(|offer| {
                json!({
                    "name": offer.release.name(),
                    "versions": offer.versions,
                    "contract": offer.release.contract(),
                    "description": offer.release.description(),
                    "licence": offer.release.licence(),
                    "provides": offer.release.provides(),
                    "signatures": offer.release.signatures().map(|(id, _)| id).collect::<Vec<_>>(),
                    "builds": offer.release.builds().map(|(p, _)| p.words()).collect::<Vec<_>>(),
                })
            })
            .collect();
        return print_json(&rows);
    }
    if offers.is_empty() {
        eprintln!("nothing in {} has {:?}", registry.place(), arguments.text);
    }
    for offer in offers {
        let release = &offer.release;
        println!("{release}  {}", release.description());
        println!("    {}", release.provides());
    }
    Ok(())
}
