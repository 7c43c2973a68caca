//! Reaching in the plane: ReachPlanar-v1 by state, ReachPlanarVisual-v1 by sight.
//!
//! The task asks a body for roles only, so any planar arm with a fingertip can reach.

mod config;
mod reach;

pub use config::Config;
pub use reach::{ReachPlanar, Terms};

angora_sdk::export_plugin! {
    scene_task "ReachPlanar-v1" => ReachPlanar,
    scene_task "ReachPlanarVisual-v1" => ReachPlanar,
}
