//! What authors do with the list of their package's versions.

use crate::release::Release;
use crate::seen::Seen;
use crate::versions::{Listed, VersionList, now};
use crate::{Digest, PackageName, Refusal, Registry, RegistryError, SigningKey, Trust, Verdict};
use semver::Version;

/// An author with a key.
#[derive(Clone, Copy)]
pub struct Publisher<'p> {
    /// Signs the list.
    pub key: &'p SigningKey,
    /// Other authors of the group.
    pub trust: &'p Trust,
    /// What the author has seen.
    pub seen: &'p Seen,
}

impl Publisher<'_> {
    /// Whether the author can change the list, before anything is published.
    ///
    /// # Errors
    /// The list is not by the author or by somebody whom the author trusts, or was turned back.
    pub fn check(&self, registry: &Registry, name: &PackageName) -> Result<(), RegistryError> {
        let highest = self.seen.highest(registry.place(), name)?;
        self.current(registry, name, highest).map(drop)
    }

    /// Lists a version that was published; returns the list's number.
    ///
    /// # Errors
    /// The list is not by the author or by somebody whom the author trusts, it has another content
    /// under this version, or the place does not take it.
    pub fn list(&self, registry: &Registry, release: &Release) -> Result<u64, RegistryError> {
        let listed = Listed {
            statement: Digest::of(&release.statement()),
            yanked: None,
        };
        let name = release.name();
        self.change(registry, name, |list| {
            let version = release.version().clone();
            match list.versions.get(&version) {
                Some(there) if there.statement != listed.statement => {
                    Err(registry.refused(release.to_string(), Refusal::NotListed))
                }
                Some(_) => Ok(()),
                None => {
                    list.versions.insert(version, listed);
                    Ok(())
                }
            }
        })
    }

    /// Marks a version as yanked in the list, or takes that back.
    ///
    /// # Errors
    /// As [`list`](Self::list), or the version is not listed.
    pub fn yank(
        &self,
        registry: &Registry,
        name: &PackageName,
        version: &Version,
        reason: Option<&str>,
    ) -> Result<u64, RegistryError> {
        self.change(registry, name, |list| {
            let (there, yanked) = list.split();
            let listed = list.versions.get_mut(version);
            let missing = || registry.no_version(&format!("{name}@={version}"), &there, &yanked);
            listed.ok_or_else(missing)?.yanked = reason.map(str::to_owned);
            Ok(())
        })
    }

    /// Signs the list anew, so that its age does not stand against it.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn refresh(&self, registry: &Registry, name: &PackageName) -> Result<u64, RegistryError> {
        self.change(registry, name, |_| Ok(()))
    }

    fn change(
        &self,
        registry: &Registry,
        name: &PackageName,
        change: impl FnOnce(&mut VersionList) -> Result<(), RegistryError>,
    ) -> Result<u64, RegistryError> {
        let _turn = registry.store().exclusive(name)?;
        let highest = self.seen.highest(registry.place(), name)?;
        let mut list = self.current(registry, name, highest)?;
        change(&mut list)?;
        list.number = list.number.max(highest) + 1;
        list.signed = now();
        registry.put_version_list(&list.sign(self.key)?)?;
        self.seen.note(registry.place(), name, list.number)?;
        Ok(list.number)
    }

    /// The list that is there, or one of the versions that a known key has signed.
    fn current(
        &self,
        registry: &Registry,
        name: &PackageName,
        highest: u64,
    ) -> Result<VersionList, RegistryError> {
        let refused = |reason| registry.refused(name.to_string(), reason);
        let mut known = self.trust.clone();
        known.add(name.group(), &self.key.public()?, "")?;
        if let Some(signed) = registry.version_list(name)? {
            // The author must not sign what a registry has made up.
            known.judge_list(&signed).map_err(refused)?;
            let number = signed.list.number;
            if number < highest {
                let seen = highest;
                return Err(refused(Refusal::RolledBack { number, seen }));
            }
            return Ok(signed.list);
        }
        let mut list = VersionList::new(name);
        let (there, yanked) = registry.versions(name)?;
        for version in there.iter().chain(&yanked) {
            let Some(release) = registry.release(name, version)? else {
                continue;
            };
            if !matches!(known.judge(&release), Ok(Verdict::Trusted(_))) {
                continue;
            }
            let listed = Listed {
                statement: Digest::of(&release.statement()),
                yanked: registry.yanked(name, version)?,
            };
            list.versions.insert(version.clone(), listed);
        }
        Ok(list)
    }
}
