//! In which order an epoch goes through the batch.

use crate::TileShape;
use angora_buffer::Rollout;
use angora_core::Stream;

/// The chunks of a batch in the order of an epoch. Chunk `c E + e` is the column c of environment
/// e over all environments E of the run, whichever rank has gathered it; consecutive ones make a
/// minibatch, sorted by time within it.
#[derive(Debug, Clone)]
pub struct Order {
    chunks: Vec<u32>,
    /// Tiles of environments and consecutive columns; `None` where any chunks make a minibatch.
    tiles: Option<Tiles>,
}

#[derive(Debug, Clone)]
struct Tiles {
    shape: TileShape,
    /// Environments, those of one group one after another.
    environments: Vec<u32>,
    /// Tile `g W + w` is the w-th run of columns of group g.
    tiles: Vec<u32>,
    /// W, runs of columns.
    runs: usize,
}

impl Order {
    /// Of a batch of environments with so many columns each.
    pub fn new(environments: usize, columns: usize, tile: Option<TileShape>) -> Self {
        let tiles = tile.map(|shape| {
            let (groups, runs) = (environments / shape.environments, columns / shape.chunks);
            Tiles {
                shape,
                environments: (0..environments as u32).collect(),
                tiles: (0..(groups * runs) as u32).collect(),
                runs,
            }
        });
        Self {
            chunks: (0..(environments * columns) as u32).collect(),
            tiles,
        }
    }

    /// All chunks.
    pub fn chunks(&self) -> &[u32] {
        &self.chunks
    }

    /// Back to the order of time, then environment, as every cycle begins.
    pub fn reset(&mut self) {
        count(&mut self.chunks);
        if let Some(tiles) = &mut self.tiles {
            count(&mut tiles.environments);
            count(&mut tiles.tiles);
        }
    }

    /// The order of the next epoch.
    pub fn shuffle(&mut self, stream: &mut Stream) {
        let Some(Tiles {
            shape,
            environments,
            tiles,
            runs,
        }) = &mut self.tiles
        else {
            stream.shuffle(&mut self.chunks);
            return;
        };
        stream.shuffle(environments);
        stream.shuffle(tiles);
        let mut slots = self.chunks.iter_mut();
        for tile in tiles.iter() {
            let (group, run) = (*tile as usize / *runs, *tile as usize % *runs);
            let rows = &environments[group * shape.environments..][..shape.environments];
            for column in run * shape.chunks..(run + 1) * shape.chunks {
                let first = (column * environments.len()) as u32;
                for (environment, slot) in rows.iter().zip(slots.by_ref()) {
                    *slot = first + environment;
                }
            }
        }
    }
}

fn count(numbers: &mut [u32]) {
    for (i, number) in numbers.iter_mut().enumerate() {
        *number = i as u32;
    }
}

/// Where the chunks of a run lie in the rollouts of this process.
#[derive(Debug, Clone)]
pub enum Places {
    /// As they were gathered.
    Gathered {
        /// E over all processes.
        total: usize,
        /// The first environment of this process.
        first: usize,
        /// Rollout and index within it, per environment of this process.
        environments: Vec<(u32, u32)>,
    },
    /// As they were dealt: one rollout of one environment, whose columns are chunks of any.
    Dealt {
        /// The column of each chunk.
        columns: Vec<u32>,
    },
}

/// A chunk within a rollout.
#[derive(Debug, Clone, Copy)]
pub struct Place<'r> {
    pub rollout: &'r Rollout,
    pub column: usize,
    pub environment: usize,
}

impl Places {
    /// Of the environments from `first` on, of `total`, in the order of the rollouts.
    pub fn gathered(rollouts: &[Rollout], first: usize, total: usize) -> Self {
        let environments = rollouts
            .iter()
            .enumerate()
            .flat_map(|(rank, rollout)| {
                (0..rollout.form.environments).map(move |local| (rank as u32, local as u32))
            })
            .collect();
        Self::Gathered {
            total,
            first,
            environments,
        }
    }

    pub fn find<'r>(&self, rollouts: &'r [Rollout], chunk: u32) -> Place<'r> {
        let chunk = chunk as usize;
        match self {
            Self::Gathered {
                total,
                first,
                environments,
            } => {
                let (rank, local) = environments[chunk % total - first];
                Place {
                    rollout: &rollouts[rank as usize],
                    column: chunk / total,
                    environment: local as usize,
                }
            }
            Self::Dealt { columns } => Place {
                rollout: &rollouts[0],
                column: columns[chunk] as usize,
                environment: 0,
            },
        }
    }
}

impl Place<'_> {
    /// The transitions of the chunk in order.
    pub fn transitions(self) -> impl Iterator<Item = usize> {
        self.rollout.form.transitions(self.column, self.environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TileRule;
    use angora_core::Purpose;

    #[test]
    fn every_chunk_is_in_exactly_one_tile_of_an_epoch() {
        for (environments, columns, size) in [(12, 8, 24), (6, 4, 4), (5, 3, 15), (8, 16, 1)] {
            for rule in [TileRule::MostTrajectories, TileRule::LongestRuns] {
                let tile = TileShape::find(environments, columns, size, rule).expect("a tile");
                let mut order = Order::new(environments, columns, Some(tile));
                let mut epochs = Vec::new();
                for epoch in 0..3 {
                    order.shuffle(&mut Stream::new(1, 1, epoch, Purpose::Shuffle));
                    let mut sorted = order.chunks().to_vec();
                    sorted.sort_unstable();
                    let all: Vec<u32> = (0..(environments * columns) as u32).collect();
                    assert_eq!(sorted, all);
                    for minibatch in order.chunks().chunks(size) {
                        is_a_tile(minibatch, environments, tile);
                    }
                    epochs.push(order.chunks().to_vec());
                }
                assert!(environments * columns == size || epochs[0] != epochs[1]);
                // A cycle does not depend on the one before.
                order.reset();
                order.shuffle(&mut Stream::new(1, 1, 0, Purpose::Shuffle));
                assert_eq!(order.chunks(), epochs[0]);
            }
        }
    }

    /// The same environments in each column, and columns one after another.
    fn is_a_tile(minibatch: &[u32], environments: usize, tile: TileShape) {
        let of = |chunk: &u32| *chunk as usize % environments;
        let mut rows = minibatch.chunks(tile.environments);
        let first = rows.next().expect("a column");
        let column = first[0] as usize / environments;
        assert!(column.is_multiple_of(tile.chunks));
        let height: Vec<usize> = first.iter().map(of).collect();
        let mut distinct = height.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), tile.environments);
        for (i, row) in minibatch.chunks(tile.environments).enumerate() {
            assert_eq!(row.iter().map(of).collect::<Vec<_>>(), height);
            assert!(
                row.iter()
                    .all(|chunk| *chunk as usize / environments == column + i)
            );
        }
        assert_eq!(rows.count() + 1, tile.chunks);
    }

    #[test]
    fn single_transitions_come_in_any_order() {
        let mut order = Order::new(3, 5, None);
        order.shuffle(&mut Stream::new(1, 1, 0, Purpose::Shuffle));
        let mut expected: Vec<u32> = (0..15).collect();
        Stream::new(1, 1, 0, Purpose::Shuffle).shuffle(&mut expected);
        assert_eq!(order.chunks(), expected);
    }
}
