//! Where packages are: a folder, or a server.

use crate::RegistryError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};

/// Where packages are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Location {
    /// A folder with one OCI image layout for each package: `GROUP/NAME`.
    Folder(PathBuf),
    /// A package file.
    File(PathBuf),
    /// A server that speaks the OCI distribution protocol.
    Server(Server),
}

/// A server, and below what its packages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Without TLS.
    pub plain: bool,
    /// `registry.example.org`, `localhost:5000`.
    pub host: String,
    /// Before `GROUP/NAME`; empty or ending with a slash.
    pub prefix: String,
}

impl Location {
    /// As it is written: `oci://HOST/PREFIX`, `oci+http://HOST/PREFIX`, `file:///PATH`, or a path.
    ///
    /// # Errors
    /// It is none of these.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let wrong = |reason: &str| RegistryError::Location {
            text: text.into(),
            reason: reason.into(),
        };
        if let Some(rest) = text.strip_prefix("oci://") {
            return server(rest, false).ok_or_else(|| wrong("there is no such host"));
        }
        if let Some(rest) = text.strip_prefix("oci+http://") {
            return server(rest, true).ok_or_else(|| wrong("there is no such host"));
        }
        let path = match text.strip_prefix("file://") {
            Some(path) if path.starts_with('/') => path,
            Some(_) => return Err(wrong("the path after file:// is not absolute")),
            None if text.contains("://") => return Err(wrong("this protocol is not known")),
            None if text.is_empty() => return Err(wrong("it is empty")),
            None => text,
        };
        let path = absolute(Path::new(path))?;
        if path.extension().is_some_and(|e| e == crate::EXTENSION) {
            return Ok(Self::File(path));
        }
        Ok(Self::Folder(path))
    }
}

/// Docker's rule: TLS everywhere but on this very machine.
fn server(rest: &str, plain: bool) -> Option<Location> {
    let (host, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.trim_matches('/');
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if name.is_empty() || !host.chars().all(is_host) {
        return None;
    }
    Some(Location::Server(Server {
        plain: plain || is_loopback(name),
        host: host.into(),
        prefix: if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        },
    }))
}

fn is_loopback(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Without `.` and `..`; the path need not exist.
fn absolute(path: &Path) -> Result<PathBuf, RegistryError> {
    let path = std::path::absolute(path).map_err(RegistryError::io(path))?;
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    Ok(clean)
}

impl TryFrom<String> for Location {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        Self::parse(&text)
    }
}

impl From<Location> for String {
    fn from(location: Location) -> Self {
        location.to_string()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) | Self::File(path) => write!(f, "file://{}", path.display()),
            Self::Server(server) => {
                let name = server.host.rsplit_once(':');
                let name = name.map_or(&*server.host, |(name, _)| name);
                let scheme = if server.plain && !is_loopback(name) {
                    "oci+http"
                } else {
                    "oci"
                };
                let prefix = server.prefix.trim_end_matches('/');
                let slash = if prefix.is_empty() { "" } else { "/" };
                write!(f, "{scheme}://{}{slash}{prefix}", server.host)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_shown() {
        for text in [
            "oci://ghcr.io/angora-plugins",
            "oci://registry.example.org",
            "oci+http://registry.example.org:5000/a/b",
            "oci://127.0.0.1:5000/lab",
            "file:///shared/angora",
            "file:///shared/reach-1.0.0.angora",
        ] {
            assert_eq!(Location::parse(text).expect("parses").to_string(), text);
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        let plain = |text| match Location::parse(text).expect("parses") {
            Location::Server(server) => server.plain,
            other => panic!("{other:?}"),
        };
        assert!(plain("oci://localhost:5000") && plain("oci://127.0.0.1:5000/x"));
        assert!(plain("oci+http://lab.example"));
        assert!(!plain("oci://lab.example") && !plain("oci://localhost.example"));
        assert!(!plain("oci://127.0.0.1.example"));
    }

    #[test]
    fn other_protocols_are_refused() {
        for text in ["", "http://x/y", "file://shared", "oci://", "oci://a b/c"] {
            assert!(Location::parse(text).is_err(), "{text}");
        }
    }
}
