//! Where a key is trusted for a group, nothing else comes in under its name: no unsigned package and
//! none by another key, native or module, no older state, and no list by somebody else.

use super::fixture::{Layout, assert_untouched, author, installed, plugin, publish, reader};
use super::{done, says};
use angora_tests::{Host, Outcome};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A module with the manifest of a reward; nothing in it can be called.
fn module(folder: &Path, name: &str, version: &str) -> PathBuf {
    let manifest = json!({
        "name": name, "version": version, "contract": "1.0.0",
        "description": "A reward of the tests", "authors": "The Angora authors",
        "licence": "Apache-2.0", "contributions": [{"kind": "reward", "id": name}],
    });
    let section = [b"\x0fangora:manifest", manifest.to_string().as_bytes()].concat();
    // Lengths in LEB128; all of them need two bytes.
    let length = section.len();
    let mut bytes = b"\0asm\x01\0\0\0\0".to_vec();
    bytes.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8]);
    bytes.extend(section);
    let path = folder.join(format!("{name}.wasm"));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A package of `lab/NAME` in a form, packed by somebody.
fn pack(host: &Host, name: &str, form: &str, more: &[&str]) -> String {
    let folder = host.folder();
    let build = match form {
        "native" => plugin(folder, name, "1.0.0"),
        _ => module(folder, name, "1.0.0"),
    };
    let file = folder.join(format!("{name}-{form}.angora"));
    let paths = [build.display().to_string(), file.display().to_string()];
    let call = ["plugin", "pack", &paths[0], "--to", &paths[1]];
    done(host.call(&[&call[..], &["--group", "lab", "--overwrite"], more].concat()));
    file.display().to_string()
}

#[test]
fn no_form_of_a_package_comes_in_but_by_the_trusted_key() {
    let (author, stranger) = (author(), author());
    let host = reader(&author, "lab");
    let everybody = reader(&author, "*");
    for form in ["native", "module"] {
        for (by, more) in [(&author, &["--unsigned"][..]), (&stranger, &[])] {
            let file = pack(by, "reach", form, more);
            for reader in [&host, &everybody] {
                let said = says(reader.call(&["plugin", "install", &file]), 4);
                for part in ["you trust a key for the group lab", "--allow-untrusted"] {
                    assert!(said.contains(part), "{form}: {part}: {said}");
                }
                assert_untouched(reader);
            }
        }
        // Honest, without a flag.
        let file = pack(&author, "reach", form, &[]);
        done(host.call(&["plugin", "install", &file]));
        done(host.call(&["plugin", "remove", "lab/reach"]));
    }
    // Who trusts nobody takes modules from anybody, as ever.
    let file = pack(&author, "reach", "module", &["--unsigned"]);
    done(Host::new().call(&["plugin", "install", &file]));
}

/// A registry with `lab/reach`, its author, and somebody who trusts her.
struct Lab {
    author: Host,
    host: Host,
    registry: String,
    layout: Layout,
}

impl Lab {
    fn new() -> Self {
        let author = author();
        let shared = author.folder().join("shared");
        let registry = shared.display().to_string();
        publish(&author, &registry, "reach", "1.0.0", &[]);
        Self {
            host: reader(&author, "lab"),
            layout: Layout::new(&shared, "reach"),
            registry,
            author,
        }
    }

    fn install(&self, wanted: &str) -> Outcome {
        let call = ["plugin", "install", wanted, "--registry", &self.registry];
        self.host.call(&call)
    }

    fn top(&self) -> PathBuf {
        self.layout.0.join("index.json")
    }

