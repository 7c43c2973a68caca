//! Which versions a registry offers a user: those of its authors' signed list where the user trusts
//! a key for the group, else those whose tags are there.

use crate::release::Release;
use crate::seen::Seen;
use crate::versions::VersionList;
use crate::{Digest, PackageName, Refusal, Registry, RegistryError, Trust};
use semver::Version;

const DAY: u64 = 24 * 3600;

/// How a user judges what a registry offers.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'j> {
    /// Whom the user trusts.
    pub trust: &'j Trust,
    /// What the user has seen.
    pub seen: &'j Seen,
    /// The registry is taken at its word.
    pub allow_untrusted: bool,
    /// Seconds since 1970.
    pub now: u64,
}

/// The versions of a package.
pub(crate) struct Offered {
    /// Those that are not yanked, newest first.
    pub there: Vec<Version>,
    /// Those that are.
    pub yanked: Vec<Version>,
    list: Option<VersionList>,
}

impl Judge<'_> {
    /// The versions of a package.
    ///
    /// # Errors
    /// The list is missing, not signed by a trusted key, older than one that was seen, or older than
    /// the user allows.
    pub(crate) fn offered(
        &self,
        registry: &Registry,
        name: &PackageName,
    ) -> Result<Offered, RegistryError> {
        let by_tags = || {
            let (there, yanked) = registry.versions(name)?;
            Ok(Offered {
                there,
                yanked,
                list: None,
            })
        };
        let guarded = self.trust.guards(name.group()) && !self.allow_untrusted;
        if !guarded || !registry.keeps_lists() {
            return by_tags();
        }
        let refused = |reason| registry.refused(name.to_string(), reason);
        let highest = self.seen.highest(registry.place(), name)?;
        let Some(signed) = registry.version_list(name)? else {
            let offered = by_tags()?;
            let is_empty = offered.there.is_empty() && offered.yanked.is_empty();
            if is_empty && highest == 0 {
                return Ok(offered);
            }
            return Err(refused(Refusal::NoList { seen: highest }));
        };
        let max_age = self.trust.judge_list(&signed).map_err(refused)?;
        let list = signed.list;
        if list.number < highest {
            return Err(refused(Refusal::RolledBack {
                number: list.number,
                seen: highest,
            }));
        }
        let days = self.now.saturating_sub(list.signed) / DAY;
        if let Some(limit) = max_age.filter(|limit| days > u64::from(*limit)) {
            return Err(refused(Refusal::Frozen { days, limit }));
        }
        self.seen.note(registry.place(), name, list.number)?;
        let (there, yanked) = list.split();
        Ok(Offered {
            there,
            yanked,
            list: Some(list),
        })
    }
}

impl Offered {
    /// A version that the registry must have, as it is listed; `None` if it is not listed and not
    /// there.
    ///
    /// # Errors
    /// The registry hides a listed version, or has something else under its name.
    pub fn release(
        &self,
        registry: &Registry,
        trust: &Trust,
        name: &PackageName,
        version: &Version,
    ) -> Result<Option<Release>, RegistryError> {
        let release = registry.release(name, version)?;
        let listed = self
            .list
            .as_ref()
            .and_then(|list| list.versions.get(version));
        let Some(listed) = listed else {
            return Ok(release);
        };
        let refused = |reason| registry.refused(format!("{name} {version}"), reason);
        let release = release.ok_or_else(|| refused(Refusal::Hidden))?;
        if Digest::of(&release.statement()) == listed.statement {
            return Ok(Some(release));
        }
        // A signature that does not hold says more.
        trust.judge(&release).map_err(refused)?;
        Err(refused(Refusal::NotListed))
    }

    /// Why a version was yanked.
    ///
    /// # Errors
    /// The place does not answer.
    pub fn reason(
        &self,
        registry: &Registry,
        name: &PackageName,
        version: &Version,
    ) -> Result<String, RegistryError> {
        let reason = match &self.list {
            Some(list) => list.versions.get(version).and_then(|l| l.yanked.clone()),
            None => registry.yanked(name, version)?,
        };
        let printable = reason.unwrap_or_default();
        Ok(printable.chars().filter(|c| !c.is_control()).collect())
    }
}

#[cfg(test)]
mod tests;
