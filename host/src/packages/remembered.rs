//! Native code that the user has named on a command line, by its digest: `named/` among the user's
//! data, a file for each. What has run once because its user said so may run again for a run that
//! was made with it.

use super::folders::data;
use angora_core::private;
use angora_loader::{Form, FoundPlugin};
use angora_registry::Digest;
use std::path::{Path, PathBuf};

const FOLDER: &str = "named";

/// Remembers a native plugin; says where that is not possible.
pub fn remember(found: &FoundPlugin) {
    if found.form == Form::Wasm || is_known(&found.digest) {
        return;
    }
    let facts = format!(
        "plugin = {:?}\nversion = {:?}\npath = {:?}\n",
        found.manifest.name,
        found.manifest.version.to_string(),
        found.path.display().to_string()
    );
    write(hex(&found.digest), &facts);
}

/// Whether a digest was remembered.
#[must_use]
pub fn is_known(digest: &str) -> bool {
    entry(hex(digest)).is_some_and(|path| private::read(&path).is_ok())
}

/// Remembers the path of an interpreter.
pub fn remember_python(path: &Path) {
    if !is_known_python(path) {
        let facts = format!("python = {:?}\n", path.display().to_string());
        write(Some(name_of(path)), &facts);
    }
}

/// Whether the path of an interpreter was remembered.
#[must_use]
pub fn is_known_python(path: &Path) -> bool {
    entry(Some(name_of(path))).is_some_and(|path| private::read(&path).is_ok())
}

/// Tells apart what is remembered by its path, not by its content.
fn name_of(path: &Path) -> String {
    let digest = Digest::of(path.as_os_str().as_encoded_bytes());
    format!("python-{}", digest.hex())
}

/// The digits of a digest, if it is one: they become the name of a file.
fn hex(digest: &str) -> Option<String> {
    Some(Digest::parse(digest).ok()?.hex().to_owned())
}

fn entry(name: Option<String>) -> Option<PathBuf> {
    Some(data().ok()?.join(FOLDER).join(format!("{}.toml", name?)))
}

fn write(name: Option<String>, facts: &str) {
    let Some(path) = entry(name) else {
        return;
    };
    if let Err(error) = private::write(&path, facts.as_bytes()) {
        eprintln!(
            "warning: {}: {error}; runs with this plugin will ask for --plugin again",
            path.display()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_digest_names_an_entry() {
        assert_eq!(
            hex(&format!("sha256:{}", "a".repeat(64))),
            Some("a".repeat(64))
        );
        for text in ["", "sha256:", "sha256:../../x", &"a".repeat(64)] {
            assert_eq!(hex(text), None, "{text}");
        }
    }
}
