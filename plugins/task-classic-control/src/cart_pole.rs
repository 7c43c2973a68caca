//! CartPole-v1: keep a pole upright on a cart that is pushed left or right.
//!
//! Equations of motion of Barto, Sutton and Anderson (1983) without friction, as corrected by
//! Florian (2007), with Gymnasium's numbers.

use crate::choice::choice;
use angora_sdk::{
    Action, ActionSpec, ElementSpec, Ending, Observation, Random, Result, SensationSpec, Sense,
    Step, Task, TaskSpec, elements, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// m/s².
const GRAVITY: f64 = 9.8;
/// Mass of the pole, kg.
const POLE_MASS: f64 = 0.1;
/// Mass of cart and pole, kg.
const TOTAL_MASS: f64 = 1.1;
/// Half of the pole's length, m.
const HALF_LENGTH: f64 = 0.5;
/// Mass of the pole times half of its length, kg m.
const POLE_MOMENT: f64 = 0.05;
/// Push in either direction, N.
const FORCE: f64 = 10.0;
/// Control time step, s.
const TIMESTEP: f64 = 0.02;
/// The episode ends beyond this place, m.
const POSITION_LIMIT: f64 = 2.4;
/// The episode ends beyond this lean, rad (12 degrees).
const ANGLE_LIMIT: f64 = 12.0 * std::f64::consts::TAU / 360.0;
/// Starts are uniform within this, in all four coordinates.
const START_RANGE: f64 = 0.05;

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Reward as in Sutton and Barto's book: 0 for each step and -1 for a fall, in place of 1
    /// for each step.
    pub sutton_barto_reward: bool,
    /// Whether the brain senses velocities; if not, it has to remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sutton_barto_reward: false,
            velocity: true,
        }
    }
}

/// The whole state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Place of the cart, m.
    pub x: f64,
    /// Velocity of the cart, m/s.
    pub x_dot: f64,
    /// Lean of the pole, rad; 0 is upright, positive towards +x.
    pub theta: f64,
    /// Angular velocity of the pole, rad/s.
    pub theta_dot: f64,
    /// Whether the pole has fallen already.
    pub over: bool,
}

