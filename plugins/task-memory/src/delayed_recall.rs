//! DelayedRecall-v1: a cue is shown once; name it after a delay in which nothing is shown.

use angora_sdk::{
    Action, ActionSpec, ElementSpec, Ending, Fault, FaultCode, Observation, Random, Result,
    SensationSpec, Sense, Step, Task, TaskSpec, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Reward of the right answer.
const RIGHT_REWARD: f64 = 1.0;

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Number of cues, and of answers: 2 to 4.
    pub cues: usize,
    /// Control steps between the cue and the go signal, in which nothing is shown.
    pub delay: u32,
    /// Reward of a wrong answer; the right one earns 1.
    pub wrong_reward: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cues: 2,
            delay: 20,
            wrong_reward: 0.0,
        }
    }
}

impl Config {
    /// The same settings, if they make sense.
    ///
    /// # Errors
    /// Too few or too many cues; a wrong answer that earns as much as the right one.
    pub fn checked(self) -> Result<Self> {
        let refuse =
            |key: &str, message: String| Err(Fault::new(FaultCode::Config, message).on(key));
        if !(2..=4).contains(&self.cues) {
            let message = format!("{} is no number of cues: expected 2 to 4", self.cues);
            return refuse("cues", message);
        }
        let wrong = self.wrong_reward;
        if !(wrong < RIGHT_REWARD && wrong.is_finite()) {
            let message = format!("{wrong} is too much for a wrong answer: expected less than 1");
            return refuse("wrong_reward", message);
        }
        Ok(self)
    }

    /// Control steps before the go signal is shown.
    fn go(&self) -> u64 {
        u64::from(self.delay) + 1
    }
}

/// The whole state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The cue to be named, from 0.
    pub cue: usize,
    /// Control steps since the episode began.
    pub step: u64,
}

/// The task.
#[derive(Debug, Clone)]
pub struct DelayedRecall {
    config: Config,
    state: State,
}

impl DelayedRecall {
    /// Writes senses and signals: the cue at the start, the go signal after the delay, nothing
    /// between and after.
    fn observe(&self, correct: bool, out: &mut Observation<'_>) -> Result<()> {
        let State { cue, step } = self.state;
        let receptors = out.sense_mut(Sense::Proprioception)?;
        receptors.fill(0.0);
        if step == 0 {
            receptors[cue] = 1.0;
        } else if step == self.config.go() {
            receptors[self.config.cues] = 1.0;
        }
        out.signal("cue", &[cue as f64])?;
        out.signal("correct", &[f64::from(u8::from(correct))])
    }
}

impl Task for DelayedRecall {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        Ok(Self {
            config: config.checked()?,
            state: State::default(),
        })
    }

    fn spec(&self) -> TaskSpec {
        let names = (0..self.config.cues).map(|cue| format!("cue_{cue}"));
        let names = names.chain(["go".to_owned()]);
        TaskSpec {
            sensations: vec![SensationSpec {
                low: Some(0.0),
                high: Some(1.0),
                elements: names
                    .map(|name| ElementSpec {
                        name,
                        unit: String::new(),
                    })
                    .collect(),
                ..sensation(Sense::Proprioception, self.config.cues + 1)
            }],
            action: ActionSpec::Discrete {
                n: self.config.cues,
            },
            signals: vec![signal("cue", 1, ""), signal("correct", 1, "")],
            reward_terms: vec!["correct".into()],
            // The answer always falls on this step, and ends the episode by itself.
            max_episode_steps: Some(self.config.go() + 1),
            reward_threshold: Some(0.95),
            control_timestep: None,
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.state = State {
            cue: random.index(self.config.cues),
            step: 0,
        };
        self.observe(false, out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let (answer, cues) = (action.index(), self.config.cues);
        if answer >= cues {
            return Err(Fault::failed(format!("choice {answer} of only {cues}")).on("action"));
        }
        let State { cue, step } = self.state;
        if step > self.config.go() {
            return Err(Fault::failed("the episode is over: reset comes first"));
        }
        let answers = step == self.config.go();
        let correct = answers && answer == cue;
        let reward = match (answers, correct) {
            (false, _) => 0.0,
            (true, false) => self.config.wrong_reward,
            (true, true) => RIGHT_REWARD,
        };
        out.reward_term("correct", reward)?;
        self.state.step += 1;
        self.observe(correct, out.observation())?;
        Ok(if answers {
            Ending::Terminated
        } else {
            Ending::None
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.state)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        let state: State = state::restore(saved)?;
        let cues = self.config.cues;
        if state.cue >= cues {
            let message = format!("saved cue {} of only {cues}", state.cue);
            return Err(Fault::new(FaultCode::Invalid, message).on("cue"));
        }
        self.state = state;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
