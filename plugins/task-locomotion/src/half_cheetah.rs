//! HalfCheetah: run forward with little effort.

use crate::endless::{self, Endless};
use angora_sdk::Random;

/// What is particular to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind;

impl endless::Kind for Kind {
    const WORLD: &'static str = include_str!("../assets/plane-half-cheetah.xml");
    const BODY: &'static str = "half-cheetah";
    const PLACE: &'static [&'static str] = &["root_x"];
    const CONTROL_COST: f64 = 0.1;
    const THRESHOLD: f64 = 4800.0;

    fn first_velocity(random: &mut Random, scale: f64) -> f64 {
        scale * random.normal()
    }
}

/// Its settings.
pub type Config = endless::Config<Kind>;
/// The task.
pub type HalfCheetah = Endless<Kind>;
