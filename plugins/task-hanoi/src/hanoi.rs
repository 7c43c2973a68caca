//! The task: three disks, three pegs.

use angora_sdk::{
    Action, ActionSpec, Ending, Fault, FaultCode, Observation, Random, Result, SensationSpec,
    Sense, Step, Task, TaskSpec, sensation, signal, state,
};
use serde::{Deserialize, Serialize};

/// Each choice of the brain: from a peg to another.
pub const MOVES: [(u8, u8); 6] = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)];

const DISKS: usize = 3;
const PEGS: usize = 3;
/// The peg to which all disks shall go.
const GOAL: u8 = 2;

/// Settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Probability that another move is made than the one that was chosen, drawn from all.
    pub noise: f64,
    /// Reward of the goal.
    pub goal_reward: f64,
    /// Reward of a move that the rules forbid.
    pub illegal_reward: f64,
    /// Reward of any other move.
    pub move_reward: f64,
    /// How the brain is told of the pegs.
    pub encoding: Encoding,
}

/// How the brain is told of the pegs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// For each disk, from the smallest, a 1 at its peg.
    #[default]
    OneHot,
    /// For each disk, from the smallest, the number of its peg: AngoraPy's, whose state of rest is
    /// all zeros.
    Number,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            noise: 0.0,
            goal_reward: 100.0,
            illegal_reward: -1.0,
            move_reward: -0.01,
            encoding: Encoding::OneHot,
        }
    }
}

/// The peg of each disk, from the smallest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tower(pub [u8; DISKS]);

impl Tower {
    /// After a move of the topmost disk of a peg; `None` where there is no disk, or a smaller one
    /// lies at the other peg.
    #[must_use]
    pub fn moved(self, (from, to): (u8, u8)) -> Option<Self> {
        let topmost = |peg| self.0.iter().position(|at| *at == peg);
        let disk = topmost(from)?;
        if topmost(to).is_some_and(|other| other < disk) {
            return None;
        }
        let mut next = self;
        next.0[disk] = to;
        Some(next)
    }

    /// Whether all disks are at the last peg.
    #[must_use]
    pub fn is_done(self) -> bool {
        self.0 == [GOAL; DISKS]
    }
}

/// What an episode knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Episode {
    tower: Tower,
    random: Random,
}

/// The task.
#[derive(Debug, Clone)]
pub struct Hanoi {
    config: Config,
    episode: Episode,
}

impl Hanoi {
    fn observe(&self, success: bool, out: &mut Observation<'_>) -> Result<()> {
        let Tower(pegs) = self.episode.tower;
        match self.config.encoding {
            Encoding::OneHot => {
                let receptors = out.sense_mut(Sense::Proprioception)?;
                receptors.fill(0.0);
                for (disk, peg) in pegs.into_iter().enumerate() {
                    receptors[PEGS * disk + usize::from(peg)] = 1.0;
                }
            }
            Encoding::Number => out.sense(Sense::Proprioception, &pegs.map(f32::from))?,
        }
        out.signal("success", &[f64::from(u8::from(success))])?;
        out.signal("pegs", &pegs.map(f64::from))
    }
}

impl Task for Hanoi {
    type Config = Config;

    fn new(_id: &str, config: Config) -> Result<Self> {
        if !(0.0..=1.0).contains(&config.noise) {
            let message = format!("{} is no probability", config.noise);
            return Err(Fault::new(FaultCode::Config, message).on("noise"));
        }
        let episode = Episode {
            tower: Tower::default(),
            random: Random::new(0),
        };
        Ok(Self { config, episode })
    }

    fn spec(&self) -> TaskSpec {
        let (receptors, high) = match self.config.encoding {
            Encoding::OneHot => (DISKS * PEGS, 1.0),
            Encoding::Number => (DISKS, 2.0),
        };
        let pegs = SensationSpec {
            low: Some(0.0),
            high: Some(high),
            ..sensation(Sense::Proprioception, receptors)
        };
        TaskSpec {
            sensations: vec![pegs],
            action: ActionSpec::Discrete { n: MOVES.len() },
            signals: vec![signal("success", 1, ""), signal("pegs", DISKS, "")],
            reward_terms: ["goal", "illegal", "move"].map(Into::into).into(),
            max_episode_steps: Some(200),
            reward_threshold: Some(99.0),
            control_timestep: None,
            saves_state: true,
            ..TaskSpec::default()
        }
    }

