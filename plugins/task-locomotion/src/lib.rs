//! Running, walking and swimming forward: HalfCheetah, Swimmer, Hopper, Walker2d.
//!
//! The tasks ask a body for roles only, so any body that has them can move.

pub mod endless;
pub mod half_cheetah;
pub mod hopper;
pub mod swimmer;
pub mod upright;
pub mod walker2d;

mod control;
mod interval;
mod noise;
mod proprioception;
mod revision;
mod root;

pub use half_cheetah::HalfCheetah;
pub use hopper::Hopper;
pub use interval::Interval;
pub use swimmer::Swimmer;
pub use walker2d::Walker2d;

angora_sdk::export_plugin! {
    scene_task "HalfCheetah-v5" => HalfCheetah,
    scene_task "HalfCheetah-v4" => HalfCheetah,
    scene_task "Swimmer-v5" => Swimmer,
    scene_task "Swimmer-v4" => Swimmer,
    scene_task "Hopper-v5" => Hopper,
    scene_task "Hopper-v4" => Hopper,
    scene_task "Walker2d-v5" => Walker2d,
    scene_task "Walker2d-v4" => Walker2d,
}
