//! Reaching with the fingers of a hand: fingertips to places (Reach), the thumb to a finger
//! (FreeReach), once or one goal after another, with the places of the fingertips told or seen.

mod config;
mod episode;
mod goal;
mod reach;

pub use config::Config;
pub use goal::{Meeting, goal};
pub use reach::Reach;

angora_sdk::export_plugin! {
    scene_task "Reach-v1" => Reach,
    scene_task "ReachSequential-v1" => Reach,
    scene_task "ReachVisual-v1" => Reach,
    scene_task "FreeReach-v1" => Reach,
    scene_task "FreeReachSequential-v1" => Reach,
    scene_task "FreeReachVisual-v1" => Reach,
}
