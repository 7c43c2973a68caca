//! Whose native code a user lets in.

use crate::error::Refusal;
use crate::oci::Platform;
use crate::release::Release;
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
    /// What the signatures of a package say.
    ///
    /// # Errors
    /// A trusted key's signature does not hold.
    pub fn judge(&self, release: &Release) -> Result<Verdict, Refusal> {
        let statement = release.statement();
        let mut strangers = Vec::new();
        for (id, signature) in release.signatures() {
            let known = self.key.iter().find(|trusted| {
                let group = trusted.group == "*" || trusted.group == release.name().group();
                group && sign::public_key(&trusted.key).is_ok_and(|(known, _)| known == id)
            });
            match known {
                None => strangers.push(id.to_owned()),
                Some(trusted) => match sign::verify(&trusted.key, signature, &statement) {
                    Ok(()) => return Ok(Verdict::Trusted(id.to_owned())),
                    Err(reason) => {
                        let key = id.to_owned();
                        return Err(Refusal::Signature { key, reason });
                    }
                },
            }
        }
        Ok(match strangers.is_empty() {
            true => Verdict::Unsigned,
            false => Verdict::Strangers(strangers),
        })
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
            });
        }
        Ok(id)
    }
}

impl Verdict {
    /// Whether a build for a platform may be installed: what runs in a sandbox always, native code
    /// if a trusted key has signed it.
    ///
    /// # Errors
    /// It may not.
    pub fn allows(&self, platform: &Platform, group: &str) -> Result<(), Refusal> {
        match self {
            _ if platform.is_wasm() => Ok(()),
            Self::Trusted(_) => Ok(()),
            Self::Unsigned => Err(Refusal::Unsigned),
            Self::Strangers(keys) => Err(Refusal::Stranger {
                keys: keys.join(", "),
                group: group.into(),
            }),
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
