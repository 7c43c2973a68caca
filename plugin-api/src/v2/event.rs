//! Events as they cross the boundary.

use abi_stable::{StableAbi, std_types::RSliceMut};

/// Something that happened.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, Default, PartialEq)]
pub struct EventMark {
    /// Place of the event in the spec's `events`.
    pub event: u32,
    /// Zero.
    pub reserved: u32,
    /// When it happened since the episode began: s, or control steps where the spec has no
    /// `control_timestep`.
    pub time: f64,
}

/// What a task writes in one call; the memory is the host's.
#[repr(C)]
#[derive(StableAbi)]
pub struct TaskOutput<'a> {
    /// All senses, in the order of the spec.
    pub sensation: RSliceMut<'a, f32>,
    /// All signals, in the order of the spec.
    pub signals: RSliceMut<'a, f64>,
    /// The terms of the default reward; empty where an episode begins.
    pub reward_terms: RSliceMut<'a, f64>,
    /// Room for events.
    pub events: RSliceMut<'a, EventMark>,
    /// Number of events written, 0 when the call begins.
    pub event_count: usize,
}
