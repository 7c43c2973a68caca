//! For which machine a build is, in the words of OCI and of Rust.

use crate::oci::Platform;
use angora_loader::manifest::BuiltFor;

/// Rust's name and Go's, which OCI takes.
const SYSTEMS: [(&str, &str); 2] = [("macos", "darwin"), ("linux", "linux")];
const ARCHITECTURES: [(&str, &str); 3] =
    [("x86_64", "amd64"), ("aarch64", "arm64"), ("x86", "386")];

impl Platform {
    /// Of a WASM component, which runs everywhere. The name of the system is that of the CNCF's
    /// guidelines for components in OCI registries.
    #[must_use]
    pub fn wasm() -> Self {
        Self {
            architecture: "wasm".into(),
            os: "wasip2".into(),
        }
    }

    /// Of this program.
    #[must_use]
    pub fn here() -> Self {
        Self::native(std::env::consts::OS, std::env::consts::ARCH)
    }

    /// Of a build.
    #[must_use]
    pub fn of(built: &BuiltFor) -> Self {
        match built {
            BuiltFor::Machine { os, architecture } => Self::native(os, architecture),
            BuiltFor::Wasm => Self::wasm(),
        }
    }

    fn native(os: &str, architecture: &str) -> Self {
        let go = |names: &[(&str, &str)], name: &str| {
            let known = names.iter().find(|(rust, _)| *rust == name);
            known.map_or(name, |(_, go)| go).to_owned()
        };
        Self {
            architecture: go(&ARCHITECTURES, architecture),
            os: go(&SYSTEMS, os),
        }
    }

    /// Whether this program can use it.
    #[must_use]
    pub fn fits(&self) -> bool {
        *self == Self::here() || self.is_wasm()
    }

    /// Whether it runs in a sandbox.
    #[must_use]
    pub fn is_wasm(&self) -> bool {
        *self == Self::wasm()
    }

    /// For messages, in Rust's words: `linux x86_64`, `wasm`.
    #[must_use]
    pub fn words(&self) -> String {
        if self.is_wasm() {
            return "wasm".into();
        }
        let rust = |names: &[(&str, &str)], name: &str| {
            let known = names.iter().find(|(_, go)| *go == name);
            known.map_or(name, |(rust, _)| rust).to_owned()
        };
        format!(
            "{} {}",
            rust(&SYSTEMS, &self.os),
            rust(&ARCHITECTURES, &self.architecture)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_go() {
        let apple = BuiltFor::Machine {
            os: "macos".into(),
            architecture: "aarch64".into(),
        };
        let platform = Platform::of(&apple);
        assert_eq!(
            (&*platform.os, &*platform.architecture),
            ("darwin", "arm64")
        );
        assert_eq!(platform.words(), "macos aarch64");
        assert!(Platform::wasm().fits() && Platform::here().fits());
    }
}
