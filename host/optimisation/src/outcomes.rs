//! What an update must know of every transition of the cycle, whoever has gathered it.

use crate::explained_variance;
use angora_buffer::Rollout;
use angora_comm::{World, WorldError, share};

/// Advantages, values and value targets of all environments, time-major `[T, E]`.
pub struct Outcomes {
    /// E.
    environments: usize,
    chunk_length: usize,
    /// Advantages, values, value targets.
    fields: [Vec<f32>; 3],
    /// Those of this process, and of every process, on their way.
    mine: Vec<f32>,
    all: Vec<f32>,
}

fn fields_of(rollout: &Rollout) -> [&[f32]; 3] {
    [&rollout.advantages, &rollout.values, &rollout.value_targets]
}

impl Outcomes {
    /// For T steps of E environments that all processes have together.
    pub fn new(world: &World, horizon: usize, environments: usize, chunk_length: usize) -> Self {
        let n = horizon * environments;
        let own = share(environments, world.size(), world.rank()).len();
        let (mine, all) = if world.size() > 1 {
            (3 * horizon * own, 3 * n)
        } else {
            (0, 0)
        };
        Self {
            environments,
            chunk_length,
            fields: std::array::from_fn(|_| vec![0.0; n]),
            mine: vec![0.0; mine],
            all: vec![0.0; all],
        }
    }

    /// Takes up those of a cycle. Allocates nothing in a single process.
    ///
    /// # Errors
    /// Others did not come.
    pub fn collect(&mut self, world: &mut World, rollouts: &[Rollout]) -> Result<(), WorldError> {
        let total = self.environments;
        let own = share(total, world.size(), world.rank());
        let mut first = own.start;
        for rollout in rollouts {
            let width = rollout.form.environments;
            for (field, values) in self.fields.iter_mut().zip(fields_of(rollout)) {
                put(field, total, first, width, values);
            }
            first += width;
        }
        if world.size() == 1 {
            return Ok(());
        }
        let horizon = self.fields[0].len() / total;
        let rows = self
            .fields
            .iter()
            .flat_map(|field| field.chunks_exact(total));
        for (row, mine) in rows.zip(self.mine.chunks_exact_mut(own.len())) {
            mine.copy_from_slice(&row[own.clone()]);
        }
        let size = world.size();
        let widths = (0..size).map(|rank| share(total, size, rank));
        let counts: Vec<usize> = widths
            .clone()
            .map(|envs| 3 * horizon * envs.len() * size_of::<f32>())
            .collect();
        let (mine, all) = (
            bytemuck::cast_slice(&self.mine),
            bytemuck::cast_slice_mut(&mut self.all),
        );
        world.all_gather("sharing advantages", mine, all, &counts)?;
        let mut rest = self.all.as_slice();
        for envs in widths {
            for field in &mut self.fields {
                let (values, others) = rest.split_at(horizon * envs.len());
                rest = others;
                put(field, total, envs.start, envs.len(), values);
            }
        }
        Ok(())
    }

    /// Mean and inverse standard deviation of the advantages of chunks, in their order.
    pub fn moments(&self, chunks: &[u32]) -> (f64, f64) {
        let [advantages, ..] = &self.fields;
        let (mut n, mut mean, mut m2) = (0.0_f64, 0.0, 0.0);
        for chunk in chunks {
            let (column, e) = (
                *chunk as usize / self.environments,
                *chunk as usize % self.environments,
            );
            let first = column * self.chunk_length;
            for t in first..first + self.chunk_length {
                let x = f64::from(advantages[t * self.environments + e]);
                n += 1.0;
                let d = x - mean;
                mean += d / n;
                m2 += d * (x - mean);
            }
        }
        (mean, 1.0 / ((m2 / n.max(1.0)).sqrt() + 1e-8))
    }

    /// How much of the value targets the values explain.
    pub fn explained_variance(&self) -> Option<f64> {
        let [_, values, targets] = &self.fields;
        explained_variance(targets.iter().zip(values))
    }
}

/// Puts columns `[T, width]` into rows `[T, total]` from column `first` on.
fn put(rows: &mut [f32], total: usize, first: usize, width: usize, columns: &[f32]) {
    if width == 0 {
        return;
    }
    for (row, values) in rows
        .chunks_exact_mut(total)
        .zip(columns.chunks_exact(width))
    {
        row[first..first + width].copy_from_slice(values);
    }
}
