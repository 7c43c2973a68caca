//! What compilers write, a core module, as a component of the contract.

use angora_plugin_api::wit;
use std::collections::BTreeSet;
use std::fmt::Display;
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{PackageId, Resolve, SourceMap};

/// Custom sections with this in front say what a module's functions mean.
const TYPES: &str = "component-type";

/// The component that a core module is, by the interfaces of the contract whose functions it
/// exports (`angora:plugin/reward@1.0.0#evaluate`); a component as it is.
///
/// # Errors
/// One line on what does not fit.
pub fn from_module(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if Parser::is_component(bytes) {
        return Ok(bytes.to_vec());
    }
    let mut module = bytes.to_vec();
    // Bindings generators leave a description of their own; where none has, the names say it.
    let (described, worlds) = contents(bytes)?;
    if !described {
        let (resolve, packages) = contract()?;
        for world in &worlds {
            let world = resolve
                .select_world(&packages, Some(world))
                .map_err(|error| one_line(&error))?;
            embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
                .map_err(|error| one_line(&error))?;
        }
    }
    ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| one_line(&error))
}

/// Whether a module describes its functions, and the worlds that their names speak of.
fn contents(bytes: &[u8]) -> Result<(bool, BTreeSet<String>), String> {
    let (mut described, mut worlds) = (false, BTreeSet::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| error.to_string())? {
            Payload::CustomSection(section) => described |= section.name().starts_with(TYPES),
            Payload::ExportSection(exports) => {
                for export in exports {
                    let name = export.map_err(|error| error.to_string())?.name;
                    let interface = name.strip_prefix("angora:plugin/");
                    let Some((interface, rest)) = interface.and_then(|i| i.split_once('@')) else {
                        continue;
                    };
                    let version = rest.split('#').next().unwrap_or_default();
                    worlds.insert(format!("angora:plugin/{interface}-module@{version}"));
                }
            }
            _ => {}
        }
    }
    Ok((described, worlds))
}

/// The contract's own interfaces, a package for each revision; later ones use earlier ones.
fn contract() -> Result<(Resolve, Vec<PackageId>), String> {
    let mut resolve = Resolve::default();
    let mut packages = Vec::new();
    for revision in [&wit::V1[..], &wit::V2[..]] {
        let mut files = SourceMap::new();
        for (name, text) in revision.iter().copied() {
            files.push_str(name, text);
        }
        let group = files.parse().map_err(|(_, error)| error.to_string())?;
        let package = resolve
            .push_group(group)
            .map_err(|error| error.to_string())?;
        packages.push(package);
    }
    Ok((resolve, packages))
}

/// An error and its causes.
pub fn one_line(error: &dyn Display) -> String {
    let text = format!("{error:#}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
