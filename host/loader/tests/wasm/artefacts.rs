//! Plugins of both forms, from one source each.

use angora_loader::{Catalogue, Discovery};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Crates that are built in both forms.
const CRATES: [&str; 4] = [
    "brain-feedforward",
    "preprocessor-normalise",
    "task-classic-control",
    "tiny-tasks",
];

/// Where Cargo builds; brings the crates up to date first.
fn target() -> &'static Path {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    TARGET.get_or_init(|| {
        for more in [&[][..], &["--target", "wasm32-unknown-unknown"]] {
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet"]).args(more);
            for name in CRATES {
                build.args(["-p", name]);
            }
            let built = build.status().unwrap().success();
            assert!(
                built,
                "the plugins do not build (modules need: rustup target add wasm32-unknown-unknown)"
            );
        }
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().to_path_buf()
    })
}

/// The library of a crate.
pub fn native(name: &str) -> PathBuf {
    let name = name.replace('-', "_");
    target().join(format!("debug/lib{name}.so"))
}

/// The module of a crate.
pub fn module(name: &str) -> PathBuf {
    let name = name.replace('-', "_");
    target().join(format!("wasm32-unknown-unknown/debug/{name}.wasm"))
}

/// A catalogue with one plugin.
pub fn catalogue(plugin: &Path) -> Catalogue {
    let mut discovery = Discovery::default();
    discovery.name(&plugin.display().to_string()).unwrap();
    Catalogue::new(discovery)
}

/// Both forms of a crate.
pub fn both(name: &str) -> [Catalogue; 2] {
    [catalogue(&native(name)), catalogue(&module(name))]
}
