//! Rewards of dexterous tasks, over signals that any task may offer.
//!
//! Each is a prototype: terms with coefficients. Configurations name sets of coefficients, and each
//! coefficient may be a schedule over the training.

mod manipulate;
mod reach;
mod signals;

pub use manipulate::{Manipulate, ManipulateConfig};
pub use reach::{FreeReach, FreeReachConfig, Reach, ReachConfig};

angora_sdk::export_plugin! {
    reward "reach" => Reach,
    reward "sequential-reach" => Reach,
    reward "free-reach" => FreeReach,
    reward "free-reach-progress" => FreeReach,
    reward "sequential-free-reach" => FreeReach,
    reward "manipulate" => Manipulate,
}
