//! Running normalisation of sensations and rewards.
//!
//! Both preprocessors transform with the shared statistics as they were at the start of a cycle
//! and gather a delta of their own; see [`Moments`] for how the two are merged.

mod moments;
mod rewards;
mod sensations;
mod settings;

pub use moments::Moments;
pub use rewards::NormaliseRewards;
pub use sensations::NormaliseSensations;
pub use settings::Settings;

angora_sdk::export_plugin! {
    preprocessor "normalise-rewards" => NormaliseRewards,
    preprocessor "normalise-sensations" => NormaliseSensations,
}
