//! Adapters of the second revision of the tables, and of kinds that came after contract 1.

pub mod distribution;
pub mod preprocessor;
pub mod scene_task;
pub mod task;

use crate::checks::{Result, fault};
use crate::error::Who;
use crate::events::Events;
use angora_plugin_api::v1::abi_stable::std_types::RSliceMut;
use angora_plugin_api::v2::event::TaskOutput;
use angora_plugin_api::{Fault, FaultCode, TaskSpec};
use std::sync::Arc;

/// Memory for what a task writes in one call, with room for its events.
fn output<'a>(
    sensation: &'a mut [f32],
    signals: &'a mut [f64],
    reward_terms: &'a mut [f64],
    events: &'a mut Events,
) -> TaskOutput<'a> {
    // What the plugin leaves unwritten is found by the check for finite values.
    sensation.fill(f32::NAN);
    signals.fill(f64::NAN);
    reward_terms.fill(f64::NAN);
    TaskOutput {
        sensation: sensation.into(),
        signals: signals.into(),
        reward_terms: reward_terms.into(),
        events: RSliceMut::from_mut_slice(events.room()),
        event_count: 0,
    }
}

/// Takes over the events that a call has written.
fn take(
    who: &Arc<Who>,
    call: &'static str,
    spec: &TaskSpec,
    count: usize,
    events: &mut Events,
) -> Result<()> {
    events.take(spec, count).map_err(|message| {
        let invalid = Fault::new(FaultCode::Invalid, message).on("events");
        fault(who, call, invalid)
    })
}
