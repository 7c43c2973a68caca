//! The all-reduce: sums the vectors of all slices of a minibatch, whoever has computed them.
//!
//! A slice's vector is one leaf of the fixed tree of [`tree_sum`]. Each process sums one stretch of
//! the numbers of all slices, so the work is shared and the bits do not depend on by how many.
//! The processes of one node read each other's vectors where they lie, in memory that they share;
//! over several nodes each sends every other its stretch of what it has summed itself.
#![allow(
    unsafe_code,
    reason = "reads vectors that other processes have written"
)]

use crate::reduction::{Part, tree_sum};
use crate::world::{Gate, Group, Window, World, WorldError};
use crate::{Team, share};
use std::ops::{Deref, DerefMut, Range};

/// Numbers that go along with each slice's vector.
pub const NOTES: usize = 8;

/// The vectors of the slices of a minibatch, those of this process in its own memory.
#[derive(Debug)]
pub struct SliceSum {
    slices: usize,
    /// Those of this process.
    mine: Range<usize>,
    vectors: Vec<Vector>,
    notes: Vec<[f64; NOTES]>,
    sum: Vector,
    way: Way,
}

/// How processes come together.
#[derive(Debug)]
enum Way {
    Alone,
    /// In shared memory.
    Near {
        /// Of all slices.
        all: Vec<Vector>,
        notes: Window,
        gate: Gate,
    },
    /// Through messages.
    Far(Box<Far>),
}

#[derive(Debug)]
struct Far {
    /// The optimising ranks; `None` where this process is not one of them.
    group: Option<Group>,
    /// Which of them this process is.
    own: Option<usize>,
    /// What each of them sums by itself.
    parts: Vec<Vec<Part>>,
    /// The same in one list.
    all_parts: Vec<Part>,
    send: Vec<f32>,
    receive: Vec<f32>,
    stretch: Vec<f32>,
    all_notes: Vec<f64>,
}

/// A vector in memory of this process or in shared memory.
#[derive(Debug)]
pub enum Vector {
    /// Of this process.
    Own(Vec<f32>),
    /// Shared.
    Shared {
        /// Where.
        window: Window,
        /// First byte.
        offset: usize,
        /// Numbers.
        len: usize,
    },
}

impl Deref for Vector {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        match self {
            Self::Own(values) => values,
            Self::Shared {
                window,
                offset,
                len,
                // SAFETY: a `SliceSum` reads vectors of others only while the gate keeps their
                // owners from writing, and its owner alone writes it (see `SliceSum::reduce`).
            } => unsafe { window.numbers(*offset, *len) },
        }
    }
}

impl DerefMut for Vector {
    fn deref_mut(&mut self) -> &mut [f32] {
        match self {
            Self::Own(values) => values,
            Self::Shared {
                window,
                offset,
                len,
                // SAFETY: as above.
            } => unsafe { window.numbers_mut(*offset, *len) },
        }
    }
}

impl Vector {
    /// Numbers in it. Touches none of them: others may be writing theirs.
    fn count(&self) -> usize {
        match self {
            Self::Own(values) => values.len(),
            Self::Shared { len, .. } => *len,
        }
    }

    /// One stretch of it, to write, while other processes write the other stretches.
    ///
    /// # Panics
    /// The stretch lies outside.
    fn stretch_mut(&mut self, part: Range<usize>) -> &mut [f32] {
        match self {
            Self::Own(values) => &mut values[part],
            Self::Shared {
                window,
                offset,
                len,
            } => {
                assert!(part.start <= part.end && part.end <= *len, "outside");
                let first = *offset + part.start * size_of::<f32>();
                // SAFETY: each process writes a stretch of its own, and no reference to the rest
                // is made here; nobody reads before all have come to the next gate.
                unsafe { window.numbers_mut(first, part.len()) }
            }
        }
    }
}

