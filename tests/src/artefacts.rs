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

/// The folder with the built host and plugins. Cargo brings them up to date first, which is
/// quick after `./angora test` has built everything.
#[must_use]
pub fn target() -> &'static Path {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    TARGET.get_or_init(|| {
        let status = Command::new(env!("CARGO"))
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
