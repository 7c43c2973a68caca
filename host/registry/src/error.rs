//! What goes wrong with packages and registries. Each message says what to do.

use crate::Digest;
use angora_loader::LoadError;
use std::path::{Path, PathBuf};

/// Why something was not packed, published, found or installed.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A name that is none.
    #[error(
        "{text:?} is no package: expected GROUP/NAME such as motor-lab/reach, with an optional requirement (motor-lab/reach@^1.2); {reason}"
    )]
    Name {
        /// As written.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// A requirement that is none.
    #[error(
        "{text:?}: the requirement after \"@\" is not understood ({reason}); expected ^1.2, ~1.2, =1.2.3 or \">=1, <3\""
    )]
    Requirement {
        /// As written.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// A place that is none.
    #[error(
        "registry {text:?}: {reason}; expected a folder, file:///FOLDER, oci://HOST/PREFIX, oci+http://HOST/PREFIX or a name of registries.toml"
    )]
    Location {
        /// As written.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// A digest that is none.
    #[error("{text:?} is no digest: expected sha256: and 64 hexadecimal digits")]
    Digest {
        /// As written.
        text: String,
    },
    /// A document that is not what it should be.
    #[error("{what} in {place} cannot be read: {reason}")]
    Document {
        /// Which.
        what: String,
        /// Registry or file.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// No answer, or one that says no.
    #[error("registry {place}: {reason}")]
    Registry {
        /// Where.
        place: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// No such package.
    #[error("there is no package {name} in {place}; {hint}")]
    NoPackage {
        /// Which.
        name: String,
        /// Where.
        place: String,
        /// Near names, or where to look.
        hint: String,
    },
    /// No such version.
    #[error("no version of {wanted} is in {place}; {there}")]
    NoVersion {
        /// Which.
        wanted: String,
        /// Where.
        place: String,
        /// What is there.
        there: String,
    },
    /// None for this machine.
    #[error("{release} has no build for this machine ({ours}); it has: {theirs}")]
    NoBuild {
        /// Which.
        release: String,
        /// This machine.
        ours: String,
        /// Its builds.
        theirs: String,
    },
    /// Two packages want different versions of a third.
    #[error(
        "{first} and {second} cannot be installed together: the one needs {one}, the other {other}"
    )]
    Conflict {
        /// Who.
        first: String,
        /// Who else.
        second: String,
        /// Which.
        one: String,
        /// Which else.
        other: String,
    },
    /// A package that is not what it says, or not allowed.
    #[error("{what} is refused: {reason}")]
    Refused {
        /// Package, version and place.
        what: String,
        /// Why.
        reason: Refusal,
    },
    /// Something that cannot be packed.
    #[error("cannot pack {what}: {reason}")]
    Pack {
        /// File or package.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// A version that is there already.
    #[error(
        "{release} is in {place} already ({digest}), and a published version never changes; raise the plugin's version, or yank this one"
    )]
    Published {
        /// Which.
        release: String,
        /// Where.
        place: String,
        /// Its digest.
        digest: Digest,
    },
    /// A key that is none.
    #[error("{what}: {reason}")]
    Key {
        /// File or text.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// A library that is no plugin, or for another host.
    #[error(transparent)]
    Load(Box<LoadError>),
    /// A file.
    #[error("{path}: {source}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Why a package is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Other bytes.
    #[error("{what} has the digest {got}, not {expected}; it was changed or damaged")]
    Digest {
        /// Which.
        what: String,
        /// As named.
        expected: Digest,
        /// Of what came.
        got: Digest,
    },
    /// Fewer or more bytes.
    #[error("{what} has {got} bytes, not {expected}; it was cut off or changed")]
    Size {
        /// Which.
        what: String,
        /// As named.
        expected: u64,
        /// What came; one more than expected where it goes on.
        got: u64,
    },
    /// Larger than anything sensible.
    #[error("{what} would have {size} bytes, more than the {limit} that are read")]
    TooLarge {
        /// Which.
        what: String,
        /// As named.
        size: u64,
        /// The most.
        limit: u64,
    },
    /// A name that leaves its folder.
    #[error("it holds a file called {name:?}, which is not a plain file name")]
    Path {
        /// As named.
        name: String,
    },
    /// Not a file.
    #[error("it holds {name:?}, which is a {kind}, not a file")]
    NotAFile {
        /// As named.
        name: String,
        /// `symbolic link`.
        kind: &'static str,
    },
    /// Twice the same.
    #[error("it holds {name:?} twice")]
    Twice {
        /// As named.
        name: String,
    },
    /// Something else than was asked for.
    #[error("{what} says {found}, not {expected}")]
    Other {
        /// Which document.
        what: String,
        /// What it says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// Something that is missing.
    #[error("{what} is missing in it")]
    Missing {
        /// What.
        what: String,
    },
    /// Not signed.
    #[error(
        "it is native code that nobody has signed; a WASM build needs no signature, or --allow-untrusted takes it as it is"
    )]
    Unsigned,
    /// Signed by somebody else.
    #[error(
        "it is native code signed by {keys}, and no key that is trusted for the group {group} is among them; if you know the key, add it with `plugin key trust {group} KEY`, or --allow-untrusted takes it as it is"
    )]
    Stranger {
        /// Ids of keys.
        keys: String,
        /// Whose packages.
        group: String,
    },
    /// Not by the key that is trusted for the group.
    #[error(
        "you trust a key for the group {group}, and this package is signed by {keys} instead, so it may have been put in the place of another, whatever machine or sandbox it is for; ask its authors. Their new key comes in with `plugin key trust {group} KEY`; --allow-untrusted takes the package as it is"
    )]
    Guarded {
        /// Ids of keys, or nobody.
        keys: String,
        /// Whose packages.
        group: String,
    },
    /// A list of versions by somebody else.
    #[error(
        "its list of versions is signed by {keys}, not by a key that you trust for the group {group}, so it may have been put in the place of another; ask its authors. Their new key comes in with `plugin key trust {group} KEY`; --allow-untrusted takes what the registry has"
    )]
    List {
        /// Ids of keys, or nobody.
        keys: String,
        /// Whose packages.
        group: String,
    },
    /// No list of versions.
    #[error(
        "the registry has no signed list of its versions{}; its authors make one with `plugin publish`, --allow-untrusted takes what the registry has",
        if *seen > 0 { format!(", though it had number {seen} before: it hides or has lost it") } else { String::new() }
    )]
    NoList {
        /// The highest number that was seen.
        seen: u64,
    },
    /// An older list of versions than before.
    #[error(
        "the registry shows the list of versions number {number}, and has shown number {seen} before: it was turned back to an older state; ask those who run it"
    )]
    RolledBack {
        /// Its number.
        number: u64,
        /// The highest number that was seen.
        seen: u64,
    },
    /// A list that nobody has signed for long.
    #[error(
        "the list of its versions was signed {days} days ago, and you accept at most {limit} (max_age_days in trust.toml): the registry may hold back newer ones; its authors sign it anew with `plugin publish --refresh`"
    )]
    Frozen {
        /// Its age.
        days: u64,
        /// The limit.
        limit: u32,
    },
    /// A version that is listed and missing.
    #[error(
        "its authors list this version, and the registry does not have it: it hides or has lost it; ask for another one with @=VERSION"
    )]
    Hidden,
    /// Another content than listed.
    #[error(
        "its content is not what its authors have listed under this version; a published version never changes, so ask them what happened"
    )]
    NotListed,
    /// A signature that does not hold.
    #[error(
        "its signature by {key} does not hold ({reason}); it was changed after it was signed, and no flag allows that"
    )]
    Signature {
        /// Id of the key.
        key: String,
        /// In the words of the verifier.
        reason: String,
    },
    /// Older than what is there.
    #[error(
        "{installed} is installed and fits too, and {why}; ask for @={offered} to go back to it"
    )]
    Downgrade {
        /// Version.
        installed: String,
        /// Version.
        offered: String,
        /// Why the newer one is not offered.
        why: &'static str,
    },
    /// Another content under a version that is known.
    #[error(
        "the version has moved: {known_as} {known}, and the registry now has {now}; a published version never changes, so ask its authors what happened"
    )]
    Moved {
        /// `it was installed as`.
        known_as: &'static str,
        /// Then.
        known: Digest,
        /// Now.
        now: String,
    },
    /// Taken back.
    #[error("its authors have yanked it: {reason}")]
    Yanked {
        /// Why.
        reason: String,
    },
}

impl RegistryError {
    /// For `map_err` on file operations.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.into(),
            source,
        }
    }

    /// A refusal of something.
    pub fn refused(what: impl ToString, reason: Refusal) -> Self {
        Self::Refused {
            what: what.to_string(),
            reason,
        }
    }
}

impl From<LoadError> for RegistryError {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}
