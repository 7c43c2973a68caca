//! The version of the contract, which is not the version of the product.

use semver::Version;

/// The contract that this crate describes. A plugin carries it in its embedded manifest, where
/// the host reads it without running the plugin.
pub const CONTRACT_VERSION: &str = "1.0.0";

/// What the host answers to a plugin built against `plugin`, being itself built against `host`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compatibility {
    /// Same major; a plugin may be older or newer in minor, because everything beyond the frozen
    /// root is reached by named extensions.
    Compatible,
    /// The plugin speaks an older major, for which this host has no adapter.
    TooOld,
    /// The plugin speaks a newer major than this host knows.
    TooNew,
}

/// The one compatibility rule of the contract.
#[must_use]
pub fn compatibility(host: &Version, plugin: &Version) -> Compatibility {
    match plugin.major.cmp(&host.major) {
        std::cmp::Ordering::Equal => Compatibility::Compatible,
        std::cmp::Ordering::Less => Compatibility::TooOld,
        std::cmp::Ordering::Greater => Compatibility::TooNew,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_major_decides() {
        let host = Version::new(1, 2, 0);
        assert_eq!(
            compatibility(&host, &Version::new(1, 9, 3)),
            Compatibility::Compatible
        );
        assert_eq!(
            compatibility(&host, &Version::new(0, 9, 0)),
            Compatibility::TooOld
        );
        assert_eq!(
            compatibility(&host, &Version::new(2, 0, 0)),
            Compatibility::TooNew
        );
    }
}
