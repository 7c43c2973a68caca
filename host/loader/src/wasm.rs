//! Sandboxed plugins: WebAssembly components that get memory, time and the calls of the contract,
//! and nothing else. Compiled once, instantiated for each object.

mod cache;
mod component;
mod engine;
mod instance;
pub mod limits;
pub mod manifest;
pub mod size;
mod v1;
mod v2;

pub use cache::folder as default_cache;
pub use component::from_module as component;
pub use engine::Sandbox;

use crate::discover::FoundPlugin;
use crate::error::LoadError;
use std::sync::Arc;
use wasmtime::component::{Component, types::ComponentItem};

/// All that a module may import.
const HOST: &str = "angora:plugin/host@1.0.0";

/// An open module.
pub struct WasmPlugin {
    found: FoundPlugin,
    component: Component,
    sandbox: Arc<Sandbox>,
}

impl WasmPlugin {
    /// Compiles a module, or takes what was compiled before. None of its code runs.
    pub fn open(found: &FoundPlugin, sandbox: Arc<Sandbox>) -> Result<Self, LoadError> {
        let (found, bytes) = crate::discover::read_again(found)?;
        let engine = &sandbox.engine;
        let cache = sandbox.cache.as_deref();
        let kept = cache.and_then(|folder| cache::load(folder, engine, &found.digest));
        let component = match kept {
            Some(component) => component,
            None => {
                let component = compile(engine, &bytes).map_err(|reason| LoadError::Open {
                    name: found.manifest.name.clone(),
                    reason,
                    path: found.path.clone(),
                })?;
                cache.and_then(|folder| cache::store(folder, engine, &found.digest, &component));
                component
            }
        };
        if let Some(import) = forbidden_import(engine, &component) {
            return Err(LoadError::Import {
                name: found.manifest.name.clone(),
                version: found.manifest.version.to_string(),
                import,
                path: found.path.clone(),
            });
        }
        Ok(Self {
            found,
            component,
            sandbox,
        })
    }

    /// Where it came from.
    pub fn found(&self) -> &FoundPlugin {
        &self.found
    }
}

fn compile(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Component, String> {
    size::check(bytes)?;
    let component = component::from_module(bytes)?;
    Component::new(engine, component).map_err(|error| component::one_line(&error))
}

/// An import that is more than types, and not of the contract.
fn forbidden_import(engine: &wasmtime::Engine, component: &Component) -> Option<String> {
    let ty = component.component_type();
    let mut imports = ty.imports(engine);
    imports.find_map(|(name, item)| {
        let harmless = match &item.ty {
            ComponentItem::ComponentInstance(instance) => instance
                .exports(engine)
                .all(|(_, export)| matches!(export.ty, ComponentItem::Type(_))),
            ComponentItem::Type(_) => true,
            _ => false,
        };
        (name != HOST && !harmless).then(|| name.to_owned())
    })
}
