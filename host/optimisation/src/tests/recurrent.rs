//! Truncated backpropagation through time: tiles of chunks against the brain called chunk by
//! chunk, and sequences packed end to end against sequences that are padded.

mod by_hand;
mod gathered;
mod stopping;

use super::learner;
use crate::gradient::{Gradients, Minibatch, Passes, slices};
use crate::order::Places;
use crate::{
    AdvantageNormalisation, ChunkStart, Frozen, LearnerError, PpoSettings, Schedule, TileRule,
    TileShape,
};
use angora_brain::{Brain, Sequences};
use angora_buffer::Rollout;
use angora_comm::{Team, World};
use angora_core::{Purpose, Stream};
use by_hand::{by_hand, cotangents, loss};
use gathered::{S, brain, form, gathered, parameters};

fn settings(minibatch_size: usize, chunk_length: usize, chunk_start: ChunkStart) -> PpoSettings {
    PpoSettings {
        epochs: 2,
        minibatch_size,
        chunk_length,
        chunk_start,
        tile: TileRule::LongestRuns,
        learning_rate: 1e-2,
        learning_rate_schedule: Schedule::Constant,
        discount: 0.97,
        gae_lambda: 0.9,
        clip_range: 0.2,
        value_clip_range: None,
        entropy_coefficient: 0.03,
        value_coefficient: 0.7,
        max_gradient_norm: None,
        normalise_advantages: AdvantageNormalisation::Minibatch,
        target_kl: None,
    }
}

/// The gradient of a tile of whole columns from `column` on, as the learner computes it.
fn of_tile(
    brain: &Brain,
    parameters: &[f32],
    rollouts: &[Rollout],
    tile: TileShape,
    column: usize,
    carried: bool,
) -> Vec<f32> {
    let chunk_length = rollouts[0].form.chunk_length;
    let total = rollouts
        .iter()
        .map(|rollout| rollout.form.environments)
        .sum();
    let places = Places::gathered(rollouts, 0, total);
    let chunks: Vec<u32> = (column..column + tile.chunks)
        .flat_map(|c| (0..tile.environments).map(move |e| (c * total + e) as u32))
        .collect();
    let passes = if carried {
        Passes {
            count: tile.chunks,
            sequences: tile.environments,
        }
    } else {
        Passes {
            count: 1,
            sequences: chunks.len(),
        }
    };
    let count = slices(brain, passes, "cpu", 1);
    let mut world = World::solo();
    let mut gradients = Gradients::new(brain, passes, chunk_length, None, count, (&world, &[0]))
        .expect("a process alone");
    let minibatch = Minibatch {
        rollouts,
        places: &places,
        chunks: &chunks,
        normal: (0.1, 1.3),
    };
    let team = Team::new(2).expect("threads");
    let settings = loss(chunks.len() * chunk_length);
    let all = (parameters, &Frozen::default());
    let sums = gradients
        .compute(brain, (&team, &mut world), all, &settings, minibatch)
        .expect("alone");
    assert_eq!(sums.n, (chunks.len() * chunk_length) as f64);
    gradients.gradient().to_vec()
}

/// Largest difference, relative to the largest value.
fn apart(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let size = expected.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
    assert!(size > 1e-3, "a gradient that says nothing");
    let pairs = found.iter().zip(expected);
    pairs.fold(0.0_f32, |m, (a, b)| m.max((a - b).abs())) / size
}

const TILE: TileShape = TileShape {
    environments: 6,
    chunks: 3,
};

/// Parameters that have moved on since gathering, so that ratios are not 1 and some are clipped.
fn moved(brain: &Brain) -> Vec<f32> {
    let (first, other) = (parameters(brain, 1), parameters(brain, 2));
    first.iter().zip(other).map(|(a, b)| a + 0.2 * b).collect()
}

#[test]
fn the_gradient_of_a_tile_is_the_sum_of_its_chunks() {
    let brain = brain(true);
    let rollout = gathered(&brain, &parameters(&brain, 1), form(&brain, 40, 6, 5), 3);
    let ends = rollout.ended.iter().filter(|ended| **ended).count();
    assert!(ends > 20, "{ends} endings");
    let moved = moved(&brain);
    for carried in [false, true] {
        let tile = of_tile(
            &brain,
            &moved,
            std::slice::from_ref(&rollout),
            TILE,
            2,
            carried,
        );
        let hand = by_hand(&brain, &moved, &rollout, TILE, 2, carried);
        let apart = apart(&tile, &hand);
        println!("carried {carried}: relative difference {apart:e}");
        assert!(apart < 2e-5, "carried {carried}: {apart}");
    }
}

