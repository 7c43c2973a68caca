//! Events of one call to a task: the memory that it writes them to, and what is checked of them.

use angora_plugin_api::TaskSpec;
pub use angora_plugin_api::v2::event::EventMark;

/// Most events of one call; more than one of each kind in a control step is rare.
pub const MOST: usize = 64;

/// The events of the last call.
#[derive(Debug)]
pub struct Events {
    marks: Box<[EventMark]>,
    count: usize,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            marks: vec![EventMark::default(); MOST].into(),
            count: 0,
        }
    }
}

impl Events {
    /// Where a call writes; nothing has happened yet.
    pub(crate) fn room(&mut self) -> &mut [EventMark] {
        self.count = 0;
        &mut self.marks
    }

    /// What the last call has reported, in its order.
    #[must_use]
    pub fn marks(&self) -> &[EventMark] {
        &self.marks[..self.count]
    }

    /// Takes over `count` marks that were written.
    ///
    /// # Errors
    /// What is wrong with the first that cannot be: its number, its time, or too many of them.
    pub(crate) fn take(&mut self, spec: &TaskSpec, count: usize) -> Result<(), String> {
        if count > MOST {
            return Err(format!(
                "it reports {count} events in one call; the most are {MOST}"
            ));
        }
        for mark in &self.marks[..count] {
            let Some(event) = spec.events.get(mark.event as usize) else {
                let last = match spec.events.len() {
                    0 => "the spec declares none".to_owned(),
                    n => format!("the spec declares {n}, numbered from 0"),
                };
                return Err(format!("it reports event {}; {last}", mark.event));
            };
            if !(mark.time >= 0.0 && mark.time.is_finite()) {
                return Err(format!(
                    "{:?} has the time {}; expected the time since the episode began, 0 or more",
                    event.name, mark.time
                ));
            }
        }
        self.count = count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_plugin_api::EventSpec;

    fn refusal(marks: &[(u32, f64)], count: usize) -> Option<String> {
        let spec = TaskSpec {
            events: vec![EventSpec {
                name: "go".into(),
                description: String::new(),
            }],
            ..TaskSpec::default()
        };
        let mut events = Events::default();
        for (place, &(event, time)) in events.room().iter_mut().zip(marks) {
            *place = EventMark {
                event,
                time,
                reserved: 0,
            };
        }
        let refused = events.take(&spec, count).err();
        assert_eq!(
            events.marks().len(),
            if refused.is_some() { 0 } else { count }
        );
        refused
    }

    #[test]
    fn an_event_is_one_of_the_spec_at_a_time_of_the_episode() {
        assert_eq!(refusal(&[], 0), None);
        assert_eq!(refusal(&[(0, 0.0), (0, 0.25)], 2), None);
        let unknown = refusal(&[(1, 0.0)], 1).expect("refused");
        assert!(
            unknown.contains("event 1; the spec declares 1"),
            "{unknown}"
        );
        for time in [-0.5, f64::NAN, f64::INFINITY] {
            let early = refusal(&[(0, time)], 1).expect("refused");
            assert!(early.contains("\"go\" has the time"), "{early}");
        }
        let many = refusal(&[], MOST + 1).expect("refused");
        assert!(many.contains("65 events in one call"), "{many}");
    }
}
