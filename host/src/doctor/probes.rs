//! The probes, in the order in which they are shown.

mod disk;
mod gpu;
mod memory;
mod mpi;
mod mujoco;
pub(super) mod pictures;
mod plugins;
mod processor;
mod slurm;
mod versions;

use crate::doctor::{Finding, Subject};

/// Looks at one thing.
type Probe = fn(&Subject) -> Vec<Finding>;

/// All probes, by name.
pub const ALL: [(&str, Probe); 10] = [
    ("host", versions::probe),
    ("mujoco", mujoco::probe),
    ("plugins", plugins::probe),
    ("cores", processor::probe),
    ("memory", memory::probe),
    ("disk", disk::probe),
    ("pictures", pictures::probe),
    ("gpu", gpu::probe),
    ("mpi", mpi::probe),
    ("slurm", slurm::probe),
];

/// Bytes for people.
fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}
