//! The watchdog: a thread that finds calls which do not return, and ends the process for those
//! that crashed.

use super::incident::{self, Incident, Kind};
use super::slot::{self, Slot};
use super::{Place, guards};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Time limit of a call where nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
/// How long a call is waited for where the process is to end.
const PATIENCE: Duration = Duration::from_secs(10);
/// Part of the time limit that this is at most.
const PART: u32 = 30;
/// How often it looks.
const TICK: Duration = Duration::from_millis(100);

/// Tells the exit code with which the process is to end, once it is.
pub type Ending = Arc<dyn Fn() -> Option<u8> + Send + Sync>;

struct Settings {
    /// Zero for none.
    timeout: Duration,
    ending: Option<Ending>,
}

static SETTINGS: Mutex<Settings> = Mutex::new(Settings {
    timeout: DEFAULT_TIMEOUT,
    ending: None,
});

fn settings<T>(work: impl FnOnce(&mut Settings) -> T) -> T {
    work(&mut SETTINGS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Sets the longest time of a call of native code; zero is no limit. It counts while the process
/// runs: one that is stopped, or a machine that sleeps, takes nothing away.
pub fn set_timeout(timeout: Duration) {
    settings(|settings| settings.timeout = timeout);
}

/// Lets the watchdog ask whether the process is to end: a call is then waited for ten seconds at
/// most, less where the time limit of calls is below five minutes.
pub fn set_ending(ending: Ending) {
    settings(|settings| settings.ending = Some(ending));
}

/// A call under way.
struct Seen {
    sequence: u64,
    ticks: u32,
    /// Those since the process is to end.
    ending_ticks: u32,
}

/// What a look at the slots finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found(Place, Kind);

/// What was seen of each slot.
#[derive(Default)]
struct Watch {
    seen: Vec<Option<Seen>>,
}

impl Watch {
    /// Looks once more, a tick after the last time.
    fn look(
        &mut self,
        slots: &[&Slot],
        tick: Duration,
        timeout: Duration,
        ending: Option<u8>,
    ) -> Option<Found> {
        self.seen.resize_with(slots.len(), || None);
        let patience = patience(timeout);
        for (slot, seen) in slots.iter().zip(&mut self.seen) {
            let Some(sequence) = slot.sequence() else {
                *seen = None;
                continue;
            };
            let known = seen.as_mut().filter(|known| known.sequence == sequence);
            let Some(known) = known else {
                let (ticks, ending_ticks) = (0, 0);
                *seen = Some(Seen {
                    sequence,
                    ticks,
                    ending_ticks,
                });
                continue;
            };
            known.ticks += 1;
            known.ending_ticks += u32::from(ending.is_some());
            let (waited, held) = (tick * known.ticks, tick * known.ending_ticks);
            let kind = match ending {
                Some(code) if held >= patience => Kind::Held { waited, code },
                _ if !timeout.is_zero() && waited >= timeout => Kind::Hung(timeout),
                _ => continue,
            };
            if let Some(place) = slot.place(sequence) {
                return Some(Found(place, kind));
            }
        }
        None
    }
}

fn patience(timeout: Duration) -> Duration {
    if timeout.is_zero() {
        return PATIENCE;
    }
    PATIENCE.min(timeout / PART)
}

/// Watches until the process ends.
pub(super) fn run() -> ! {
    let mut watch = Watch::default();
    let mut told = false;
    loop {
        let (timeout, ending) = settings(|s| (s.timeout, s.ending.clone()));
        let tick = if timeout.is_zero() {
            TICK
        } else {
            TICK.min(timeout / 10)
        };
        if let Some((place, signal)) = guards::wait_for_crash(tick) {
            incident::end(&Incident {
                place: Some(place),
                kind: Kind::Crashed(signal),
            });
        }
        let ending = ending.and_then(|ending| ending());
        let found = watch.look(&slot::all(), tick, timeout, ending);
        let Some(Found(place, kind)) = found else {
            continue;
        };
        let incident = Incident {
            place: Some(place),
            kind,
        };
        if !is_traced() {
            incident::end(&incident);
        }
        if !std::mem::replace(&mut told, true) {
            eprintln!("warning: {incident} (a debugger is attached, so the process goes on)");
        }
    }
}

/// Whether a debugger is attached: whoever steps through a call takes their time.
fn is_traced() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    traced_by(&status)
}

fn traced_by(status: &str) -> bool {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"));
    line.is_some_and(|pid| pid.trim() != "0")
}

#[cfg(test)]
mod tests {
    use super::super::{Name, inside};
    use super::*;

    const TICK: Duration = Duration::from_secs(1);
    const LIMIT: Duration = Duration::from_secs(60);

    /// What `ticks` looks find in the slot of a thread that is inside a call.
    fn looks(ticks: u32, timeout: Duration, ending: Option<u8>) -> Option<Found> {
        let name = Name::new("plugin hung 1.0.0, task \"T-v0\"");
        inside(name, "step", || {
            let slots = slot::all().into_iter();
            let of_us = |slot: &&Slot| {
                let place = slot.sequence().and_then(|sequence| slot.place(sequence));
                place.is_some_and(|place| place.name == name.text())
            };
            let slots: Vec<&Slot> = slots.filter(|slot| of_us(slot)).take(1).collect();
            let mut watch = Watch::default();
            watch.look(&slots, TICK, timeout, ending);
            (0..ticks)
                .map(|_| watch.look(&slots, TICK, timeout, ending))
                .find_map(|found| found)
        })
    }

    #[test]
    fn a_call_has_its_time() {
        assert_eq!(looks(59, LIMIT, None), None);
        let Some(Found(place, kind)) = looks(60, LIMIT, None) else {
            panic!("it hangs");
        };
        assert_eq!((place.call, kind), ("step", Kind::Hung(LIMIT)));
        assert_eq!(looks(100_000, Duration::ZERO, None), None, "no limit");
    }

    #[test]
    fn a_call_has_less_time_where_the_process_is_to_end() {
        assert_eq!(looks(1, LIMIT, Some(143)), None);
        let held = |found: Option<Found>| found.map(|Found(_, kind)| kind);
        let (waited, code) = (TICK * 2, 143);
        assert_eq!(
            held(looks(2, LIMIT, Some(143))),
            Some(Kind::Held { waited, code })
        );
        let waited = TICK * 10;
        let found = looks(10, Duration::ZERO, Some(143));
        assert_eq!(held(found), Some(Kind::Held { waited, code }));
    }

    #[test]
    fn calls_that_follow_each_other_do_not_add_up() {
        let name = Name::new("plugin busy 1.0.0, task \"T-v0\"");
        let mut watch = Watch::default();
        for _ in 0..1000 {
            let found = inside(name, "step", || {
                let slots = slot::all();
                let found = watch.look(&slots, TICK, LIMIT, None);
                found.filter(|Found(place, _)| place.name == name.text())
            });
            assert_eq!(found, None);
        }
    }

    #[test]
    fn a_debugger_is_seen() {
        assert!(traced_by("Name:\ta\nTracerPid:\t42\n"));
        assert!(!traced_by("Name:\ta\nTracerPid:\t0\n"));
        assert!(!traced_by(""));
    }
}
