//! The end of a process that a plugin has made impossible to go on with.

use super::{PLUGIN, Place, fork};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a plugin did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The call; `None` for an exit outside of any call.
    pub place: Option<Place>,
    /// What it did.
    pub kind: Kind,
}

/// What a plugin did in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It has not returned within the time limit of calls.
    Hung(Duration),
    /// It has not returned although the process is to end, with this exit code.
    Held {
        /// How long it has been waited for.
        waited: Duration,
        /// Of the process.
        code: u8,
    },
    /// It was ended by this signal.
    Crashed(i32),
    /// It called `exit`.
    Exited,
}

impl Incident {
    /// The exit code of the process: 4, or the code that the process was to end with.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Held { code, .. } => code,
            Kind::Hung(_) | Kind::Crashed(_) | Kind::Exited => PLUGIN,
        }
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "{place}: ")?,
            None => write!(f, "code of a plugin, outside of its calls: ")?,
        }
        match self.kind {
            Kind::Hung(limit) => write!(
                f,
                "it has not returned for {} s (plugin_timeout_secs); mend the plugin, or set a longer limit, or 0 for none",
                limit.as_secs_f64()
            ),
            Kind::Held { waited, .. } => write!(
                f,
                "it has not returned for {} s, and the process is to end",
                waited.as_secs_f64()
            ),
            Kind::Crashed(signal) => write!(f, "it crashed: {}", signal_name(signal)),
            Kind::Exited => write!(
                f,
                "it called exit; a plugin returns an error where it cannot go on"
            ),
        }
    }
}

/// A fatal signal in words.
#[must_use]
pub fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGSEGV => "invalid memory access or stack overflow (SIGSEGV)",
        libc::SIGBUS => "memory that does not exist (SIGBUS)",
        libc::SIGILL => "invalid instruction (SIGILL)",
        libc::SIGFPE => "invalid arithmetic such as an integer division by zero (SIGFPE)",
        libc::SIGABRT => "abort (SIGABRT)",
        _ => "a fatal signal",
    }
}

/// What is done before the process ends.
pub type LastWords = Arc<dyn Fn(&Incident) + Send + Sync>;

static LAST_WORDS: Mutex<Option<LastWords>> = Mutex::new(None);
/// Whether the process is ending through here already.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Has `words` done, once, before the process ends: they print what happened, save what can be
/// saved, and run on another thread than the plugin's, or on the plugin's own where it called
/// `exit`. They must not wait for the thread of the plugin. `None` prints the incident alone.
pub fn set_last_words(words: Option<LastWords>) {
    *LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner) = words;
}

/// Whether there are last words, that is whether a run would lose something.
pub(super) fn is_armed() -> bool {
    LAST_WORDS.try_lock().is_ok_and(|words| words.is_some())
}

/// Speaks the last words and ends the process. A second caller waits for the first.
pub(super) fn end(incident: &Incident) -> ! {
    if ENDING.swap(true, Ordering::AcqRel) {
        loop {
            std::thread::sleep(Duration::from_secs(60));
        }
    }
    let words = LAST_WORDS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    match words {
        Some(words) if !fork::is_child() => words(incident),
        _ => eprintln!("error: {incident}"),
    }
    // SAFETY: ends the process at once: the plugin may hold locks that exit handlers wait for.
    unsafe { libc::_exit(incident.exit_code().into()) }
}
