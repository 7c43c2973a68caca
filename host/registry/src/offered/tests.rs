//! What a registry cannot do where the user trusts a key: each with its own refusal.

use super::*;
use crate::oci::{CONTRACT, Descriptor, INDEX, Index, NAME, PLUGIN, VERSION};
use crate::store::{Layout, Store};
use crate::versions::{Listed, VersionList};
use crate::{Publisher, SigningKey, Verdict, new_key, tag_of};
use std::path::Path;
use tempfile::TempDir;

struct Lab {
    folder: TempDir,
    key: SigningKey,
    trust: Trust,
    seen: Seen,
    name: PackageName,
}

fn key(folder: &Path, name: &str) -> SigningKey {
    let (secret, _) = new_key(false, None, "a key of the tests").expect("random numbers");
    let path = folder.join(name);
    angora_core::private::write(&path, secret.as_bytes()).expect("writes");
    SigningKey::read(&path, None).expect("a key")
}

fn trusting(key: &SigningKey, group: &str) -> Trust {
    let mut trust = Trust::default();
    let public = key.public().expect("a key");
    trust.add(group, &public, "").expect("a key");
    trust
}

fn release(name: &PackageName, version: &str, description: &str) -> Release {
    let mut index = Index::of(Vec::new());
    index.artifact_type = Some(PLUGIN.into());
    for (key, value) in [
        (NAME, name.to_string()),
        (VERSION, version.to_owned()),
        (CONTRACT, "1.0.0".to_owned()),
        (crate::oci::DESCRIPTION, description.to_owned()),
    ] {
        index.annotations.insert(key.into(), value);
    }
    Release::of(&index).expect("an index")
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

impl Lab {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let key = key(folder.path(), "own.key");
        let trust = trusting(&key, "lab");
        Self {
            seen: Seen::new(folder.path().join("seen")),
            name: PackageName::new("lab", "reach").expect("a name"),
            key,
            trust,
            folder,
        }
    }

    fn place(&self) -> std::path::PathBuf {
        self.folder.path().join("registry")
    }

    fn registry(&self) -> Registry {
        Registry::over(
            Box::new(Layout::new(&self.place())),
            "file:///shared".into(),
        )
    }

    fn tag(&self, release: &Release) {
        let tag = tag_of(release.version());
        let descriptor = Descriptor::of(INDEX, release.bytes());
        let layout = Layout::new(&self.place());
        let put = layout.put_tag(&self.name, &tag, &descriptor, release.bytes(), true);
        put.expect("writes");
    }

    fn publish(&self, version: &str) -> Release {
        let release = release(&self.name, version, "A task");
        let release = release.signed(&self.key).expect("random numbers");
        self.tag(&release);
        // An author of her own memory: what a reader has seen must not depend on it.
        let seen = Seen::new(self.folder.path().join("author"));
        let publisher = Publisher {
            key: &self.key,
            trust: &Trust::default(),
            seen: &seen,
        };
        publisher.list(&self.registry(), &release).expect("listed");
        release
    }

    fn judge(&self) -> Judge<'_> {
        Judge {
            trust: &self.trust,
            seen: &self.seen,
            allow_untrusted: false,
            now: crate::now(),
        }
    }

    fn offered(&self) -> Result<Offered, RegistryError> {
        self.judge().offered(&self.registry(), &self.name)
    }

    fn refused(&self) -> String {
        self.offered()
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    }

    /// Puts the list that there was back.
    fn put(&self, list: &VersionList, key: &SigningKey) {
        let signed = list.sign(key).expect("random numbers");
        self.registry().put_version_list(&signed).expect("writes");
    }

    fn list(&self) -> VersionList {
        let signed = self.registry().version_list(&self.name).expect("reads");
        signed.expect("there").list
    }
}

#[test]
fn a_registry_cannot_turn_back() {
    let lab = Lab::new();
    lab.publish("1.0.0");
    let old = lab.list();
    lab.publish("1.1.0");
    let offered = lab.offered().expect("honest");
    assert_eq!(offered.there, [version("1.1.0"), version("1.0.0")]);
    // An old list by the right key; the registry has forgotten 1.1.0, or hides it.
    lab.put(&old, &lab.key);
    let said = lab.refused();
    assert!(
        said.contains("number 1, and has shown number 2 before"),
        "{said}"
    );
    std::fs::remove_dir_all(lab.place()).expect("removed");
    let said = lab.refused();
    assert!(said.contains("though it had number 2 before"), "{said}");
    // Somebody who trusts nobody there takes what there is.
    let nobody = Judge {
        trust: &Trust::default(),
        ..lab.judge()
    };
    assert!(nobody.offered(&lab.registry(), &lab.name).is_ok());
}

