//! Running forward on a plane: HalfCheetah-v5 and Hopper-v5.
//!
//! The tasks ask a body for roles only, so any body that has them can run.

pub mod half_cheetah;
pub mod hopper;

mod control;
mod interval;
mod noise;
mod proprioception;
mod root;

pub use half_cheetah::HalfCheetah;
pub use hopper::Hopper;
pub use interval::Interval;

angora_sdk::export_plugin! {
    scene_task "HalfCheetah-v5" => HalfCheetah,
    scene_task "Hopper-v5" => Hopper,
}
