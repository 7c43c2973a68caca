//! BipedalWalker: walk over uneven ground on two legs.

use crate::history::History;
use crate::walker::{Outcome, Start, Walker};
use angora_sdk::{
    Action, ActionSpec, Ending, Fault, Observation, Random, Result, SensationSpec, Sense, Step,
    Task, TaskSpec, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Control steps after which the episode is cut.
const STEP_LIMIT: u64 = 1600;
/// Receptors that are velocities.
const VELOCITIES: [usize; 7] = [1, 2, 3, 5, 7, 10, 12];

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether the brain senses velocities; if not, it has to remember where things were.
    pub velocity: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { velocity: true }
    }
}

/// The task.
#[derive(Debug)]
pub struct BipedalWalker {
    config: Config,
    walker: Option<Walker>,
    history: History,
}

impl BipedalWalker {
    /// Starts an episode from the stream of the history.
    fn begin(&mut self) -> &Walker {
        let start = Start::draw(&mut self.history.random.clone());
        self.walker.insert(Walker::new(&start))
    }

    fn advance(&mut self, action: &[f32]) -> Result<(Outcome, &Walker)> {
        let walker = self.walker.as_mut();
        let walker = walker.ok_or_else(|| Fault::failed("a step before the first reset"))?;
        let torques = std::array::from_fn(|at| f64::from(action[at]));
        Ok((walker.step(torques), walker))
    }
}

fn observe(
    walker: &Walker,
    velocity: bool,
    arrived: bool,
    out: &mut Observation<'_>,
) -> Result<()> {
    let seen = walker.observation();
    let sensed = (0..seen.len()).filter(|at| velocity || !VELOCITIES.contains(at));
    let place = out.sense_mut(Sense::Proprioception)?;
    for (receptor, at) in place.iter_mut().zip(sensed) {
        *receptor = seen[at] as f32;
    }
    let motion = walker.motion();
    out.signal("position", &motion.position)?;
    out.signal("velocity", &motion.velocity)?;
    out.signal("hull_angle", &[motion.angle])?;
    let down = walker.legs_down().map(|down| f64::from(u8::from(down)));
    out.signal("legs_down", &down)?;
    out.signal("success", &[f64::from(u8::from(arrived))])
}

impl Task for BipedalWalker {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config,
            walker: None,
            history: History::new(Random::new(0), 0),
        })
    }

    fn spec(&self) -> TaskSpec {
        let hidden = if self.config.velocity {
            0
        } else {
            VELOCITIES.len()
        };
        TaskSpec {
            sensations: vec![SensationSpec {
                unit: "mixed".into(),
                ..sensation(Sense::Proprioception, 24 - hidden)
            }],
            action: ActionSpec::Box {
                low: vec![-1.0; 4],
                high: vec![1.0; 4],
            },
            signals: vec![
                signal("position", 2, "m"),
                signal("velocity", 2, "m/s"),
                signal("hull_angle", 1, "rad"),
                signal("legs_down", 2, ""),
                signal("success", 1, ""),
            ],
            reward_terms: ["shaping", "effort", "fall"].map(String::from).into(),
            max_episode_steps: Some(STEP_LIMIT),
            reward_threshold: Some(300.0),
            control_timestep: Some(0.02),
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.history = History::new(random.clone(), 4 * STEP_LIMIT as usize);
        let velocity = self.config.velocity;
        observe(self.begin(), velocity, false, out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        self.history.actions.extend_from_slice(action.values());
        let velocity = self.config.velocity;
        let (outcome, walker) = self.advance(action.values())?;
        out.reward_term("shaping", outcome.shaping)?;
        out.reward_term("effort", outcome.effort)?;
        out.reward_term("fall", outcome.fall)?;
        observe(walker, velocity, outcome.arrived, out.observation())?;
        Ok(if outcome.ends {
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
        for action in actions.chunks_exact(4) {
            self.advance(action)?;
        }
        self.history.actions = actions;
        Ok(())
    }
}
