//! What the tests run: built once per test run by Cargo itself.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    // This crate lies one level below it.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Cargo as a user calls it. What `cargo test` says of this crate to its tests would make build
/// scripts of others run again, and all that stands on them be built anew.
fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let of_this_crate = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ];
        if of_this_crate.iter().any(|begin| name.starts_with(begin)) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// The folder with the built host and plugins. Cargo brings them up to date first, which is
/// quick after `./angora test` has built everything.
#[must_use]
pub fn target() -> &'static Path {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    TARGET.get_or_init(|| {
        let status = cargo()
            .args(["build", "--quiet", "--workspace"])
            .current_dir(repository())
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "cargo build --workspace fails"
        );
        // The test binary lies in <target>/debug/deps.
        std::env::current_exe()
            .ok()
            .and_then(|exe| exe.ancestors().nth(2).map(Path::to_path_buf))
            .unwrap_or_else(|| repository().join("target/debug"))
    })
}

/// The library of a plugin crate.
#[must_use]
pub fn library(plugin: &str) -> PathBuf {
    target().join(format!(
        "{}{}{}",
        std::env::consts::DLL_PREFIX,
        plugin.replace('-', "_"),
        std::env::consts::DLL_SUFFIX
    ))
}

/// What modules are compiled for.
const WASM: &str = "wasm32-unknown-unknown";

/// Plugin crates that tests use as modules.
const MODULES: [&str; 3] = [
    "example-reward-in-rust",
    "misbehaving",
    "preprocessor-noise",
];

/// The WebAssembly module of a plugin crate. `None`, and a word on it, where this machine cannot
/// compile any.
///
/// # Panics
/// It does not build.
#[must_use]
pub fn module(plugin: &str) -> Option<PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    assert!(
        MODULES.contains(&plugin),
        "{plugin} is not built as a module"
    );
    let folder = FOLDER.get_or_init(|| {
        if !can_compile_modules() {
            return None;
        }
        let mut build = cargo();
        build.args(["build", "--quiet", "--target", WASM]);
        for plugin in MODULES {
            build.args(["-p", plugin]);
        }
        let status = build.current_dir(repository()).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the modules do not build"
        );
        Some(target().parent()?.join(WASM).join("debug"))
    });
    if folder.is_none() {
        println!("skipped: Rust cannot compile for {WASM} here: rustup target add {WASM}");
    }
    let file = format!("{}.wasm", plugin.replace('-', "_"));
    Some(folder.as_ref()?.join(file))
}

fn can_compile_modules() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", WASM]);
    let folder = rustc.current_dir(repository()).output();
    let folder = folder.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    folder.is_ok_and(|folder| Path::new(&folder).is_dir())
}