impl State {
    /// One explicit Euler step with a force in N: places advance with the old velocities.
    #[must_use]
    pub fn advanced(self, force: f64) -> Self {
        let (sin, cos) = (self.theta.sin(), self.theta.cos());
        let drive = (force + POLE_MOMENT * (self.theta_dot * self.theta_dot) * sin) / TOTAL_MASS;
        let theta_acc = (GRAVITY * sin - cos * drive)
            / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * (cos * cos) / TOTAL_MASS));
        let x_acc = drive - POLE_MOMENT * theta_acc * cos / TOTAL_MASS;
        Self {
            x: self.x + TIMESTEP * self.x_dot,
            x_dot: self.x_dot + TIMESTEP * x_acc,
            theta: self.theta + TIMESTEP * self.theta_dot,
            theta_dot: self.theta_dot + TIMESTEP * theta_acc,
            over: self.over,
        }
    }

    /// Whether cart or pole is beyond its limit.
    #[must_use]
    pub fn fallen(self) -> bool {
        self.x.abs() > POSITION_LIMIT || self.theta.abs() > ANGLE_LIMIT
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct CartPole {
    config: Config,
    state: State,
}

impl CartPole {
    fn observe(&self, out: &mut Observation<'_>) -> Result<()> {
        let s = &self.state;
        if self.config.velocity {
            let senses = [s.x, s.x_dot, s.theta, s.theta_dot];
            out.sense(Sense::Proprioception, &senses.map(|value| value as f32))?;
        } else {
            out.sense(Sense::Proprioception, &[s.x as f32, s.theta as f32])?;
        }
        out.signal("cart_position", &[s.x])?;
        out.signal("cart_velocity", &[s.x_dot])?;
        out.signal("pole_angle", &[s.theta])?;
        out.signal("pole_velocity", &[s.theta_dot])
    }

    fn sensed(&self) -> Vec<ElementSpec> {
        let all = elements(&[
            ("cart_position", "m"),
            ("cart_velocity", "m/s"),
            ("pole_angle", "rad"),
            ("pole_velocity", "rad/s"),
        ]);
        let step = if self.config.velocity { 1 } else { 2 };
        all.into_iter().step_by(step).collect()
    }

    fn reward(&mut self) -> f64 {
        let fallen = self.state.fallen();
        let late = fallen && std::mem::replace(&mut self.state.over, fallen);
        match (self.config.sutton_barto_reward, fallen) {
            (true, true) => -1.0,
            (true, false) => 0.0,
            (false, _) if late => 0.0,
            (false, _) => 1.0,
        }
    }
}

impl Task for CartPole {
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
                unit: "mixed".into(),
                elements: self.sensed(),
                ..sensation(
                    Sense::Proprioception,
                    if self.config.velocity { 4 } else { 2 },
                )
            }],
            action: ActionSpec::Discrete { n: 2 },
            signals: vec![
                signal("cart_position", 1, "m"),
                signal("cart_velocity", 1, "m/s"),
                signal("pole_angle", 1, "rad"),
                signal("pole_velocity", 1, "rad/s"),
            ],
            reward_terms: vec!["balance".into()],
            max_episode_steps: Some(500),
            reward_threshold: Some(475.0),
            control_timestep: Some(TIMESTEP),
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        let mut draw = || random.uniform(-START_RANGE, START_RANGE);
        self.state = State {
            x: draw(),
            x_dot: draw(),
            theta: draw(),
            theta_dot: draw(),
            over: false,
        };
        self.observe(out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let force = if choice(action, 2)? == 1 {
            FORCE
        } else {
            -FORCE
        };
        self.state = self.state.advanced(force);
        out.reward_term("balance", self.reward())?;
        self.observe(out.observation())?;
        Ok(if self.state.fallen() {
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
    fn a_push_at_rest_moves_only_the_velocities() {
        // theta = 0: drive = 10/1.1, theta_acc = -drive / (0.5 (4/3 - 1/11)),
        // x_acc = drive - 0.05 theta_acc / 1.1. 4/3 - 1/11 = 41/33, so theta_acc = -600/41
        // and x_acc = 100/11 + 300/451 = 400/41.
        let next = State::default().advanced(10.0);
        assert_eq!((next.x, next.theta), (0.0, 0.0));
        assert!((next.theta_dot + 0.02 * 600.0 / 41.0).abs() < 1e-15);
        assert!((next.x_dot - 0.02 * 400.0 / 41.0).abs() < 1e-15);
    }

    #[test]
    fn limits_are_strict() {
        let at = |x, theta| State {
            x,
            theta,
            ..State::default()
        };
        assert!(!at(2.4, 0.0).fallen());
        assert!(at(2.4_f64.next_up(), 0.0).fallen());
        assert!(!at(0.0, -0.209_439_510_239_319_53).fallen());
        assert!(at(0.0, (-0.209_439_510_239_319_53_f64).next_down()).fallen());
    }

    #[test]
    fn the_fall_is_rewarded_once_or_punished() {
        let falling = State {
            theta: 0.2,
            theta_dot: 3.0,
            ..State::default()
        };
        for (sutton_barto_reward, rewards) in [(false, [1.0, 0.0]), (true, [-1.0, -1.0])] {
            let mut harness = TaskHarness::<CartPole>::new("CartPole-v1").expect("default");
            harness.task.config.sutton_barto_reward = sutton_barto_reward;
            harness.task.state = falling;
            for reward in rewards {
                let step = harness.step(&[1.0]).expect("steps");
                assert_eq!(step, (reward, Ending::Terminated));
            }
        }
    }

    #[test]
    fn a_choice_that_is_not_there_is_a_fault() {
        let mut harness = TaskHarness::<CartPole>::new("CartPole-v1").expect("default");
        harness.reset(1).expect("resets");
        let fault = harness.step(&[2.0]).expect_err("no third choice");
        assert_eq!(fault.field, "action");
    }
}
