//! Which processes learn, and where.

use crate::error::HostError;
use crate::run::ranks::confer;
use angora_comm::{Seat, World};

/// Who learns, and on which device this process does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crew {
    /// Ranks that may learn, ascending, rank 0 among them.
    pub learners: Vec<usize>,
    /// The device of this process, as the learner names it.
    pub device: String,
}

impl Crew {
    /// On CPUs every process learns; with GPUs those do that own one. At most `limit` of them.
    ///
    /// # Errors
    /// There is no GPU where rank 0 is.
    pub fn new(world: &mut World, device: &str, limit: Option<usize>) -> Result<Self, HostError> {
        let limit = limit.unwrap_or(usize::MAX);
        if device != "cuda" || world.size() == 1 {
            return Ok(Self {
                learners: (0..world.size().min(limit)).collect(),
                device: device.to_owned(),
            });
        }
        let gpus = confer(world, "counting GPUs", Ok(gpus()))?;
        let places = places(world.seats(), &gpus);
        if places[0].is_none() {
            return Err(HostError::Setting {
                key: "device",
                problem: format!(
                    "there is no NVIDIA GPU on {}, where rank 0 runs; take cpu, or start rank 0 where there is one",
                    world.seats()[0].host
                ),
            });
        }
        let owners = (0..world.size()).filter(|rank| places[*rank].is_some());
        Ok(Self {
            learners: owners.take(limit).collect(),
            device: places[world.rank()].map_or_else(|| device.to_owned(), |k| format!("cuda:{k}")),
        })
    }
}

/// The GPU of each rank: the first process of a node owns its first GPU, the second its second,
/// and so on; the others have none.
fn places(seats: &[Seat], gpus: &[usize]) -> Vec<Option<usize>> {
    seats
        .iter()
        .zip(gpus)
        .map(|(seat, gpus)| (seat.local < *gpus).then_some(seat.local))
        .collect()
}

/// NVIDIA GPUs that this process may use: those that the launcher or the user has left it, or those
/// that the driver lists.
fn gpus() -> usize {
    if let Ok(visible) = std::env::var("CUDA_VISIBLE_DEVICES") {
        return visible
            .split(',')
            .filter(|name| !name.trim().is_empty())
            .count();
    }
    std::fs::read_dir("/proc/driver/nvidia/gpus").map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(node: usize, local: usize) -> Seat {
        Seat {
            host: format!("node{node}"),
            node,
            local,
            all_work: false,
            processors: vec![0],
        }
    }

    #[test]
    fn the_first_processes_of_a_node_own_its_gpus() {
        let seats = [
            seat(0, 0),
            seat(0, 1),
            seat(0, 2),
            seat(1, 0),
            seat(1, 1),
            seat(2, 0),
        ];
        let found = places(&seats, &[2, 2, 2, 1, 1, 0]);
        assert_eq!(found, [Some(0), Some(1), None, Some(0), None, None]);
    }

    #[test]
    fn on_cpus_a_process_alone_learns() {
        let crew = Crew::new(&mut World::solo(), "cpu", Some(4)).expect("alone");
        assert_eq!((crew.learners, crew.device), (vec![0], "cpu".to_owned()));
    }
}
