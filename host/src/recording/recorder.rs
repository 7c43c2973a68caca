//! Fills the channels of an episode row by row.

use super::channel::{Channel, Moment, Precision, Source};
use super::header::{EpisodeFacts, EventFacts, ending_word};
use crate::error::HostError;
use angora_brain::{Brain, Region};
use angora_checkpoint::{Array, Values};
use angora_gathering::{Actor, Player};
use angora_simulation::SimulationError;
use angora_simulation::physics::{Physics, Poses};
use std::collections::BTreeMap;

/// Plays episodes and keeps what its channels say.
pub struct Recorder<'b> {
    brain: &'b Brain,
    channels: &'b [Channel],
    columns: Vec<Values>,
    poses: Option<Poses>,
    /// Room for the activity of any region.
    activity: Vec<f32>,
}

/// What there is to be read at a moment.
struct Present<'a> {
    player: &'a Player<'a>,
    actor: &'a Actor,
    reward: f64,
}

impl<'b> Recorder<'b> {
    /// For episodes that an actor's like plays.
    ///
    /// # Errors
    /// No memory for the physics.
    pub fn new(
        brain: &'b Brain,
        channels: &'b [Channel],
        actor: &Actor,
    ) -> Result<Self, HostError> {
        let poses = actor.environment().physics().map(Poses::new).transpose();
        let widest = brain.regions().iter().map(|region| region.len).max();
        Ok(Self {
            brain,
            channels,
            columns: Vec::new(),
            poses: poses.map_err(|e| HostError::Simulation(SimulationError::Physics(e)))?,
            activity: vec![0.0; widest.unwrap_or(0)],
        })
    }

    /// Plays and records an episode, of `max_steps` steps at most. Playing is not changed by being
    /// recorded.
    ///
    /// # Errors
    /// A fault.
    pub fn episode(
        &mut self,
        player: &mut Player<'_>,
        actor: &mut Actor,
        seed: u64,
        number: u64,
        max_steps: Option<u64>,
    ) -> Result<(EpisodeFacts, Vec<Array>), HostError> {
        self.columns = self.channels.iter().map(empty).collect();
        player.begin(actor, seed, number)?;
        self.read(Moment::State, player, actor, 0.0);
        let mut events = happened(actor);
        let ending = loop {
            player.act(actor);
            self.read(Moment::Action, player, actor, 0.0);
            let acted = player.advance(actor)?;
            self.read(Moment::Outcome, player, actor, acted.raw_reward);
            self.read(Moment::State, player, actor, 0.0);
            events.extend(happened(actor));
            let steps = actor.environment().steps();
            if acted.ending.is_end() || max_steps.is_some_and(|most| steps >= most) {
                break acted.ending;
            }
        };
        let facts = EpisodeFacts {
            number,
            file: format!("episode-{number:03}.safetensors"),
            steps: actor.environment().steps(),
            ending: ending_word(ending),
            episode_return: actor.episode_return(),
            reward_term_sums: actor.term_sums().to_vec(),
            conditions: conditions(actor),
            events,
        };
        let arrays = self.take(facts.steps);
        Ok((facts, arrays))
    }

    /// Adds a row to each channel of a moment.
    fn read(&mut self, moment: Moment, player: &Player<'_>, actor: &Actor, reward: f64) {
        let present = Present {
            player,
            actor,
            reward,
        };
        for (channel, column) in self.channels.iter().zip(&mut self.columns) {
            if channel.source.moment() != moment {
                continue;
            }
            match &channel.source {
                Source::BodyPose => {
                    let physics = actor.environment().physics();
                    if let (Some(poses), Some(physics)) = (&mut self.poses, physics) {
                        extend(column, poses.of(physics).flatten());
                    }
                }
                Source::Activity(region) => {
                    let activity = &mut self.activity[..region.len];
                    read_activity(self.brain, region, player, activity);
                    extend(column, activity.iter().copied().map(f64::from));
                }
                Source::ActivityMean(region) => {
                    let activity = &mut self.activity[..region.len];
                    read_activity(self.brain, region, player, activity);
                    let sum: f64 = activity.iter().map(|a| f64::from(a.abs())).sum();
                    extend(column, [sum / region.len as f64]);
                }
                source => match present.read(source) {
                    Reading::Single(row) => extend(column, row.iter().copied().map(f64::from)),
                    Reading::Double(row) => extend(column, row.iter().copied()),
                    Reading::Number(number) => extend(column, [number]),
                },
            }
        }
    }

