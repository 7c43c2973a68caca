//! Names of packages, and which of their versions are wanted.

use crate::RegistryError;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use std::fmt;

/// `group/name`: who shares a plugin, and the plugin's own name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackageName {
    group: String,
    name: String,
}

impl PackageName {
    /// From its parts.
    ///
    /// # Errors
    /// A part that no registry takes.
    pub fn new(group: &str, name: &str) -> Result<Self, RegistryError> {
        let text = format!("{group}/{name}");
        for part in [group, name] {
            check_part(part).map_err(|reason| RegistryError::Name {
                text: text.clone(),
                reason,
            })?;
        }
        Ok(Self {
            group: group.into(),
            name: name.into(),
        })
    }

    /// As it is written.
    ///
    /// # Errors
    /// It is no `group/name`.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        match text.split_once('/') {
            Some((group, name)) => Self::new(group, name),
            None => Err(RegistryError::Name {
                text: text.into(),
                reason: "the group is missing".into(),
            }),
        }
    }

    /// Who shares it.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The plugin's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A part of a repository's name, as the OCI distribution specification has it.
fn check_part(part: &str) -> Result<(), String> {
    if part.is_empty() {
        return Err("a part of it is empty".into());
    }
    if part.len() > 100 {
        return Err("a part of it has more than 100 letters".into());
    }
    let separators = ['-', '_', '.'];
    if let Some(wrong) = part
        .chars()
        .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || separators.contains(c)))
    {
        return Err(format!(
            "{wrong:?} is not among a-z, 0-9, \"-\", \"_\" and \".\""
        ));
    }
    if part.starts_with(separators) || part.ends_with(separators) || part.contains("..") {
        return Err(format!(
            "{part:?} begins or ends with a separator, or has \"..\""
        ));
    }
    Ok(())
}

impl TryFrom<String> for PackageName {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        Self::parse(&text)
    }
}

impl From<PackageName> for String {
    fn from(name: PackageName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.group, self.name)
    }
}

/// `group/name`, or `group/name@^1.2` with a semver requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of which package.
    pub name: PackageName,
    /// Which versions.
    pub requirement: VersionReq,
}

impl Wanted {
    /// As it is written. A bare version is a caret requirement, as in a Cargo.toml.
    ///
    /// # Errors
    /// It is no `group/name`, or no requirement.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let (name, requirement) = text.split_once('@').unwrap_or((text, "*"));
        let requirement =
            VersionReq::parse(requirement).map_err(|error| RegistryError::Requirement {
                text: text.into(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            name: PackageName::parse(name)?,
            requirement,
        })
    }

    /// The one version, where only one can fit: `=1.2.3`.
    #[must_use]
    pub fn exact(&self) -> Option<Version> {
        let text = self.requirement.to_string();
        text.strip_prefix('=')
            .and_then(|version| Version::parse(version).ok())
    }

    /// Whether a text looks like a package rather than a path: two parts, the second of which is no
    /// file.
    #[must_use]
    pub fn looks_like(text: &str) -> bool {
        let name = text.split('@').next().unwrap_or_default();
        let is_file = [".so", ".dylib", ".dll", ".wasm", ".angora"]
            .iter()
            .any(|extension| name.ends_with(extension));
        !is_file && PackageName::parse(name).is_ok()
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.requirement == VersionReq::STAR {
            return write!(f, "{}", self.name);
        }
        write!(f, "{}@{}", self.name, self.requirement)
    }
}

/// The tag of a version: a tag may not have the `+` of build metadata.
#[must_use]
pub fn tag_of(version: &Version) -> String {
    version.to_string().replace('+', "_")
}

/// The version of a tag, if it is one.
#[must_use]
pub fn version_of(tag: &str) -> Option<Version> {
    Version::parse(&tag.replace('_', "+")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_group_name_and_requirement() {
        let wanted = Wanted::parse("motor-lab/reach@^1.2").expect("parses");
        assert_eq!(wanted.name.group(), "motor-lab");
        assert_eq!(wanted.name.name(), "reach");
        assert!(wanted.requirement.matches(&Version::new(1, 10, 0)));
        assert!(!wanted.requirement.matches(&Version::new(2, 0, 0)));
        assert_eq!(wanted.to_string(), "motor-lab/reach@^1.2");
        let any = Wanted::parse("motor-lab/reach").expect("parses");
        assert_eq!(any.to_string(), "motor-lab/reach");
        let exact = Wanted::parse("motor-lab/reach@=1.2.0").expect("parses");
        assert_eq!(exact.exact(), Some(Version::new(1, 2, 0)));
        assert_eq!(any.exact(), None);
    }

    #[test]
    fn paths_are_no_names() {
        for text in ["../x", "a/../b", "/etc/x", "a/b/c", "A/b", "a", "a/", "./x"] {
            assert!(PackageName::parse(text).is_err(), "{text}");
        }
        assert!(!Wanted::looks_like("target/libx.so"));
        assert!(!Wanted::looks_like("lab/x.wasm"));
        assert!(Wanted::looks_like("lab/x@^1"));
    }

    #[test]
    fn tags_and_versions_are_one_to_one() {
        let version = Version::parse("1.0.0-rc.1+build.5").expect("parses");
        assert_eq!(tag_of(&version), "1.0.0-rc.1_build.5");
        assert_eq!(version_of(&tag_of(&version)), Some(version));
        assert_eq!(version_of("latest"), None);
        assert_eq!(version_of("yanked-1.0.0"), None);
    }
}
