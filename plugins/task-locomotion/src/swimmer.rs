//! Swimmer: swim forward in a viscous fluid.

use crate::endless::{self, Endless};
use angora_sdk::Random;

/// What is particular to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind;

impl endless::Kind for Kind {
    const WORLD: &'static str = include_str!("../assets/pool.xml");
    const BODY: &'static str = "swimmer";
    const PLACE: &'static [&'static str] = &["root_x", "root_slide_y"];
    const CONTROL_COST: f64 = 1e-4;
    const THRESHOLD: f64 = 360.0;

    fn first_velocity(random: &mut Random, scale: f64) -> f64 {
        random.uniform(-scale, scale)
    }
}

/// Its settings.
pub type Config = endless::Config<Kind>;
/// The task.
pub type Swimmer = Endless<Kind>;
