//! Whether plugins are the builds that something was made with.

use angora_loader::LockedPlugin;
use serde::{Deserialize, Serialize};

/// A plugin that has taken part in a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginBuild {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and the hexadecimal digest of its file.
    pub digest: String,
}

/// What is said of plugins outside of their run: no path of this machine.
#[must_use]
pub fn builds(plugins: &[LockedPlugin]) -> Vec<PluginBuild> {
    let builds = plugins.iter().map(|plugin| PluginBuild {
        name: plugin.name.clone(),
        version: plugin.version.clone(),
        digest: plugin.digest.clone(),
    });
    builds.collect()
}

/// A sentence for each plugin, or part of one, that is another build than before; `so` ends it.
#[must_use]
pub fn other_builds(before: &[LockedPlugin], now: &[LockedPlugin], so: &str) -> Vec<String> {
    let mut remarks = Vec::new();
    for plugin in now {
        let Some(old) = before.iter().find(|old| old.name == plugin.name) else {
            continue;
        };
        let name = &plugin.name;
        let than = "than the one that the run was begun with";
        if old.digest != plugin.digest {
            let version = &plugin.version;
            remarks.push(format!(
                "plugin {name} {version} is another build {than}; {so}"
            ));
        }
        for (part, version) in &plugin.provenance {
            if let Some(before) = old.provenance.get(part).filter(|old| *old != version) {
                remarks.push(format!(
                    "{part} of plugin {name} is another version ({version} instead of {before}) {than}; {so}"
                ));
            }
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(name: &str, digest: &str) -> LockedPlugin {
        LockedPlugin {
            name: name.into(),
            version: "1.0.0".into(),
            digest: digest.into(),
            source: "/somewhere".into(),
            package: None,
            index: None,
            signed_by: None,
            provenance: [("numpy".to_owned(), digest.to_owned())].into(),
        }
    }

    #[test]
    fn another_digest_and_another_part_are_told() {
        let before = [plugin("a", "1"), plugin("b", "1")];
        let now = [plugin("a", "2"), plugin("b", "1"), plugin("c", "3")];
        assert_eq!(
            other_builds(&before, &now, "results may differ"),
            [
                "plugin a 1.0.0 is another build than the one that the run was begun with; results may differ",
                "numpy of plugin a is another version (2 instead of 1) than the one that the run was begun with; results may differ",
            ]
        );
        assert_eq!(other_builds(&before, &before, ""), Vec::<String>::new());
    }
}
