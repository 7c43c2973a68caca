//! A server that speaks the OCI distribution protocol: seven requests over one HTTP client.
//! Source: github.com/opencontainers/distribution-spec, v1.1.

pub(crate) mod credentials;
pub(crate) mod exchange;
mod pace;
#[cfg(test)]
mod tests;

use super::{DOCUMENT_LIMIT, Reference, Store};
use crate::location::Server;
use crate::oci::{Descriptor, INDEX, MANIFEST};
use crate::{Location, PackageName, RegistryError};
use exchange::{Answer, Exchange, Request};
use pace::Pace;
use serde::Deserialize;

/// How many names are asked for at once.
const PAGE: usize = 1000;
/// How many pages are read at most.
const PAGES: usize = 100;

/// A registry on a server.
pub struct Http {
    exchange: Exchange,
    prefix: String,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Catalogue {
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

impl Http {
    /// On a server, which is not spoken to before something is asked for.
    #[must_use]
    pub fn new(server: &Server, location: &Location) -> Self {
        Self::with_pace(server, location, Pace::default())
    }

    fn with_pace(server: &Server, location: &Location, pace: Pace) -> Self {
        Self {
            exchange: Exchange::new(server, location, pace),
            prefix: server.prefix.clone(),
        }
    }

    fn path(&self, name: &PackageName, rest: &str) -> String {
        format!("/v2/{}{name}/{rest}", self.prefix)
    }

    /// A list that may come in pages; nothing where there is none.
    fn pages<T: for<'a> Deserialize<'a>>(&self, path: &str) -> Result<Vec<T>, RegistryError> {
        let mut next = Some(format!("{path}?n={PAGE}"));
        let mut pages = Vec::new();
        while let Some(path) = next.take().filter(|_| pages.len() < PAGES) {
            let answer = self.exchange.send(&Request::get(&path))?;
            if answer.status == 404 {
                break;
            }
            let answer = self.exchange.expect(answer, 200)?;
            next = answer.next.clone();
            let page =
                serde_json::from_slice(&answer.body).map_err(|error| RegistryError::Document {
                    what: "its list of names".into(),
                    place: self.exchange.place().into(),
                    reason: error.to_string(),
                })?;
            pages.push(page);
        }
        Ok(pages)
    }

    fn put(
        &self,
        name: &PackageName,
        reference: &str,
        manifest: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), RegistryError> {
        let path = self.path(name, &format!("manifests/{reference}"));
        let request = Request::put(&path, &manifest.media_type, bytes);
        let answer = self.exchange.send(&request)?;
        self.exchange.expect(answer, 201).map(drop)
    }

    fn found(&self, answer: Answer) -> Result<Option<Vec<u8>>, RegistryError> {
        if answer.status == 404 {
            return Ok(None);
        }
        let answer = self.exchange.expect(answer, 200)?;
        Ok(Some(answer.body))
    }
}

impl Store for Http {
    fn tags(&self, name: &PackageName) -> Result<Vec<String>, RegistryError> {
        let pages: Vec<Tags> = self.pages(&self.path(name, "tags/list"))?;
        let tags = pages.into_iter().filter_map(|page| page.tags);
        Ok(tags.flatten().collect())
    }

    fn manifest(
        &self,
        name: &PackageName,
        reference: Reference<'_>,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let reference = match reference {
            Reference::Tag(tag) => tag,
            Reference::Content(descriptor) => descriptor.digest.as_str(),
        };
        let path = self.path(name, &format!("manifests/{reference}"));
        let accept = format!("{INDEX}, {MANIFEST}");
        let mut request = Request::get(&path);
        request.accept = Some(&accept);
        request.limit = DOCUMENT_LIMIT;
        let answer = self.exchange.send(&request)?;
        self.found(answer)
    }

    fn blob(
        &self,
        name: &PackageName,
        blob: &Descriptor,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let path = self.path(name, &format!("blobs/{}", blob.digest));
        let mut request = Request::get(&path);
        request.limit = blob.size;
        let answer = self.exchange.send(&request)?;
        self.found(answer)
    }

    fn packages(&self) -> Result<Vec<PackageName>, RegistryError> {
        let pages: Vec<Catalogue> = self.pages("/v2/_catalog")?;
        if pages.is_empty() {
            return Err(RegistryError::Registry {
                place: self.exchange.place().into(),
                reason: "it does not list its packages; name one: `plugin search GROUP/NAME`"
                    .into(),
            });
        }
        let names = pages.into_iter().filter_map(|page| page.repositories);
        let mut packages: Vec<PackageName> = names
            .flatten()
            .filter_map(|name| PackageName::parse(name.strip_prefix(&self.prefix)?).ok())
            .collect();
        packages.sort();
        Ok(packages)
    }

    fn put_blob(
        &self,
        name: &PackageName,
        blob: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), RegistryError> {
        let there = self.path(name, &format!("blobs/{}", blob.digest));
        if self.exchange.send(&Request::head(&there))?.status == 200 {
            return Ok(());
        }
        let begin = self.path(name, "blobs/uploads/");
        let answer = self.exchange.send(&Request::post(&begin))?;
        let answer = self.exchange.expect(answer, 202)?;
        let Some(location) = answer.location else {
            return Err(RegistryError::Registry {
                place: self.exchange.place().into(),
                reason: "it does not say where an upload goes".into(),
            });
        };
        let separator = if location.contains('?') { '&' } else { '?' };
        let target = format!("{location}{separator}digest={}", blob.digest);
        let request = Request::put(&target, "application/octet-stream", bytes);
        let answer = self.exchange.send(&request)?;
        self.exchange.expect(answer, 201).map(drop)
    }

    fn put_manifest(
        &self,
        name: &PackageName,
        manifest: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), RegistryError> {
        self.put(name, manifest.digest.as_str(), manifest, bytes)
    }

    fn put_tag(
        &self,
        name: &PackageName,
        tag: &str,
        manifest: &Descriptor,
        bytes: &[u8],
        replace: bool,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        if !replace && let Some(there) = self.manifest(name, Reference::Tag(tag))? {
            return Ok(Some(there));
        }
        self.put(name, tag, manifest, bytes)?;
        // The protocol has no way to write only where nothing is: of two who publish at once the
        // later wins, and the other one is told.
        let there = self.manifest(name, Reference::Tag(tag))?;
        Ok(there.filter(|there| there != bytes))
    }
}
