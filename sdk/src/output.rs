//! Where a plugin reads the action and writes what the host asked for.

use crate::{Fault, FaultCode, Result, Sense, TaskSpec};
use std::ops::Range;

/// Where everything lies that a task writes.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    senses: Vec<(Sense, Range<usize>)>,
    signals: Vec<(String, Range<usize>)>,
    terms: Vec<String>,
    events: Vec<String>,
}

impl Layout {
    /// The layout of a spec.
    #[must_use]
    pub fn new(spec: &TaskSpec) -> Self {
        let mut at = 0;
        let senses = spec
            .sensations
            .iter()
            .map(|s| {
                at += s.len();
                (s.sense, at - s.len()..at)
            })
            .collect();
        let mut at = 0;
        let signals = spec
            .signals
            .iter()
            .map(|s| {
                at += s.len;
                (s.name.clone(), at - s.len..at)
            })
            .collect();
        Self {
            senses,
            signals,
            terms: spec.reward_terms.clone(),
            events: spec.events.iter().map(|event| event.name.clone()).collect(),
        }
    }
}

/// The brain's action, as the task's [`ActionSpec`](crate::ActionSpec) says.
#[derive(Debug, Clone, Copy)]
pub struct Action<'a>(&'a [f32]);

impl<'a> Action<'a> {
    /// An action of these values.
    #[must_use]
    pub fn new(values: &'a [f32]) -> Self {
        Self(values)
    }

    /// All values: one per degree of freedom, or one index per choice.
    #[must_use]
    pub fn values(self) -> &'a [f32] {
        self.0
    }

    /// The index of a single choice.
    #[must_use]
    pub fn index(self) -> usize {
        self.0[0] as usize
    }
}

/// Where the first sensation and signals of an episode are written.
#[derive(Debug)]
pub struct Observation<'a> {
    layout: &'a Layout,
    sensation: &'a mut [f32],
    signals: &'a mut [f64],
    events: Option<Events<'a>>,
}

/// Where a task reports events.
#[derive(Debug)]
pub struct Events<'a> {
    marks: &'a mut [EventMark],
    count: &'a mut usize,
}

impl<'a> Events<'a> {
    /// Over the host's memory, and the number of events in it.
    pub fn new(marks: &'a mut [EventMark], count: &'a mut usize) -> Self {
        Self { marks, count }
    }
}

/// An event that was reported: its place in the spec's `events`, and when it happened.
#[cfg(not(target_family = "wasm"))]
pub use angora_plugin_api::v2::event::EventMark;

/// An event that was reported: its place in the spec's `events`, and when it happened.
#[cfg(target_family = "wasm")]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EventMark {
    /// Place in the spec's `events`.
    pub event: u32,
    /// Zero.
    pub reserved: u32,
    /// When it happened since the episode began: s, or control steps where the spec has no
    /// `control_timestep`.
    pub time: f64,
}

impl<'a> Observation<'a> {
    /// Over the host's memory.
    pub fn new(layout: &'a Layout, sensation: &'a mut [f32], signals: &'a mut [f64]) -> Self {
        Self {
            layout,
            sensation,
            signals,
            events: None,
        }
    }

    /// The same with a place for events; without one they are not kept, as by hosts that know none.
    #[must_use]
    pub fn with_events(mut self, events: Events<'a>) -> Self {
        self.events = Some(events);
        self
    }

    /// Reports that an event of the spec has happened, at a time since the episode began: s, or
    /// control steps where the spec has no `control_timestep`. Allocates nothing.
    ///
    /// # Errors
    /// An event that the spec does not list, or more in one call than the host has room for.
    pub fn event(&mut self, name: &str, time: f64) -> Result<()> {
        let Some(event) = self.layout.events.iter().position(|event| event == name) else {
            return Err(unknown("event", name));
        };
        let Some(Events { marks, count }) = &mut self.events else {
            return Ok(());
        };
        let most = marks.len();
        let Some(place) = marks.get_mut(**count) else {
            let message = format!("more than {most} events in one call");
            return Err(Fault::new(FaultCode::Length, message).on(name));
        };
        *place = EventMark {
            event: event as u32,
            reserved: 0,
            time,
        };
        **count += 1;
        Ok(())
    }

