//! What of an episode the physics does not know.

use crate::chain;
use crate::config::{Config, Goals};
use crate::variant::Variant;
use angora_sdk::{Random, Rotation};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// An episode.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Episode {
    /// The goal that holds, w x y z.
    goal: [f64; 4],
    /// The block's orientation when the episode began, w x y z.
    start: [f64; 4],
    /// Turns of the chain that are still to come, the next one last, w x y z.
    chain: Vec<[f64; 4]>,
    /// Goals reached.
    pub reached: u64,
    /// Control steps since the goal was set.
    pub steps: u64,
    /// Distance to the goal of the last step, and to the one that holds now, rad.
    pub distances: [f64; 2],
    /// Whether the last step reached a goal.
    pub success: bool,
    /// Whether the block is dropped.
    pub dropped: bool,
    /// For goals and noise to come.
    pub random: Random,
    /// The orientation from which AngoraPy measures progress: that of the last step without a
    /// success, of an earlier episode after a reset, all zeros at the very first.
    pub angorapy_pose: [f64; 4],
}

impl Default for Episode {
    fn default() -> Self {
        Self {
            goal: Rotation::IDENTITY.quaternion(),
            start: Rotation::IDENTITY.quaternion(),
            chain: Vec::new(),
            reached: 0,
            steps: 0,
            distances: [0.0; 2],
            success: false,
            dropped: false,
            random: Random::new(0),
            angorapy_pose: [0.0; 4],
        }
    }
}

impl Episode {
    /// The goal that holds.
    pub fn goal(&self) -> Rotation {
        Rotation::new(self.goal)
    }

    /// Begins anew and decides on the block's orientation; the goal is set once it has settled.
    pub fn begin(&mut self, config: &Config, variant: Variant, random: &mut Random) -> Rotation {
        let mut own = random.clone();
        let start = match (variant.chain, config.as_angorapy) {
            (true, _) => chain::parallel(own.index(24)),
            (false, true) => angorapy_rotation(&mut own),
            (false, false) => Rotation::uniform(&mut own),
        };
        self.start = start.quaternion();
        self.goal = self.start;
        self.chain.clear();
        if variant.chain {
            // That the code can be read was checked with the settings.
            let mut turns = chain::turns(&config.chain).unwrap_or_default();
            if config.shuffle_chain {
                chain::shuffle(&mut turns, &mut own);
            }
            self.chain = turns.iter().rev().map(|turn| turn.quaternion()).collect();
        }
        self.reached = 0;
        self.steps = 0;
        self.success = false;
        self.dropped = false;
        self.random = own;
        start
    }

    /// Sets the next goal; false where the chain is done.
    pub fn next_goal(&mut self, config: &Config, variant: Variant) -> bool {
        let random = &mut self.random;
        self.steps = 0;
        if variant.chain {
            let Some(turn) = self.chain.pop() else {
                return false;
            };
            self.goal = Rotation::new(turn).after(self.goal()).quaternion();
            return true;
        }
        let goal = match config.goals {
            Goals::Any if config.as_angorapy => angorapy_rotation(random),
            Goals::Any => Rotation::uniform(random),
            Goals::Parallel => chain::parallel(random.index(24)),
            Goals::Vertical => {
                let angle = random.uniform(-PI, PI);
                Rotation::about([0.0, 0.0, 1.0], angle).after(Rotation::new(self.start))
            }
        };
        self.goal = goal.canonical().quaternion();
        true
    }
}

/// AngoraPy's random rotation, which is not uniform: any angle about an axis from a cube.
fn angorapy_rotation(random: &mut Random) -> Rotation {
    let angle = random.uniform(-PI, PI);
    let axis = std::array::from_fn(|_| random.uniform(-1.0, 1.0));
    Rotation::about(axis, angle)
}

/// Angle between two orientations: on SO(3), or AngoraPy's, which is up to 2 pi since it takes a
/// quaternion and its negative for two orientations.
pub fn distance(as_angorapy: bool, a: Rotation, b: Rotation) -> f64 {
    if as_angorapy {
        let between = a.after(b.inverse()).quaternion();
        return 2.0 * between[0].clamp(-1.0, 1.0).acos();
    }
    a.angle_to(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angorapys_distance_is_not_folded_and_half_a_turn_from_nothing() {
        let far = Rotation::about([0.0, 1.0, 0.0], 1.5 * PI);
        let found = distance(true, far, Rotation::IDENTITY);
        assert!((found - 1.5 * PI).abs() < 1e-12, "{found}");
        assert!((distance(false, far, Rotation::IDENTITY) - 0.5 * PI).abs() < 1e-12);
        let nothing = Rotation::new([0.0; 4]);
        assert_eq!(distance(true, far, nothing), PI);
    }

    #[test]
    fn a_chain_is_followed_turn_by_turn_to_its_end() {
        let (config, variant) = (Config::default(), Variant::of("TestCaseManipulateBlock-v1"));
        let mut episode = Episode::default();
        let start = episode.begin(&config, variant, &mut Random::new(1));
        let mut before = start;
        for _ in 0..6 {
            assert!(episode.next_goal(&config, variant));
            assert!((before.angle_to(episode.goal()) - PI / 2.0).abs() < 1e-9);
            before = episode.goal();
        }
        // l r, u d and c a undo each other.
        assert!(before.angle_to(start) < 1e-7);
        assert!(!episode.next_goal(&config, variant));
    }

    #[test]
    fn vertical_goals_keep_the_face_that_is_up() {
        let config = Config {
            goals: Goals::Vertical,
            ..Config::default()
        };
        let variant = Variant::of("ManipulateBlock-v1");
        let mut episode = Episode::default();
        let start = episode.begin(&config, variant, &mut Random::new(2));
        episode.next_goal(&config, variant);
        let up = |rotation: Rotation| rotation.inverse().turn([0.0, 0.0, 1.0]);
        for (a, b) in up(start).into_iter().zip(up(episode.goal())) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}