/// Ranks hold environments in their own order of memory; together they are the same batch.
#[test]
fn how_environments_are_shared_among_ranks_does_not_matter() {
    let brain = brain(true);
    let whole = gathered(&brain, &parameters(&brain, 1), form(&brain, 40, 6, 5), 3);
    let part = |environments: std::ops::Range<usize>| {
        let mut rollout = Rollout::new(form(&brain, 40, environments.len(), 5));
        let (l, a) = (brain.state_len(), whole.form.action_len);
        for t in 0..40 {
            let mut sensations = vec![0.0; environments.len() * S];
            for (local, e) in environments.clone().enumerate() {
                let (from, to) = (t * 6 + e, t * environments.len() + local);
                whole.copy_sensation(from, &mut sensations[local * S..(local + 1) * S]);
                rollout.begins[to] = whole.begins[from];
                rollout.actions[to * a..(to + 1) * a].copy_from_slice(whole.action(from));
                rollout.action_log_probs[to] = whole.action_log_probs[from];
                rollout.values[to] = whole.values[from];
                rollout.advantages[to] = whole.advantages[from];
                rollout.value_targets[to] = whole.value_targets[from];
            }
            rollout.put_sensations(t, &sensations);
            if let Some(states) = rollout.states_at(t) {
                for (local, e) in environments.clone().enumerate() {
                    states[local * l..(local + 1) * l].copy_from_slice(whole.state(t / 5, e));
                }
            }
        }
        rollout
    };
    let moved = moved(&brain);
    let one = of_tile(&brain, &moved, std::slice::from_ref(&whole), TILE, 1, true);
    let three = [part(0..3), part(3..4), part(4..6)];
    assert_eq!(of_tile(&brain, &moved, &three, TILE, 1, true), one);
}

/// The stored states are what the same parameters have left; other parameters leave others.
#[test]
fn carried_states_are_the_stored_ones_while_parameters_are_unchanged() {
    let brain = brain(true);
    let unchanged = parameters(&brain, 1);
    let rollouts = [gathered(&brain, &unchanged, form(&brain, 40, 6, 5), 3)];
    let both = |parameters: &[f32]| {
        let stored = of_tile(&brain, parameters, &rollouts, TILE, 1, false);
        apart(
            &of_tile(&brain, parameters, &rollouts, TILE, 1, true),
            &stored,
        )
    };
    let same = both(&unchanged);
    println!("relative difference {same:e}");
    assert!(same < 2e-5, "{same}");
    let other = both(&moved(&brain));
    println!("with other parameters {other:e}");
    assert!(other > 1e-3, "{other}");
}

/// One chunk in a row has nothing to carry: the same bits after whole epochs.
#[test]
fn stored_and_carried_are_one_where_a_tile_has_one_column() {
    let brain = brain(true);
    // 5 environments and tiles of 5 chunks: as 8 columns have no divisor 5, all are one column.
    let rollouts = [gathered(
        &brain,
        &parameters(&brain, 1),
        form(&brain, 40, 5, 5),
        3,
    )];
    let team = Team::new(2).expect("threads");
    let learned = |chunk_start| {
        let settings = settings(25, 5, chunk_start);
        let mut learner = learner(&brain, settings, 10, &rollouts, "cpu").expect("a learner");
        let report = learner
            .update(&brain, (&team, &mut World::solo()), &rollouts, 1)
            .expect("finite");
        assert_eq!(report.updates, 2 * 8);
        (learner.parameters, report)
    };
    assert!(learned(ChunkStart::Stored) == learned(ChunkStart::Carried));
}

/// The mean over a batch does not depend on its cut where nothing is remembered: one update with
/// the whole batch, in chunks of any length.
#[test]
fn chunks_do_not_matter_to_a_brain_that_remembers_nothing() {
    let brain = brain(false);
    let unchanged = parameters(&brain, 1);
    let team = Team::new(2).expect("threads");
    let learned = |chunk_length| {
        let rollouts = [gathered(
            &brain,
            &unchanged,
            form(&brain, 24, 6, chunk_length),
            3,
        )];
        let settings = PpoSettings {
            epochs: 1,
            ..settings(24 * 6, chunk_length, ChunkStart::Carried)
        };
        let mut learner = learner(&brain, settings, 10, &rollouts, "cpu").expect("a learner");
        learner.parameters.copy_from_slice(&unchanged);
        let report = learner
            .update(&brain, (&team, &mut World::solo()), &rollouts, 1)
            .expect("finite");
        (learner.adam.first, report)
    };
    let (single, report) = learned(1);
    for chunk_length in [2, 8, 24] {
        let (chunked, other) = learned(chunk_length);
        assert!(apart(&chunked, &single) < 2e-5);
        for (a, b) in [
            (report.policy_loss, other.policy_loss),
            (report.value_loss, other.value_loss),
            (report.entropy, other.entropy),
            (report.gradient_norm, other.gradient_norm),
        ] {
            assert!((a - b).abs() < 1e-5 * (1.0 + a.abs()), "{a} {b}");
        }
    }
}

