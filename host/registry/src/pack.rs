//! Makes a package of the builds of a plugin.

use crate::oci::{
    AUTHORS, CONFIG, CONTRACT, DESCRIPTION, Descriptor, Index, LICENCES, MANIFEST, Manifest, NAME,
    NATIVE, PLUGIN, PROVIDES, Platform, VERSION, WASM,
};
use crate::release::{Release, annotate_requirements};
use crate::store::{Archive, Reference, Store, write_archive};
use crate::{Digest, PackageName, RegistryError, SigningKey, Wanted, registry, tag_of};
use angora_loader::manifest::describe;
use angora_plugin_api::Manifest as Plugin;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a package is made of.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// Who shares it.
    pub group: String,
    /// A library or component for each machine.
    pub builds: Vec<PathBuf>,
    /// README, licence, citation.
    pub texts: Vec<PathBuf>,
    /// Packages that it needs.
    pub requires: Vec<Wanted>,
}

/// A package in memory.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its version.
    pub release: Release,
    /// Everything that its index names, and what that names.
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
}

/// A build in a package.
#[derive(Debug, Clone)]
pub struct PackedBuild {
    /// For which machine.
    pub platform: Platform,
    /// The library or component.
    pub library: Descriptor,
    manifest: Manifest,
}

struct Build {
    path: PathBuf,
    bytes: Vec<u8>,
    plugin: Plugin,
    platform: Platform,
}

/// Makes a package. The same files give the same bytes, wherever and whenever.
///
/// # Errors
/// A file is no plugin, or files do not belong together.
pub fn pack(content: &Content) -> Result<Package, RegistryError> {
    let mut builds = content
        .builds
        .iter()
        .map(|path| read_build(path))
        .collect::<Result<Vec<_>, _>>()?;
    builds.sort_by(|a, b| a.platform.cmp(&b.platform));
    let Some(first) = builds.first() else {
        let what = "a package".into();
        let reason = "there is no library or component to put into it".into();
        return Err(RegistryError::Pack { what, reason });
    };
    for pair in builds.windows(2) {
        belong_together(&pair[0], &pair[1])?;
    }
    let name = PackageName::new(&content.group, &first.plugin.name)?;
    if first.plugin.licence.trim().is_empty() {
        return Err(RegistryError::Pack {
            what: name.to_string(),
            reason: "the plugin says no licence, without which nobody may use it; write `license = \"Apache-2.0\"`, or what holds, into its Cargo.toml and build it again".into(),
        });
    }
    if let Some(itself) = content.requires.iter().find(|wanted| wanted.name == name) {
        return Err(RegistryError::Pack {
            what: name.to_string(),
            reason: format!("it cannot require itself ({itself})"),
        });
    }
    let mut blobs = BTreeMap::new();
    let texts = texts(&content.texts, &mut blobs)?;
    let mut index = Index::of(Vec::new());
    index.artifact_type = Some(PLUGIN.into());
    annotate(&mut index, &name, &first.plugin);
    annotate_requirements(&mut index.annotations, &content.requires);
    for build in &builds {
        index.manifests.push(add_build(build, &texts, &mut blobs)?);
    }
    let release = Release::of(&index)?;
    Ok(Package { release, blobs })
}

impl Package {
    /// The file's usual name.
    #[must_use]
    pub fn file_name(&self) -> String {
        let (name, version) = (self.release.name(), self.release.version());
        format!("{}-{version}.{}", name.name(), crate::EXTENSION)
    }

    /// Its manifests, each with what it names.
    pub(crate) fn parts(&self) -> Result<Vec<(Descriptor, Vec<Descriptor>)>, RegistryError> {
        let builds = self.builds()?.into_iter();
        let descriptors = self.release.builds().map(|(_, build)| build.clone());
        let parts = descriptors.zip(builds).map(|(descriptor, build)| {
            let parts = std::iter::once(build.manifest.config).chain(build.manifest.layers);
            (descriptor, parts.collect())
        });
        Ok(parts.collect())
    }

    /// Its builds.
    ///
    /// # Errors
    /// One has no library.
    pub fn builds(&self) -> Result<Vec<PackedBuild>, RegistryError> {
        let mut builds = Vec::new();
        for (platform, descriptor) in self.release.builds() {
            let bytes = self.blobs.get(&descriptor.digest).map_or(&[][..], |b| b);
            let manifest: Manifest =
                serde_json::from_slice(bytes).map_err(|error| RegistryError::Document {
                    what: "a manifest".into(),
                    place: self.release.to_string(),
                    reason: error.to_string(),
                })?;
            let library = registry::library(&manifest)
                .map_err(|reason| RegistryError::refused(&self.release, reason))?;
            builds.push(PackedBuild {
                platform: platform.clone(),
                library: library.clone(),
                manifest,
            });
        }
        Ok(builds)
    }

    /// Names and contents of its README, licence and citation.
    ///
    /// # Errors
    /// A build has no library.
    pub fn texts(&self) -> Result<BTreeMap<String, Vec<u8>>, RegistryError> {
        let mut texts = BTreeMap::new();
        for build in self.builds()? {
            let layers = build.manifest.layers.iter();
            for text in layers.filter(|layer| **layer != build.library) {
                let bytes = self.blobs.get(&text.digest).cloned();
                texts.insert(
                    text.title().unwrap_or_default().to_owned(),
                    bytes.unwrap_or_default(),
                );
            }
        }
        Ok(texts)
    }

