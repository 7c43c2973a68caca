//! Plugins that are never run, homes of users, and registries in folders that can be spoilt.

use super::done;
use angora_tests::Host;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A library of some kilobytes with the manifest of a reward; nothing in it can be called.
pub fn plugin(folder: &Path, name: &str, version: &str) -> PathBuf {
    let manifest = json!({
        "name": name, "version": version, "contract": "1.0.0",
        "description": "A reward of the tests", "authors": "The Angora authors",
        "licence": "Apache-2.0", "contributions": [{"kind": "reward", "id": name}],
    });
    let text = manifest.to_string().replace('"', "\\\"");
    let source = folder.join(format!("{name}.c"));
    // Without the zero at the end: the section is the JSON and nothing else.
    let code = format!(
        "__attribute__((section(\".angora_plugin\"), used)) const char manifest[{}] = \"{text}\";\n",
        manifest.to_string().len()
    );
    std::fs::write(&source, code).unwrap();
    let library = folder.join(format!("lib{}.so", name.replace('-', "_")));
    let built = Command::new("cc")
        .args(["-shared", "-nostdlib", "-o"])
        .args([&library, &source])
        .status();
    assert!(built.unwrap().success());
    library
}

/// A user with a key of her own.
pub fn author() -> Host {
    let host = Host::new();
    done(host.call(&["plugin", "key", "new", "--no-password"]));
    host
}

/// The public key of a user, as its line.
pub fn public_key(host: &Host) -> String {
    let path = host.folder().join(".config/angora/plugin.key.pub");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().last().unwrap().to_owned()
}

/// A user who trusts the key of another for a group.
pub fn reader(author: &Host, group: &str) -> Host {
    let host = Host::new();
    let key = public_key(author);
    done(host.call(&["plugin", "key", "trust", group, &key]));
    host
}

/// Packs a plugin for the group `lab`, with more arguments; the package file.
pub fn pack(host: &Host, name: &str, version: &str, more: &[&str]) -> PathBuf {
    let library = plugin(host.folder(), name, version);
    let file = host.folder().join(format!("{name}-{version}.angora"));
    let paths = [library.display().to_string(), file.display().to_string()];
    let call = ["plugin", "pack", &paths[0], "--to", &paths[1]];
    done(host.call(&[&call[..], &["--group", "lab"], more].concat()));
    file
}

/// Packs and publishes a plugin into a registry.
pub fn publish(host: &Host, registry: &str, name: &str, version: &str, more: &[&str]) {
    let file = pack(host, name, version, more).display().to_string();
    done(host.call(&["plugin", "publish", &file, "--registry", registry]));
}

/// Names and versions of what a user has installed.
pub fn installed(host: &Host) -> Vec<String> {
    let list = done(host.call(&["plugin", "list", "--json"]));
    let list: Value = serde_json::from_str(&list).unwrap();
    let packages = list.as_array().unwrap().iter();
    packages
        .filter_map(|p| {
            Some(format!(
                "{} {}",
                p["package"].as_str()?,
                p["version"].as_str()?
            ))
        })
        .collect()
}

/// Nothing is installed, and nothing lies about.
#[track_caller]
pub fn assert_untouched(host: &Host) {
    let below = host.folder().join(".local/share/angora/installed");
    assert_eq!(files(&below), Vec::<PathBuf>::new());
}

/// All files below a folder but locks, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.ends_with(".lock") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The layout of `lab/NAME` in a registry that is a folder, to be spoilt.
pub struct Layout(pub PathBuf);

impl Layout {
    pub fn new(registry: &Path, name: &str) -> Self {
        Self(registry.join("lab").join(name))
    }

    pub fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        self.0.join("blobs/sha256").join(hex)
    }

    fn read(&self, digest: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.blob(digest)).unwrap()).unwrap()
    }

    /// Writes a document, and returns a descriptor of it in the place of another.
    fn write(&self, document: &Value, descriptor: &Value) -> Value {
        let bytes = document.to_string().into_bytes();
        let hex: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let digest = format!("sha256:{hex}");
        std::fs::write(self.blob(&digest), &bytes).unwrap();
        let mut descriptor = descriptor.clone();
        descriptor["digest"] = digest.into();
        descriptor["size"] = bytes.len().into();
        descriptor
    }

    fn top(&self) -> Value {
        let bytes = std::fs::read(self.0.join("index.json")).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn entry(top: &mut Value, tag: &str) -> usize {
        let entries = top["manifests"].as_array().unwrap();
        let ours = |e: &Value| e["annotations"]["org.opencontainers.image.ref.name"] == tag;
        entries.iter().position(ours).unwrap()
    }

    /// Digest of the index that a tag stands for.
    pub fn index(&self, tag: &str) -> String {
        let mut top = self.top();
        let at = Self::entry(&mut top, tag);
        top["manifests"][at]["digest"].as_str().unwrap().to_owned()
    }

    /// The first manifest of a tag.
    pub fn manifest(&self, tag: &str) -> Value {
        let index = self.read(&self.index(tag));
        self.read(index["manifests"][0]["digest"].as_str().unwrap())
    }

    /// Digest of the first layer of a tag: the library.
    pub fn library(&self, tag: &str) -> String {
        let manifest = self.manifest(tag);
        manifest["layers"][0]["digest"].as_str().unwrap().to_owned()
    }

    /// Has a tag stand for what another one stands for.
    pub fn move_tag(&self, tag: &str, to: &str) {
        let mut top = self.top();
        let (at, from) = (Self::entry(&mut top, tag), Self::entry(&mut top, to));
        for key in ["digest", "size"] {
            let value = top["manifests"][from][key].clone();
            top["manifests"][at][key] = value;
        }
        std::fs::write(self.0.join("index.json"), top.to_string()).unwrap();
    }

    pub fn remove_tag(&self, tag: &str) {
        let mut top = self.top();
        let at = Self::entry(&mut top, tag);
        top["manifests"].as_array_mut().unwrap().remove(at);
        std::fs::write(self.0.join("index.json"), top.to_string()).unwrap();
    }

    /// Changes the index of a tag; all digests fit again.
    pub fn change_index(&self, tag: &str, change: impl FnOnce(&mut Value)) {
        let mut top = self.top();
        let at = Self::entry(&mut top, tag);
        let mut index = self.read(top["manifests"][at]["digest"].as_str().unwrap());
        change(&mut index);
        let entry = self.write(&index, &top["manifests"][at]);
        top["manifests"][at] = entry;
        std::fs::write(self.0.join("index.json"), top.to_string()).unwrap();
    }

    /// Changes the first manifest of a tag; all digests fit again.
    pub fn change_manifest(&self, tag: &str, change: impl FnOnce(&mut Value)) {
        let mut manifest = self.manifest(tag);
        change(&mut manifest);
        self.change_index(tag, |index| {
            let entry = self.write(&manifest, &index["manifests"][0]);
            index["manifests"][0] = entry;
        });
    }
}