/// One environment, whose episodes lie end to end in one chunk, against every episode as a
/// sequence of its own that begins at zero and is padded to one length. The padded rows sense
/// noise and count for nothing. Other ways of cutting the loop have other gradients.
#[test]
fn packed_sequences_have_the_gradient_of_padded_ones() {
    const T: usize = 48;
    let brain = brain(true);
    let rollout = gathered(&brain, &parameters(&brain, 1), form(&brain, T, 1, T), 3);
    let moved = moved(&brain);
    let one = TileShape {
        environments: 1,
        chunks: 1,
    };
    let packed = of_tile(
        &brain,
        &moved,
        std::slice::from_ref(&rollout),
        one,
        0,
        false,
    );

    let mut starts = vec![0];
    starts.extend((1..T).filter(|t| rollout.begins[*t]));
    assert!(starts.len() > 4, "{} episodes", starts.len());
    let ends = starts.iter().skip(1).copied().chain([T]);
    let episodes: Vec<std::ops::Range<usize>> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(a, b)| a..b)
        .collect();
    let longest = episodes
        .iter()
        .map(ExactSizeIterator::len)
        .max()
        .expect("one");
    // Time-major, [longest, episodes].
    let b = episodes.len();
    let mut noise = Stream::new(77, 0, 0, Purpose::Action);
    let mut sensations: Vec<f32> = (0..longest * b * S)
        .map(|_| noise.normal() as f32)
        .collect();
    let mut transitions = vec![None; longest * b];
    for (k, episode) in episodes.iter().enumerate() {
        for (step, t) in episode.clone().enumerate() {
            let row = step * b + k;
            transitions[row] = Some(t);
            rollout.copy_sensation(t, &mut sensations[row * S..(row + 1) * S]);
        }
    }
    let mut states = vec![0.0; b * brain.state_len()];
    states[..brain.state_len()].copy_from_slice(rollout.state(0, 0));
    let sequences = Sequences {
        steps: longest,
        sensations: &sensations,
        begins: &[],
        states: &states,
    };
    let mut memory = brain.training(longest * b);
    let mut padded = vec![0.0; moved.len()];
    brain.forward(&moved, &sequences, &mut memory);
    cotangents(&brain, &rollout, &transitions, &loss(T), &mut memory);
    brain.backward(&moved, &sequences, &mut memory, &mut padded);
    let same = apart(&packed, &padded);
    println!(
        "{b} episodes of at most {longest} steps, {} rows padded: relative difference {same:e}",
        longest * b - T
    );
    assert!(same < 2e-5, "{same}");

    // In chunks of 8 the gradient is cut where no episode ends, which is seen.
    let cut = gathered(&brain, &parameters(&brain, 1), form(&brain, T, 1, 8), 3);
    let row = TileShape {
        environments: 1,
        chunks: T / 8,
    };
    assert!(apart(&of_tile(&brain, &moved, &[cut], row, 0, true), &padded) > 1e-3);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let brain = brain(true);
    let first = parameters(&brain, 1);
    // 64 sequences: four slices.
    let rollouts: Vec<Rollout> = (0..2)
        .map(|rank| gathered(&brain, &first, form(&brain, 32, 32, 4), rank))
        .collect();
    for start in [ChunkStart::Stored, ChunkStart::Carried] {
        let learned = |threads| {
            let mut learner =
                learner(&brain, settings(512, 4, start), 10, &rollouts, "cpu").expect("a learner");
            let team = Team::new(threads).expect("threads");
            for cycle in 1..3 {
                team.run(|| learner.update(&brain, (&team, &mut World::solo()), &rollouts, cycle))
                    .expect("finite");
            }
            learner.parameters
        };
        let one = learned(1);
        assert!(learned(2) == one && learned(7) == one);
    }
}

#[test]
fn a_minibatch_that_is_no_tile_is_refused() {
    let brain = brain(true);
    let rollouts = [Rollout::new(form(&brain, 40, 6, 5))];
    let with = |size| {
        let settings = settings(size, 5, ChunkStart::Stored);
        learner(&brain, settings, 10, &rollouts, "cpu")
    };
    assert!(with(60).is_ok());
    for size in [62, 5 * 5, 0] {
        let error = with(size).err().expect("no tile");
        assert!(matches!(error, LearnerError::Tile { .. }), "{error}");
    }
}
