//! What a registry may not do: each refused with its own message, and nothing is half installed.

use super::fixture::{Layout, assert_untouched, author, installed, publish, reader};
use super::hostile::{Answer, Asked, Hostile};
use super::{done, says};
use angora_tests::{Host, Outcome};
use serde_json::{Value, json};
use std::path::PathBuf;

/// A registry in a folder with `lab/reach` 1.0.0, its author, and somebody who trusts her.
struct Lab {
    _author: Host,
    host: Host,
    shared: PathBuf,
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
            shared,
            _author: author,
        }
    }

    fn install_from(&self, registry: &str, more: &[&str]) -> Outcome {
        let call = ["plugin", "install", "lab/reach", "--registry", registry];
        self.host.call(&[&call[..], more].concat())
    }

    /// The signature no longer holds for what these tests change, so they take it away.
    fn spoil(&self, change: impl FnOnce(&Layout)) -> String {
        self.layout.change_index("1.0.0", |index| {
            let annotations = index["annotations"].as_object_mut().unwrap();
            annotations.retain(|key, _| !key.contains("signature"));
        });
        change(&self.layout);
        let outcome = self.install_from(self.shared.to_str().unwrap(), &["--allow-untrusted"]);
        assert_untouched(&self.host);
        assert_ne!(outcome.code, Some(0), "{}", outcome.stdout);
        outcome.stderr
    }
}

#[test]
fn other_bytes() {
    let lab = Lab::new();
    let path = lab.layout.blob(&lab.layout.library("1.0.0"));
    let whole = std::fs::read(&path).unwrap();
    let mut changed = whole.clone();
    changed[100] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    let registry = lab.shared.display().to_string();
    let said = says(lab.install_from(&registry, &[]), 4);
    assert!(
        said.contains("is refused: libreach.so has the digest sha256:"),
        "{said}"
    );
    assert!(said.contains("it was changed or damaged"), "{said}");
    assert_untouched(&lab.host);
    std::fs::write(&path, &whole[..1000]).unwrap();
    let said = says(lab.install_from(&registry, &[]), 4);
    assert!(
        said.contains("is refused: libreach.so has 1000 bytes, not "),
        "{said}"
    );
    assert_untouched(&lab.host);
    std::fs::remove_file(&path).unwrap();
    let said = says(lab.install_from(&registry, &[]), 4);
    assert!(
        said.contains("is refused: libreach.so (sha256:") && said.contains("is missing in it"),
        "{said}"
    );
    assert_untouched(&lab.host);
    std::fs::write(&path, &whole).unwrap();
    done(lab.install_from(&registry, &[]));
}

#[test]
fn names_that_leave_the_folder() {
    for name in [
        "../../evil.so",
        "/tmp/evil.so",
        "..",
        "",
        "a/b.so",
        "a\\b.so",
        ".bashrc",
    ] {
        let lab = Lab::new();
        let said = lab.spoil(|layout| {
            layout.change_manifest("1.0.0", |manifest| {
                let title = &mut manifest["layers"][0]["annotations"];
                title["org.opencontainers.image.title"] = name.into();
            });
        });
        let expected = format!("it holds a file called {name:?}, which is not a plain file name");
        assert!(said.contains(&expected), "{said}");
    }
}

/// What is made of a document.
type Change<'c> = &'c dyn Fn(&mut Value);