    fn reset(&mut self, random: &mut Random, out: &mut Observation<'_>) -> Result<()> {
        self.episode = Episode {
            tower: Tower::default(),
            random: random.clone(),
        };
        self.observe(false, out)
    }

    fn step(&mut self, action: Action<'_>, out: &mut Step<'_>) -> Result<Ending> {
        let mut choice = action.index();
        if self.config.noise > 0.0 && self.episode.random.unit() < self.config.noise {
            choice = self.episode.random.index(MOVES.len());
        }
        let moved = self.episode.tower.moved(MOVES[choice]);
        self.episode.tower = moved.unwrap_or(self.episode.tower);
        let done = self.episode.tower.is_done();
        let terms = match (done, moved) {
            (true, _) => [self.config.goal_reward, 0.0, 0.0],
            (false, None) => [0.0, self.config.illegal_reward, 0.0],
            (false, Some(_)) => [0.0, 0.0, self.config.move_reward],
        };
        for (name, value) in ["goal", "illegal", "move"].into_iter().zip(terms) {
            out.reward_term(name, value)?;
        }
        self.observe(done, out.observation())?;
        Ok(if done {
            Ending::Terminated
        } else {
            Ending::None
        })
    }

    fn save(&self) -> Result<Vec<u8>> {
        state::save(&self.episode)
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        self.episode = state::restore(saved)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::testing::TaskHarness;
    use std::collections::{BTreeMap, VecDeque};

    /// All towers and the least number of moves to each, by breadth.
    fn reachable() -> BTreeMap<[u8; 3], u32> {
        let mut found = BTreeMap::from([([0; 3], 0)]);
        let mut open = VecDeque::from([Tower::default()]);
        while let Some(tower) = open.pop_front() {
            for next in MOVES.iter().filter_map(|m| tower.moved(*m)) {
                if !found.contains_key(&next.0) {
                    found.insert(next.0, found[&tower.0] + 1);
                    open.push_back(next);
                }
            }
        }
        found
    }

    /// 3^3 states, of which the goal is 2^3 - 1 moves away, as everybody knows of the tower.
    #[test]
    fn the_rules_are_those_of_the_tower() {
        let found = reachable();
        assert_eq!(found.len(), 27);
        assert_eq!(found[&[2; 3]], 7);
        let largest_first = Tower([0, 1, 0]);
        assert_eq!(largest_first.moved((1, 0)), None, "onto a smaller one");
        assert_eq!(largest_first.moved((2, 0)), None, "from an empty peg");
    }

    #[test]
    fn the_shortest_way_earns_its_reward() {
        let mut task = TaskHarness::<Hanoi>::new("HanoiTower-v1").expect("is made");
        task.reset(1).expect("resets");
        assert_eq!(task.sensation, [1., 0., 0., 1., 0., 0., 1., 0., 0.]);
        assert_eq!(task.step(&[2.0]).expect("steps").0, -1.0, "an empty peg");
        let way = [(0, 2), (0, 1), (2, 1), (0, 2), (1, 0), (1, 2), (0, 2)];
        for (n, step) in (1..).zip(way) {
            let choice = MOVES.iter().position(|m| *m == step).expect("a move");
            let (reward, ending) = task.step(&[choice as f32]).expect("steps");
            let last = n == way.len();
            assert_eq!(reward, if last { 100.0 } else { -0.01 });
            assert_eq!(ending == Ending::Terminated, last);
        }
        assert_eq!(task.signals, [1.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn noise_makes_other_moves_and_must_be_a_probability() {
        let config = Config {
            noise: 1.0,
            ..Config::default()
        };
        let mut task = TaskHarness::<Hanoi>::new("HanoiTower-v1").expect("is made");
        task.task = Hanoi::new("HanoiTower-v1", config).expect("is made");
        task.reset(1).expect("resets");
        // Nothing can be moved from the last peg, and yet something moves.
        for _ in 0..10 {
            task.step(&[5.0]).expect("steps");
        }
        assert_ne!(task.signals[1..], [0.0; 3]);
        let wrong = Config {
            noise: 1.5,
            ..Config::default()
        };
        let fault = Hanoi::new("HanoiTower-v1", wrong).expect_err("refused");
        assert_eq!(fault.field, "noise");
    }
}
