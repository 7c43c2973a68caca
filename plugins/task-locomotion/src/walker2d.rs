//! Walker2d: walk forward on two legs without falling.

use crate::upright::{self, Upright};
use crate::{Interval, revision};

/// What is particular to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind;

impl upright::Kind for Kind {
    const WORLD: &'static str = include_str!("../assets/plane-walker2d.xml");
    const STATE: Interval = Interval {
        low: None,
        high: None,
    };
    const HEIGHT: Interval = Interval::between(0.8, 2.0);
    const PITCH: Interval = Interval::between(-1.0, 1.0);
    const THRESHOLD: Option<f64> = None;

    fn body(id: &str) -> &'static str {
        if revision::before_5(id) {
            "walker2d-v4"
        } else {
            "walker2d"
        }
    }
}

/// Its settings.
pub type Config = upright::Config<Kind>;
/// The task.
pub type Walker2d = Upright<Kind>;