#[test]
fn documents_that_are_not_what_they_should_be() {
    let cases: [(Change<'_>, &str); 6] = [
        (
            &|m| m["layers"][0]["size"] = json!(1_u64 << 40),
            "more than the 1073741824 that are read",
        ),
        (
            &|m| m["layers"][0]["digest"] = json!("sha256:../../etc/passwd"),
            "is no digest: expected sha256:",
        ),
        (
            &|m| m["layers"][0]["digest"] = json!("md5:d41d8cd98f00b204e9800998ecf8427e"),
            "is no digest",
        ),
        (
            &|m| m["layers"] = json!([]),
            "the library or component is missing in it",
        ),
        (
            &|m| m["layers"] = json!([m["layers"][0], m["layers"][0]]),
            "it holds \"libreach.so\" twice",
        ),
        (
            &|m| m["artifactType"] = json!("application/x"),
            "its manifest says application/x, not application/vnd.angora.plugin.v1+json",
        ),
    ];
    for (change, expected) in cases {
        let lab = Lab::new();
        let said = lab.spoil(|layout| layout.change_manifest("1.0.0", change));
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let cases: [(Change<'_>, &str); 6] = [
        (
            &|i| i["artifactType"] = json!("application/x"),
            "it is no package of a plugin",
        ),
        (
            &|i| i["annotations"]["org.angora.plugin.name"] = json!("lab/grasp"),
            "its index says lab/grasp 1.0.0, not lab/reach 1.0.0",
        ),
        (
            &|i| i["annotations"]["org.opencontainers.image.description"] = json!("\u{1b}[2J"),
            "has control characters in it",
        ),
        (
            &|i| i["annotations"]["org.angora.plugin.contract"] = json!("9.0.0"),
            "speaks contract 9.0.0, this host speaks 1.0.0",
        ),
        (
            &|i| i["manifests"][0]["platform"] = json!({"os": "plan9", "architecture": "mips"}),
            "has no build for this machine",
        ),
        (
            &|i| i["manifests"] = json!("none"),
            "cannot be read: invalid type",
        ),
    ];
    for (change, expected) in cases {
        let lab = Lab::new();
        let said = lab.spoil(|layout| layout.change_index("1.0.0", change));
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

/// The library is another one than the package says.
#[test]
fn a_library_that_is_another_plugin() {
    let lab = Lab::new();
    let author = Host::new();
    let registry = lab.shared.display().to_string();
    publish(&author, &registry, "grasp", "2.0.0", &[]);
    let other = Layout::new(&lab.shared, "grasp");
    let layer = other.manifest("2.0.0")["layers"][0].clone();
    let digest = other.library("2.0.0");
    let said = lab.spoil(|layout| {
        std::fs::copy(other.blob(&digest), layout.blob(&digest)).unwrap();
        layout.change_manifest("1.0.0", |manifest| manifest["layers"][0] = layer);
    });
    assert!(
        said.contains("its file libgrasp.so says grasp 2.0.0 for "),
        "{said}"
    );
    assert!(said.contains(", not reach 1.0.0 for "), "{said}");
}

/// The package says something of the library that the library does not.
#[test]
fn a_configuration_that_lies() {
    let lab = Lab::new();
    let author = Host::new();
    let registry = lab.shared.display().to_string();
    publish(&author, &registry, "grasp", "2.0.0", &[]);
    let other = Layout::new(&lab.shared, "grasp");
    let config = other.manifest("2.0.0")["config"].clone();
    let digest = config["digest"].as_str().unwrap().to_owned();
    let said = lab.spoil(|layout| {
        std::fs::copy(other.blob(&digest), layout.blob(&digest)).unwrap();
        layout.change_manifest("1.0.0", |manifest| manifest["config"] = config);
    });
    assert!(
        said.contains(
            "its file libreach.so says something else of itself, not what its configuration says"
        ),
        "{said}"
    );
}

#[test]
fn a_server_that_cuts_off_or_changes() {
    let lab = Lab::new();
    let library = lab.layout.library("1.0.0");
    let blob = format!("/blobs/{library}");
    let cut = blob.clone();
    let server = Hostile::serve(&lab.shared, move |asked, mut answer| {
        if asked.path.ends_with(&cut) {
            answer.sent = Some(answer.body.len() / 2);
        }
        answer
    });
    let said = says(lab.install_from(&server.registry(), &[]), 4);
    assert!(
        said.contains("is refused: libreach.so has ") && said.contains("it was cut off or changed"),
        "{said}"
    );
    let longer = blob.clone();
    let server = Hostile::serve(&lab.shared, move |asked, mut answer| {
        if asked.path.ends_with(&longer) {
            answer.body.push(0);
        }
        answer
    });
    let said = says(lab.install_from(&server.registry(), &[]), 4);
    assert!(said.contains("is refused: libreach.so has "), "{said}");
    let server = Hostile::serve(&lab.shared, move |asked, mut answer| {
        if asked.path.ends_with(&blob) {
            answer.body[50] ^= 1;
        }
        answer
    });
    let said = says(lab.install_from(&server.registry(), &[]), 4);
    assert!(
        said.contains("is refused: libreach.so has the digest sha256:"),
        "{said}"
    );
    // Manifests as well.
    let manifest = |spoil: fn(Vec<u8>) -> Vec<u8>| {
        Hostile::serve(&lab.shared, move |asked, mut answer| {
            if asked.path.contains("/manifests/sha256:") {
                answer.body = spoil(answer.body);
            }
            answer
        })
    };
    let server = manifest(|mut body| {
        let last = body.len() - 2;
        body[last] = b' ';
        body
    });
    let said = says(lab.install_from(&server.registry(), &[]), 4);
    assert!(
        said.contains("is refused: its manifest has the digest sha256:"),
        "{said}"
    );
    let server = manifest(|_| Vec::new());
    let said = says(lab.install_from(&server.registry(), &[]), 4);
    assert!(
        said.contains("is refused: its manifest has 0 bytes"),
        "{said}"
    );
    assert_untouched(&lab.host);
    let server = Hostile::serve(&lab.shared, |_, answer| answer);
    done(lab.install_from(&server.registry(), &[]));
}

#[test]
fn servers_that_say_no_or_nonsense() {
    let lab = Lab::new();
    let all = |answer: Answer| Hostile::serve(&lab.shared, move |_, _| answer.clone());
    let said_by = |answer: Answer| {
        let server = all(answer);
        let outcome = lab.install_from(&server.registry(), &[]);
        assert_untouched(&lab.host);
        says(outcome, 1)
    };
    let said = said_by(Answer::new(500, "<html>"));
    assert!(
        said.contains("it answers with status 500 instead of 200"),
        "{said}"
    );
    let said = said_by(Answer::new(
        429,
        r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down\u001b[2J"}]}"#,
    ));
    assert!(
        said.contains("it has been asked too often (TOOMANYREQUESTS: slow down[2J)"),
        "{said}"
    );
    let said = said_by(Answer::new(200, "<html>"));
    assert!(
        said.contains("the list of versions of lab/reach in oci://127.0.0.1:")
            && said.contains("cannot be read"),
        "{said}"
    );
    let said = said_by(Answer::new(404, ""));
    assert!(
        said.contains("there is no package lab/reach in oci://127.0.0.1:"),
        "{said}"
    );
    let said = says(
        lab.host.call(&[
            "plugin",
            "search",
            "x",
            "--registry",
            &all(Answer::new(404, "")).registry(),
        ]),
        1,
    );
    assert!(
        said.contains("it does not list its packages; name one: `plugin search GROUP/NAME`"),
        "{said}"
    );
    // A list of pages that has no end.
    let server = Hostile::serve(&lab.shared, |asked, answer| {
        let next = format!("<{}>; rel=\"next\"", asked.path);
        match asked.path.contains("tags/list") {
            true => answer.with("link", &next),
            false => answer,
        }
    });
    done(lab.install_from(&server.registry(), &[]));
}

/// A token from an authority, as GitHub's and GitLab's registries want it; the password goes there
/// and nowhere else.
#[test]
fn tokens_and_passwords_go_where_they_belong() {
    let lab = Lab::new();
    let elsewhere = Hostile::serve(&lab.shared, |_, answer| answer);
    let other = elsewhere.registry().replace("oci://", "http://");
    let authority = Hostile::serve(&lab.shared, |asked, _| {
        let right = asked.authorisation() == Some(&format!("Basic {}", super::server::LOGIN));
        match right && asked.path.contains("scope=repository%3Alab%2Freach%3Apull") {
            true => Answer::new(200, r#"{"token": "let-me-in"}"#),
            false => Answer::new(401, ""),
        }
    });
    let realm = authority.registry().replace("oci://", "http://");
    let challenge = format!(
        "Bearer realm=\"{realm}/token\",service=\"lab\",scope=\"repository:lab/reach:pull\""
    );
    let blobs = other.clone();
    let server = Hostile::serve(&lab.shared, move |asked: &Asked, answer| {
        if asked.authorisation() != Some("Bearer let-me-in") {
            return Answer::new(401, "").with("www-authenticate", &challenge);
        }
        match asked.path.contains("/blobs/") {
            true => Answer::new(307, "").with("location", &format!("{blobs}{}", asked.path)),
            false => answer,
        }
    });
    let said = says(lab.install_from(&server.registry(), &[]), 1);
    assert!(said.contains("it wants a user and password"), "{said}");
    super::server::log_in(&lab.host, server.port, super::server::LOGIN);
    done(lab.install_from(&server.registry(), &[]));
    assert_eq!(installed(&lab.host), ["lab/reach 1.0.0"]);
    let asked = elsewhere.asked.lock().unwrap();
    assert!(!asked.is_empty(), "the blobs come from there");
    assert!(asked.iter().all(|asked| asked.authorisation().is_none()));
    let asked = server.asked.lock().unwrap();
    let password = |asked: &Asked| {
        asked
            .authorisation()
            .is_some_and(|a| a.starts_with("Basic"))
    };
    assert!(
        !asked.iter().any(password),
        "the server itself never asked for it"
    );
}

/// A tag that moved under a lock: what is locked is taken while it is to be had, and else refused.
#[test]
fn a_tag_that_moved_under_a_lock() {
    let lab = Lab::new();
    let registry = lab.shared.display().to_string();
    let index = lab.layout.index("1.0.0");
    let library = lab.layout.library("1.0.0");
    let lock = format!(
        "[[plugin]]\nname = \"reach\"\nversion = \"1.0.0\"\ndigest = \"{library}\"\nsource = \"file://{registry}\"\npackage = \"lab/reach\"\nindex = \"{index}\"\n"
    );
    std::fs::write(lab.host.folder().join("angora.lock"), &lock).unwrap();
    let locked = ["plugin", "install", "--locked", "angora.lock"];
    lab.layout.remove_tag("1.0.0");
    // The authors' list would keep another author out.
    lab.layout.remove_tag("versions");
    let author = author();
    let more = ["--requires", "lab/arm@^1"];
    publish(&author, &registry, "reach", "1.0.0", &more);
    let now = lab.layout.index("1.0.0");
    assert_ne!(index, now);
    let outcome = lab.host.call(&locked);
    assert!(
        outcome
            .stderr
            .contains("warning: lab/reach 1.0.0 stands for something else in file://"),
        "{}",
        outcome.stderr
    );
    assert_eq!(done(outcome), "ready      reach 1.0.0\n");
    done(lab.host.call(&["plugin", "remove", "lab/reach"]));
    // The registry has thrown the old one away.
    std::fs::remove_file(lab.layout.blob(&index)).unwrap();
    let said = says(lab.host.call(&locked), 4);
    let expected = format!(
        "is refused: the version has moved: it is locked as {index}, and the registry now has {now}; a published version never changes"
    );
    assert!(said.contains(&expected), "{said}");
    assert_untouched(&lab.host);
    // Nor does another build under the locked index pass.
    let wrong = lock.replace(&index, &now);
    std::fs::write(
        lab.host.folder().join("angora.lock"),
        wrong.replace(&library, &index),
    )
    .unwrap();
    let key = super::fixture::public_key(&author);
    done(lab.host.call(&["plugin", "key", "trust", "lab", &key]));
    let said = says(lab.host.call(&locked), 4);
    assert!(
        said.contains(&format!(
            "the build that is locked ({index}) is missing in it"
        )),
        "{said}"
    );
    assert_untouched(&lab.host);
}