    /// The columns as arrays.
    fn take(&mut self, steps: u64) -> Vec<Array> {
        let columns = std::mem::take(&mut self.columns);
        let channels = self.channels.iter().zip(columns);
        channels
            .map(|(channel, values)| {
                let rows = match channel.source.moment() {
                    Moment::State => steps as usize + 1,
                    Moment::Action | Moment::Outcome => steps as usize,
                };
                let mut shape = vec![rows];
                shape.extend(&channel.shape);
                Array {
                    name: channel.name.clone(),
                    shape,
                    values,
                }
            })
            .collect()
    }
}

impl<'a> Present<'a> {
    /// What needs no computing.
    fn read(&self, source: &Source) -> Reading<'a> {
        use Reading::{Double, Number, Single};
        let (player, actor) = (self.player, self.actor);
        let environment = actor.environment();
        let of_physics = |array: fn(&Physics) -> &[f64]| {
            let physics = environment.physics();
            Double(physics.map_or(&[], array))
        };
        match source {
            Source::Sensation(range) => Single(&player.raw_sensation()[range.clone()]),
            Source::Input(range) => Single(&player.sensation()[range.clone()]),
            Source::Action => Single(player.action()),
            Source::MotorCommand => Single(actor.motor_command()),
            Source::ExecutedCommand => Single(actor.executed_command()),
            Source::Policy => Single(player.memory().policy()),
            Source::Value => Single(player.memory().value()),
            Source::RecurrentState(range) => Single(&player.state()[range.clone()]),
            Source::Time => {
                let timestep = environment.spec().control_timestep.unwrap_or(1.0);
                Number(environment.steps() as f64 * timestep)
            }
            Source::Reward => Number(self.reward),
            Source::RewardTerms => Double(environment.reward_terms()),
            Source::Signal(range) => Double(&environment.signals()[range.clone()]),
            Source::Qpos => of_physics(Physics::qpos),
            Source::Qvel => of_physics(Physics::qvel),
            Source::Control => of_physics(Physics::ctrl),
            Source::Sensors => of_physics(Physics::sensordata),
            Source::BodyPose | Source::Activity(_) | Source::ActivityMean(_) => {
                unreachable!("see Recorder::read")
            }
        }
    }
}

/// The events of the last call to the task.
fn happened(actor: &Actor) -> Vec<EventFacts> {
    let environment = actor.environment();
    let events = &environment.spec().events;
    let facts = environment.events().iter().filter_map(|mark| {
        Some(EventFacts {
            event: events.get(mark.event as usize)?.name.clone(),
            time: mark.time,
            step: environment.steps(),
        })
    });
    facts.collect()
}

/// The conditions of an episode.
fn conditions(actor: &Actor) -> BTreeMap<String, f64> {
    let environment = actor.environment();
    let names = environment.spec().conditions.iter();
    names
        .map(|condition| condition.name.clone())
        .zip(environment.conditions().iter().copied())
        .collect()
}

/// A row that lies somewhere already.
enum Reading<'a> {
    Single(&'a [f32]),
    Double(&'a [f64]),
    Number(f64),
}

fn read_activity(brain: &Brain, region: &Region, player: &Player<'_>, activity: &mut [f32]) {
    brain.read_activity(region, player.sensation(), player.memory(), activity);
}

fn empty(channel: &Channel) -> Values {
    match channel.dtype {
        Precision::F32 => Values::F32(Vec::new()),
        Precision::F64 => Values::F64(Vec::new()),
    }
}

/// Adds values; single precision is exact where they were single before.
fn extend(column: &mut Values, values: impl IntoIterator<Item = f64>) {
    match column {
        Values::F32(column) => column.extend(values.into_iter().map(|value| value as f32)),
        Values::F64(column) => column.extend(values),
    }
}