    #[track_caller]
    fn is_refused(&self, part: &str) {
        let said = says(self.install("lab/reach"), 4);
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_broken_signature_beside_a_good_one_does_not_block() {
    let lab = Lab::new();
    lab.layout.change_index("1.0.0", |index| {
        let annotations = index["annotations"].as_object_mut().unwrap();
        let broken = (
            "org.angora.plugin.signature.0123456789ABCDEF",
            "no signature",
        );
        annotations.insert(broken.0.into(), broken.1.into());
    });
    done(lab.install("lab/reach"));
}

#[test]
fn a_registry_cannot_strip_a_signature() {
    let lab = Lab::new();
    lab.layout.change_index("1.0.0", |index| {
        let annotations = index["annotations"].as_object_mut().unwrap();
        annotations.retain(|key, _| !key.contains("signature"));
    });
    lab.is_refused("you trust a key for the group lab, and this package is signed by nobody");
    assert_untouched(&lab.host);
}

#[test]
fn a_registry_cannot_turn_back_or_stand_still() {
    let lab = Lab::new();
    let old = std::fs::read(lab.top()).unwrap();
    done(lab.install("lab/reach"));
    publish(&lab.author, &lab.registry, "reach", "1.1.0", &[]);
    done(lab.install("lab/reach"));
    assert!(installed(&lab.host).contains(&"lab/reach 1.1.0".to_owned()));
    let new = std::fs::read(lab.top()).unwrap();
    // All of it as it was, every signature good.
    std::fs::write(lab.top(), &old).unwrap();
    lab.is_refused("the list of versions number 1, and has shown number 2 before");
    let said = says(lab.install("lab/reach@=1.0.0"), 4);
    assert!(said.contains("turned back to an older state"), "{said}");
    // Nor does the author build on it.
    let yank = ["plugin", "yank", "lab/reach@=1.0.0", "--reason", "x"];
    let yank = [&yank[..], &["--registry", &lab.registry]].concat();
    let said = says(lab.author.call(&yank), 4);
    assert!(said.contains("turned back to an older state"), "{said}");
    std::fs::write(lab.top(), &new).unwrap();
    // Without its list.
    lab.layout.remove_tag("versions");
    lab.is_refused("though it had number 2 before: it hides or has lost it");
    std::fs::write(lab.top(), &new).unwrap();
    done(lab.install("lab/reach"));
    // A version that is hidden from a new user.
    lab.layout.remove_tag("1.1.0");
    let other = reader(&lab.author, "lab");
    let call = [
        "plugin",
        "install",
        "lab/reach",
        "--registry",
        &lab.registry,
    ];
    let said = says(other.call(&call), 4);
    assert!(said.contains("it hides or has lost it"), "{said}");
    assert_untouched(&other);
}

#[test]
fn a_list_is_by_the_authors_alone() {
    let lab = Lab::new();
    let stranger = reader(&lab.author, "lab");
    done(stranger.call(&["plugin", "key", "new", "--no-password"]));
    // Somebody who can write the registry publishes under its name; she trusts the author, so that
    // she can sign the list in her place.
    publish(&stranger, &lab.registry, "reach", "9.0.0", &[]);
    let said = says(lab.install("lab/reach"), 4);
    assert!(said.contains("its list of versions is signed by"), "{said}");
    assert_untouched(&lab.host);
    let said = lab.author.call(&[
        "plugin",
        "publish",
        "lab/reach",
        "--refresh",
        "--registry",
        &lab.registry,
    ]);
    let said = says(said, 4);
    assert!(said.contains("its list of versions is signed by"), "{said}");
}

#[test]
fn a_list_can_be_signed_anew_and_a_yank_is_signed() {
    let lab = Lab::new();
    publish(&lab.author, &lab.registry, "reach", "1.1.0", &[]);
    let refresh = ["plugin", "publish", "lab/reach", "--refresh"];
    let refresh = [&refresh[..], &["--registry", &lab.registry]].concat();
    let said = done(lab.author.call(&refresh));
    assert!(said.contains("number 3"), "{said}");
    let yank = [
        "plugin",
        "yank",
        "lab/reach@=1.1.0",
        "--reason",
        "wrong sign",
    ];
    let yank = [&yank[..], &["--registry", &lab.registry]].concat();
    done(lab.author.call(&yank));
    // The mark that is not signed says nothing.
    lab.layout.remove_tag("yanked-1.1.0");
    let said = done(lab.install("lab/reach"));
    assert!(said.contains("lab/reach 1.0.0 "), "{said}");
    let said = says(lab.install("lab/reach@=1.1.0"), 4);
    assert!(said.contains("yanked it: wrong sign"), "{said}");
    let listed: Value = {
        let file = lab.host.folder().join(".config/angora/trust.toml");
        let text = std::fs::read_to_string(file).unwrap();
        json!(text.contains("max_age_days"))
    };
    assert_eq!(
        listed,
        json!(false),
        "nothing is too old unless the user says so"
    );
}
