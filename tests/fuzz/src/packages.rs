//! What registries answer, packages, keys and signatures.

use crate::{head, scratch, text};
use angora_registry::{
    Digest, Location, Package, PackageName, Release, Trust, VersionList, Wanted, fuzzing, oci,
    public_key, tag_of, version_of,
};

/// A package file: a tar archive.
pub fn package(data: &[u8]) {
    let Ok(package) = scratch::file("a.angora", data, Package::read) else {
        return;
    };
    let _ = package.builds();
    let _ = package.texts();
}

/// The index of a version.
pub fn release(data: &[u8]) {
    let Ok(release) = Release::read(data.to_vec(), "fuzz") else {
        return;
    };
    let shown = [
        release.description(),
        release.licence(),
        release.authors(),
        release.provides(),
    ];
    let odd = |text: &&str| text.chars().any(char::is_control);
    assert!(!shown.iter().any(odd), "{shown:?}");
    let _ = release.builds_here().map(|builds| builds.len());
    let signed = Release::read(release.statement(), "fuzz");
    let signed = signed.expect("what is signed is an index");
    assert_eq!(signed.statement(), release.statement());
    assert_eq!(signed.to_string(), release.to_string());
    let _ = Trust::default().judge(&release);
}

/// The list of a package's versions.
pub fn version_list(data: &[u8]) {
    let Ok(list) = serde_json::from_slice::<VersionList>(data) else {
        return;
    };
    let (there, yanked) = list.split();
    assert_eq!(there.len() + yanked.len(), list.versions.len());
    let bytes = serde_json::to_vec(&list).expect("a list that was read");
    let again: VersionList = serde_json::from_slice(&bytes).expect("a list that was written");
    assert_eq!(again, list);
}

/// What a registry answers: a header, and a document.
pub fn registry_answer(data: &[u8]) {
    let (header, body) = head(data);
    if let Some(header) = text(header) {
        let _ = fuzzing::challenge(header);
    }
    let said = fuzzing::said(body);
    assert!(!said.chars().any(char::is_control), "{said:?}");
    keeps::<oci::Index>(body);
    keeps::<oci::Manifest>(body);
}

fn keeps<T: serde::de::DeserializeOwned + serde::Serialize + PartialEq + std::fmt::Debug>(
    body: &[u8],
) {
    let Ok(document) = serde_json::from_slice::<T>(body) else {
        return;
    };
    let bytes = serde_json::to_vec(&document).expect("a document that was read");
    let again: T = serde_json::from_slice(&bytes).expect("a document that was written");
    assert_eq!(again, document);
}

/// Names of packages, requirements, places, digests and tags.
pub fn names(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(name) = PackageName::parse(text) {
        assert_eq!(name.to_string(), text);
    }
    if let Ok(wanted) = Wanted::parse(text) {
        let again = Wanted::parse(&wanted.to_string()).expect("a name that was read");
        assert_eq!(again, wanted);
        let _ = wanted.exact();
    }
    let _ = Wanted::looks_like(text);
    if let Ok(place) = Location::parse(text) {
        let again = Location::parse(&place.to_string()).expect("a place that was read");
        assert_eq!(again, place);
    }
    if let Ok(digest) = Digest::parse(text) {
        assert_eq!(digest.hex().len(), 64);
    }
    if let Some(version) = version_of(text) {
        assert_eq!(version_of(&tag_of(&version)), Some(version));
    }
}

/// `trust.toml`, public and secret keys, and signatures: of minisign.
pub fn signature(data: &[u8]) {
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    let Some(text) = text(data) else { return };
    let (key, signature) = text.split_once("\n----\n").unwrap_or((KEY, text));
    let verified = fuzzing::verify(key, signature, b"no such statement");
    assert!(verified.is_err(), "nobody has signed it");
    if let Ok((id, key)) = public_key(text) {
        assert_eq!(public_key(&key).expect("a key that was read"), (id, key));
    }
    let _ = fuzzing::secret(text);
    let Ok(mut trust) = toml::from_str::<Trust>(text) else {
        return;
    };
    let written = toml::to_string(&trust).expect("what was read");
    let again: Trust = toml::from_str(&written).expect("what was written");
    assert_eq!(again, trust);
    let _ = trust.guards("lab");
    trust.limit_age("lab", "x", Some(1));
}