    /// Signs it; signatures of other keys stay.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), RegistryError> {
        self.release = self.release.signed(key)?;
        Ok(())
    }

    /// Writes it into one file.
    ///
    /// # Errors
    /// The disk says no.
    pub fn write(&self, path: &Path) -> Result<(), RegistryError> {
        let (name, tag) = (self.release.name(), tag_of(self.release.version()));
        write_archive(path, name, &tag, self.release.bytes(), &self.blobs)
    }

    /// Reads the whole of a package file, everything compared with its digest.
    ///
    /// # Errors
    /// It is none, or damaged.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        let archive = Archive::open(path)?;
        let (name, tag) = archive.content()?;
        let place = path.display().to_string();
        let bytes = archive.manifest(&name, Reference::Tag(&tag))?;
        let registry = registry::Registry::over(Box::new(archive), place.clone());
        let release = Release::read(bytes.unwrap_or_default(), &place)?;
        let mut blobs = BTreeMap::new();
        let builds: Vec<Descriptor> = release.builds().map(|(_, build)| build.clone()).collect();
        for build in builds {
            let manifest = registry.manifest(&release, &build)?;
            let parts = std::iter::once(&manifest.config).chain(&manifest.layers);
            for part in parts {
                if !blobs.contains_key(&part.digest) {
                    let bytes = registry.blob(&release, part)?;
                    blobs.insert(part.digest.clone(), bytes);
                }
            }
            blobs.insert(build.digest.clone(), registry.document(&release, &build)?);
        }
        Ok(Self { release, blobs })
    }
}

fn read_build(path: &Path) -> Result<Build, RegistryError> {
    let bytes = std::fs::read(path).map_err(RegistryError::io(path))?;
    let (plugin, built_for) = describe(path, &bytes)?;
    Ok(Build {
        path: path.into(),
        bytes,
        plugin,
        platform: Platform::of(&built_for),
    })
}

/// Builds of one plugin, for different machines.
fn belong_together(one: &Build, other: &Build) -> Result<(), RegistryError> {
    let words = |build: &Build| {
        let plugin = &build.plugin;
        format!("{} {}", plugin.name, plugin.version)
    };
    let reason = if words(one) != words(other) {
        format!(
            "it is {}, while {} is {}; a package holds one version of one plugin",
            words(one),
            other.path.display(),
            words(other)
        )
    } else if one.platform == other.platform {
        format!(
            "it is for {}, and so is {}; a package holds one build for each machine",
            one.platform.words(),
            other.path.display()
        )
    } else if one.plugin.contributions != other.plugin.contributions
        || one.plugin.contract != other.plugin.contract
    {
        format!(
            "it contributes something else, or speaks another contract, than {}; build both of the same sources",
            other.path.display()
        )
    } else {
        return Ok(());
    };
    let what = one.path.display().to_string();
    Err(RegistryError::Pack { what, reason })
}

fn annotate(index: &mut Index, name: &PackageName, plugin: &Plugin) {
    let contributions = plugin.contributions.iter();
    let provides: Vec<String> = contributions
        .map(|c| format!("{} {}", c.kind.name(), c.id))
        .collect();
    let annotations = [
        (NAME, name.to_string()),
        (VERSION, plugin.version.to_string()),
        (CONTRACT, plugin.contract.to_string()),
        (DESCRIPTION, plugin.description.clone()),
        (LICENCES, plugin.licence.clone()),
        (AUTHORS, plugin.authors.clone()),
        (PROVIDES, provides.join(", ")),
    ];
    let said = annotations.into_iter().filter(|(_, text)| !text.is_empty());
    index
        .annotations
        .extend(said.map(|(key, text)| (key.to_owned(), text)));
}

/// Layers of the texts, sorted by name.
fn texts(
    paths: &[PathBuf],
    blobs: &mut BTreeMap<Digest, Vec<u8>>,
) -> Result<Vec<Descriptor>, RegistryError> {
    let mut layers: Vec<Descriptor> = Vec::new();
    for path in paths {
        let bytes = std::fs::read(path).map_err(RegistryError::io(path))?;
        let title = title(path)?;
        if layers.iter().any(|layer| layer.title() == Some(&title)) {
            return Err(RegistryError::Pack {
                what: path.display().to_string(),
                reason: format!("there is another file called {title} in the package"),
            });
        }
        let media_type = match path.extension().and_then(|e| e.to_str()) {
            Some("md") => "text/markdown",
            Some("cff" | "yaml") => "application/yaml",
            _ => "text/plain",
        };
        let layer = Descriptor::of(media_type, &bytes).titled(&title);
        blobs.insert(layer.digest.clone(), bytes);
        layers.push(layer);
    }
    layers.sort_by(|a, b| a.title().cmp(&b.title()));
    Ok(layers)
}

fn add_build(
    build: &Build,
    texts: &[Descriptor],
    blobs: &mut BTreeMap<Digest, Vec<u8>>,
) -> Result<Descriptor, RegistryError> {
    let mut put = |bytes: Vec<u8>| blobs.insert(Digest::of(&bytes), bytes);
    let config = crate::json(&build.plugin);
    let media_type = if build.platform.is_wasm() {
        WASM
    } else {
        NATIVE
    };
    let library = Descriptor::of(media_type, &build.bytes).titled(&title(&build.path)?);
    let mut layers = vec![library];
    layers.extend_from_slice(texts);
    let manifest = Manifest::of(PLUGIN, Descriptor::of(CONFIG, &config), layers);
    let manifest = crate::json(&manifest);
    let mut descriptor = Descriptor::of(MANIFEST, &manifest);
    descriptor.platform = Some(build.platform.clone());
    put(config);
    put(build.bytes.clone());
    put(manifest);
    Ok(descriptor)
}

fn title(path: &Path) -> Result<String, RegistryError> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| RegistryError::Pack {
        what: path.display().to_string(),
        reason: "its name is no text".into(),
    })
}
