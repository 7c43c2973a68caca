//! Whose native code a user lets in.

use crate::error::Refusal;
use crate::oci::Platform;
use crate::release::Release;
use crate::versions::SignedList;
use crate::{RegistryError, sign};
use serde::{Deserialize, Serialize};

/// Keys that a user trusts, each for the packages of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// In the order in which they were added.
    #[serde(default)]
    pub key: Vec<TrustedKey>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// Whose packages; `*` is everybody's.
    pub group: String,
    /// Public key of minisign, base64.
    pub key: String,
    /// For the reader.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// Days after which a list of versions that it has signed is too old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
}

impl TrustedKey {
    fn is_for(&self, group: &str) -> bool {
        self.group == "*" || self.group == group
    }
}

/// What signatures say of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A trusted key has signed it; its id.
    Trusted(String),
    /// Others have; their ids. Their signatures cannot be checked.
    Strangers(Vec<String>),
    /// Nobody has.
    Unsigned,
}

impl Trust {
    /// What the signatures of a package say. One good signature of a trusted key is enough, whatever
    /// other signatures are beside it.
    ///
    /// # Errors
    /// Trusted keys have signed, and none of their signatures holds.
    pub fn judge(&self, release: &Release) -> Result<Verdict, Refusal> {
        self.verdict(
            release.name().group(),
            release.signatures(),
            &release.statement(),
        )
    }

    /// Refuses a list of versions that no trusted key has signed; how old it may be, in days.
    ///
    /// # Errors
    /// It is not signed by one, or the signature does not hold.
    pub fn judge_list(&self, signed: &SignedList) -> Result<Option<u32>, Refusal> {
        let group = signed.list.package.group();
        match self.verdict(group, signed.signatures(), &signed.bytes)? {
            Verdict::Trusted(id) => Ok(self.keys(group, &id).filter_map(|k| k.max_age_days).min()),
            other => Err(Refusal::List {
                keys: other.keys(),
                group: group.into(),
            }),
        }
    }

    /// Whether the user trusts a key for a group, so that nothing else may come in under its name.
    #[must_use]
    pub fn guards(&self, group: &str) -> bool {
        self.key.iter().any(|trusted| trusted.is_for(group))
    }

    fn keys<'t>(&'t self, group: &'t str, id: &'t str) -> impl Iterator<Item = &'t TrustedKey> {
        self.key.iter().filter(move |trusted| {
            trusted.is_for(group)
                && sign::public_key(&trusted.key).is_ok_and(|(known, _)| known == id)
        })
    }

    fn verdict<'s>(
        &self,
        group: &str,
        signatures: impl Iterator<Item = (&'s str, &'s str)>,
        statement: &[u8],
    ) -> Result<Verdict, Refusal> {
        let (mut strangers, mut broken) = (Vec::new(), None);
        for (id, signature) in signatures {
            let mut known = self.keys(group, id).peekable();
            if known.peek().is_none() {
                strangers.push(id.to_owned());
            }
            // Ids are short, so several keys may have one.
            for trusted in known {
                match sign::verify(&trusted.key, signature, statement) {
                    Ok(()) => return Ok(Verdict::Trusted(id.to_owned())),
                    Err(reason) => {
                        let key = id.to_owned();
                        broken = Some(Refusal::Signature { key, reason });
                    }
                }
            }
        }
        match broken {
            Some(refusal) => Err(refusal),
            None if strangers.is_empty() => Ok(Verdict::Unsigned),
            None => Ok(Verdict::Strangers(strangers)),
        }
    }

    /// Sets how old a list of versions by a key of a group may be, in days.
    pub fn limit_age(&mut self, group: &str, id: &str, max_age_days: Option<u32>) {
        let is_it = |known: &TrustedKey| {
            known.group == group && sign::public_key(&known.key).is_ok_and(|(known, _)| known == id)
        };
        for known in self.key.iter_mut().filter(|known| is_it(known)) {
            known.max_age_days = max_age_days;
        }
    }

    /// Adds a key, if it is not there for the group.
    ///
    /// # Errors
    /// It is none.
    pub fn add(&mut self, group: &str, key: &str, comment: &str) -> Result<String, RegistryError> {
        let (id, key) = sign::public_key(key)?;
        let there = |known: &TrustedKey| known.group == group && known.key == key;
        if !self.key.iter().any(there) {
            self.key.push(TrustedKey {
                group: group.into(),
                key,
                comment: comment.into(),
                max_age_days: None,
            });
        }
        Ok(id)
    }
}

impl Verdict {
    /// Whether a build for a platform may be installed. Where the user trusts a key for the group
    /// (`guarded`), only what such a key has signed. Elsewhere what runs in a sandbox always may.
    ///
    /// # Errors
    /// It may not.
    pub fn allows(&self, platform: &Platform, group: &str, guarded: bool) -> Result<(), Refusal> {
        match self {
            Self::Trusted(_) => Ok(()),
            _ if guarded => Err(Refusal::Guarded {
                keys: self.keys(),
                group: group.into(),
            }),
            _ if platform.is_wasm() => Ok(()),
            Self::Unsigned => Err(Refusal::Unsigned),
            Self::Strangers(_) => Err(Refusal::Stranger {
                keys: self.keys(),
                group: group.into(),
            }),
        }
    }

    /// Who has signed, for messages.
    fn keys(&self) -> String {
        match self {
            Self::Trusted(id) => id.clone(),
            Self::Strangers(ids) => ids.join(", "),
            Self::Unsigned => "nobody".into(),
        }
    }

    /// The trusted key.
    #[must_use]
    pub fn signed_by(&self) -> Option<&str> {
        match self {
            Self::Trusted(id) => Some(id),
            _ => None,
        }
    }

    /// For the reader.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Trusted(id) => format!("{id}, which is trusted"),
            Self::Strangers(ids) => format!("{}, which is not trusted here", ids.join(", ")),
            Self::Unsigned => "none".into(),
        }
    }
}
