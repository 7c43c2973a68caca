//! From a registry to the user's folder: everything is judged before anything is written.

use crate::home::{Home, Record};
use crate::oci::{Descriptor, Manifest, Platform};
use crate::registry::library;
use crate::release::Release;
use crate::resolve::resolve;
use crate::{
    Digest, Judge, PackageName, Refusal, Registry, RegistryError, Seen, Trust, Verdict, Wanted, now,
};
use angora_loader::manifest::describe;
use angora_plugin_api::Manifest as Plugin;
use std::path::Path;

/// Installs packages for a user.
#[derive(Debug, Clone, Copy)]
pub struct Installer<'i> {
    /// Where to.
    pub home: &'i Home,
    /// Whom the user trusts.
    pub trust: &'i Trust,
    /// Lists of versions that the user has seen.
    pub seen: &'i Seen,
    /// Packages may come from anybody.
    pub allow_untrusted: bool,
}

/// A package in a lock.
#[derive(Debug, Clone)]
pub struct Pinned {
    /// `group/name`.
    pub name: PackageName,
    /// Its version.
    pub version: semver::Version,
    /// Digest of its index.
    pub index: Digest,
    /// Digest of the library or component that was used.
    pub library: Digest,
}

/// A build that will be installed.
struct Planned {
    release: Release,
    platform: Platform,
    manifest: Manifest,
    library: Descriptor,
    signed_by: Option<String>,
}

/// What the library of a build says of itself, and the files of the build.
struct Fetched {
    plugin: Plugin,
    files: Vec<(Descriptor, Vec<u8>)>,
}

impl Installer<'_> {
    /// Installs what is wanted and what that requires; returns all of them, what is required
    /// first, and whether each was there before.
    ///
    /// # Errors
    /// Nothing fits, or something is refused; nothing is then installed.
    pub fn install(
        &self,
        registry: &Registry,
        wanted: &[Wanted],
    ) -> Result<Vec<(Record, bool)>, RegistryError> {
        let judge = Judge {
            trust: self.trust,
            seen: self.seen,
            allow_untrusted: self.allow_untrusted,
            now: now(),
        };
        let chosen = resolve(registry, self.home, &judge, wanted)?;
        self.take(registry, chosen, None)
    }

    /// Installs a package by its digest; returns it, and whether the version's tag in the registry
    /// stands for something else by now.
    ///
    /// # Errors
    /// It is not there any more, or something is refused.
    pub fn install_pinned(
        &self,
        registry: &Registry,
        pinned: &Pinned,
    ) -> Result<(Record, bool), RegistryError> {
        let Pinned { name, version, .. } = pinned;
        let what = format!("{name} {version}");
        let now = registry.digest_of(name, version)?;
        let moved = now.as_ref().is_some_and(|now| *now != pinned.index);
        let Some(release) = registry.release_of(name, &pinned.index)? else {
            let now = now.map_or_else(|| "nothing".into(), |now| now.to_string());
            let reason = Refusal::Moved {
                known_as: "it is locked as",
                known: pinned.index.clone(),
                now,
            };
            return Err(registry.refused(what, reason));
        };
        let fits = release.expect(name, version);
        fits.map_err(|reason| registry.refused(what, reason))?;
        let taken = self.take(registry, vec![release], Some(&pinned.library))?;
        let record = taken.into_iter().next().map(|(record, _)| record);
        let record = record.ok_or_else(|| registry.no_package(name))?;
        Ok((record, moved))
    }

    fn take(
        &self,
        registry: &Registry,
        chosen: Vec<Release>,
        locked: Option<&Digest>,
    ) -> Result<Vec<(Record, bool)>, RegistryError> {
        let mut planned = Vec::new();
        for release in chosen {
            planned.push(self.plan(registry, release, locked)?);
        }
        let mut fetched = Vec::new();
        for plan in &planned {
            fetched.push(self.fetch(registry, plan)?);
        }
        let _claim = self.home.claim()?;
        let mut taken = Vec::new();
        for (plan, Fetched { plugin, files }) in planned.into_iter().zip(fetched) {
            let installed = self.home.versions(plan.release.name())?;
            let same = |record: &&Record| record.index == plan.release.digest();
            let there = installed.iter().any(|record| same(&record));
            for (descriptor, bytes) in &files {
                self.home.put(descriptor, bytes)?;
            }
            let record = plan.record(registry, plugin);
            self.home.enter(&record)?;
            taken.push((record, there));
        }
        Ok(taken)
    }

    /// Chooses the build and looks at signatures.
    fn plan(
        &self,
        registry: &Registry,
        release: Release,
        locked: Option<&Digest>,
    ) -> Result<Planned, RegistryError> {
        let refused = |reason| registry.refused(release.to_string(), reason);
        let same = |record: &Record| record.version == *release.version();
        let mut installed = self.home.versions(release.name())?.into_iter();
        if let Some(record) = installed.find(same)
            && record.index != release.digest()
            && locked.is_none()
        {
            return Err(refused(record.moved(&release.digest())));
        }
        let verdict = self.trust.judge(&release).map_err(refused)?;
        let (platform, build) = self.build(registry, &release, &verdict, locked)?;
        let manifest = registry.manifest(&release, &build)?;
        let library = library(&manifest).map_err(refused)?.clone();
        Ok(Planned {
            signed_by: verdict.signed_by().map(str::to_owned),
            platform,
            manifest,
            library,
            release,
        })
    }

    /// The build for this machine: under a lock the very one, if it is for this machine; else
    /// native code, if it may come in, before what runs in a sandbox.
    fn build(
        &self,
        registry: &Registry,
        release: &Release,
        verdict: &Verdict,
        locked: Option<&Digest>,
    ) -> Result<(Platform, Descriptor), RegistryError> {
        let here = release.builds_here()?;
        if let Some(digest) = locked {
            let mut known = false;
            for (platform, build) in release.builds() {
                let manifest = registry.manifest(release, build)?;
                let refused = |reason| registry.refused(release.to_string(), reason);
                if library(&manifest).map_err(refused)?.digest != *digest {
                    continue;
                }
                known = true;
                if platform.fits() {
                    return self.allowed(registry, release, verdict, &[(platform, build)]);
                }
            }
            if !known {
                let reason = Refusal::Missing {
                    what: format!("the build that is locked ({digest})"),
                };
                return Err(registry.refused(release.to_string(), reason));
            }
        }
        self.allowed(registry, release, verdict, &here)
    }

    /// The first build that may come in.
    fn allowed(
        &self,
        registry: &Registry,
        release: &Release,
        verdict: &Verdict,
        builds: &[(&Platform, &Descriptor)],
    ) -> Result<(Platform, Descriptor), RegistryError> {
        let mut refusal = None;
        let group = release.name().group();
        let guarded = self.trust.guards(group);
        for (platform, build) in builds {
            match verdict.allows(platform, group, guarded) {
                Err(reason) if !self.allow_untrusted => refusal = refusal.or(Some(reason)),
                _ => return Ok(((*platform).clone(), (*build).clone())),
            }
        }
        let reason = refusal.unwrap_or(Refusal::Unsigned);
        Err(registry.refused(release.to_string(), reason))
    }

    /// The files of a build, and what its library says of itself.
    fn fetch(&self, registry: &Registry, plan: &Planned) -> Result<Fetched, RegistryError> {
        let mut files = Vec::new();
        for layer in &plan.manifest.layers {
            let bytes = match self.home.has(layer) {
                true => {
                    let path = self.home.file(layer);
                    std::fs::read(&path).map_err(RegistryError::io(&path))?
                }
                false => registry.blob(&plan.release, layer)?,
            };
            files.push((layer.clone(), bytes));
        }
        let code = files.iter().find(|(layer, _)| *layer == plan.library);
        let code = code.map_or(&[][..], |(_, bytes)| bytes);
        let config = registry.blob(&plan.release, &plan.manifest.config)?;
        let plugin = plan.identify(registry, code, &config)?;
        Ok(Fetched { plugin, files })
    }
}

