//! Which parameters of a run are the best so far, and by what they were chosen.

use angora_checkpoint::{CheckpointError, Snapshot};
use angora_gathering::Tally;
use serde::{Deserialize, Serialize};

const SELECTION: (&str, u32) = ("selection", 1);
const CHOSEN: (&str, u32) = ("chosen", 1);

/// Fewer training episodes say more about luck than about the parameters.
const ENOUGH_EPISODES: u64 = 10;

/// Which episodes speak for parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Training episodes that began and ended with these parameters.
    Episodes,
    /// An evaluation: deterministic actions, the same seeds each time, schedules at their end.
    Evaluation,
}

impl Rule {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Episodes => "episodes",
            Self::Evaluation => "evaluation",
        }
    }
}

/// What is compared: the task's own measure of success if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Mean number of goals that an episode reached one after another.
    GoalsInARow,
    /// Fraction of the episodes that ended with a success.
    SuccessRate,
    /// Mean undiscounted raw return.
    Return,
}

impl Measure {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GoalsInARow => "goals-in-a-row",
            Self::SuccessRate => "success-rate",
            Self::Return => "return",
        }
    }

    /// The noun in sentences.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::GoalsInARow => "goals in a row",
            Self::SuccessRate => "success rate",
            Self::Return => "return",
        }
    }
}

/// Parameters that were chosen, with the number that they were chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Which episodes were compared.
    pub rule: Rule,
    /// What of them.
    pub measure: Measure,
    /// Mean of the measure.
    pub value: f64,
    /// Mean return of the same episodes, which decides between equal values.
    pub mean_return: f64,
    /// Number of episodes.
    pub episodes: u64,
    /// Seed of an evaluation's episodes: `evaluate --seed` plays the same ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Cycles done when the parameters were as they are.
    pub cycle: u64,
}

impl Chosen {
    /// What episodes say of the parameters of a cycle; `None` without episodes.
    #[must_use]
    pub fn by(rule: Rule, tally: &Tally, cycle: u64) -> Option<Self> {
        let mean_return = tally.mean_return()?;
        let successes = tally.successes();
        let (measure, value) = match (successes.mean_goals(), successes.rate()) {
            (Some(goals), _) => (Measure::GoalsInARow, goals),
            (None, Some(rate)) => (Measure::SuccessRate, rate),
            (None, None) => (Measure::Return, mean_return),
        };
        Some(Self {
            rule,
            measure,
            value,
            mean_return,
            episodes: tally.episodes(),
            seed: None,
            cycle,
        })
    }

    /// Whether it is better than what was chosen before. An evaluation outranks training episodes;
    /// of equals the earlier stays.
    #[must_use]
    pub fn beats(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| {
            let key = |chosen: &Self| (chosen.value, chosen.mean_return);
            self.rule > other.rule || self.rule == other.rule && key(self) > key(other)
        })
    }

    /// The name of its checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> String {
        format!("best-{:06}", self.cycle)
    }

    /// Writes it into the checkpoint of its parameters.
    ///
    /// # Errors
    /// A number that JSON cannot hold.
    pub fn put(&self, snapshot: &mut Snapshot) -> Result<(), CheckpointError> {
        snapshot.put(CHOSEN.0, CHOSEN.1, self)
    }

    /// By what the parameters of a checkpoint were chosen, if they were.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Option<Self> {
        snapshot.get(CHOSEN.0, CHOSEN.1).ok()
    }
}

/// What a run knows of its best parameters and of its evaluations; a part of every checkpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// The best so far.
    pub best: Option<Chosen>,
    /// Evaluations so far.
    pub evaluations: u64,
    /// Control steps of all of them.
    pub steps: u64,
    /// Control steps of the last one.
    pub last_steps: u64,
    /// Cycles done at the last one.
    pub last_cycle: u64,
}

impl Selection {
    /// Takes training episodes that began and ended with the parameters of a cycle into account;
    /// says whether these are the best now. After the first evaluation they never are.
    pub fn episodes(&mut self, tally: &Tally, cycle: u64) -> bool {
        let enough = tally.episodes() >= ENOUGH_EPISODES;
        enough && self.choose(Chosen::by(Rule::Episodes, tally, cycle))
    }

