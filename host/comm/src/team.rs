//! The threads of a process.

use rayon::prelude::*;
use std::ops::Range;

/// A fixed set of threads.
#[derive(Debug)]
pub struct Team {
    pool: rayon::ThreadPool,
}

/// The threads could not be started.
#[derive(Debug)]
pub struct TeamError(String);

impl std::fmt::Display for TeamError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot start the threads: {}", self.0)
    }
}

impl std::error::Error for TeamError {}

impl Team {
    /// Starts `threads` threads, and waits until they run: on a busy machine one may come late, and
    /// what it allocates for itself belongs before the first work.
    ///
    /// # Errors
    /// The system has no more threads to give.
    pub fn new(threads: usize) -> Result<Self, TeamError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|rank| format!("rank-{rank}"))
            .build()
            .map_err(|e| TeamError(e.to_string()))?;
        pool.broadcast(|_| ());
        Ok(Self { pool })
    }

    /// Runs `work` once on every thread.
    pub fn on_every_thread(&self, work: impl Fn() + Sync) {
        self.pool.broadcast(|_| work());
    }

    /// Number of threads.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Never: a team has at least one thread.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Runs `work` on the team; what it calls through [`each`](Self::each) then starts without
    /// handing work over to other threads first.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// Runs `work` on every item, in any order and on any thread. Allocates nothing when called
    /// inside [`run`](Self::run).
    pub fn each<T: Send>(&self, items: &mut [T], work: impl Fn(usize, &mut T) + Send + Sync) {
        if self.len() == 1 || items.len() <= 1 {
            for (i, item) in items.iter_mut().enumerate() {
                work(i, item);
            }
            return;
        }
        self.pool.install(|| {
            items
                .par_iter_mut()
                .enumerate()
                .with_max_len(1)
                .for_each(|(i, item)| work(i, item));
        });
    }

    /// Runs `work` on stretches of `len` numbers, with the place where each begins.
    pub fn each_chunk(
        &self,
        numbers: &mut [f32],
        len: usize,
        work: impl Fn(usize, &mut [f32]) + Send + Sync,
    ) {
        if self.len() == 1 || numbers.len() <= len {
            work(0, numbers);
            return;
        }
        self.pool.install(|| {
            numbers
                .par_chunks_mut(len)
                .enumerate()
                .with_max_len(1)
                .for_each(|(k, chunk)| work(k * len, chunk));
        });
    }

    /// Runs `work` on the items of two equally long slices, pair by pair.
    pub fn each_pair<A: Send, B: Send>(
        &self,
        left: &mut [A],
        right: &mut [B],
        work: impl Fn(usize, &mut A, &mut B) + Send + Sync,
    ) {
        if self.len() == 1 || left.len() <= 1 {
            for (i, (a, b)) in left.iter_mut().zip(right).enumerate() {
                work(i, a, b);
            }
            return;
        }
        self.pool.install(|| {
            left.par_iter_mut()
                .zip(right.par_iter_mut())
                .enumerate()
                .with_max_len(1)
                .for_each(|(i, (a, b))| work(i, a, b));
        });
    }
}

/// The part of `n` things that rank `rank` of `ranks` has: contiguous, the first ranks have one
/// more where it does not divide.
#[must_use]
pub fn share(n: usize, ranks: usize, rank: usize) -> Range<usize> {
    let (base, more) = (n / ranks, n % ranks);
    let start = rank * base + rank.min(more);
    start..start + base + usize::from(rank < more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_everything_once() {
        for n in [0, 1, 7, 8, 100] {
            for ranks in [1, 2, 3, 7, 9] {
                let all: Vec<usize> = (0..ranks).flat_map(|r| share(n, ranks, r)).collect();
                assert_eq!(all, (0..n).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn every_item_is_visited_once() {
        let team = Team::new(3).expect("threads");
        let mut items = vec![0usize; 50];
        team.run(|| team.each(&mut items, |i, item| *item += i + 1));
        assert_eq!(items, (1..=50).collect::<Vec<_>>());
    }
}
