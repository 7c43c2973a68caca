//! The host itself.

use crate::doctor::{Finding, Subject};
use angora_plugin_api::CONTRACT_VERSION;

pub fn probe(_: &Subject) -> Vec<Finding> {
    let version = env!("CARGO_PKG_VERSION");
    let compiler = env!("ANGORA_RUSTC");
    let platform = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let program = std::env::current_exe().unwrap_or_default();
    let summary = format!(
        "angora-host {version}, contract {CONTRACT_VERSION}, {platform}, built by {compiler}"
    );
    vec![
        Finding::ok("host", summary)
            .fact("version", version)
            .fact("contract", CONTRACT_VERSION)
            .fact("platform", platform)
            .fact("rustc", compiler)
            .fact("cuda", cfg!(feature = "cuda"))
            .fact("program", program.display().to_string()),
    ]
}
