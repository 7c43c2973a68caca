//! MountainCar-v0: a car too weak for its hill has to swing up. After Moore (1990), with
//! Gymnasium's numbers; place and time have no unit.

use crate::choice::choice;
use angora_sdk::{
    Action, ActionSpec, Ending, Observation, Random, Result, SensationSpec, Sense, Step, Task,
    TaskSpec, elements, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Change of velocity by a push, per step.
const FORCE: f64 = 0.001;
/// Change of velocity by the steepest slope, per step.
const GRAVITY: f64 = 0.0025;
/// Highest speed.
const SPEED_LIMIT: f64 = 0.07;
/// The wall on the left.
const LEFT: f64 = -1.2;
/// The end of the track on the right.
const RIGHT: f64 = 0.6;
/// The goal.
const GOAL: f64 = 0.5;
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
}

impl State {
    /// One step with a push of -1, 0 or 1.
    #[must_use]
    pub fn advanced(self, push: f64) -> Self {
        let slope = (3.0 * self.position).cos();
        let velocity = self.velocity + (push * FORCE - GRAVITY * slope);
        let velocity = velocity.clamp(-SPEED_LIMIT, SPEED_LIMIT);
        let position = (self.position + velocity).clamp(LEFT, RIGHT);
        let stopped = position == LEFT && velocity < 0.0;
        Self {
            position,
            velocity: if stopped { 0.0 } else { velocity },
        }
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct MountainCar {
    config: Config,
    state: State,
}

impl MountainCar {
    /// How many of place and velocity are sensed.
    fn sensed(&self) -> usize {
        if self.config.velocity { 2 } else { 1 }
    }

    fn observe(&self, out: &mut Observation<'_>) -> Result<()> {
        let State { position, velocity } = self.state;
        let senses = [position as f32, velocity as f32];
        out.sense(Sense::Proprioception, &senses[..self.sensed()])?;
        out.signal("car_position", &[position])?;
        out.signal("car_velocity", &[velocity])
    }
}

impl Task for MountainCar {
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
            action: ActionSpec::Discrete { n: 3 },
            signals: vec![signal("car_position", 1, ""), signal("car_velocity", 1, "")],
            reward_terms: vec!["time".into()],
            max_episode_steps: Some(200),
            reward_threshold: Some(-110.0),
            control_timestep: None,
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.state = State {
            position: random.uniform(START.0, START.1),
            velocity: 0.0,
        };
        self.observe(out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        self.state = self.state.advanced(choice(action, 3)? as f64 - 1.0);
        out.reward_term("time", -1.0)?;
        self.observe(out.observation())?;
        let there = self.state.position >= GOAL && self.state.velocity >= self.config.goal_velocity;
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
    fn at_the_bottom_of_the_valley_a_push_counts_alone() {
        // cos(3 x) = 0 at x = -pi/6.
        let bottom = State {
            position: -std::f64::consts::FRAC_PI_6,
            velocity: 0.0,
        };
        let next = bottom.advanced(1.0);
        assert!((next.velocity - 0.001).abs() < 1e-17);
        assert_eq!(next.position, bottom.position + next.velocity);
    }

    #[test]
    fn the_wall_stops_the_car_and_speed_is_limited() {
        let next = State {
            position: -1.19,
            velocity: -0.08,
        }
        .advanced(-1.0);
        assert_eq!((next.position, next.velocity), (-1.2, 0.0));
        let next = State {
            position: 0.0,
            velocity: 0.2,
        }
        .advanced(0.0);
        assert_eq!((next.position, next.velocity), (0.07, 0.07));
    }

    #[test]
    fn the_goal_may_ask_for_a_velocity() {
        for (goal_velocity, ending) in [(0.0, Ending::Terminated), (0.06, Ending::None)] {
            let mut harness = TaskHarness::<MountainCar>::new("MountainCar-v0").expect("default");
            harness.task.config = Config {
                goal_velocity,
                ..Config::default()
            };
            harness.task.state = State {
                position: 0.49,
                velocity: 0.05,
            };
            assert_eq!(harness.step(&[1.0]).expect("steps"), (-1.0, ending));
        }
    }
}
