//! Which version is taken: semver, requirements of plugins, yanked ones, none older than what is
//! there.

use super::fixture::{Layout, assert_untouched, author, installed, publish, reader};
use super::{done, says};
use angora_tests::Host;

struct Lab {
    author: Host,
    host: Host,
    registry: String,
}

impl Lab {
    fn new(versions: &[&str]) -> Self {
        let author = author();
        let registry = author.folder().join("shared").display().to_string();
        for version in versions {
            publish(&author, &registry, "reach", version, &[]);
        }
        let host = reader(&author, "lab");
        Self {
            author,
            host,
            registry,
        }
    }

    fn install(&self, wanted: &str) -> angora_tests::Outcome {
        let call = ["plugin", "install", wanted, "--registry", &self.registry];
        self.host.call(&call)
    }

    fn yank(&self, wanted: &str, how: &[&str]) -> angora_tests::Outcome {
        let call = ["plugin", "yank", wanted, "--registry", &self.registry];
        self.author.call(&[&call[..], how].concat())
    }
}

#[test]
fn the_newest_that_fits_is_taken() {
    let lab = Lab::new(&["1.2.0", "1.10.0", "2.0.0-rc.1", "0.9.0"]);
    // As numbers, not as words; no release candidate where none is asked for.
    let said = done(lab.install("lab/reach"));
    assert!(said.starts_with("installed  lab/reach 1.10.0 "), "{said}");
    for (wanted, version) in [
        ("lab/reach@~1.2", "1.2.0"),
        ("lab/reach@<1", "0.9.0"),
        ("lab/reach@=2.0.0-rc.1", "2.0.0-rc.1"),
    ] {
        let said = done(lab.install(wanted));
        assert!(said.contains(&format!("lab/reach {version} ")), "{said}");
    }
    // The newest of those that are there is the one that is found.
    assert_eq!(installed(&lab.host), ["lab/reach 2.0.0-rc.1"]);
    let named = ["plugin", "info", "lab/reach@^0.9", "--json"];
    assert!(done(lab.host.call(&named)).contains("\"version\": \"0.9.0\""));
    let said = says(lab.install("lab/reach@^3"), 1);
    assert!(
        said.contains("no version of lab/reach@^3 is in file://")
            && said.contains("there are 2.0.0-rc.1, 1.10.0, 1.2.0, 0.9.0"),
        "{said}"
    );
    let said = says(lab.host.call(&["plugin", "info", "lab/reach@^3"]), 2);
    assert!(
        said.contains("installed are 2.0.0-rc.1, 1.10.0, 1.2.0, 0.9.0"),
        "{said}"
    );
    let said = says(lab.install("lab/reech"), 1);
    assert!(said.contains("did you mean lab/reach?"), "{said}");
    let found = lab.author.call(&[
        "plugin",
        "search",
        "rea",
        "--registry",
        &lab.registry,
        "--json",
    ]);
    let found: serde_json::Value = serde_json::from_str(&done(found)).unwrap();
    assert_eq!(found[0]["name"], "lab/reach");
    assert_eq!(found[0]["versions"].as_array().unwrap().len(), 4);
    let none = lab
        .author
        .call(&["plugin", "search", "grasp", "--registry", &lab.registry]);
    assert_eq!(done(none), "");
}

#[test]
fn a_published_version_never_changes() {
    let lab = Lab::new(&["1.0.0"]);
    // The same once more is no change, signed anew or not.
    let file = lab
        .author
        .folder()
        .join("reach-1.0.0.angora")
        .display()
        .to_string();
    let again = ["plugin", "publish", &file, "--registry", &lab.registry];
    super::fixture::pack(&lab.author, "reach", "1.0.0", &["--overwrite"]);
    let said = done(lab.author.call(&again));
    assert!(said.starts_with("had        lab/reach 1.0.0 "), "{said}");
    let more = ["--overwrite", "--requires", "lab/arm@^1"];
    super::fixture::pack(&lab.author, "reach", "1.0.0", &more);
    let said = says(lab.author.call(&again), 1);
    assert!(
        said.contains("lab/reach 1.0.0 is in file://")
            && said.contains("a published version never changes"),
        "{said}"
    );
}

#[test]
fn what_a_plugin_requires_is_installed_with_it() {
    let lab = Lab::new(&[]);
    let publish = |name: &str, version: &str, more: &[&str]| {
        publish(&lab.author, &lab.registry, name, version, more);
    };
    publish("arm", "1.3.0", &[]);
    publish("arm", "2.0.0", &[]);
    publish("reach", "1.0.0", &["--requires", "lab/arm@^1.2"]);
    let said = done(lab.install("lab/reach"));
    let words: Vec<&str> = said.lines().map(|line| &line[11..26]).collect();
    assert_eq!(words, ["lab/arm 1.3.0 (", "lab/reach 1.0.0"], "{said}");
    // Who cannot both be satisfied are named.
    publish(
        "grasp",
        "1.0.0",
        &["--requires", "lab/arm@^2", "--requires", "lab/reach@^1"],
    );
    let said = says(lab.install("lab/grasp"), 1);
    assert!(
        said.contains("lab/grasp 1.0.0 and lab/reach 1.0.0 cannot be installed together: the one needs lab/arm@^2, the other lab/arm@^1.2"),
        "{said}"
    );
    assert_eq!(installed(&lab.host), ["lab/arm 1.3.0", "lab/reach 1.0.0"]);
    // Nothing of a package comes in whose requirement is not to be had.
    publish("point", "1.0.0", &["--requires", "lab/finger@^1"]);
    let other = reader(&lab.author, "lab");
    let said = says(
        other.call(&[
            "plugin",
            "install",
            "lab/point",
            "--registry",
            &lab.registry,
        ]),
        1,
    );
    assert!(said.contains("there is no package lab/finger"), "{said}");
    assert_untouched(&other);
}

