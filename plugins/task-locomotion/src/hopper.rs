//! Hopper: hop forward without falling.

use crate::Interval;
use crate::upright::{self, Upright};

/// What is particular to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind;

impl upright::Kind for Kind {
    const WORLD: &'static str = include_str!("../assets/plane-hopper.xml");
    const STATE: Interval = Interval::between(-100.0, 100.0);
    const HEIGHT: Interval = Interval {
        low: Some(0.7),
        high: None,
    };
    const PITCH: Interval = Interval::between(-0.2, 0.2);
    const THRESHOLD: Option<f64> = Some(3800.0);

    fn body(_id: &str) -> &'static str {
        "hopper"
    }
}

/// Its settings.
pub type Config = upright::Config<Kind>;
/// The task.
pub type Hopper = Upright<Kind>;
