//! `evaluate`: episodes without learning, and their statistics.

use super::print_json;
use super::trained::Trained;
use crate::args::EvaluateArguments;
use crate::error::HostError;
use crate::run::ranks::{agree, confer};
use angora_comm::{Team, World};
use angora_gathering::{Actor, EvaluatedEpisode, GatherError, Player, evaluate as run_episodes};
use serde::Serialize;

/// What an evaluation found.
#[derive(Debug, Serialize)]
struct Evaluation {
    run: String,
    task: String,
    checkpoint: String,
    cycle: u64,
    deterministic: bool,
    seed: u64,
    episodes: usize,
    mean_return: f64,
    /// Sample standard deviation; absent for one episode.
    sd_return: Option<f64>,
    /// 95 % confidence interval of the mean (Student's t); absent for one episode.
    interval_return: Option<[f64; 2]>,
    min_return: f64,
    median_return: f64,
    max_return: f64,
    mean_length: f64,
    returns: Vec<f64>,
    lengths: Vec<u64>,
}

/// One thread's share of the episodes.
struct Worker<'b> {
    player: Player<'b>,
    actor: Actor,
    first: u64,
    outcome: Option<Result<Vec<EvaluatedEpisode>, GatherError>>,
}

/// Evaluates a run; under mpirun or srun all processes share the episodes.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<(), HostError> {
    let mut world = World::join()?;
    let checkpoint = arguments.checkpoint.as_deref();
    let trained = Trained::find(&arguments.runs, &arguments.run, checkpoint);
    let trained = agree(&mut world, "reading the run", trained)?;
    let mine = episodes_of_rank(arguments, &trained, &world);
    let all = confer(&mut world, "playing episodes", mine)?;
    if !world.leads() {
        return Ok(());
    }
    let evaluation = summarise(arguments, &trained, &in_order(all));
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
) -> Result<Vec<EvaluatedEpisode>, HostError> {
    let blueprint = trained.blueprint()?;
    if blueprint.spec().max_episode_steps.is_none() {
        return Err(HostError::Run(format!(
            "the task {} has no time limit, so an episode need not end; set one in its spec",
            trained.experiment.task
        )));
    }
    let (brain, parameters) = trained.brain(blueprint.spec())?;
    let (size, rank) = (world.size() as u64, world.rank() as u64);
    let numbers = (rank..arguments.episodes).step_by(world.size());
    let threads = arguments.threads.unwrap_or_else(|| world.fair_threads());
    let team = Team::new(threads.max(1))?;
    let count = (team.len() as u64).min(numbers.count() as u64);
    let actors = trained.actors(&blueprint, arguments.seed, count)?;
    let mut workers: Vec<Worker<'_>> = (0..)
        .zip(actors)
        .map(|(k, actor)| Worker {
            player: Player::new(&brain, &parameters, trained.manner(!arguments.sampled)),
            actor,
            first: rank + k * size,
            outcome: None,
        })
        .collect();
    let stride = world.size() * workers.len().max(1);
    team.each(&mut workers, |_, worker| {
        let numbers = (worker.first..arguments.episodes).step_by(stride);
        let (player, actor) = (&mut worker.player, &mut worker.actor);
        worker.outcome = Some(run_episodes(player, actor, arguments.seed, numbers));
    });
    let shares = workers.into_iter().filter_map(|worker| worker.outcome);
    Ok(in_order(shares.collect::<Result<_, _>>()?))
}

/// Episodes that were dealt out one by one, back in their order.
fn in_order(shares: Vec<Vec<EvaluatedEpisode>>) -> Vec<EvaluatedEpisode> {
    let total = shares.iter().map(Vec::len).sum();
    let count = shares.len();
    let mut shares: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
    (0..total)
        .filter_map(|n| shares[n % count].next())
        .collect()
}

fn summarise(
    arguments: &EvaluateArguments,
    trained: &Trained,
    episodes: &[EvaluatedEpisode],
) -> Evaluation {
    let returns: Vec<f64> = episodes.iter().map(|e| e.episode_return).collect();
    let lengths: Vec<u64> = episodes.iter().map(|e| e.length).collect();
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let several = returns.len() > 1;
    let sd = several
        .then(|| (returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt());
    let interval = sd.map(|sd| {
        let half = student_t_975(returns.len() - 1) * sd / n.sqrt();
        [mean - half, mean + half]
    });
    let mut sorted = returns.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median = if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    };
    Evaluation {
        run: trained.folder.id(),
        task: trained.experiment.task.clone(),
        checkpoint: trained.checkpoint.clone(),
        cycle: trained.snapshot.cycle,
        deterministic: !arguments.sampled,
        seed: arguments.seed,
        episodes: returns.len(),
        mean_return: mean,
        sd_return: sd,
        interval_return: interval,
        min_return: sorted[0],
        median_return: median,
        max_return: sorted[sorted.len() - 1],
        mean_length: lengths.iter().sum::<u64>() as f64 / n,
        returns,
        lengths,
    }
}

/// The 97.5 % quantile of Student's t distribution.
fn student_t_975(degrees: usize) -> f64 {
    use statrs::distribution::{ContinuousCDF, StudentsT};
    // Location 0 and scale 1 with at least one degree of freedom are always valid.
    StudentsT::new(0.0, 1.0, degrees as f64).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
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
    print!("return  mean {:.2}", evaluation.mean_return);
    if let (Some(sd), Some([low, high])) = (evaluation.sd_return, evaluation.interval_return) {
        print!("  sd {sd:.2}  95 % interval {low:.2} .. {high:.2}");
    }
    println!(
        "\n        min {:.2}  median {:.2}  max {:.2}",
        evaluation.min_return, evaluation.median_return, evaluation.max_return
    );
    println!("length  mean {:.1}", evaluation.mean_length);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a printed table of the t distribution.
    #[test]
    fn quantiles_are_those_of_the_table() {
        for (degrees, expected) in [(1, 12.706), (9, 2.262), (99, 1.984)] {
            assert!((student_t_975(degrees) - expected).abs() < 5e-4);
        }
    }
}
