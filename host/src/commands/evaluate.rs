//! `evaluate`: episodes without learning, and their statistics.

use super::trained::Trained;
use super::{print_json, show_remarks};
use crate::args::EvaluateArguments;
use crate::error::HostError;
use crate::packages::PluginBuild;
use crate::run::episodes::{Deal, Numbered, in_order, play};
use crate::run::ranks::{agree, confer};
use crate::run::{Chosen, Measure, Rule};
use angora_comm::{Team, World};
use angora_gathering::{EvaluatedEpisode, mean_steps_to_goal, success_rate};
use angora_plugin_api::TaskSpec;
use angora_statistics::centre::mean;
use angora_statistics::sample::{interval, mode, quantile, sample_sd, sorted};
use serde::{Deserialize, Serialize};

/// What an evaluation found.
#[derive(Debug, Serialize)]
struct Evaluation {
    run: String,
    task: String,
    /// The builds that have played.
    plugins: Vec<PluginBuild>,
    checkpoint: String,
    cycle: u64,
    /// By what the checkpoint was chosen as the best of its run; absent for others.
    chosen: Option<Chosen>,
    deterministic: bool,
    seed: u64,
    episodes: usize,
    mean_return: f64,
    /// Sample standard deviation; absent for one episode.
    sd_return: Option<f64>,
    /// 95 % confidence interval of the mean (Student's t); absent for one episode.
    interval_return: Option<[f64; 2]>,
    min_return: f64,
    lower_quartile_return: f64,
    median_return: f64,
    upper_quartile_return: f64,
    max_return: f64,
    /// The return where most episodes lie; absent where they are too few or all the same.
    mode_return: Option<f64>,
    mean_length: f64,
    /// Part of the episodes that ended with a success, or of the goals that were reached; absent of
    /// tasks that do not say.
    success_rate: Option<f64>,
    /// Goals that an episode reached one after another.
    goals: Option<Spread>,
    /// Seconds that a goal took, over those that were reached; control steps where time has no unit.
    mean_time_to_goal: Option<f64>,
    returns: Vec<f64>,
    lengths: Vec<u64>,
}

/// How a number of each episode is spread.
#[derive(Debug, Serialize)]
struct Spread {
    mean: f64,
    /// 95 % confidence interval of the mean (Student's t); absent for one episode.
    interval: Option<[f64; 2]>,
    median: f64,
    max: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let sorted = sorted(values);
        Self {
            mean: mean(values),
            interval: interval(values),
            median: quantile(&sorted, 0.5),
            max: sorted[sorted.len() - 1],
        }
    }
}

/// One process's share of the episodes.
#[derive(Debug, Serialize, Deserialize)]
struct Share {
    episodes: Vec<Numbered>,
    /// Seconds of a control step, 1 where time has no unit.
    timestep: f64,
}

/// Evaluates a run; under mpirun or srun all processes share the episodes.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<(), HostError> {
    let Some(mut world) = World::join()? else {
        return Ok(());
    };
    let checkpoint = arguments.checkpoint.as_deref();
    let admission = arguments.plugins.admission();
    let trained = Trained::find(&arguments.runs, &arguments.run, checkpoint, &admission);
    let trained = agree(&mut world, "reading the run", trained)?;
    let mine = episodes_of_rank(arguments, &trained, &world);
    let all = confer(&mut world, "playing episodes", mine)?;
    if !world.leads() {
        return Ok(());
    }
    // The task is the same in all processes.
    let timestep = all.first().map_or(1.0, |share| share.timestep);
    let episodes = in_order(all.into_iter().map(|share| share.episodes));
    let evaluation = summarise(arguments, &trained, timestep, &episodes);
    if arguments.json {
        return print_json(&evaluation);
    }
    print(&evaluation);
    Ok(())
}

/// The episodes of this process, in order: every `size`-th, from its rank on.
fn episodes_of_rank(
    arguments: &EvaluateArguments,
    trained: &Trained,
    world: &World,
) -> Result<Share, HostError> {
    let blueprint = trained.blueprint()?;
    if world.leads() {
        show_remarks(&blueprint);
    }
    if blueprint.spec().max_episode_steps.is_none() {
        return Err(HostError::Run(format!(
            "the task {} has no time limit, so an episode need not end; set one in its spec",
            trained.experiment.task
        )));
    }
    let (brain, parameters) = trained.brain(blueprint.spec())?;
    let deal = Deal {
        count: arguments
            .episodes
            .unwrap_or_else(|| usual_episodes(blueprint.spec())),
        size: world.size(),
        rank: world.rank(),
    };
    let threads = arguments.threads.unwrap_or_else(|| world.fair_threads());
    let team = Team::new(threads.max(1))?;
    let count = team.len().min(deal.len()) as u64;
    let mut actors = trained.actors(&blueprint, arguments.seed, count)?;
    let player = (
        &brain,
        parameters.as_slice(),
        trained.manner(!arguments.sampled),
    );
    Ok(Share {
        episodes: play(&team, player, &mut actors, arguments.seed, deal)?,
        timestep: blueprint.spec().control_timestep.unwrap_or(1.0),
    })
}