impl SliceSum {
    /// For vectors of `len` numbers, of `slices` slices that the ranks `optimisers` (ascending) share,
    /// in this order. Every rank must call it, with the same arguments.
    ///
    /// # Errors
    /// MPI failed.
    ///
    /// # Panics
    /// There is no optimiser, or there are more than slices.
    pub fn new(
        world: &World,
        optimisers: &[usize],
        slices: usize,
        len: usize,
    ) -> Result<Self, WorldError> {
        let count = optimisers.len();
        assert!((1..=slices).contains(&count), "{count} for {slices} slices");
        let own = optimisers.iter().position(|rank| *rank == world.rank());
        let mine = own.map_or(0..0, |k| share(slices, count, k));
        // Several optimisers on one node share memory; asked of all, since all must answer.
        let plan = Plan::new(count, slices, len);
        let window = (count > 1).then(|| world.window(plan.bytes)).flatten();
        let alone = |n: usize| (0..n).map(|_| Vector::Own(vec![0.0; len])).collect();
        let (vectors, sum, way) = match window {
            Some(window) => {
                let vector = |k: usize| Vector::Shared {
                    window,
                    offset: plan.vectors + k * plan.stride,
                    len,
                };
                let way = Way::Near {
                    all: (0..slices).map(vector).collect(),
                    notes: window,
                    gate: Gate::new(window, optimisers.to_vec(), own),
                };
                // The sum is the last vector.
                (mine.clone().map(vector).collect(), vector(slices), way)
            }
            None if count == 1 => (alone(mine.len()), Vector::Own(vec![0.0; len]), Way::Alone),
            None => {
                let group = world.group(optimisers)?;
                let far = Far::new((group, own), count, slices, len);
                let sum = Vector::Own(vec![0.0; len]);
                (alone(mine.len()), sum, Way::Far(Box::new(far)))
            }
        };
        Ok(Self {
            slices,
            mine,
            vectors,
            notes: vec![[0.0; NOTES]; slices],
            sum,
            way,
        })
    }

    /// The slices of this process; none where it does not optimise.
    #[must_use]
    pub fn mine(&self) -> Range<usize> {
        self.mine.clone()
    }

    /// The vectors of its slices, and what goes along with each.
    pub fn vectors_mut(&mut self) -> (&mut [Vector], &mut [[f64; NOTES]]) {
        (&mut self.vectors, &mut self.notes[self.mine.clone()])
    }

    /// What went along with each slice, after [`reduce`](Self::reduce).
    #[must_use]
    pub fn notes(&self) -> &[[f64; NOTES]] {
        &self.notes
    }

    /// The sum over all slices, after [`reduce`](Self::reduce); until the next.
    #[must_use]
    pub fn sum(&self) -> &[f32] {
        &self.sum
    }

    /// Sums over all slices; every rank must call it that optimises. Allocates nothing on one node.
    ///
    /// # Errors
    /// Others did not come.
    pub fn reduce(&mut self, team: &Team, world: &mut World) -> Result<(), WorldError> {
        let Self {
            slices,
            mine,
            vectors,
            notes,
            sum,
            way,
        } = self;
        match way {
            Way::Alone => {
                stretch(team, *slices, |k| &vectors[k], 0, sum);
                Ok(())
            }
            Way::Near {
                all,
                notes: window,
                gate,
            } => {
                let Some((k, ranks)) = gate.place() else {
                    return Ok(());
                };
                let offset = Gate::bytes(ranks);
                let first = offset + size_of_val(&notes[..mine.start]);
                // SAFETY: those of its own slices, which others read between the two gates only.
                let own: &mut [f64] = unsafe { window.numbers_mut(first, mine.len() * NOTES) };
                own.copy_from_slice(notes[mine.clone()].as_flattened());
                // Whoever waits here has computed its slices and no longer reads the last sum.
                gate.pass(world, "all-reduce")?;
                // SAFETY: nobody writes them before all have come to the second gate.
                let all_notes: &[f64] = unsafe { window.numbers(offset, *slices * NOTES) };
                notes.as_flattened_mut().copy_from_slice(all_notes);
                let part = share(sum.count(), ranks, k);
                let start = part.start;
                stretch(team, *slices, |k| &all[k], start, sum.stretch_mut(part));
                // Now the sum is complete, and nobody reads the slices any more.
                gate.pass(world, "all-reduce")
            }
            Way::Far(far) => far.reduce(*slices, mine.clone(), vectors, notes, sum, world),
        }
    }
}

/// Where what lies in a window.
struct Plan {
    /// First vector, after the gate's counters and the notes.
    vectors: usize,
    /// Bytes from one to the next.
    stride: usize,
    bytes: usize,
}

impl Plan {
    fn new(optimisers: usize, slices: usize, len: usize) -> Self {
        let page = |bytes: usize| bytes.next_multiple_of(4096);
        let vectors = page(Gate::bytes(optimisers) + slices * NOTES * size_of::<f64>());
        let stride = page(len * size_of::<f32>());
        Self {
            vectors,
            stride,
            bytes: vectors + (slices + 1) * stride,
        }
    }
}

/// Sums the numbers from `start` on of all vectors into `sum`, with all threads where that pays.
fn stretch<'v>(
    team: &Team,
    n: usize,
    vector: impl Fn(usize) -> &'v [f32] + Send + Sync,
    start: usize,
    sum: &mut [f32],
) {
    /// Fewer additions than these are done before a thread has woken up.
    const WORTH: usize = 1 << 16;
    let work = |offset: usize, sum: &mut [f32]| {
        let span = start + offset..start + offset + sum.len();
        tree_sum(Part::singles(n), |k| &vector(k)[span.clone()], sum);
    };
    if n * sum.len() < WORTH {
        work(0, sum);
    } else {
        let each = sum.len().div_ceil(team.len());
        team.each_chunk(sum, each, work);
    }
}

