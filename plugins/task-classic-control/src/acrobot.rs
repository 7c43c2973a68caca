//! Acrobot-v1: swing the tip of a double pendulum up with a torque at the middle joint.
//!
//! Equations of motion of Sutton and Barto's book, with Gymnasium's numbers.

use crate::choice::choice;
use angora_sdk::{
    Action, ActionSpec, Ending, Observation, Random, Result, SensationSpec, Sense, SignalSpec,
    Step, Task, TaskSpec, elements, sensation, signal, state,
};
use serde::{Deserialize, Serialize};
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// What is sensed.
const SENSED: [(&str, &str); 6] = [
    ("shoulder_cos", "1"),
    ("shoulder_sin", "1"),
    ("elbow_cos", "1"),
    ("elbow_sin", "1"),
    ("shoulder_velocity", "rad/s"),
    ("elbow_velocity", "rad/s"),
];

/// m/s².
const GRAVITY: f64 = 9.8;
/// Length of either link, m.
const LENGTH: f64 = 1.0;
/// From joint to centre of mass of either link, m.
const CENTRE: f64 = 0.5;
/// Mass of either link, kg.
const MASS: f64 = 1.0;
/// Moment of inertia of either link, kg m².
const INERTIA: f64 = 1.0;
/// Control time step, s.
const TIMESTEP: f64 = 0.2;
/// Highest speed of the first joint, rad/s.
const SPEED_LIMIT_1: f64 = 4.0 * PI;
/// Highest speed of the second joint, rad/s.
const SPEED_LIMIT_2: f64 = 9.0 * PI;
/// Starts are uniform within this, in all four coordinates.
const START_RANGE: f64 = 0.1;

/// The whole state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Angle of the first link, rad; 0 hangs down.
    pub theta_1: f64,
    /// Angle of the second link relative to the first, rad.
    pub theta_2: f64,
    /// Angular velocity of the first joint, rad/s.
    pub theta_1_dot: f64,
    /// Angular velocity of the second joint, rad/s.
    pub theta_2_dot: f64,
}

impl State {
    /// One classical Runge-Kutta step of fourth order with a constant torque in N m.
    #[must_use]
    pub fn advanced(self, torque: f64) -> Self {
        let s = [
            self.theta_1,
            self.theta_2,
            self.theta_1_dot,
            self.theta_2_dot,
        ];
        let half = TIMESTEP / 2.0;
        let k1 = slope(s, torque);
        let k2 = slope(along(s, half, k1), torque);
        let k3 = slope(along(s, half, k2), torque);
        let k4 = slope(along(s, TIMESTEP, k3), torque);
        let [theta_1, theta_2, theta_1_dot, theta_2_dot] = std::array::from_fn(|i| {
            s[i] + TIMESTEP / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
        });
        Self {
            theta_1: wrapped(theta_1),
            theta_2: wrapped(theta_2),
            theta_1_dot: theta_1_dot.clamp(-SPEED_LIMIT_1, SPEED_LIMIT_1),
            theta_2_dot: theta_2_dot.clamp(-SPEED_LIMIT_2, SPEED_LIMIT_2),
        }
    }

    /// Height of the tip over the upper joint, m.
    #[must_use]
    pub fn tip_height(self) -> f64 {
        -self.theta_1.cos() - (self.theta_1 + self.theta_2).cos()
    }
}

/// Time derivative of the state: angles, then velocities.
fn slope([t1, t2, w1, w2]: [f64; 4], torque: f64) -> [f64; 4] {
    let (sin_2, cos_2) = (t2.sin(), t2.cos());
    let coupling = MASS * LENGTH * CENTRE;
    let d1 = MASS * CENTRE * CENTRE
        + MASS * (LENGTH * LENGTH + CENTRE * CENTRE + 2.0 * LENGTH * CENTRE * cos_2)
        + 2.0 * INERTIA;
    let d2 = MASS * (CENTRE * CENTRE + LENGTH * CENTRE * cos_2) + INERTIA;
    let phi_2 = MASS * CENTRE * GRAVITY * (t1 + t2 - FRAC_PI_2).cos();
    let phi_1 = -coupling * w2 * w2 * sin_2 - 2.0 * coupling * w2 * w1 * sin_2
        + (MASS * CENTRE + MASS * LENGTH) * GRAVITY * (t1 - FRAC_PI_2).cos()
        + phi_2;
    let acc_2 = (torque + d2 / d1 * phi_1 - coupling * w1 * w1 * sin_2 - phi_2)
        / (MASS * CENTRE * CENTRE + INERTIA - d2 * d2 / d1);
    let acc_1 = -(d2 * acc_2 + phi_1) / d1;
    [w1, w2, acc_1, acc_2]
}

fn along(s: [f64; 4], time: f64, slope: [f64; 4]) -> [f64; 4] {
    std::array::from_fn(|i| s[i] + time * slope[i])
}

