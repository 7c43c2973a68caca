//! All that a benchmark has found: `results.json`.

use crate::cell::{Cell, CellState};
use crate::plan::{EvaluationPlan, Machine, Plan, PlannedTask, Program};
use crate::recorded::{Measure, Recorded};
use crate::spread::{Across, Spread};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What each number means, said in the files themselves.
const DEFINITIONS: [(&str, &str); 9] = [
    (
        "training score",
        "mean return of the last 100 training episodes when the run ended: raw rewards, actions drawn from the policy",
    ),
    (
        "evaluation score",
        "mean return of episodes without learning, with the most probable action (the mode of the distribution)",
    ),
    (
        "mean, sd",
        "over runs that differ in their seed alone; sd with n - 1",
    ),
    (
        "IQM",
        "interquartile mean over runs: a quarter of them, rounded down, is left out at either end (Agarwal et al. 2021)",
    ),
    (
        "interval",
        "95 %, percentile bootstrap over runs with 2,000 resamples (Efron 1979); across tasks stratified, the runs of each task drawn by themselves (Agarwal et al. 2021)",
    ),
    (
        "success",
        "part of the evaluation's episodes that succeeded, or of its goals in a row that were reached, mean over runs; of tasks that say what success is",
    ),
    (
        "goals in a row",
        "goals that an episode of the evaluation reached one after another, mean; an hour is one of processor time",
    ),
    (
        "steps to threshold",
        "control steps done when the training score, of 100 episodes, was first at the task's threshold",
    ),
    (
        "seconds",
        "wall and CPU time of one run from its first cycle to its last, with its checkpoints, without its evaluation",
    ),
];

/// Everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Version of this format.
    pub format: u32,
    /// Name of the benchmark.
    pub name: String,
    /// What each number means.
    pub definitions: BTreeMap<String, String>,
    /// How the runs were evaluated.
    pub evaluation: EvaluationPlan,
    /// Who ran it last.
    pub program: Program,
    /// Where.
    pub machine: Machine,
    /// Tasks.
    pub tasks: Vec<PlannedTask>,
    /// A row for each task and variant.
    pub rows: Vec<Row>,
    /// Variants across tasks.
    pub across: Vec<AcrossRow>,
    /// Results of others, of these tasks.
    pub recorded: Vec<Recorded>,
    /// Runs.
    pub cells: Vec<Cell>,
}

/// A task with a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Task.
    pub task: String,
    /// Variant.
    pub variant: String,
    /// Runs that were planned.
    pub planned: usize,
    /// Runs that are done; the numbers are of these.
    pub done: usize,
    /// Runs that an error ended.
    pub failed: usize,
    /// Training scores.
    pub training: Option<Spread>,
    /// Evaluation scores.
    pub evaluation: Option<Spread>,
    /// Part of the evaluated episodes that succeeded, mean over runs.
    pub success_rate: Option<f64>,
    /// Goals that evaluated episodes reached one after another, over runs; of tasks that set several.
    pub goals: Option<Spread>,
    /// The same for each hour of processor time that the training took, mean over runs.
    pub goals_per_cpu_hour: Option<f64>,
    /// Runs whose training score reached the threshold; absent where the task has none.
    pub reached: Option<usize>,
    /// Control steps until then, mean over the runs that did.
    pub steps_to_threshold: Option<f64>,
    /// Control steps of a run, mean.
    pub steps: Option<f64>,
    /// Seconds of a run, mean.
    pub seconds: Option<f64>,
    /// CPU seconds of a run, mean.
    pub cpu_seconds: Option<f64>,
    /// The best result of others with as many control steps at most.
    pub best_of_others: Option<Beside>,
}

/// A result of others beside ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// The result.
    #[serde(flatten)]
    pub recorded: Recorded,
    /// Our mean of the same measure less theirs; absent where we have none.
    pub difference: Option<f64>,
}

/// A variant across tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcrossRow {
    /// Variant.
    pub variant: String,
    /// Normalised training scores.
    pub training: Option<Across>,
    /// Normalised evaluation scores.
    pub evaluation: Option<Across>,
}

/// Budgets of others that are a cycle longer are the same budget.
const SAME_BUDGET: f64 = 1.05;

impl Results {
    /// What there is now of a plan's runs.
    #[must_use]
    pub fn collect(folder: &Path, plan: &Plan) -> Self {
        let pairs = plan.tasks.iter().flat_map(|task| {
            let variants = plan.variants.iter();
            variants.map(move |variant| (task, variant))
        });
        let mut cells = Vec::new();
        let mut rows = Vec::new();
        for (task, variant) in pairs {
            let planned = plan.seeds_of(&task.id, variant);
            if planned.is_empty() {
                continue;
            }
            let read = planned.iter().map(|cell| Cell::read(folder, plan, cell));
            let ours: Vec<Cell> = read.collect();
            rows.push(Row::of(task, variant, &ours, &plan.recorded));
            cells.extend(ours);
        }
        let is_ours = |recorded: &&Recorded| plan.tasks.iter().any(|t| t.id == recorded.task);
        let definitions = DEFINITIONS.map(|(name, text)| (name.to_owned(), text.to_owned()));
        Self {
            format: 1,
            name: plan.name.clone(),
            definitions: definitions.into(),
            evaluation: plan.evaluation.clone(),
            program: plan.program.clone(),
            machine: plan.machine.clone(),
            across: across(plan, &cells),
            tasks: plan.tasks.clone(),
            rows,
            recorded: plan.recorded.iter().filter(is_ours).cloned().collect(),
            cells,
        }
    }