#[test]
fn a_yanked_version_is_only_for_locks() {
    let lab = Lab::new(&["1.0.0", "1.1.0"]);
    done(lab.yank("lab/reach@=1.1.0", &["--reason", "wrong sign"]));
    let said = done(lab.install("lab/reach"));
    assert!(said.contains("lab/reach 1.0.0 "), "{said}");
    let said = says(lab.install("lab/reach@=1.1.0"), 4);
    assert!(
        said.contains("is refused: its authors have yanked it: wrong sign"),
        "{said}"
    );
    done(lab.yank("lab/reach@=1.1.0", &["--undo"]));
    done(lab.install("lab/reach@=1.1.0"));
    let said = says(lab.yank("lab/reach@^1", &["--reason", "x"]), 2);
    assert!(said.contains("yanking is for one version"), "{said}");
    let said = says(lab.yank("lab/reach@=7.0.0", &["--reason", "x"]), 1);
    assert!(said.contains("there are 1.1.0, 1.0.0"), "{said}");
    // What is installed and was yanked is not silently replaced by what is older.
    done(lab.yank("lab/reach@=1.1.0", &["--reason", "again"]));
    let said = says(lab.install("lab/reach"), 4);
    assert!(
        said.contains("1.1.0 is installed and fits too, and the registry says that it was yanked"),
        "{said}"
    );
}

#[test]
fn a_registry_cannot_bring_back_what_is_older() {
    let lab = Lab::new(&["1.0.0", "1.1.0"]);
    done(lab.install("lab/reach"));
    let layout = Layout::new(&lab.author.folder().join("shared"), "reach");
    layout.remove_tag("1.1.0");
    let said = says(lab.install("lab/reach"), 4);
    assert!(
        said.contains(
            "is refused: its authors list this version, and the registry does not have it"
        ),
        "{said}"
    );
    // Where nobody is trusted, what is installed still is.
    let key = done(lab.host.call(&["plugin", "key", "list"]));
    let id = key.split_whitespace().next().unwrap_or_default();
    done(lab.host.call(&["plugin", "key", "distrust", id]));
    let said = says(lab.install("lab/reach"), 4);
    assert!(
        said.contains("is refused: 1.1.0 is installed and fits too, and the registry has lost that version or hides it; ask for @=1.0.0 to go back to it"),
        "{said}"
    );
    assert_eq!(installed(&lab.host), ["lab/reach 1.1.0"]);
    done(lab.host.call(&[
        "plugin",
        "key",
        "trust",
        "lab",
        &super::fixture::public_key(&lab.author),
    ]));
    done(lab.install("lab/reach@=1.0.0"));
}

#[test]
fn an_old_package_under_a_new_tag_is_noticed() {
    let lab = Lab::new(&["1.0.0", "1.1.0"]);
    let layout = Layout::new(&lab.author.folder().join("shared"), "reach");
    layout.move_tag("1.1.0", "1.0.0");
    let said = says(lab.install("lab/reach"), 4);
    assert!(
        said.contains("is refused: its index says lab/reach 1.0.0, not lab/reach 1.1.0"),
        "{said}"
    );
    assert_untouched(&lab.host);
}

#[test]
fn a_tag_that_moves_under_an_installed_version_is_noticed() {
    let lab = Lab::new(&["1.0.0"]);
    done(lab.install("lab/reach"));
    let layout = Layout::new(&lab.author.folder().join("shared"), "reach");
    layout.remove_tag("1.0.0");
    let more = ["--overwrite", "--requires", "lab/reach2@^1"];
    publish(&lab.author, &lab.registry, "reach2", "1.0.0", &[]);
    // Its list remembers what was published under this version.
    let file = super::fixture::pack(&lab.author, "reach", "1.0.0", &more);
    let file = file.display().to_string();
    let again = ["plugin", "publish", &file, "--registry", &lab.registry];
    let said = says(lab.author.call(&again), 4);
    assert!(said.contains("not what its authors have listed"), "{said}");
    let said = says(lab.install("lab/reach"), 4);
    assert!(said.contains("not what its authors have listed"), "{said}");
    // Who takes what the registry has is told that it moved.
    let call = [
        "plugin",
        "install",
        "lab/reach",
        "--registry",
        &lab.registry,
    ];
    let said = says(
        lab.host.call(&[&call[..], &["--allow-untrusted"]].concat()),
        4,
    );
    assert!(
        said.contains("is refused: the version has moved: it is installed as sha256:"),
        "{said}"
    );
}
