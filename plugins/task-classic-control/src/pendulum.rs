//! Pendulum-v1: swing a pendulum up and hold it there with little torque. Gymnasium's numbers.

use angora_sdk::{
    Action, ActionSpec, Ending, Observation, Random, Result, SensationSpec, Sense, Step, Task,
    TaskSpec, elements, sensation, signal, state,
};
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// What is sensed.
const SENSED: [(&str, &str); 3] = [
    ("angle_cos", "1"),
    ("angle_sin", "1"),
    ("angle_velocity", "rad/s"),
];

/// Mass, kg.
const MASS: f64 = 1.0;
/// Length, m.
const LENGTH: f64 = 1.0;
/// Control time step, s.
const TIMESTEP: f64 = 0.05;
/// Highest speed, rad/s.
const SPEED_LIMIT: f64 = 8.0;
/// Largest torque, N m.
const TORQUE_LIMIT: f64 = 2.0;
/// Cost of the squared velocity.
const VELOCITY_COST: f64 = 0.1;
/// Cost of the squared torque.
const TORQUE_COST: f64 = 0.001;

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Gravity, m/s².
    pub gravity: f64,
    /// Whether the brain senses the velocity; if not, it has to remember where the pendulum was.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            gravity: 10.0,
            velocity: true,
        }
    }
}

/// The whole state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Angle, rad; 0 is upright, whole turns count.
    pub theta: f64,
    /// Angular velocity, rad/s.
    pub theta_dot: f64,
}

impl State {
    /// One semi-implicit Euler step with a torque in N m: the angle advances with the new
    /// velocity.
    #[must_use]
    pub fn advanced(self, torque: f64, gravity: f64) -> Self {
        let acceleration = 3.0 * gravity / (2.0 * LENGTH) * self.theta.sin()
            + 3.0 / (MASS * LENGTH * LENGTH) * torque;
        let theta_dot = self.theta_dot + acceleration * TIMESTEP;
        let theta_dot = theta_dot.clamp(-SPEED_LIMIT, SPEED_LIMIT);
        Self {
            theta: self.theta + theta_dot * TIMESTEP,
            theta_dot,
        }
    }
}

/// The same angle within [-pi, pi).
fn wrapped(angle: f64) -> f64 {
    (angle + PI).rem_euclid(TAU) - PI
}

/// The task.
#[derive(Debug, Clone)]
pub struct Pendulum {
    config: Config,
    state: State,
}

impl Pendulum {
    /// How many of cosine, sine and velocity are sensed.
    fn receptors(&self) -> usize {
        if self.config.velocity { 3 } else { 2 }
    }

    fn observe(&self, out: &mut Observation<'_>) -> Result<()> {
        let State { theta, theta_dot } = self.state;
        let senses = [theta.cos(), theta.sin(), theta_dot].map(|value| value as f32);
        out.sense(Sense::Proprioception, &senses[..self.receptors()])?;
        out.signal("angle", &[wrapped(theta)])?;
        out.signal("velocity", &[theta_dot])
    }
}

impl Task for Pendulum {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config,
            state: State::default(),
        })
    }

    fn spec(&self) -> TaskSpec {
        let (limit, unit) = if self.config.velocity {
            (SPEED_LIMIT, "mixed")
        } else {
            (1.0, "")
        };
        TaskSpec {
            sensations: vec![SensationSpec {
                low: Some(-limit),
                high: Some(limit),
                unit: unit.into(),
                elements: elements(&SENSED[..self.receptors()]),
                ..sensation(Sense::Proprioception, self.receptors())
            }],
            action: ActionSpec::Box {
                low: vec![-TORQUE_LIMIT],
                high: vec![TORQUE_LIMIT],
            },
            signals: vec![signal("angle", 1, "rad"), signal("velocity", 1, "rad/s")],
            reward_terms: vec!["angle".into(), "velocity".into(), "control".into()],
            max_episode_steps: Some(200),
            // Customary: Gymnasium registers no threshold.
            reward_threshold: Some(-200.0),
            control_timestep: Some(TIMESTEP),
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.state = State {
            theta: random.uniform(-PI, PI),
            theta_dot: random.uniform(-1.0, 1.0),
        };
        self.observe(out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let torque = f64::from(action.values()[0]).clamp(-TORQUE_LIMIT, TORQUE_LIMIT);
        // Costs are those of the state before the step.
        let (angle, velocity) = (wrapped(self.state.theta), self.state.theta_dot);
        out.reward_term("angle", -(angle * angle))?;
        out.reward_term("velocity", -(VELOCITY_COST * velocity * velocity))?;
        out.reward_term("control", -(TORQUE_COST * torque * torque))?;
        self.state = self.state.advanced(torque, self.config.gravity);
        self.observe(out.observation())?;
        Ok(Ending::None)
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
    use angora_sdk::output::Layout;
    use angora_sdk::testing::TaskHarness;

    #[test]
    fn a_torque_at_the_top_accelerates_by_three_times_itself() {
        // sin 0 = 0: theta_dot = 3 u dt = 0.3, theta = 0.3 dt = 0.015.
        let next = State::default().advanced(2.0, 10.0);
        assert!((next.theta_dot - 0.3).abs() < 1e-15);
        assert!((next.theta - 0.015).abs() < 1e-16);
    }

    #[test]
    fn the_reward_is_that_of_the_state_before_the_step() {
        // theta = 3 pi / 2 wraps to -pi/2; torque 5 is clipped to 2.
        let mut harness = TaskHarness::<Pendulum>::new("Pendulum-v1").expect("default");
        harness.task.state = State {
            theta: 1.5 * PI,
            theta_dot: 2.0,
        };
        let (reward, ending) = harness.step(&[5.0]).expect("steps");
        let by_hand = -(PI * PI / 4.0 + 0.1 * 4.0 + 0.001 * 4.0);
        assert!((reward - by_hand).abs() < 1e-14);
        assert_eq!(ending, Ending::None);
    }

    #[test]
    fn without_velocity_only_cosine_and_sine_are_sensed() {
        let config = Config {
            velocity: false,
            ..Config::default()
        };
        let mut task = Pendulum::new("Pendulum-v1", config).expect("fits");
        task.state = State {
            theta: 0.5,
            theta_dot: -3.0,
        };
        let spec = task.spec();
        assert_eq!(spec.sensation_len(), 2);
        assert_eq!(spec.sensations[0].high, Some(1.0));
        let (layout, mut senses, mut signals) = (Layout::new(&spec), [f32::NAN; 2], [f64::NAN; 2]);
        let mut out = Observation::new(&layout, &mut senses, &mut signals);
        task.observe(&mut out).expect("fits the spec");
        assert_eq!(senses, [0.5_f64.cos() as f32, 0.5_f64.sin() as f32]);
        assert_eq!(signals, [0.5, -3.0]);
    }

    #[test]
    fn angles_wrap_into_one_turn() {
        assert!((wrapped(-PI - 0.5) - (PI - 0.5)).abs() < 1e-14);
        assert!((wrapped(7.0 * TAU + 0.25) - 0.25).abs() < 1e-13);
    }
}
