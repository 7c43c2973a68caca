//! What goes wrong between processes.

use std::path::PathBuf;

/// Why processes cannot work together, or no longer do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WorldError {
    /// A launcher has started this process, but there is no library for its MPI.
    #[error(
        "{launcher} has started {size} processes, but the host has no library for that MPI (looked for {}); build it with `./angora setup` where mpicc is installed (Debian: apt-get install libopenmpi-dev openmpi-bin libclang-dev), name one with ANGORA_MPI_LIBRARY, or start a single process without the launcher",
        list(.looked)
    )]
    Missing {
        /// Who has started the process.
        launcher: &'static str,
        /// How many it says that it has started.
        size: usize,
        /// Where the library could be.
        looked: Vec<PathBuf>,
    },
    /// The library does not open, or is none.
    #[error("{path}: {reason}", path = .path.display())]
    Library {
        /// The library.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// MPI has not started, or sees another world than the launcher.
    #[error(
        "{launcher} has started {said} processes, but the MPI of {path} ({library}) sees {seen}: it is the library of another MPI than the launcher's; start with that MPI's own mpirun, or name the right library with ANGORA_MPI_LIBRARY",
        path = .path.display()
    )]
    Launcher {
        /// Who has started the process.
        launcher: &'static str,
        /// How many processes it says there are.
        said: usize,
        /// How many MPI says there are.
        seen: usize,
        /// The library.
        path: PathBuf,
        /// Its MPI.
        library: String,
    },
    /// Others did not come.
    #[error(
        "rank {rank} on {host} has waited {secs} s for {whom} in {what}; they have ended, hang, or cannot be reached; the last checkpoint is complete (a longer wait can be set with rank_timeout_secs)"
    )]
    Lost {
        /// Who waited.
        rank: usize,
        /// On which host.
        host: String,
        /// For how long.
        secs: u64,
        /// For what.
        what: &'static str,
        /// For whom, as far as that can be known.
        whom: String,
    },
    /// MPI says no.
    #[error("rank {rank} on {host}: MPI failed in {what}: {reason}")]
    Mpi {
        /// Where.
        rank: usize,
        /// On which host.
        host: String,
        /// In what.
        what: &'static str,
        /// What MPI says.
        reason: String,
    },
    /// More bytes than one transfer can hold.
    #[error(
        "{what} needs {bytes} bytes in one transfer, MPI takes at most 2147483647; take fewer environments or a shorter horizon per process"
    )]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large.
        bytes: usize,
    },
}

fn list(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    names.join(", ")
}
