//! Plugins of both forms, from one source each.

use angora_loader::{Catalogue, Discovery};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Crates that are built in both forms.
const CRATES: [&str; 6] = [
    "brain-feedforward",
    "preprocessor-noise",
    "distribution-squashed-gaussian",
    "preprocessor-normalise",
    "task-classic-control",
    "tiny-tasks",
];

/// What modules are compiled for.
const TARGET: &str = "wasm32-unknown-unknown";

/// Where Cargo builds; brings the crates up to date first. `None`, and a word on it, where modules
/// cannot be compiled.
fn target() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        for more in [&[][..], &["--target", TARGET]] {
            if !more.is_empty() && !can_compile() {
                return None;
            }
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet"]).args(more);
            for name in CRATES {
                build.args(["-p", name]);
            }
            assert!(
                build.status().unwrap().success(),
                "the plugins do not build"
            );
        }
        let exe = std::env::current_exe().unwrap();
        Some(exe.ancestors().nth(3).unwrap().to_path_buf())
    });
    if folder.is_none() {
        println!("skipped: Rust cannot compile for {TARGET} here: rustup target add {TARGET}");
    }
    folder.as_deref()
}

fn can_compile() -> bool {
    let mut rustc = Command::new("rustc");
    let output = rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let folder = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    folder.is_ok_and(|folder| Path::new(&folder).is_dir())
}

/// The module of a crate.
pub fn module(name: &str) -> Option<PathBuf> {
    let name = name.replace('-', "_");
    Some(target()?.join(format!("{TARGET}/debug/{name}.wasm")))
}

/// A catalogue with one plugin.
pub fn catalogue(plugin: &Path) -> Catalogue {
    let mut discovery = Discovery::default();
    discovery.name(&plugin.display().to_string()).unwrap();
    Catalogue::new(discovery)
}

/// Both forms of a crate, native first.
pub fn both(name: &str) -> Option<[Catalogue; 2]> {
    let library = format!("debug/lib{}.so", name.replace('-', "_"));
    let native = target()?.join(library);
    Some([catalogue(&native), catalogue(&module(name)?)])
}
