//! Turning a block in the hand from one orientation to the next (ManipulateBlock): with the block's
//! pose told, told with noise, or seen by one camera or three.

mod chain;
mod config;
mod episode;
mod manipulate;
mod scene;
mod variant;

pub use config::{Config, GoalSense, Goals};
pub use manipulate::Manipulate;

angora_sdk::export_plugin! {
    scene_task "ManipulateBlock-v1" => Manipulate,
    scene_task "ManipulateBlockAsymmetric-v1" => Manipulate,
    scene_task "ManipulateBlockVisual-v1" => Manipulate,
    scene_task "ManipulateBlockVisualAsymmetric-v1" => Manipulate,
    scene_task "ManipulateBlockTripleCamera-v1" => Manipulate,
    scene_task "NoisyManipulateBlock-v1" => Manipulate,
    scene_task "TestCaseManipulateBlock-v1" => Manipulate,
}
