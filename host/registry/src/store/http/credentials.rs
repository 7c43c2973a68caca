//! Who we are to a server: what `docker login` and its helpers have kept.

use crate::RegistryError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

/// What a server wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// User and password.
    Basic,
    /// A token, which its authority gives for user and password.
    Bearer {
        realm: String,
        /// Service and scope.
        query: Vec<(String, String)>,
    },
}

impl Challenge {
    /// The value of a `WWW-Authenticate` header.
    pub fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut query) = (None, Vec::new());
        let mut rest = rest;
        // Commas may be inside the quotes: `scope="repository:x:pull,push"`.
        while let Some((key, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"')?;
            match key.trim_matches([',', ' ']) {
                "realm" => realm = Some(value.to_owned()),
                key @ ("service" | "scope") => query.push((key.into(), value.into())),
                _ => {}
            }
            rest = after;
        }
        realm.map(|realm| Self::Bearer { realm, query })
    }
}

/// What Docker's configuration has for a server, read when it is first needed.
pub(super) struct Credentials {
    host: String,
    read: OnceCell<Option<DockerCredential>>,
}

impl Credentials {
    pub fn new(host: &str) -> Self {
        Self {
            host: host.into(),
            read: OnceCell::new(),
        }
    }

    /// # Errors
    /// The configuration cannot be read, or a helper fails.
    pub fn are_there(&self, place: &str) -> Result<bool, RegistryError> {
        self.get(place).map(|credential| credential.is_some())
    }

    /// The header's value for user and password.
    ///
    /// # Errors
    /// The configuration cannot be read, or a helper fails.
    pub fn basic(&self, place: &str) -> Result<Option<String>, RegistryError> {
        Ok(match self.get(place)? {
            Some(DockerCredential::UsernamePassword(user, password)) => {
                let text = STANDARD.encode(format!("{user}:{password}"));
                Some(format!("Basic {text}"))
            }
            _ => None,
        })
    }

    /// A token that is exchanged for others.
    ///
    /// # Errors
    /// The configuration cannot be read, or a helper fails.
    pub fn identity_token(&self, place: &str) -> Result<Option<String>, RegistryError> {
        Ok(match self.get(place)? {
            Some(DockerCredential::IdentityToken(token)) => Some(token.clone()),
            _ => None,
        })
    }

    fn get(&self, place: &str) -> Result<Option<&DockerCredential>, RegistryError> {
        if let Some(read) = self.read.get() {
            return Ok(read.as_ref());
        }
        let credential = self.look(place)?;
        Ok(self.read.get_or_init(|| credential).as_ref())
    }

    fn look(&self, place: &str) -> Result<Option<DockerCredential>, RegistryError> {
        let file = config_file();
        if !file.as_ref().is_some_and(|file| file.exists()) {
            return Ok(None);
        }
        match docker_credential::get_credential(&self.host) {
            Ok(credential) => Ok(Some(credential)),
            Err(
                CredentialRetrievalError::NoCredentialConfigured
                | CredentialRetrievalError::ConfigNotFound,
            ) => Ok(None),
            Err(error) => Err(RegistryError::Registry {
                place: place.into(),
                reason: format!(
                    "no password for {} from {}: {error}",
                    self.host,
                    file.unwrap_or_default().display()
                ),
            }),
        }
    }
}

/// Docker's configuration file.
fn config_file() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
    let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    folder
        .or_else(home)
        .map(|folder| folder.join("config.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let basic = "Basic realm=\"Registry Realm\"";
        assert_eq!(Challenge::parse(basic), Some(Challenge::Basic));
        let bearer = "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",scope=\"repository:lab/x:pull,push\"";
        let Some(Challenge::Bearer { realm, query }) = Challenge::parse(bearer) else {
            panic!("no challenge");
        };
        assert_eq!(realm, "https://auth.example/token");
        let expected = [
            ("service", "registry.example"),
            ("scope", "repository:lab/x:pull,push"),
        ];
        assert_eq!(query, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(Challenge::parse("Digest realm=\"x\""), None);
        assert_eq!(Challenge::parse("Bearer service=\"x\""), None);
    }
}
