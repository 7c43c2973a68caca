//! Running, walking, swimming forward and standing up: Gymnasium's bodies that move themselves.
//!
//! The tasks ask a body for roles only, so any body that has them can move.

pub mod anatomy;
pub mod ant;
pub mod endless;
pub mod half_cheetah;
pub mod hopper;
pub mod humanoid;
pub mod humanoid_standup;
pub mod swimmer;
pub mod upright;
pub mod walker2d;

mod control;
mod interval;
mod noise;
mod proprioception;
mod revision;
mod root;

pub use ant::Ant;
pub use half_cheetah::HalfCheetah;
pub use hopper::Hopper;
pub use humanoid::Humanoid;
pub use humanoid_standup::HumanoidStandup;
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
    scene_task "Ant-v5" => Ant,
    scene_task "Ant-v4" => Ant,
    scene_task "Humanoid-v5" => Humanoid,
    scene_task "Humanoid-v4" => Humanoid,
    scene_task "HumanoidStandup-v5" => HumanoidStandup,
    scene_task "HumanoidStandup-v4" => HumanoidStandup,
}