    /// Runs in a state.
    #[must_use]
    pub fn count(&self, state: CellState) -> usize {
        self.cells.iter().filter(|cell| cell.state == state).count()
    }

    /// The runs of a row that are done.
    pub fn done_of(&self, task: &str, variant: &str) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| {
            let planned = &cell.planned;
            cell.state == CellState::Done && planned.task == task && planned.variant == variant
        })
    }
}

impl Row {
    fn of(task: &PlannedTask, variant: &str, cells: &[Cell], recorded: &[Recorded]) -> Self {
        let done: Vec<&Cell> = cells
            .iter()
            .filter(|cell| cell.state == CellState::Done)
            .collect();
        let spread = |of: &dyn Fn(&Cell) -> Option<f64>| {
            let values: Vec<f64> = done.iter().filter_map(|cell| of(cell)).collect();
            Spread::of(&values)
        };
        let average = |of: &dyn Fn(&Cell) -> Option<f64>| spread(of).map(|spread| spread.mean);
        let goals = |cell: &Cell| Some(cell.evaluation.as_ref()?.goals.as_ref()?.mean);
        let mut row = Self {
            task: task.id.clone(),
            variant: variant.to_owned(),
            planned: cells.len(),
            done: done.len(),
            failed: cells
                .iter()
                .filter(|cell| cell.state == CellState::Failed)
                .count(),
            training: spread(&|cell| score(cell, Measure::Training)),
            evaluation: spread(&|cell| score(cell, Measure::Evaluation)),
            success_rate: average(&|cell| cell.evaluation.as_ref()?.success_rate),
            goals: spread(&goals),
            goals_per_cpu_hour: average(&|cell| {
                Some(3600.0 * goals(cell)? / cell.learning.cpu_seconds)
            }),
            reached: task.threshold.map(|_| {
                let reached = |cell: &&&Cell| cell.learning.steps_to_threshold.is_some();
                done.iter().filter(reached).count()
            }),
            steps_to_threshold: average(&|cell| Some(cell.learning.steps_to_threshold? as f64)),
            steps: average(&|cell| Some(cell.learning.steps as f64)),
            seconds: average(&|cell| Some(cell.learning.seconds)),
            cpu_seconds: average(&|cell| Some(cell.learning.cpu_seconds)),
            best_of_others: None,
        };
        let budget = task.steps.map(|steps| steps as f64).or(row.steps);
        row.best_of_others = best_of(recorded, &task.id, budget).map(|best| row.beside(best));
        row
    }

    /// Our mean of a measure.
    #[must_use]
    pub fn mean(&self, measure: Measure) -> Option<f64> {
        let spread = match measure {
            Measure::Training => &self.training,
            Measure::Evaluation => &self.evaluation,
        };
        spread.as_ref().map(|spread| spread.mean)
    }

    /// A result of others beside this row.
    #[must_use]
    pub fn beside(&self, recorded: &Recorded) -> Beside {
        Beside {
            difference: self
                .mean(recorded.measure)
                .map(|ours| ours - recorded.score),
            recorded: recorded.clone(),
        }
    }
}

/// The best result of others that took no more control steps; one that does not say how many it took
/// does not count. Evaluations stand before training scores, of which the best is taken where nobody
/// has reported an evaluation: the table has one measure as far as there is one.
fn best_of<'r>(recorded: &'r [Recorded], task: &str, budget: Option<f64>) -> Option<&'r Recorded> {
    let budget = budget?;
    recorded
        .iter()
        .filter(|theirs| theirs.task == task)
        .filter(|theirs| {
            theirs
                .steps
                .is_some_and(|n| n as f64 <= SAME_BUDGET * budget)
        })
        .max_by(|a, b| {
            let evaluated = |r: &Recorded| r.measure == Measure::Evaluation;
            let by_measure = evaluated(a).cmp(&evaluated(b));
            by_measure.then(a.score.total_cmp(&b.score))
        })
}

fn score(cell: &Cell, measure: Measure) -> Option<f64> {
    match measure {
        Measure::Training => cell.learning.score,
        Measure::Evaluation => Some(cell.evaluation.as_ref()?.mean_return),
    }
}

/// Variants across the tasks that say what counts as 0 and 1.
fn across(plan: &Plan, cells: &[Cell]) -> Vec<AcrossRow> {
    let tasks: Vec<(&str, [f64; 2])> = plan
        .tasks
        .iter()
        .filter_map(|task| Some((task.id.as_str(), task.normalise?)))
        .collect();
    let of = |variant: &str, measure| {
        let strata: Vec<Vec<f64>> = tasks
            .iter()
            .map(|(task, [low, high])| {
                let ours = cells.iter().filter(|cell| {
                    let planned = &cell.planned;
                    cell.state == CellState::Done
                        && planned.task == *task
                        && planned.variant == variant
                });
                ours.filter_map(|cell| Some((score(cell, measure)? - low) / (high - low)))
                    .collect()
            })
            .filter(|scores: &Vec<f64>| !scores.is_empty())
            .collect();
        Across::of(&strata)
    };
    let rows = plan.variants.iter().map(|variant| AcrossRow {
        variant: variant.clone(),
        training: of(variant, Measure::Training),
        evaluation: of(variant, Measure::Evaluation),
    });
    // Of one task it says nothing new.
    rows.filter(|row| row.training.as_ref().is_some_and(|across| across.tasks > 1))
        .collect()
}