#[test]
fn a_registry_cannot_hide_or_exchange_a_version() {
    let lab = Lab::new();
    lab.publish("1.0.0");
    let offered = lab.offered().expect("honest");
    let take = || {
        let version = version("1.0.0");
        offered.release(&lab.registry(), &lab.trust, &lab.name, &version)
    };
    assert!(take().expect("honest").is_some());
    let refused = || {
        take()
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    // Unsigned, by another key, and by the right key but as another version once was.
    let other = release(&lab.name, "1.0.0", "Another task");
    let stranger = key(lab.folder.path(), "stranger.key");
    for exchanged in [
        other.clone(),
        other.signed(&stranger).expect("random numbers"),
        other.signed(&lab.key).expect("random numbers"),
    ] {
        lab.tag(&exchanged);
        let said = refused();
        assert!(said.contains("not what its authors have listed"), "{said}");
    }
    std::fs::remove_dir_all(lab.place()).expect("removed");
    let said = refused();
    assert!(said.contains("it hides or has lost it"), "{said}");
}

#[test]
fn a_list_by_somebody_else_is_refused() {
    let lab = Lab::new();
    lab.publish("1.0.0");
    let mut list = lab.list();
    list.number = 9;
    let listed = Listed {
        statement: Digest::of(b"evil"),
        yanked: None,
    };
    list.versions.insert(version("2.0.0"), listed);
    let stranger = key(lab.folder.path(), "stranger.key");
    lab.put(&list, &stranger);
    let said = lab.refused();
    assert!(
        said.contains("not by a key that you trust for the group lab"),
        "{said}"
    );
    // Nor does its author sign what a registry has made up.
    let publisher = Publisher {
        key: &lab.key,
        trust: &Trust::default(),
        seen: &lab.seen,
    };
    let error = publisher.refresh(&lab.registry(), &lab.name).err();
    let said = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(said.contains("its list of versions is signed by"), "{said}");
}

#[test]
fn a_list_that_is_too_old_is_refused_where_the_user_says_so() {
    let mut lab = Lab::new();
    lab.publish("1.0.0");
    let in_100_days = crate::now() + 100 * DAY;
    let judged = |lab: &Lab| {
        let judge = Judge {
            now: in_100_days,
            ..lab.judge()
        };
        let offered = judge.offered(&lab.registry(), &lab.name);
        offered.err().map(|error| error.to_string())
    };
    assert_eq!(judged(&lab), None);
    let id = lab.key.id().to_owned();
    lab.trust.limit_age("lab", &id, Some(30));
    let said = judged(&lab).unwrap_or_default();
    assert!(
        said.contains("was signed 100 days ago, and you accept at most 30"),
        "{said}"
    );
    assert!(lab.offered().is_ok());
}

#[test]
fn a_yanked_version_is_so_by_the_list_alone() {
    let lab = Lab::new();
    lab.publish("1.0.0");
    lab.publish("1.1.0");
    let registry = lab.registry();
    // A mark that anybody can make.
    registry
        .yank(&lab.name, &version("1.1.0"), Some("I am not the author"))
        .expect("writes");
    assert_eq!(lab.offered().expect("honest").yanked, []);
    let publisher = Publisher {
        key: &lab.key,
        trust: &lab.trust,
        seen: &lab.seen,
    };
    let yanked = publisher.yank(&registry, &lab.name, &version("1.0.0"), Some("wrong sign"));
    yanked.expect("listed");
    let offered = lab.offered().expect("honest");
    assert_eq!(offered.there, [version("1.1.0")]);
    let reason = offered.reason(&registry, &lab.name, &version("1.0.0"));
    assert_eq!(reason.expect("listed"), "wrong sign");
}

#[test]
fn one_good_signature_is_enough_and_a_broken_one_alone_is_not() {
    let lab = Lab::new();
    let other = key(lab.folder.path(), "other.key");
    let mut trust = lab.trust.clone();
    trust
        .add("lab", &other.public().expect("a key"), "")
        .expect("a key");
    let good = release(&lab.name, "1.0.0", "A task")
        .signed(&lab.key)
        .expect("random numbers");
    let broken = release(&lab.name, "1.0.0", "Another task")
        .signed(&other)
        .expect("random numbers");
    let with_broken = |release: &Release| {
        let mut index: Index = serde_json::from_slice(release.bytes()).expect("an index");
        for (id, signature) in broken.signatures() {
            let key = format!("{}{id}", crate::oci::SIGNATURE);
            index.annotations.insert(key, signature.to_owned());
        }
        Release::of(&index).expect("an index")
    };
    let verdict = trust.judge(&with_broken(&good));
    assert!(matches!(verdict, Ok(Verdict::Trusted(id)) if id == lab.key.id()));
    let alone = trust.judge(&with_broken(&release(&lab.name, "1.0.0", "A task")));
    assert!(matches!(alone, Err(Refusal::Signature { .. })));
}
