//! LunarLander: land softly between two flags with a main engine and two side engines.

use crate::history::History;
use crate::lander::{Engines, Lander, Outcome, Start, dispersion};
use angora_sdk::{
    Action, ActionSpec, Ending, Fault, FaultCode, Observation, Random, Result, SensationSpec,
    Sense, Step, Task, TaskSpec, elements, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Control steps after which the episode is cut.
const STEP_LIMIT: u64 = 1000;
/// Receptors that are velocities.
const VELOCITIES: [usize; 3] = [2, 3, 5];
/// Names of the receptors, whose values are scaled as in Gymnasium.
const SENSED: [(&str, &str); 8] = [
    ("x", ""),
    ("y", ""),
    ("x_velocity", ""),
    ("y_velocity", ""),
    ("angle", "rad"),
    ("spin", ""),
    ("left_leg_down", ""),
    ("right_leg_down", ""),
];

/// Settings, named as Gymnasium's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Gravity, m/s², between -12 and 0.
    pub gravity: f64,
    /// Whether the brain senses velocities; if not, it has to remember where it was.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            gravity: -10.0,
            velocity: true,
        }
    }
}

/// The task.
#[derive(Debug)]
pub struct LunarLander {
    config: Config,
    continuous: bool,
    lander: Option<Lander>,
    random: Random,
    history: History,
}

impl LunarLander {
    /// Starts an episode from the stream of the history.
    fn begin(&mut self) -> &Lander {
        self.random = self.history.random.clone();
        let start = Start::draw(&mut self.random);
        self.lander.insert(Lander::new(&start, self.config.gravity))
    }

    fn advance(&mut self, action: &[f32]) -> Result<(Outcome, &Lander)> {
        let engines = match action {
            [main, side] => Engines::throttled((*main).into(), (*side).into()),
            _ => Engines::chosen(action[0] as usize),
        };
        let dispersion = dispersion(&mut self.random);
        let lander = self.lander.as_mut();
        let lander = lander.ok_or_else(|| Fault::failed("a step before the first reset"))?;
        Ok((lander.step(engines, dispersion), lander))
    }
}

fn observe(lander: &Lander, velocity: bool, landed: bool, out: &mut Observation<'_>) -> Result<()> {
    let seen = lander.observation();
    let sensed = (0..seen.len()).filter(|at| velocity || !VELOCITIES.contains(at));
    let place = out.sense_mut(Sense::Proprioception)?;
    for (receptor, at) in place.iter_mut().zip(sensed) {
        *receptor = seen[at] as f32;
    }
    let motion = lander.motion();
    out.signal("position", &motion.position)?;
    out.signal("velocity", &motion.velocity)?;
    out.signal("angle", &[motion.angle])?;
    out.signal("legs_down", &seen[6..])?;
    out.signal("success", &[f64::from(u8::from(landed))])
}

impl Task for LunarLander {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        if !(-12.0..=0.0).contains(&config.gravity) {
            let message = format!("it is {}, expected -12 to 0", config.gravity);
            return Err(Fault::new(FaultCode::Config, message).on("gravity"));
        }
        let random = Random::new(0);
        Ok(Self {
            config,
            continuous: id.starts_with("LunarLanderContinuous"),
            lander: None,
            history: History::new(random.clone(), 0),
            random,
        })
    }

    fn spec(&self) -> TaskSpec {
        let sensed = (0..SENSED.len())
            .filter(|at| self.config.velocity || !VELOCITIES.contains(at))
            .map(|at| SENSED[at]);
        let sensed: Vec<_> = sensed.collect();
        TaskSpec {
            sensations: vec![SensationSpec {
                unit: "mixed".into(),
                elements: elements(&sensed),
                ..sensation(Sense::Proprioception, sensed.len())
            }],
            action: if self.continuous {
                ActionSpec::Box {
                    low: vec![-1.0; 2],
                    high: vec![1.0; 2],
                }
            } else {
                ActionSpec::Discrete { n: 4 }
            },
            signals: vec![
                signal("position", 2, "m"),
                signal("velocity", 2, "m/s"),
                signal("angle", 1, "rad"),
                signal("legs_down", 2, ""),
                signal("success", 1, ""),
            ],
            reward_terms: ["shaping", "main_engine", "side_engine", "end"]
                .map(String::from)
                .into(),
            max_episode_steps: Some(STEP_LIMIT),
            reward_threshold: Some(200.0),
            control_timestep: Some(0.02),
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        let room = STEP_LIMIT as usize * if self.continuous { 2 } else { 1 };
        self.history = History::new(random.clone(), room);
        let velocity = self.config.velocity;
        observe(self.begin(), velocity, false, out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        self.history.actions.extend_from_slice(action.values());
        let velocity = self.config.velocity;
        let (outcome, lander) = self.advance(action.values())?;
        out.reward_term("shaping", outcome.shaping)?;
        out.reward_term("main_engine", outcome.main)?;
        out.reward_term("side_engine", outcome.side)?;
        out.reward_term("end", outcome.end)?;
        observe(lander, velocity, outcome.end > 0.0, out.observation())?;
        Ok(if outcome.is_end() {
            Ending::Terminated
        } else {
            Ending::None
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.history)
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.history = state::restore(state)?;
        self.begin();
        let actions = std::mem::take(&mut self.history.actions);
        let width = if self.continuous { 2 } else { 1 };
        for action in actions.chunks_exact(width) {
            self.advance(action)?;
        }
        self.history.actions = actions;
        Ok(())
    }
}
