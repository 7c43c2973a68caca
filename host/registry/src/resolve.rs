//! Which versions are installed together: the newest that fits, one of each package.
//!
//! Greedy, without going back: plugins have few requirements, and a conflict that names both who
//! require is better understood than what a solver has found.

use crate::home::Home;
use crate::offered::Judge;
use crate::release::Release;
use crate::{Refusal, Registry, RegistryError, Wanted};
use angora_loader::manifest::check_contract;
use semver::Version;
use std::path::Path;

/// Versions for what is wanted and for what that requires, what is required first.
///
/// # Errors
/// Nothing fits, or two do not go together.
pub(crate) fn resolve(
    registry: &Registry,
    home: &Home,
    judge: &Judge<'_>,
    wanted: &[Wanted],
) -> Result<Vec<Release>, RegistryError> {
    let mut search = Search {
        registry,
        home,
        judge,
        choices: Vec::new(),
        order: Vec::new(),
    };
    for wanted in wanted {
        search.add(None, wanted)?;
    }
    Ok(search.order)
}

struct Search<'s> {
    registry: &'s Registry,
    home: &'s Home,
    judge: &'s Judge<'s>,
    /// What was chosen, because of which requirement of whom.
    choices: Vec<(Version, Wanted, String)>,
    order: Vec<Release>,
}

impl Search<'_> {
    fn add(&mut self, by: Option<&Release>, wanted: &Wanted) -> Result<(), RegistryError> {
        let who = by.map_or_else(|| "the command line".into(), Release::to_string);
        let same = |choice: &&(Version, Wanted, String)| choice.1.name == wanted.name;
        if let Some((version, other, first)) = self.choices.iter().find(same) {
            if wanted.requirement.matches(version) {
                return Ok(());
            }
            return Err(RegistryError::Conflict {
                first: first.clone(),
                second: who,
                one: other.to_string(),
                other: wanted.to_string(),
            });
        }
        let Some(release) = self.newest(wanted, by.is_none())? else {
            return Ok(());
        };
        let choice = (release.version().clone(), wanted.clone(), who);
        self.choices.push(choice);
        for required in release.requires() {
            self.add(Some(&release), required)?;
        }
        self.order.push(release);
        Ok(())
    }

    /// The newest version that fits and that this host can load. A required package that the
    /// registry does not have may be installed already: then there is nothing to do.
    fn newest(&self, wanted: &Wanted, asked: bool) -> Result<Option<Release>, RegistryError> {
        let Self {
            registry,
            home,
            judge,
            ..
        } = self;
        let name = &wanted.name;
        let offered = judge.offered(registry, name)?;
        let (there, yanked) = (&offered.there, &offered.yanked);
        let mut unfit = None;
        for version in there.iter().filter(|v| wanted.requirement.matches(v)) {
            let Some(release) = offered.release(registry, judge.trust, name, version)? else {
                continue;
            };
            match usable(&release) {
                Ok(()) => {
                    refuse_downgrade(registry, home, wanted, &release, yanked)?;
                    return Ok(Some(release));
                }
                // An older version may be for this host; the newest says best why none is.
                Err(error) => unfit = unfit.or(Some(error)),
            }
        }
        if let Some(error) = unfit {
            return Err(error);
        }
        if !asked && home.find(wanted)?.is_some() {
            return Ok(None);
        }
        if there.is_empty() && yanked.is_empty() {
            return Err(registry.no_package(name));
        }
        if let Some(version) = wanted.exact().filter(|version| yanked.contains(version)) {
            let reason = offered.reason(registry, name, &version)?;
            return Err(registry.refused(format!("{name} {version}"), Refusal::Yanked { reason }));
        }
        Err(registry.no_version(&wanted.to_string(), there, yanked))
    }
}

/// Whether this host can load a version.
fn usable(release: &Release) -> Result<(), RegistryError> {
    release.builds_here()?;
    let plugin = angora_plugin_api::Manifest {
        name: release.name().name().to_owned(),
        version: release.version().clone(),
        contract: release.contract().clone(),
        description: String::new(),
        authors: String::new(),
        licence: String::new(),
        contributions: Vec::new(),
    };
    let place = release.name().to_string();
    Ok(check_contract(Path::new(&place), &plugin)?)
}

/// What is installed and fits is never silently replaced by what is older.
fn refuse_downgrade(
    registry: &Registry,
    home: &Home,
    wanted: &Wanted,
    release: &Release,
    yanked: &[Version],
) -> Result<(), RegistryError> {
    let Some(installed) = home.find(wanted)? else {
        return Ok(());
    };
    if installed.version <= *release.version() {
        return Ok(());
    }
    let why = match yanked.contains(&installed.version) {
        true => "the registry says that it was yanked",
        false => "the registry has lost that version or hides it",
    };
    let reason = Refusal::Downgrade {
        installed: installed.version.to_string(),
        offered: release.version().to_string(),
        why,
    };
    Err(registry.refused(release.to_string(), reason))
}
