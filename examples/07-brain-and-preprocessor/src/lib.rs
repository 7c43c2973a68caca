//! Senses that come late, and a brain that remembers what it has done since.

mod brain;
mod delay;

pub use brain::EfferenceCopy;
pub use delay::SensoryDelay;

angora_sdk::export_plugin! {
    preprocessor "sensory-delay" => SensoryDelay,
    brain "efference-copy" => EfferenceCopy,
}