impl Far {
    fn new(
        (group, own): (Option<Group>, Option<usize>),
        count: usize,
        slices: usize,
        len: usize,
    ) -> Self {
        let of = |k: usize| Part::cover(share(slices, count, k), slices);
        let parts: Vec<Vec<Part>> = (0..count).map(of).collect();
        let all_parts: Vec<Part> = parts.iter().flatten().copied().collect();
        let stretch = own.map_or(0, |k| share(len, count, k).len());
        Self {
            group,
            own,
            send: vec![0.0; own.map_or(0, |k| parts[k].len()) * len],
            receive: vec![0.0; stretch * all_parts.len()],
            stretch: vec![0.0; stretch],
            all_notes: vec![0.0; slices * NOTES],
            parts,
            all_parts,
        }
    }

    /// So many bytes of each optimiser: those of `of(k)` numbers of a size.
    fn counts(&self, bytes: usize, of: impl Fn(usize) -> usize) -> Vec<usize> {
        (0..self.parts.len()).map(|k| of(k) * bytes).collect()
    }

    fn reduce(
        &mut self,
        slices: usize,
        mine: Range<usize>,
        vectors: &[Vector],
        notes: &mut [[f64; NOTES]],
        sum: &mut [f32],
        world: &mut World,
    ) -> Result<(), WorldError> {
        let (Some(group), Some(own)) = (self.group, self.own) else {
            return Ok(());
        };
        let what = "all-reduce";
        let (count, len) = (self.parts.len(), sum.len());
        let of_sum = |k: usize| share(len, count, k);
        // For each optimiser its stretch of what this process can sum by itself.
        let parts = &self.parts[own];
        let mut rest = self.send.as_mut_slice();
        for to in 0..count {
            for part in parts {
                let (sum, others) = rest.split_at_mut(of_sum(to).len());
                rest = others;
                let members = part.vectors(slices);
                let vector = |k: usize| &vectors[members.start - mine.start + k][of_sum(to)];
                tree_sum(Part::singles(members.len()), vector, sum);
            }
        }
        let bytes = size_of::<f32>();
        let stretch = self.stretch.len();
        let sent = self.counts(bytes, |to| of_sum(to).len() * parts.len());
        let come = self.counts(bytes, |from| stretch * self.parts[from].len());
        let receive = bytemuck::cast_slice_mut(&mut self.receive);
        world.exchange_among(
            group,
            what,
            bytemuck::cast_slice(&self.send),
            &sent,
            receive,
            &come,
        )?;
        let received = &self.receive;
        let part = |k: usize| &received[k * stretch..(k + 1) * stretch];
        tree_sum(self.all_parts.iter().copied(), part, &mut self.stretch);

        let counts = self.counts(bytes, |k| of_sum(k).len());
        let all = bytemuck::cast_slice_mut(sum);
        let stretch = bytemuck::cast_slice(&self.stretch);
        world.all_gather_among(group, what, stretch, all, &counts)?;
        let counts = self.counts(NOTES * size_of::<f64>(), |k| share(slices, count, k).len());
        let all = bytemuck::cast_slice_mut(&mut self.all_notes);
        world.all_gather_among(
            group,
            what,
            bytemuck::cast_slice(notes[mine].as_flattened()),
            all,
            &counts,
        )?;
        notes.as_flattened_mut().copy_from_slice(&self.all_notes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two views of one shared vector write its halves at the same time, as two processes do.
    #[test]
    fn stretches_of_a_shared_vector_are_apart() {
        let mut memory = vec![0_u64; 64];
        let window = Window::new(memory.as_mut_ptr().cast(), 8 * 64).expect("memory");
        let view = || Vector::Shared {
            window,
            offset: 64,
            len: 100,
        };
        std::thread::scope(|scope| {
            for (part, value) in [(0..37, 1.0), (37..100, 2.0)] {
                let mut view = view();
                scope.spawn(move || {
                    assert_eq!(view.count(), 100);
                    view.stretch_mut(part).fill(value);
                });
            }
        });
        let sum: &[f32] = &view();
        assert!(sum[..37].iter().all(|x| *x == 1.0) && sum[37..].iter().all(|x| *x == 2.0));
        // Nothing beside it was touched.
        assert!(memory[..8].iter().chain(&memory[58..]).all(|x| *x == 0));
    }

    #[test]
    #[should_panic(expected = "outside")]
    fn a_stretch_outside_is_refused() {
        let mut memory = vec![0_u64; 64];
        let window = Window::new(memory.as_mut_ptr().cast(), 8 * 64).expect("memory");
        let mut vector = Vector::Shared {
            window,
            offset: 0,
            len: 10,
        };
        vector.stretch_mut(5..11);
    }
}
