//! The end of a process that a plugin has made impossible to go on with.

use super::{PLUGIN, Place, fork, slot};
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
    /// A library of the host failed at what the plugin gave it, and says this.
    Failed(&'static str),
}

impl Incident {
    /// The exit code of the process: 4, or the code that the process was to end with.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Held { code, .. } => code,
            Kind::Failed(_) if self.place.is_none() => 1,
            Kind::Hung(_) | Kind::Crashed(_) | Kind::Exited | Kind::Failed(_) => PLUGIN,
        }
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "{place}: ")?,
            None if matches!(self.kind, Kind::Exited) => {
                write!(f, "something outside of the calls of plugins: ")?;
            }
            None => {}
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
            Kind::Failed(words) => f.write_str(words),
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

/// How long the last words may take.
pub(super) const SAVING: Duration = Duration::from_secs(30);

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

/// Ends the process because a library that cannot return an error has failed, in the name of the
/// plugin that this thread is in.
pub fn fail(words: &str) -> ! {
    end(&Incident {
        place: slot::here(),
        kind: Kind::Failed(words.to_owned().leak()),
    })
}

/// Speaks the last words and ends the process. A second caller waits for the first.
pub(super) fn end(incident: &Incident) -> ! {
    if ENDING.swap(true, Ordering::AcqRel) {
        loop {
            std::thread::sleep(Duration::from_secs(60));
        }
    }
    let code = incident.exit_code();
    // What is being saved has a temporary name until it is whole.
    let fuse = std::thread::Builder::new().spawn(move || {
        std::thread::sleep(SAVING);
        quit(code)
    });
    if let Err(error) = fuse {
        eprintln!("warning: saving has no time limit: {error}");
    }
    let words = LAST_WORDS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    match words {
        Some(words) if !fork::is_child() => words(incident),
        _ => eprintln!("error: {incident}"),
    }
    quit(code)
}

/// Ends the process at once: the plugin may hold locks that exit handlers wait for.
fn quit(code: u8) -> ! {
    // SAFETY: it takes a number and does not return.
    unsafe { libc::_exit(code.into()) }
}
