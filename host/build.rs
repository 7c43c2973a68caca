//! Where the binary finds MuJoCo: beside the installed binary, else in the development tree. And
//! which compiler built it, for `doctor`.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-env-changed=MUJOCO_DYNAMIC_LINK_DIR");
    println!("cargo::rustc-link-arg=-Wl,-rpath,$ORIGIN/../lib");
    if let Ok(library) = env::var("MUJOCO_DYNAMIC_LINK_DIR") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{library}");
    }
    println!("cargo::rustc-env=ANGORA_RUSTC={}", compiler());
}

/// `rustc 1.95.0 (...)`, on one line.
fn compiler() -> String {
    let program = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("--version").output();
    let version = output.ok().and_then(|o| String::from_utf8(o.stdout).ok());
    version.map_or_else(|| "an unknown rustc".into(), |v| v.trim().to_owned())
}
