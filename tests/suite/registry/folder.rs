//! A folder that many share.

use super::fixture::{author, pack, reader};
use super::{done, says};
use angora_tests::Host;
use std::process::Child;

/// Eight processes that publish at once lose nothing of one another.
#[test]
fn many_publish_at_once() {
    let author = author();
    let versions: Vec<String> = (0..24).map(|n| format!("1.{n}.0")).collect();
    for version in &versions {
        pack(&author, "reach", version, &[]);
    }
    for round in versions.chunks(8) {
        let children: Vec<Child> = round
            .iter()
            .map(|version| {
                let file = format!("reach-{version}.angora");
                author.start(&["plugin", "publish", &file, "--registry", "./shared"])
            })
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
    }
    let search = [
        "plugin",
        "search",
        "lab/reach",
        "--registry",
        "./shared",
        "--json",
    ];
    let found: serde_json::Value = serde_json::from_str(&done(author.call(&search))).unwrap();
    assert_eq!(found[0]["versions"].as_array().unwrap().len(), 24);
}

/// Of two who publish the same version at once one is told that it is there.
#[test]
fn one_of_two_who_publish_one_version_is_refused() {
    let (one, other) = (author(), author());
    let shared = one.folder().join("shared").display().to_string();
    let mut files = Vec::new();
    for (host, requires) in [(&one, "lab/a@^1"), (&other, "lab/b@^1")] {
        files.push(pack(host, "reach", "1.0.0", &["--requires", requires]));
    }
    let start = |host: &Host, file: &std::path::Path| {
        let file = file.display().to_string();
        host.start(&["plugin", "publish", &file, "--registry", &shared])
    };
    let mut children = [start(&one, &files[0]), start(&other, &files[1])];
    let ended: Vec<bool> = children
        .iter_mut()
        .map(|child| child.wait().unwrap().success())
        .collect();
    assert_eq!(ended.iter().filter(|ended| **ended).count(), 1, "{ended:?}");
}

/// The registry of a user who says nothing about registries.
#[test]
fn without_a_word_on_registries_there_is_one_of_your_own() {
    let author = author();
    let file = pack(&author, "reach", "1.0.0", &[]).display().to_string();
    done(author.call(&["plugin", "publish", &file]));
    assert!(
        author
            .folder()
            .join(".local/share/angora/registry/lab/reach/index.json")
            .exists()
    );
    done(author.call(&["plugin", "search", "lab/reach"]));
    let said = says(
        author.call(&[
            "plugin",
            "install",
            "lab/reach",
            "--registry",
            "http://lab/x",
        ]),
        2,
    );
    assert!(
        said.contains(
            "this protocol is not known; expected a folder, file:///FOLDER, oci://HOST/PREFIX"
        ),
        "{said}"
    );
    // A folder that an environment variable names.
    let host = reader(&author, "lab");
    let folder = author.folder().join(".local/share/angora/registry");
    let folder = folder.display().to_string();
    done(host.call_in(
        &[("ANGORA_REGISTRY", &folder)],
        &["plugin", "install", "lab/reach"],
    ));
}