    /// Writes a sense.
    ///
    /// # Errors
    /// A sense that the spec does not list, or another number of values than it says.
    pub fn sense(&mut self, sense: Sense, values: &[f32]) -> Result<()> {
        let place = self.sense_mut(sense)?;
        copy(place, values, sense.name())
    }

    /// The place of a sense, to be written in full.
    ///
    /// # Errors
    /// A sense that the spec does not list.
    pub fn sense_mut(&mut self, sense: Sense) -> Result<&mut [f32]> {
        let range = self.layout.senses.iter().find(|(s, _)| *s == sense);
        match range {
            Some((_, range)) => place(self.sensation, range.clone(), sense.name()),
            None => Err(unknown("sense", sense.name())),
        }
    }

    /// Writes a signal.
    ///
    /// # Errors
    /// A signal that the spec does not list, or another number of values than it says.
    pub fn signal(&mut self, name: &str, values: &[f64]) -> Result<()> {
        copy(self.signal_mut(name)?, values, name)
    }

    /// The place of a signal, to be written in full.
    ///
    /// # Errors
    /// A signal that the spec does not list.
    pub fn signal_mut(&mut self, name: &str) -> Result<&mut [f64]> {
        let range = self.layout.signals.iter().find(|(n, _)| n == name);
        match range {
            Some((_, range)) => place(self.signals, range.clone(), name),
            None => Err(unknown("signal", name)),
        }
    }
}

/// Where the outcome of a control step is written.
#[derive(Debug)]
pub struct Step<'a> {
    observation: Observation<'a>,
    terms: &'a mut [f64],
}

impl<'a> Step<'a> {
    /// Over the host's memory.
    pub fn new(observation: Observation<'a>, terms: &'a mut [f64]) -> Self {
        Self { observation, terms }
    }

    /// Writes a sense; see [`Observation::sense`].
    ///
    /// # Errors
    /// As there.
    pub fn sense(&mut self, sense: Sense, values: &[f32]) -> Result<()> {
        self.observation.sense(sense, values)
    }

    /// Writes a signal; see [`Observation::signal`].
    ///
    /// # Errors
    /// As there.
    pub fn signal(&mut self, name: &str, values: &[f64]) -> Result<()> {
        self.observation.signal(name, values)
    }

    /// Writes a term of the default reward.
    ///
    /// # Errors
    /// A term that the spec does not list.
    pub fn reward_term(&mut self, name: &str, value: f64) -> Result<()> {
        let at = self.observation.layout.terms.iter().position(|t| t == name);
        match at.and_then(|at| self.terms.get_mut(at)) {
            Some(term) => {
                *term = value;
                Ok(())
            }
            None => Err(unknown("reward term", name)),
        }
    }

    /// The sensation and signals alone, for code that reset and step share.
    pub fn observation(&mut self) -> &mut Observation<'a> {
        &mut self.observation
    }
}

fn place<'m, T>(memory: &'m mut [T], range: Range<usize>, name: &str) -> Result<&'m mut [T]> {
    memory.get_mut(range).ok_or_else(|| {
        Fault::new(
            FaultCode::Length,
            "the host's memory is shorter than the spec",
        )
        .on(name)
    })
}

fn copy<T: Copy>(place: &mut [T], values: &[T], name: &str) -> Result<()> {
    if place.len() != values.len() {
        return Err(Fault::new(
            FaultCode::Length,
            format!(
                "the spec says {} values, {} were written",
                place.len(),
                values.len()
            ),
        )
        .on(name));
    }
    place.copy_from_slice(values);
    Ok(())
}

fn unknown(what: &str, name: &str) -> Fault {
    Fault::new(FaultCode::Invalid, format!("the spec lists no such {what}")).on(name)
}
