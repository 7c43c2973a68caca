//! The processes of a run: whether they are the same program, how they share the environments, and
//! what they do next.

use crate::config::Experiment;
use crate::error::HostError;
use crate::run::ranks::confer;
use angora_checkpoint::digest_of;
use angora_comm::{World, share};
use angora_loader::Catalogue;
use serde::{Deserialize, Serialize};

/// What must be the same in every process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    /// Digest of the host's file.
    host: String,
    /// Name, version and digest of each plugin.
    plugins: Vec<(String, String, String)>,
    /// The settings, but for those that may differ.
    settings: String,
}

/// Refuses processes that would not compute the same.
///
/// # Errors
/// The first difference from rank 0, or more processes than environments.
pub fn same_everywhere(
    world: &mut World,
    catalogue: &Catalogue,
    experiment: &Experiment,
) -> Result<(), HostError> {
    if world.size() == 1 {
        return Ok(());
    }
    if world.size() > experiment.environments {
        return Err(HostError::Setting {
            key: "environments",
            problem: format!(
                "there are {} for {} processes, expected at least one each; take more environments or start fewer processes",
                experiment.environments,
                world.size()
            ),
        });
    }
    let all = confer(
        world,
        "comparing the processes",
        identity(catalogue, experiment),
    )?;
    let first_other = all
        .iter()
        .enumerate()
        .find_map(|(rank, other)| difference(&all[0], other).map(|difference| (rank, difference)));
    match first_other {
        None => Ok(()),
        Some((rank, difference)) => Err(HostError::Run(format!(
            "rank {rank} on {} is not the same as rank 0 on {}: {difference}",
            world.seats()[rank].host,
            world.seats()[0].host
        ))),
    }
}

fn identity(catalogue: &Catalogue, experiment: &Experiment) -> Result<Identity, HostError> {
    let path = std::env::current_exe().map_err(|e| HostError::Run(format!("this program: {e}")))?;
    let settings = Experiment {
        // How many threads a process has is its own affair.
        threads: 1,
        ..experiment.clone()
    };
    let plugins = catalogue.lock();
    Ok(Identity {
        host: digest_of(&path)?,
        plugins: plugins
            .into_iter()
            .map(|plugin| (plugin.name, plugin.version, plugin.digest))
            .collect(),
        settings: settings
            .to_toml()
            .map_err(|e| HostError::Run(format!("settings: {e}")))?,
    })
}

/// What is different, and what to do.
fn difference(one: &Identity, other: &Identity) -> Option<String> {
    if one.host != other.host {
        return Some(format!(
            "its angora-host is another build (sha256 {:.12} instead of {:.12}); install the same one on every node",
            other.host, one.host
        ));
    }
    let missing = one
        .plugins
        .iter()
        .find(|plugin| !other.plugins.contains(plugin));
    let missing = missing.or_else(|| other.plugins.iter().find(|p| !one.plugins.contains(p)));
    if let Some((name, version, digest)) = missing {
        return Some(format!(
            "only one of them has plugin {name} {version} with sha256 {digest:.12}; install the same plugins on every node"
        ));
    }
    let mut lines = one.settings.lines().zip(other.settings.lines());
    lines.find(|(a, b)| a != b).map(|(a, b)| {
        format!("its settings have `{b}` instead of `{a}`; start every process with the same command and files")
    })
}

/// How the environments are shared, for the reader; `None` in a single process.
pub fn describe_processes(world: &mut World, environments: usize) -> Option<String> {
    let size = world.size();
    let resting = match world.resting() {
        0 => String::new(),
        n => format!("; {n} more rest, as there are fewer processors than processes"),
    };
    if size == 1 && resting.is_empty() {
        return None;
    }
    let library = world.library().unwrap_or_default();
    let nodes = world
        .seats()
        .iter()
        .map(|seat| seat.node)
        .max()
        .map_or(1, |node| node + 1);
    let counts: Vec<usize> = (0..size)
        .map(|rank| share(environments, size, rank).len())
        .collect();
    let (most, fewest) = (counts[0], counts[size - 1]);
    let each = if most == fewest {
        format!("{most} environments each")
    } else {
        let ranks = counts.iter().filter(|count| **count == most).count();
        format!(
            "{most} environments for ranks 0 to {}, {fewest} for the others",
            ranks - 1
        )
    };
    let plural = |n: usize, ending: &'static str| if n == 1 { "" } else { ending };
    Some(format!(
        "{size} process{} on {nodes} node{} ({library}), {each}{resting}",
        plural(size, "es"),
        plural(nodes, "s")
    ))
}

/// What all do next: the exit code of a signal that any has got, and whether rank 0 finds it time
/// to save.
///
/// # Errors
/// The error of any.
pub fn next_step(
    world: &mut World,
    mine: Result<(Option<u8>, bool), HostError>,
) -> Result<(Option<u8>, bool), HostError> {
    let all = confer(world, "ending a cycle", mine)?;
    let signal = all.iter().filter_map(|(signal, _)| *signal).max();
    Ok((signal, all[0].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        let plugin = |digest: &str| ("task-x".to_owned(), "1.0.0".to_owned(), digest.to_owned());
        let one = Identity {
            host: "aa".into(),
            plugins: vec![plugin("11")],
            settings: "seed = 1\nthreads = 1\n".into(),
        };
        assert_eq!(difference(&one, &one), None);
        let other = Identity {
            plugins: vec![plugin("22")],
            ..one.clone()
        };
        let said = difference(&one, &other).expect("another plugin");
        assert!(said.contains("task-x 1.0.0 with sha256 11"), "{said}");
        let more = Identity {
            plugins: vec![plugin("11"), plugin("33")],
            ..one.clone()
        };
        let said = difference(&one, &more).expect("one more plugin");
        assert!(said.contains("sha256 33"), "{said}");
        let other = Identity {
            settings: "seed = 2\nthreads = 1\n".into(),
            ..one.clone()
        };
        let said = difference(&one, &other).expect("another seed");
        assert!(said.contains("`seed = 2` instead of `seed = 1`"), "{said}");
        let other = Identity {
            host: "bb".into(),
            ..one.clone()
        };
        assert!(difference(&one, &other).is_some_and(|said| said.contains("another build")));
    }
}