/// The same angle within [-pi, pi]. Whole turns are taken off one by one, as the reference does,
/// so that rounding agrees; a step makes few of them.
fn wrapped(mut angle: f64) -> f64 {
    while angle > PI {
        angle -= TAU;
    }
    while angle < -PI {
        angle += TAU;
    }
    angle
}

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether the brain senses velocities; if not, it has to remember where the links were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { velocity: true }
    }
}

/// The task.
#[derive(Debug, Clone)]
pub struct Acrobot {
    config: Config,
    state: State,
}

impl Acrobot {
    /// How many of cosines, sines and velocities are sensed.
    fn sensed(&self) -> usize {
        if self.config.velocity { 6 } else { 4 }
    }

    fn observe(&self, out: &mut Observation<'_>) -> Result<()> {
        let s = &self.state;
        let senses = [
            s.theta_1.cos(),
            s.theta_1.sin(),
            s.theta_2.cos(),
            s.theta_2.sin(),
            s.theta_1_dot,
            s.theta_2_dot,
        ];
        let senses = senses.map(|value| value as f32);
        out.sense(Sense::Proprioception, &senses[..self.sensed()])?;
        out.signal("joint_angles", &[s.theta_1, s.theta_2])?;
        out.signal("joint_velocities", &[s.theta_1_dot, s.theta_2_dot])?;
        out.signal("tip_height", &[s.tip_height()])
    }
}

impl Task for Acrobot {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config,
            state: State::default(),
        })
    }

    fn spec(&self) -> TaskSpec {
        let bound = if self.config.velocity {
            f64::from(SPEED_LIMIT_2 as f32)
        } else {
            1.0
        };
        TaskSpec {
            sensations: vec![SensationSpec {
                low: Some(-bound),
                high: Some(bound),
                unit: "mixed".into(),
                elements: elements(&SENSED[..self.sensed()]),
                ..sensation(Sense::Proprioception, self.sensed())
            }],
            action: ActionSpec::Discrete { n: 3 },
            signals: vec![
                SignalSpec {
                    elements: elements(&[("shoulder", ""), ("elbow", "")]),
                    ..signal("joint_angles", 2, "rad")
                },
                SignalSpec {
                    elements: elements(&[("shoulder", ""), ("elbow", "")]),
                    ..signal("joint_velocities", 2, "rad/s")
                },
                signal("tip_height", 1, "m"),
            ],
            reward_terms: vec!["time".into()],
            max_episode_steps: Some(500),
            reward_threshold: Some(-100.0),
            control_timestep: Some(TIMESTEP),
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        // Rounded to f32, as in the reference.
        let mut draw = || f64::from(random.uniform(-START_RANGE, START_RANGE) as f32);
        self.state = State {
            theta_1: draw(),
            theta_2: draw(),
            theta_1_dot: draw(),
            theta_2_dot: draw(),
        };
        self.observe(out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let torque = choice(action, 3)? as f64 - 1.0;
        self.state = self.state.advanced(torque);
        let up = self.state.tip_height() > 1.0;
        out.reward_term("time", if up { 0.0 } else { -1.0 })?;
        self.observe(out.observation())?;
        Ok(if up { Ending::Terminated } else { Ending::None })
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

    #[test]
    fn it_hangs_still_without_torque() {
        let next = State::default().advanced(0.0);
        // cos(-pi/2) is 6e-17 in f64, not 0.
        assert!(
            next.theta_1.abs() < 1e-16 && next.theta_2.abs() < 1e-16,
            "{next:?}"
        );
        assert_eq!(next.tip_height(), -2.0);
    }

    #[test]
    fn accelerations_of_the_hanging_arm_are_those_of_the_hand_calculation() {
        // t = w = 0, torque 1: d1 = 0.25 + 2.25 + 2 = 4.5, d2 = 0.75 + 1 = 1.75, phi = 0;
        // acc_2 = 1 / (1.25 - 1.75²/4.5) = 72/41, acc_1 = -1.75/4.5 acc_2 = -28/41.
        let [_, _, acc_1, acc_2] = slope([0.0; 4], 1.0);
        assert!((acc_2 - 72.0 / 41.0).abs() < 1e-14);
        assert!((acc_1 + 28.0 / 41.0).abs() < 1e-14);
    }

    #[test]
    fn angles_lose_whole_turns_and_speeds_are_limited() {
        assert!((wrapped(3.5 * PI) + 0.5 * PI).abs() < 1e-14);
        assert!((wrapped(-3.0) + 3.0).abs() < 1e-15);
        let fast = State {
            theta_1_dot: 100.0,
            theta_2_dot: -100.0,
            ..State::default()
        };
        let next = fast.advanced(0.0);
        assert_eq!(next.theta_1_dot.abs(), SPEED_LIMIT_1);
        assert_eq!(next.theta_2_dot.abs(), SPEED_LIMIT_2);
    }
}
