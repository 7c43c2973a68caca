//! Going back: a run that goes on from an older checkpoint begins another branch. Its labels are those
//! of this branch; what came after the checkpoint is kept under other names.

use crate::run::selection::Chosen;
use angora_checkpoint::{BEST, CheckpointError, LATEST, Store};

/// What the name of an abandoned checkpoint has in it, before the segment that abandoned it.
const ABANDONED: &str = "-abandoned-";

/// Points the labels at a checkpoint that a run goes on from, and at the best of its branch. If the
/// checkpoint is not the latest one, those after it get names of their own (with the number of the
/// segment that begins now), which are returned. At every moment each label names a whole checkpoint,
/// and each checkpoint has a name.
///
/// # Errors
/// I/O error.
pub(super) fn go_back(
    store: &Store,
    (name, cycle): (&str, u64),
    best: Option<&Chosen>,
    segment: u64,
) -> Result<Vec<String>, CheckpointError> {
    let all = store.list()?;
    let from_latest = store.pointed(LATEST).as_deref() == Some(name);
    let mut later: Vec<String> = all.clone();
    later.retain(|other| !from_latest && is_later(other, cycle));
    let aside = |name: &String| format!("{name}{ABANDONED}{segment}");
    for name in &later {
        store.copy(name, &aside(name))?;
    }
    match best
        .map(Chosen::checkpoint)
        .filter(|best| all.contains(best))
    {
        Some(best) => store.point(BEST, &best)?,
        // Of a version that recorded no choice, an earlier best is the branch's own.
        None => {
            let pointed = store.pointed(BEST);
            if pointed.is_some_and(|pointed| best.is_some() || is_later(&pointed, cycle)) {
                store.unpoint(BEST)?;
            }
        }
    }
    store.point(LATEST, name)?;
    for name in &later {
        store.discard(name)?;
    }
    Ok(later.iter().map(aside).collect())
}

/// The checkpoints that stay beside those that labels name: of kept cycles, the best ones of then, and
/// abandoned ones.
pub(super) fn kept_names(all: &[String], kept: impl Fn(u64) -> bool) -> Vec<String> {
    let number = |name: &str, prefix: &str| name.strip_prefix(prefix)?.parse::<u64>().ok();
    let cycles = all.iter().filter_map(|name| number(name, "cycle-"));
    let kept: Vec<u64> = cycles.filter(|cycle| kept(*cycle)).collect();
    let bests = all.iter().filter_map(|name| number(name, "best-"));
    let bests: Vec<u64> = bests.collect();
    let best_of = |cycle: &u64| bests.iter().filter(|best| *best <= cycle).max().copied();
    let needed: Vec<u64> = kept.iter().filter_map(best_of).collect();
    let stays = |name: &String| {
        name.contains(ABANDONED)
            || number(name, "cycle-").is_some_and(|cycle| kept.contains(&cycle))
            || number(name, "best-").is_some_and(|cycle| needed.contains(&cycle))
    };
    all.iter().filter(|name| stays(name)).cloned().collect()
}

/// Whether a checkpoint is of a later cycle, and not abandoned already.
fn is_later(name: &str, cycle: u64) -> bool {
    let number = name
        .strip_prefix("cycle-")
        .or_else(|| name.strip_prefix("best-"))
        .and_then(|rest| rest.split('-').next())
        .and_then(|number| number.parse::<u64>().ok());
    !name.contains(ABANDONED) && number.is_some_and(|number| number > cycle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::selection::{Measure, Rule};
    use angora_checkpoint::Snapshot;

    fn chosen(cycle: u64) -> Chosen {
        Chosen {
            rule: Rule::Evaluation,
            measure: Measure::Return,
            value: 1.0,
            mean_return: 1.0,
            episodes: 5,
            seed: None,
            cycle,
        }
    }

    fn store(names: &[&str], latest: &str, best: &str) -> (tempfile::TempDir, Store) {
        let run = tempfile::tempdir().expect("a folder");
        let store = Store::open(run.path()).expect("opens");
        for name in names {
            let cycle = name.split('-').nth(1).and_then(|n| n.parse().ok());
            let snapshot = Snapshot {
                cycle: cycle.expect("a cycle"),
                ..Snapshot::default()
            };
            store.save(name, LATEST, &snapshot).expect("saves");
        }
        store.point(LATEST, latest).expect("there");
        store.point(BEST, best).expect("there");
        (run, store)
    }

    const ALL: [&str; 6] = [
        "best-000008",
        "best-000015",
        "cycle-000010",
        "cycle-000020",
        "cycle-000025",
        "cycle-000020-fault",
    ];

    #[test]
    fn labels_are_those_of_the_branch() {
        let (_run, store) = store(&ALL, "cycle-000025", "best-000015");
        let from = ("cycle-000010", 10);
        let gone = go_back(&store, from, Some(&chosen(8)), 3).expect("goes back");
        assert_eq!(
            gone,
            [
                "best-000015-abandoned-3",
                "cycle-000020-abandoned-3",
                "cycle-000020-fault-abandoned-3",
                "cycle-000025-abandoned-3"
            ]
        );
        assert_eq!(store.pointed(LATEST).as_deref(), Some("cycle-000010"));
        assert_eq!(store.pointed(BEST).as_deref(), Some("best-000008"));
        assert_eq!(store.load(&gone[3]).expect("whole").cycle, 25);
        assert_eq!(store.list().expect("readable").len(), 6);
        // From latest nothing is abandoned.
        let gone = go_back(&store, from, Some(&chosen(8)), 4).expect("goes back");
        assert!(gone.is_empty());
        // Before anything was chosen there is no best.
        go_back(&store, from, None, 5).expect("goes back");
        assert_eq!(
            store.pointed(BEST).as_deref(),
            Some("best-000008"),
            "older version's"
        );
        let missing = chosen(9);
        go_back(&store, from, Some(&missing), 5).expect("goes back");
        assert_eq!(store.pointed(BEST), None);
    }

    #[test]
    fn the_best_of_a_kept_cycle_stays() {
        let names = [
            "best-000003",
            "best-000008",
            "best-000015",
            "cycle-000010",
            "cycle-000012",
            "cycle-000020",
            "cycle-000030-abandoned-1",
        ];
        let names = names.map(String::from);
        let kept = kept_names(&names, |cycle| cycle.is_multiple_of(10));
        assert_eq!(
            kept,
            [
                "best-000008",
                "best-000015",
                "cycle-000010",
                "cycle-000020",
                "cycle-000030-abandoned-1"
            ]
        );
    }
}
