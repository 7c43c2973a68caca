//! `env step`: random actions against the clock.

use crate::args::EnvStepArguments;
use crate::commands::{print_json, show_remarks};
use crate::error::HostError;
use angora_core::{Purpose, Stream};
use angora_plugin_api::ActionSpec;
use angora_simulation::{Blueprint, Environment, SimulationError};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Steps between two looks at the clock.
const STRIDE: usize = 64;

/// What was measured.
#[derive(Debug, Serialize)]
struct Measured<'t> {
    task: &'t str,
    threads: usize,
    seed: u64,
    /// Of all threads.
    steps: u64,
    /// That the slowest thread took, resets included.
    seconds: f64,
    /// Of all threads together.
    steps_per_second: f64,
    /// Processor time of all threads.
    cpu_seconds: f64,
    /// What a processor does that has nothing else to do.
    steps_per_cpu_second: f64,
    /// That ended.
    episodes: u64,
    /// Of those.
    mean_return: Option<f64>,
    mean_length: Option<f64>,
    /// Of all threads, by name, in the task's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<(String, u64)>,
}

/// What one thread did.
#[derive(Debug, Default)]
struct Tally {
    steps: u64,
    episodes: u64,
    /// Sums over the episodes that ended.
    returns: f64,
    lengths: u64,
    /// Of each event of the task.
    events: Vec<u64>,
    taken: Duration,
    /// Processor time, s.
    cpu: f64,
}

impl Tally {
    /// Counts the events of the last call to the task.
    fn count(&mut self, environment: &Environment) {
        for mark in environment.events() {
            self.events[mark.event as usize] += 1;
        }
    }
}

pub fn step(arguments: &EnvStepArguments) -> Result<(), HostError> {
    let (catalogue, choice) = super::chosen(&arguments.choice)?;
    let task = choice.task.clone();
    let blueprint = Blueprint::new(&catalogue, choice)?;
    show_remarks(&blueprint);
    let threads = arguments.threads as usize;
    let environments = (0..arguments.threads)
        .map(|index| blueprint.build(arguments.seed, index))
        .collect::<Result<Vec<_>, _>>()?;
    let duration = Duration::from_secs_f64(arguments.seconds);
    let seed = arguments.seed;
    let tallies = std::thread::scope(|scope| {
        let run = |environment| scope.spawn(move || run(environment, seed, duration));
        let running: Vec<_> = environments.into_iter().map(run).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join();
        running.into_iter().map(join).collect::<Vec<_>>()
    });
    let mut all = Tally::default();
    for tally in tallies {
        let tally = tally.map_err(|_| HostError::Run("a thread has panicked".into()))??;
        all.steps += tally.steps;
        all.episodes += tally.episodes;
        all.returns += tally.returns;
        all.lengths += tally.lengths;
        all.events.resize(tally.events.len(), 0);
        for (sum, count) in all.events.iter_mut().zip(&tally.events) {
            *sum += count;
        }
        all.taken = all.taken.max(tally.taken);
        all.cpu += tally.cpu;
    }
    let seconds = all.taken.as_secs_f64();
    let of_episodes = |sum: f64| (all.episodes > 0).then(|| sum / all.episodes as f64);
    let measured = Measured {
        task: &task,
        threads,
        seed,
        steps: all.steps,
        seconds,
        steps_per_second: all.steps as f64 / seconds,
        cpu_seconds: all.cpu,
        steps_per_cpu_second: all.steps as f64 / all.cpu,
        episodes: all.episodes,
        mean_return: of_episodes(all.returns),
        mean_length: of_episodes(all.lengths as f64),
        events: blueprint
            .spec()
            .events
            .iter()
            .map(|event| event.name.clone())
            .zip(all.events)
            .collect(),
    };
    if arguments.json {
        return print_json(&measured);
    }
    print(&measured);
    Ok(())
}

fn run(
    mut environment: Environment,
    seed: u64,
    duration: Duration,
) -> Result<Tally, SimulationError> {
    let mut stream = Stream::new(seed, environment.index(), 0, Purpose::Action);
    let spec = environment.spec().action.clone();
    let mut action = vec![0.0; spec.len()];
    let mut sensation = vec![0.0; environment.spec().sensation_len()];
    let mut tally = Tally {
        events: vec![0; environment.spec().events.len()],
        ..Tally::default()
    };
    let mut total = 0.0;
    // The first reset sets up what the others find there.
    environment.reset(&mut sensation)?;
    let begun = Instant::now();
    let cpu_before = thread_cpu_secs();
    while tally.taken < duration {
        for _ in 0..STRIDE {
            draw(&spec, &mut stream, &mut action);
            let outcome = environment.step(&action, &mut sensation)?;
            total += outcome.reward;
            tally.steps += 1;
            tally.count(&environment);
            if outcome.ending.is_end() {
                tally.episodes += 1;
                tally.returns += std::mem::take(&mut total);
                tally.lengths += environment.steps();
                environment.reset(&mut sensation)?;
                tally.count(&environment);
            }
        }
        tally.taken = begun.elapsed();
    }
    tally.cpu = thread_cpu_secs() - cpu_before;
    Ok(tally)
}

/// Processor time of this thread, s.
fn thread_cpu_secs() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// An action, uniform over all.
fn draw(spec: &ActionSpec, stream: &mut Stream, action: &mut [f32]) {
    match spec {
        ActionSpec::Discrete { n } => action[0] = stream.index(*n) as f32,
        ActionSpec::MultiDiscrete { n } => {
            for (choice, n) in action.iter_mut().zip(n) {
                *choice = stream.index(*n) as f32;
            }
        }
        ActionSpec::Box { low, high } => {
            for (value, (low, high)) in action.iter_mut().zip(low.iter().zip(high)) {
                *value = (low + (high - low) * stream.uniform()) as f32;
            }
        }
    }
}

fn print(measured: &Measured<'_>) {
    println!(
        "{}: {} steps in {:.2} s on {} thread{}: {:.0} steps/s, {:.0} per second of processor time",
        measured.task,
        measured.steps,
        measured.seconds,
        measured.threads,
        if measured.threads == 1 { "" } else { "s" },
        measured.steps_per_second,
        measured.steps_per_cpu_second,
    );
    match (measured.mean_return, measured.mean_length) {
        (Some(mean_return), Some(mean_length)) => println!(
            "{} episodes of random actions: mean return {mean_return:.2}, mean length {mean_length:.1}",
            measured.episodes
        ),
        _ => println!("no episode has ended"),
    }
    for (event, count) in &measured.events {
        println!("event {event}: {count} times");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_drawn_from_the_whole_range() {
        let mut stream = Stream::new(1, 0, 0, Purpose::Action);
        let bounded = ActionSpec::Box {
            low: vec![-3.0, 0.0],
            high: vec![3.0, 1.0],
        };
        let several = ActionSpec::MultiDiscrete { n: vec![2, 5] };
        let mut reached = [f32::NEG_INFINITY; 2];
        let mut chosen = [false; 5];
        for _ in 0..200 {
            let mut action = [0.0; 2];
            draw(&bounded, &mut stream, &mut action);
            assert!((-3.0..=3.0).contains(&action[0]) && (0.0..=1.0).contains(&action[1]));
            reached = std::array::from_fn(|at| reached[at].max(action[at]));
            draw(&several, &mut stream, &mut action);
            assert!(action[0] < 2.0);
            chosen[action[1] as usize] = true;
        }
        assert!(reached[0] > 2.5 && reached[1] > 0.9 && chosen == [true; 5]);
    }
}
