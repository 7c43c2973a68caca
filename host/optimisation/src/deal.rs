//! Experience on its way from the processes that have gathered it to those that learn from it.
//!
//! The order of an epoch is known to everyone, and so is who computes which slice of a minibatch.
//! Before an epoch each process sends every chunk that it has gathered to the one that will need
//! it, in memory, once: a process receives its share of the batch and no more, however many
//! processes there are.

use crate::gradient::Passes;
use crate::order::Places;
use angora_buffer::{Rollout, RolloutForm};
use angora_comm::{World, WorldError, share};
use std::ops::Range;

/// The chunks that this process learns from in an epoch, and how they come here.
pub struct Deal {
    /// One rollout of one environment; none where this process does not learn.
    received: Vec<Rollout>,
    places: Places,
    gathered: Places,
    /// Numbers of a chunk's record.
    record_len: usize,
    send: Vec<f32>,
    receive: Vec<f32>,
    shares: Shares,
    /// The process of each environment.
    owners: Vec<usize>,
    rank: usize,
    sent: Vec<usize>,
    come: Vec<usize>,
}

/// Which part of each minibatch a process learns from.
#[derive(Debug, Clone)]
pub struct Shares {
    /// Chunks of a minibatch.
    pub minibatch: usize,
    /// How a minibatch is gone through.
    pub passes: Passes,
    /// Rank of each learner, ascending, and its sequences of every pass.
    pub learners: Vec<(usize, Range<usize>)>,
}

impl Shares {
    /// Of learners that share `slices` slices of a pass in order.
    pub fn new(minibatch: usize, passes: Passes, slices: usize, ranks: &[usize]) -> Self {
        let learners = ranks.iter().enumerate().map(|(k, rank)| {
            let mine = share(slices, ranks.len(), k);
            let of = |slice: usize| share(passes.sequences, slices, slice);
            (*rank, of(mine.start).start..of(mine.end - 1).end)
        });
        Self {
            minibatch,
            passes,
            learners: learners.collect(),
        }
    }

    /// The chunks of an epoch that fall to one learner, in the order in which it meets them.
    fn of<'c>(&self, span: &Range<usize>, epoch: &'c [u32]) -> impl Iterator<Item = u32> + 'c {
        let (span, passes) = (span.clone(), self.passes);
        epoch
            .chunks_exact(self.minibatch)
            .flat_map(move |minibatch| {
                let span = span.clone();
                (0..passes.count).flat_map(move |pass| {
                    let first = pass * passes.sequences;
                    minibatch[first + span.start..first + span.end]
                        .iter()
                        .copied()
                })
            })
    }
}

impl Deal {
    /// For rollouts of this process, whose environments are `own` of all of them.
    pub fn new(world: &World, rollouts: &[Rollout], environments: usize, shares: Shares) -> Self {
        let size = world.size();
        let own = share(environments, size, world.rank());
        let form = rollouts.first().map(|rollout| rollout.form);
        let (columns, record_len) = form.map_or((0, 0), |form| {
            (form.horizon / form.chunk_length, form.record_len())
        });
        let chunks = columns * environments;
        let minibatches = chunks / shares.minibatch;
        let learner = shares
            .learners
            .iter()
            .find(|(rank, _)| *rank == world.rank());
        let slots = learner.map_or(0, |(_, span)| {
            minibatches * shares.passes.count * span.len()
        });
        let received = form.filter(|_| slots > 0).map(|form| {
            Rollout::new(RolloutForm {
                horizon: slots * form.chunk_length,
                environments: 1,
                ..form
            })
        });
        Self {
            received: received.into_iter().collect(),
            places: Places::Dealt {
                columns: vec![0; chunks],
            },
            gathered: Places::gathered(rollouts, own.start, environments),
            record_len,
            send: vec![0.0; columns * own.len() * record_len],
            receive: vec![0.0; slots * record_len],
            owners: (0..size)
                .flat_map(|rank| share(environments, size, rank).map(move |_| rank))
                .collect(),
            rank: world.rank(),
            sent: vec![0; size],
            come: vec![0; size],
            shares,
        }
    }

    /// What this process learns from.
    pub fn received(&self) -> (&[Rollout], &Places) {
        (&self.received, &self.places)
    }

    /// Deals out the chunks of an epoch.
    ///
    /// # Errors
    /// Others did not come.
    pub fn deal(
        &mut self,
        world: &mut World,
        rollouts: &[Rollout],
        epoch: &[u32],
    ) -> Result<(), WorldError> {
        let bytes = self.record_len * size_of::<f32>();
        let sent = self.pack(rollouts, epoch);
        self.come.fill(0);
        let mine = self
            .shares
            .learners
            .iter()
            .find(|(rank, _)| *rank == self.rank);
        let mine: Vec<u32> =
            mine.map_or_else(Vec::new, |(_, span)| self.shares.of(span, epoch).collect());
        for chunk in &mine {
            self.come[owner(&self.owners, *chunk)] += bytes;
        }
        world.exchange(
            "dealing out experience",
            bytemuck::cast_slice(&self.send[..sent * self.record_len]),
            &self.sent,
            bytemuck::cast_slice_mut(&mut self.receive),
            &self.come,
        )?;
        self.unpack(&mine);
        Ok(())
    }

    /// Writes the records of own chunks, those for one learner after those for another; returns
    /// their number.
    fn pack(&mut self, rollouts: &[Rollout], epoch: &[u32]) -> usize {
        let mut n = 0;
        self.sent.fill(0);
        let mut records = self.send.chunks_exact_mut(self.record_len);
        for (rank, span) in &self.shares.learners {
            for chunk in self.shares.of(span, epoch) {
                if owner(&self.owners, chunk) != self.rank {
                    continue;
                }
                let place = self.gathered.find(rollouts, chunk);
                // Each chunk is in one minibatch of an epoch, so there are enough.
                let Some(record) = records.next() else { break };
                place
                    .rollout
                    .write_record(place.column, place.environment, record);
                self.sent[*rank] += self.record_len * size_of::<f32>();
                n += 1;
            }
        }
        n
    }

    /// Takes up what has come: from each process its chunks in their order.
    fn unpack(&mut self, mine: &[u32]) {
        let (Places::Dealt { columns }, Some(received)) =
            (&mut self.places, self.received.first_mut())
        else {
            return;
        };
        let mut next: Vec<usize> = Vec::with_capacity(self.come.len());
        let mut offset = 0;
        for bytes in &self.come {
            next.push(offset);
            offset += bytes / size_of::<f32>();
        }
        for (column, chunk) in mine.iter().enumerate() {
            let place = &mut next[owner(&self.owners, *chunk)];
            let record = &mut self.receive[*place..*place + self.record_len];
            received.read_record(column, 0, record);
            *place += self.record_len;
            columns[*chunk as usize] = column as u32;
        }
    }
}

/// Who has gathered a chunk.
fn owner(owners: &[usize], chunk: u32) -> usize {
    owners[chunk as usize % owners.len()]
}