    /// Takes an evaluation into account, whose episodes have a seed; says whether its parameters are
    /// the best now.
    pub fn evaluated(&mut self, tally: &Tally, seed: u64, cycle: u64) -> bool {
        self.evaluations += 1;
        self.steps += tally.steps();
        (self.last_steps, self.last_cycle) = (tally.steps(), cycle);
        let chosen = Chosen::by(Rule::Evaluation, tally, cycle);
        self.choose(chosen.map(|chosen| Chosen {
            seed: Some(seed),
            ..chosen
        }))
    }

    fn choose(&mut self, chosen: Option<Chosen>) -> bool {
        match chosen {
            Some(chosen) if chosen.beats(self.best.as_ref()) => {
                self.best = Some(chosen);
                true
            }
            _ => false,
        }
    }

    /// Writes it into a checkpoint.
    ///
    /// # Errors
    /// A number that JSON cannot hold.
    pub fn put(&self, snapshot: &mut Snapshot) -> Result<(), CheckpointError> {
        snapshot.put(SELECTION.0, SELECTION.1, self)
    }

    /// That of a checkpoint; empty for one of a version that knew none.
    ///
    /// # Errors
    /// It is of a later version, or of another form.
    pub fn of(snapshot: &Snapshot) -> Result<Self, CheckpointError> {
        if !snapshot.sections.contains_key(SELECTION.0) {
            return Ok(Self::default());
        }
        snapshot.get(SELECTION.0, SELECTION.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_buffer::Success;

    fn tally(returns: &[f64], goals: Option<u64>) -> Tally {
        let mut tally = Tally::default();
        for episode_return in returns {
            let success = goals.map(|goals| Success {
                goals: Some(goals),
                ..Success::default()
            });
            tally.add(*episode_return, 7, success);
        }
        tally
    }

    /// The parameters that met easy early episodes do not stay the best for ever.
    #[test]
    fn an_evaluation_outranks_training_episodes() {
        let mut selection = Selection::default();
        assert!(!selection.episodes(&tally(&[1e6; 9], None), 1), "too few");
        assert!(selection.episodes(&tally(&[100.0; 10], None), 2));
        assert!(
            !selection.episodes(&tally(&[100.0; 10], None), 3),
            "no better"
        );
        assert!(selection.evaluated(&tally(&[5.0; 2], None), 9, 4));
        assert!(!selection.episodes(&tally(&[1e3; 50], None), 5));
        assert!(!selection.evaluated(&tally(&[4.0, 5.0], None), 9, 6));
        assert!(selection.evaluated(&tally(&[6.0, 5.0], None), 9, 8));
        let best = selection.best.expect("chosen");
        assert_eq!(
            (best.rule, best.cycle, best.value),
            (Rule::Evaluation, 8, 5.5)
        );
        assert_eq!(
            (best.checkpoint().as_str(), best.seed),
            ("best-000008", Some(9))
        );
        assert_eq!((selection.evaluations, selection.steps), (3, 3 * 14));
        assert_eq!((selection.last_steps, selection.last_cycle), (14, 8));
    }

    /// Return may fall where the task's own measure rises; it decides between equals.
    #[test]
    fn the_tasks_own_measure_goes_first() {
        let by = |returns: &[f64], goals| {
            Chosen::by(Rule::Evaluation, &tally(returns, Some(goals)), 0).expect("episodes")
        };
        assert_eq!(by(&[1.0], 3).measure, Measure::GoalsInARow);
        assert!(by(&[1.0], 3).beats(Some(&by(&[50.0], 2))));
        assert!(by(&[2.0], 3).beats(Some(&by(&[1.0], 3))));
        assert!(!by(&[2.0], 3).beats(Some(&by(&[2.0], 3))));
    }

    #[test]
    fn what_a_checkpoint_holds_comes_back() {
        let mut selection = Selection::default();
        selection.evaluated(&tally(&[0.1, 1e300], Some(1)), 9, 3);
        let mut snapshot = Snapshot::default();
        assert_eq!(
            Selection::of(&snapshot).expect("older"),
            Selection::default()
        );
        selection.put(&mut snapshot).expect("numbers");
        assert_eq!(Selection::of(&snapshot).expect("read"), selection);
        assert_eq!(Chosen::of(&snapshot), None);
        let best = selection.best.expect("chosen");
        best.put(&mut snapshot).expect("numbers");
        assert_eq!(Chosen::of(&snapshot), Some(best));
    }
}
