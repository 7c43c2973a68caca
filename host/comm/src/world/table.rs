//! The calls between the host and the MPI library that it loads under a launcher. This file is
//! part of both; whoever changes it raises [`VERSION`].

use std::ffi::{c_int, c_void};

/// Of this table.
pub const VERSION: u32 = 2;

/// The symbol of the static [`Table`].
#[allow(dead_code, reason = "the library bears it as the name of a static")]
pub const SYMBOL: &str = "ANGORA_MPI";

/// Which text [`Table::describe`] gives.
#[allow(dead_code, reason = "either side names those that it needs")]
pub mod text {
    use std::ffi::c_int;

    /// Name of this host.
    pub const HOST: c_int = 0;
    /// The MPI library and its version.
    pub const LIBRARY: c_int = 1;
    /// What went wrong in the last call that failed.
    pub const ERROR: c_int = 2;
}

/// Where this process is among all, and among those of its node.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout {
    /// From 0.
    pub rank: c_int,
    /// Processes.
    pub size: c_int,
    /// Rank of the first process of this node.
    pub node_first: c_int,
    /// From 0 among those that share this node's memory.
    pub node_rank: c_int,
    /// Processes that share this node's memory.
    pub node_size: c_int,
}

/// The calls. Counts and offsets are bytes, one per rank. A collective call begins a transfer
/// and returns 0, or another number where it failed; [`poll`](Self::poll) then says when it is
/// done. At most one transfer is under way, and its buffers must outlive it. Calls may come from
/// any thread, one at a time.
#[repr(C)]
pub struct Table {
    /// [`VERSION`] of the library.
    pub version: u32,
    /// Starts MPI.
    pub start: unsafe extern "C" fn(*mut Layout) -> c_int,
    /// Parts the processes for good: those that go on (1) have all further calls among themselves
    /// and get their new places; those that rest (0) call nothing but `abort` and `finish`. To be
    /// called by all, once, before anything that is shared.
    pub part: unsafe extern "C" fn(c_int, *mut Layout) -> c_int,
    /// Writes a [`text`] (UTF-8, at most so many bytes); returns its length.
    pub describe: unsafe extern "C" fn(c_int, *mut u8, c_int) -> c_int,
    /// Forms a group of those that call it with 1, in the order of their ranks; to be called by
    /// all. Its number, from 1, or a negative one where it failed; group 0 are all.
    pub group: unsafe extern "C" fn(c_int) -> c_int,
    /// Everyone's bytes to everyone of a group: (group, mine, n, all, counts, offsets).
    pub all_gather:
        unsafe extern "C" fn(c_int, *const u8, c_int, *mut u8, *const c_int, *const c_int) -> c_int,
    /// Some bytes from each to each of a group: (group, mine, counts, offsets, theirs, counts,
    /// offsets).
    pub exchange: unsafe extern "C" fn(
        c_int,
        *const u8,
        *const c_int,
        *const c_int,
        *mut u8,
        *const c_int,
        *const c_int,
    ) -> c_int,
    /// One's bytes to everyone: (bytes, n, root).
    pub broadcast: unsafe extern "C" fn(*mut u8, c_int, c_int) -> c_int,
    /// Whether the transfer under way is done: 1, 0 for not yet, -1 where it failed.
    pub poll: unsafe extern "C" fn() -> c_int,
    /// So many bytes of zeros that all processes of this node share; null where there is no
    /// memory. Every process of the node must ask for the same, and waits for the others.
    pub window: unsafe extern "C" fn(u64) -> *mut c_void,
    /// Ends the processes of all ranks with this exit code.
    pub abort: unsafe extern "C" fn(c_int),
    /// Ends MPI; waits for all ranks, those that rest too.
    pub finish: unsafe extern "C" fn(),
}
