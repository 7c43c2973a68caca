//! Landing and walking in two dimensions: LunarLander, discrete and continuous, and BipedalWalker.

pub mod bipedal_walker;
pub mod engine;
mod history;
pub mod lander;
pub mod lunar_lander;
pub mod walker;

pub use bipedal_walker::BipedalWalker;
pub use lunar_lander::LunarLander;

angora_sdk::export_plugin! {
    task "LunarLander-v3" => LunarLander,
    task "LunarLanderContinuous-v3" => LunarLander,
    task "BipedalWalker-v3" => BipedalWalker,
}
