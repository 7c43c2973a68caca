//! That what should be the same is the same, bitwise, and that nothing else is.

use super::player;
use crate::bench::Bench;
use crate::checks::threads::{OBJECTS, same_on_threads};
use crate::finding::{Finding, Judgement, Stop, fail, skip};
use crate::play::Actions;
use crate::trace::{Trace, fingerprint};

/// Control steps of an episode where its beginning is enough.
const BEGINNING: usize = 60;

/// `task.reset`.
pub fn reset(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let mut player = player(blueprint)?;
        let first = player.episode(1, BEGINNING)?;
        player.episode(2, BEGINNING)?;
        // In mid-episode, most likely.
        player.episode(3, 7)?;
        let again = player.episode(1, BEGINNING)?;
        match first.difference(&again) {
            None => Ok(Finding::passed()),
            Some(difference) => Err(fail(format!(
                "an episode is another after other episodes: {difference}"
            ))),
        }
    })
}

/// `task.determinism`.
pub fn determinism(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let (mut one, mut two) = (player(blueprint)?, player(blueprint)?);
        let mut all = String::new();
        for seed in 1..4 {
            let (first, second) = (one.episode(seed, BEGINNING)?, two.episode(seed, BEGINNING)?);
            if let Some(difference) = first.difference(&second) {
                return Err(fail(format!(
                    "two objects with one seed differ: {difference}"
                )));
            }
            all.push_str(&first.fingerprint());
        }
        Ok(Finding::passed().repeats(fingerprint(all.as_bytes())))
    })
}

/// `task.seeding`.
pub fn seeding(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let mut player = player(blueprint)?;
        // The same actions each time, so that only the seed can make a difference.
        let mut trace = |seed: u64| {
            let mut trace = Trace::default();
            player.reset(seed)?;
            trace.begin();
            trace.add("sensation", &player.sensation);
            trace.add("signals", player.environment.signals());
            let mut actions = Actions::new(&blueprint.spec().action, 0);
            player.go_on(&mut actions, BEGINNING, &mut trace)?;
            Ok::<Trace, Stop>(trace)
        };
        let first = trace(1)?;
        for seed in 2..8 {
            if first.difference(&trace(seed)?).is_some() {
                return Ok(Finding::passed());
            }
        }
        Ok(Finding::warning(
            "every seed gives the same episode: a brain may learn it by heart",
        ))
    })
}

/// `task.save`.
pub fn save(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let spec = blueprint.spec();
        if !spec.saves_state {
            return Err(skip(
                "the spec says saves_state = false: a resumed run starts new episodes",
            ));
        }
        let (mut one, mut two) = (player(blueprint)?, player(blueprint)?);
        let len = one.episode(1, BEGINNING)?.len();
        for before in [0, (len - 1) / 2] {
            let mut actions = Actions::new(&spec.action, 1);
            let mut unused = Trace::default();
            one.reset(1)?;
            one.go_on(&mut actions, before, &mut unused)?;
            let state = one.environment.save().map_err(fail)?;
            // What the other has been through is overwritten.
            two.episode(2, 9)?;
            two.environment.restore(&state).map_err(fail)?;
            let mut same_actions = actions.clone();
            let (mut went, mut goes) = (Trace::default(), Trace::default());
            one.go_on(&mut actions, BEGINNING, &mut went)?;
            two.go_on(&mut same_actions, BEGINNING, &mut goes)?;
            if let Some(difference) = went.difference(&goes) {
                return Err(fail(format!(
                    "saved after {before} steps, it goes on otherwise: {difference}"
                )));
            }
        }
        Ok(Finding::passed())
    })
}

/// `task.threads`.
pub fn threads(bench: &Bench) -> Judgement {
    bench.with_task(|blueprint| {
        let alone = player(blueprint)?.episode(1, BEGINNING)?;
        let players = (0..OBJECTS).map(|_| player(blueprint));
        let players = players.collect::<Result<Vec<_>, _>>()?;
        same_on_threads(&alone, players, |mut player| {
            Ok(player.episode(1, BEGINNING)?)
        })?;
        Ok(Finding::passed())
    })
}