impl Planned {
    /// What the library says of itself, which must be what the package says of it.
    fn identify(
        &self,
        registry: &Registry,
        code: &[u8],
        config: &[u8],
    ) -> Result<Plugin, RegistryError> {
        let name = self.library.title().unwrap_or_default();
        let (plugin, built_for) = describe(Path::new(name), code)?;
        let (release, platform) = (&self.release, self.platform.words());
        let (package, version) = (release.name().name(), release.version());
        let expected = format!("{package} {version} for {platform}");
        let found = format!("{} {} for {built_for}", plugin.name, plugin.version);
        let (found, expected) = if found != expected {
            (found, expected)
        } else if serde_json::from_slice::<Plugin>(config).ok().as_ref() != Some(&plugin) {
            let (of_itself, configured) =
                ("something else of itself", "what its configuration says");
            (of_itself.into(), configured.into())
        } else {
            return Ok(plugin);
        };
        let what = format!("its file {name}");
        let reason = Refusal::Other {
            what,
            found,
            expected,
        };
        Err(registry.refused(release.to_string(), reason))
    }

    fn record(self, registry: &Registry, plugin: Plugin) -> Record {
        let texts = self.manifest.layers.iter();
        let texts = texts.filter(|layer| **layer != self.library).cloned();
        let requires = self.release.requires().iter().cloned();
        Record {
            name: self.release.name().clone(),
            version: self.release.version().clone(),
            source: registry.place().into(),
            index: self.release.digest(),
            platform: self.platform,
            texts: texts.collect(),
            library: self.library,
            signed_by: self.signed_by,
            requires: requires.map(|w| (w.name, w.requirement)).collect(),
            plugin,
        }
    }
}
