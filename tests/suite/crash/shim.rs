//! The shim (`tests/fixtures/crash/shim.c`), built once and preloaded.

use angora_tests::{Host, Outcome, repository};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The library.
pub struct Shim(PathBuf);

impl Shim {
    /// Builds it, once for all tests.
    pub fn new() -> Self {
        static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
        let (_, path) = BUILT.get_or_init(|| {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("shim.so");
            let status = Command::new("cc")
                .args(["-O1", "-shared", "-fPIC", "-o"])
                .arg(&path)
                .arg(repository().join("tests/fixtures/crash/shim.c"))
                .arg("-ldl")
                .status()
                .expect("a C compiler");
            assert!(status.success());
            (folder, path)
        });
        Self(path.clone())
    }

    /// Runs a command with these variables of the shim.
    pub fn call(&self, host: &Host, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let folder = host.folder().canonicalize().unwrap();
        let (shim, folder) = (self.0.display().to_string(), folder.display().to_string());
        let preload = [("LD_PRELOAD", shim.as_str()), ("SHIM_DIR", folder.as_str())];
        host.call_in(&[&preload[..], variables].concat(), arguments)
    }

    /// Runs a command undisturbed, and counts its calls that change files.
    pub fn count(&self, host: &Host, arguments: &[&str]) -> (Outcome, usize) {
        let counted = TempDir::new().unwrap();
        let counted = counted.path().join("calls").display().to_string();
        let outcome = self.call(host, arguments, &[("SHIM_COUNT", &counted)]);
        let calls = std::fs::read_to_string(counted).unwrap_or_default();
        (outcome, calls.parse().unwrap_or(0))
    }

    /// Runs a command whose `call`-th call has a fault.
    pub fn disturb(&self, host: &Host, arguments: &[&str], call: usize, fault: &str) -> Outcome {
        let call = call.to_string();
        self.call(host, arguments, &[("SHIM_AT", &call), ("SHIM_DO", fault)])
    }
}
