//! Feed-forward brains: dense tanh layers from the senses to the policy and to the value.

mod feedforward;

pub use feedforward::{Config, Feedforward};

angora_sdk::export_plugin! {
    brain "deeper" => Feedforward,
    brain "simple" => Feedforward,
    brain "wider" => Feedforward,
}