/// Episodes that an evaluation takes if nothing is said. How many goals are reached one after another
/// spreads widely; AngoraPy's paper takes 480 of it.
fn usual_episodes(task: &TaskSpec) -> u64 {
    if task.goals_signal().is_some() {
        480
    } else {
        100
    }
}

fn summarise(
    arguments: &EvaluateArguments,
    trained: &Trained,
    timestep: f64,
    episodes: &[EvaluatedEpisode],
) -> Evaluation {
    let returns: Vec<f64> = episodes.iter().map(|e| e.episode_return).collect();
    let lengths: Vec<u64> = episodes.iter().map(|e| e.length).collect();
    let success = || episodes.iter().filter_map(|episode| episode.success);
    let goals: Vec<f64> = success()
        .filter_map(|s| s.goals)
        .map(|goals| goals as f64)
        .collect();
    let sorted = sorted(&returns);
    Evaluation {
        run: trained.folder.id(),
        task: trained.experiment.task.clone(),
        plugins: trained.builds(),
        checkpoint: trained.checkpoint.clone(),
        cycle: trained.snapshot.cycle,
        chosen: Chosen::of(&trained.snapshot),
        deterministic: !arguments.sampled,
        seed: arguments.seed,
        episodes: returns.len(),
        mean_return: mean(&returns),
        sd_return: sample_sd(&returns),
        interval_return: interval(&returns),
        min_return: sorted[0],
        lower_quartile_return: quantile(&sorted, 0.25),
        median_return: quantile(&sorted, 0.5),
        upper_quartile_return: quantile(&sorted, 0.75),
        max_return: sorted[sorted.len() - 1],
        mode_return: mode(&sorted),
        mean_length: lengths.iter().sum::<u64>() as f64 / lengths.len() as f64,
        success_rate: success_rate(success()),
        goals: (!goals.is_empty()).then(|| Spread::of(&goals)),
        mean_time_to_goal: mean_steps_to_goal(success()).map(|steps| steps * timestep),
        returns,
        lengths,
    }
}

fn print(evaluation: &Evaluation) {
    println!(
        "{} episodes of {} with checkpoint {} (cycle {}), {} actions",
        evaluation.episodes,
        evaluation.task,
        evaluation.checkpoint,
        evaluation.cycle,
        if evaluation.deterministic {
            "deterministic"
        } else {
            "sampled"
        }
    );
    if let Some(chosen) = &evaluation.chosen {
        println!("chosen  {}", words(chosen));
    }
    print!("return  mean {:.2}", evaluation.mean_return);
    if let (Some(sd), Some([low, high])) = (evaluation.sd_return, evaluation.interval_return) {
        print!("  sd {sd:.2}  95 % interval {low:.2} .. {high:.2}");
    }
    println!(
        "\n        min {:.2}  quartiles {:.2} {:.2} {:.2}  max {:.2}{}",
        evaluation.min_return,
        evaluation.lower_quartile_return,
        evaluation.median_return,
        evaluation.upper_quartile_return,
        evaluation.max_return,
        evaluation
            .mode_return
            .map_or(String::new(), |mode| format!("  mode {mode:.2}"))
    );
    println!("length  mean {:.1}", evaluation.mean_length);
    if let Some(rate) = evaluation.success_rate {
        print!("success {:.1} %", 100.0 * rate);
        if let Some(time) = evaluation.mean_time_to_goal {
            print!("  time to goal {time:.2} s");
        }
        println!();
    }
    if let Some(goals) = &evaluation.goals {
        print!("goals   mean {:.2} in a row", goals.mean);
        if let Some([low, high]) = goals.interval {
            print!("  95 % interval {low:.2} .. {high:.2}");
        }
        println!("  median {}  max {}", goals.median, goals.max);
    }
}

/// By what a checkpoint was chosen.
fn words(chosen: &Chosen) -> String {
    let value = match chosen.measure {
        Measure::SuccessRate => format!("{:.1} %", 100.0 * chosen.value),
        Measure::GoalsInARow | Measure::Return => format!("{:.2}", chosen.value),
    };
    let episodes = match chosen.rule {
        Rule::Evaluation => "evaluation episodes",
        Rule::Episodes => "training episodes (no evaluation was made)",
    };
    format!(
        "by {} {value} in {} {episodes}",
        chosen.measure.words(),
        chosen.episodes
    )
}
