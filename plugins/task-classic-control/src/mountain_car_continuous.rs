//! MountainCarContinuous-v0: the mountain car with a continuous push that costs. Gymnasium's
//! numbers; place and time have no unit.
//!
//! The reference keeps its state in f64 at the start of an episode and in f32 from the first
//! step on, and adds in that precision. So does this: hence [`State::single`].

use angora_sdk::{
    Action, ActionSpec, Ending, Observation, Random, Result, SensationSpec, Sense, Step, Task,
    TaskSpec, elements, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Change of velocity by a full push, per step.
const POWER: f64 = 0.0015;
/// Change of velocity by the steepest slope, per step.
const GRAVITY: f64 = 0.0025;
/// Highest speed.
const SPEED_LIMIT: f64 = 0.07;
/// The wall on the left.
const LEFT: f64 = -1.2;
/// The end of the track on the right.
const RIGHT: f64 = 0.6;
/// The goal.
const GOAL: f64 = 0.45;
/// Reward for the goal.
const GOAL_REWARD: f64 = 100.0;
/// Cost of the squared action.
const COST: f64 = 0.1;
/// Starts are uniform between these, at rest.
const START: (f64, f64) = (-0.6, -0.4);

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Least velocity at the goal, per step.
    pub goal_velocity: f64,
    /// Whether the brain senses the velocity; if not, it has to remember where the car was.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            goal_velocity: 0.0,
            velocity: true,
        }
    }
}

/// The whole state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Place.
    pub position: f64,
    /// Change of place per step.
    pub velocity: f64,
    /// Whether position and velocity hold f32 values and the next step adds in f32: so from the
    /// first step of an episode on.
    pub single: bool,
}

impl State {
    /// One step with an action, which is clipped to [-1, 1].
    #[must_use]
    pub fn advanced(self, action: f32) -> Self {
        if self.single {
            self.advanced_single(action)
        } else {
            self.advanced_double(action)
        }
    }

    fn advanced_double(self, action: f32) -> Self {
        let velocity = self.velocity + acceleration(action, (3.0 * self.position).cos());
        let velocity = velocity.clamp(-SPEED_LIMIT, SPEED_LIMIT);
        let position = (self.position + velocity).clamp(LEFT, RIGHT);
        let stopped = position == LEFT && velocity < 0.0;
        Self {
            position: f64::from(position as f32),
            velocity: if stopped {
                0.0
            } else {
                f64::from(velocity as f32)
            },
            single: true,
        }
    }

    fn advanced_single(self, action: f32) -> Self {
        let (position, velocity) = (self.position as f32, self.velocity as f32);
        let slope = f64::from(3.0 * position).cos();
        let velocity = velocity + acceleration(action, slope) as f32;
        let velocity = velocity.clamp(-SPEED_LIMIT as f32, SPEED_LIMIT as f32);
        let position = (position + velocity).clamp(LEFT as f32, RIGHT as f32);
        let stopped = position == LEFT as f32 && velocity < 0.0;
        Self {
            position: f64::from(position),
            velocity: if stopped { 0.0 } else { f64::from(velocity) },
            single: true,
        }
    }

    /// Whether the goal is reached with at least this velocity, in the precision of the state.
    #[must_use]
    pub fn at_goal(self, goal_velocity: f64) -> bool {
        // The state holds f32 values after a step, so the bounds are rounded alike.
        let bound = |value: f64| f64::from(value as f32);
        self.position >= bound(GOAL) && self.velocity >= bound(goal_velocity)
    }
}

/// Change of velocity: in f32 within the bounds of the action, in f64 beyond, where the
/// reference's clipping makes a double of it.
fn acceleration(action: f32, slope: f64) -> f64 {
    let pull = GRAVITY * slope;
    if (-1.0..=1.0).contains(&action) {
        f64::from(action * POWER as f32 - pull as f32)
    } else {
        f64::from(action.clamp(-1.0, 1.0)) * POWER - pull
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct MountainCarContinuous {
    config: Config,
    state: State,
}

impl MountainCarContinuous {
    /// How many of place and velocity are sensed.
    fn sensed(&self) -> usize {
        if self.config.velocity { 2 } else { 1 }
    }

    fn observe(&self, out: &mut Observation<'_>) -> Result<()> {
        let State {
            position, velocity, ..
        } = self.state;
        let senses = [position as f32, velocity as f32];
        out.sense(Sense::Proprioception, &senses[..self.sensed()])?;
        out.signal("car_position", &[position])?;
        out.signal("car_velocity", &[velocity])
    }
}

impl Task for MountainCarContinuous {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config,
            state: State::default(),
        })
    }

    fn spec(&self) -> TaskSpec {
        TaskSpec {
            sensations: vec![SensationSpec {
                low: Some(f64::from(LEFT as f32)),
                high: Some(f64::from(RIGHT as f32)),
                elements: elements(&[("position", ""), ("velocity", "")][..self.sensed()]),
                ..sensation(Sense::Proprioception, self.sensed())
            }],
            action: ActionSpec::Box {
                low: vec![-1.0],
                high: vec![1.0],
            },
            signals: vec![signal("car_position", 1, ""), signal("car_velocity", 1, "")],
            reward_terms: vec!["goal".into(), "control".into()],
            max_episode_steps: Some(999),
            reward_threshold: Some(90.0),
            control_timestep: None,
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.state = State {
            position: random.uniform(START.0, START.1),
            velocity: 0.0,
            single: false,
        };
        self.observe(out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let push = action.values()[0];
        self.state = self.state.advanced(push);
        let there = self.state.at_goal(self.config.goal_velocity);
        out.reward_term("goal", if there { GOAL_REWARD } else { 0.0 })?;
        // The cost is that of the action as it came, not as it was clipped.
        out.reward_term("control", -(f64::from(push) * f64::from(push) * COST))?;
        self.observe(out.observation())?;
        Ok(if there {
            Ending::Terminated
        } else {
            Ending::None
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.state)
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.state = state::restore(state)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::testing::TaskHarness;

    #[test]
    fn the_push_is_clipped_and_its_cost_is_not() {
        let start = State {
            position: -std::f64::consts::FRAC_PI_6,
            velocity: 0.0,
            single: false,
        };
        assert!((start.advanced(3.0).velocity - 0.0015).abs() < 1e-9);

        let mut harness =
            TaskHarness::<MountainCarContinuous>::new("MountainCarContinuous-v0").expect("default");
        harness.task.state = start;
        assert_eq!(harness.step(&[3.0]).expect("steps"), (-0.9, Ending::None));
    }

    #[test]
    fn the_goal_gives_a_hundred() {
        let mut harness =
            TaskHarness::<MountainCarContinuous>::new("MountainCarContinuous-v0").expect("default");
        harness.task.state = State {
            position: 0.44,
            velocity: 0.05,
            single: true,
        };
        let (reward, ending) = harness.step(&[1.0]).expect("steps");
        assert_eq!((reward, ending), (99.9, Ending::Terminated));
    }

    #[test]
    fn the_wall_stops_the_car_in_both_precisions() {
        for single in [false, true] {
            let next = State {
                position: -1.19,
                velocity: -0.07,
                single,
            }
            .advanced(-1.0);
            assert_eq!((next.position, next.velocity), (f64::from(-1.2_f32), 0.0));
        }
    }
}
