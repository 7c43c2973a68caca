//! Compiles the error guard and says where MuJoCo's library is.

use std::{env, path::PathBuf};

fn main() {
    println!("cargo::rerun-if-env-changed=MUJOCO_DYNAMIC_LINK_DIR");
    println!("cargo::rerun-if-changed=csrc/guard.c");
    println!("cargo::rerun-if-changed=csrc/guard.h");

    let Some(lib) = env::var_os("MUJOCO_DYNAMIC_LINK_DIR").map(PathBuf::from) else {
        println!(
            "cargo::error=MUJOCO_DYNAMIC_LINK_DIR is not set: `./angora` fetches MuJoCo into \
             native/mujoco, and .cargo/config.toml points there"
        );
        return;
    };
    let include = lib.join("../include");
    if !include.join("mujoco/mujoco.h").exists() {
        println!(
            "cargo::error=there is no MuJoCo at {}: run `./angora` once, it fetches it",
            lib.display()
        );
        return;
    }
    cc::Build::new()
        .file("csrc/guard.c")
        .include(include)
        .std("c11")
        .warnings_into_errors(true)
        .compile("angora_guard");

    // Run paths reach only the artefacts of the package whose build script names them: here
    // this crate's tests and benches. Dependents that link a binary read the metadata and do
    // the same.
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", lib.display());
    // A test counts what plugins allocate: they must find its `malloc`.
    println!("cargo::rustc-link-arg-tests=-rdynamic");
    println!("cargo::metadata=MUJOCO_LIB_DIR={}", lib.display());
}
