//! What ends a run before its time: Ctrl-C, SIGTERM, SIGHUP, SIGUSR1, the wall clock. The cycle is
//! finished and saved first.

use crate::error::HostError;
use angora_loader::calls::set_ending;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGXFSZ};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The exit code of a run that is saved and has more to do: whoever started it may start it again
/// (`EX_TEMPFAIL` of sysexits.h).
pub const UNFINISHED: u8 = 75;

/// Time before the wall clock ends at which the watchdog stops waiting for a plugin.
const RESERVE: Duration = Duration::from_secs(15);

/// Which signal came, if any, and how much time is left.
#[derive(Debug, Clone)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
    deadline: Option<Instant>,
    /// Whether a batch system started this process, which ends it with SIGTERM and starts it again.
    batch: bool,
}

impl Interrupt {
    /// Listens from now on; the wall clock begins to run.
    ///
    /// A second Ctrl-C ends the process at once, and so does a second SIGTERM where the first one
    /// means 143: batch systems repeat themselves, and end what does not listen by SIGKILL. A
    /// terminal that is closed may send SIGHUP several times; under `nohup` none counts.
    ///
    /// # Errors
    /// The system refuses the handlers.
    pub fn listen(wall_clock: Option<Duration>) -> Result<Self, HostError> {
        let batch = wall_clock.is_some() || std::env::var_os("SLURM_JOB_ID").is_some();
        let signal = Arc::new(AtomicUsize::new(0));
        for number in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] {
            if number == SIGHUP && is_ignored(SIGHUP) {
                continue;
            }
            let second = Arc::new(AtomicBool::new(false));
            let code = exit_code(number, batch);
            let shutdown = if code == UNFINISHED || number == SIGHUP {
                Ok(())
            } else {
                // In this order: the first signal finds the flag unset, then sets it.
                signal_hook::flag::register_conditional_shutdown(
                    number,
                    i32::from(code),
                    second.clone(),
                )
                .map(|_| ())
            };
            shutdown
                .and_then(|()| signal_hook::flag::register(number, second))
                .and_then(|_| {
                    let value = usize::try_from(number).unwrap_or(0);
                    signal_hook::flag::register_usize(number, signal.clone(), value)
                })
                .map_err(|e| HostError::Run(format!("cannot listen for signals: {e}")))?;
        }
        let interrupt = Self {
            signal,
            deadline: wall_clock.and_then(|limit| Instant::now().checked_add(limit)),
            batch,
        };
        // A plugin that does not return keeps the cycle from its end: the watchdog has a deadline.
        let watched = interrupt.clone();
        set_ending(Arc::new(move || watched.code(RESERVE)));
        Ok(interrupt)
    }

    /// The exit code with which the run is to end now: that of a signal that came (130 Ctrl-C;
    /// 75 SIGUSR1; under a batch system 75 for SIGTERM and SIGHUP, else 143 and 129), or 75 where the wall clock leaves
    /// less than `needed`.
    #[must_use]
    pub fn code(&self, needed: Duration) -> Option<u8> {
        let number = i32::try_from(self.signal.load(Ordering::Relaxed)).unwrap_or(0);
        if number != 0 {
            return Some(exit_code(number, self.batch));
        }
        self.deadline
            .is_some_and(|deadline| Instant::now() + needed >= deadline)
            .then_some(UNFINISHED)
    }
}

fn exit_code(signal: i32, batch: bool) -> u8 {
    match signal {
        SIGINT => 130,
        SIGTERM if !batch => 143,
        SIGHUP if !batch => 129,
        _ => UNFINISHED,
    }
}

/// Whether whoever started this process had it ignore a signal, as `nohup` does.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores(&status, signal)
}

/// Whether the mask of ignored signals in a process's status has this one.
fn ignores(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Makes a limit on the size of files (`ulimit -f`) an error of the write instead of the end of
/// the process.
///
/// # Errors
/// The system refuses the handler.
pub fn survive_file_limits() -> Result<(), HostError> {
    let handled = signal_hook::flag::register(SIGXFSZ, Arc::default());
    let handled = handled.map(|_| ());
    handled.map_err(|e| HostError::Run(format!("cannot listen for signals: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_systems_get_a_code_of_their_own() {
        let codes =
            |batch| [SIGINT, SIGTERM, SIGUSR1, SIGHUP].map(|signal| exit_code(signal, batch));
        assert_eq!(codes(false), [130, 143, 75, 129]);
        assert_eq!(codes(true), [130, 75, 75, 75]);
    }

    #[test]
    fn nohup_is_known_by_the_mask() {
        let status = |mask: &str| format!("Name:\tx\nSigBlk:\t0001\nSigIgn:\t{mask}\n");
        assert!(ignores(&status("0000000000001001"), SIGHUP));
        assert!(!ignores(&status("0000000000001000"), SIGHUP));
        assert!(!ignores("", SIGHUP));
    }

    #[test]
    fn the_wall_clock_counts_what_is_still_needed() {
        let interrupt = Interrupt {
            signal: Arc::default(),
            deadline: Instant::now().checked_add(Duration::from_secs(1000)),
            batch: true,
        };
        assert_eq!(interrupt.code(Duration::from_secs(900)), None);
        assert_eq!(interrupt.code(Duration::from_secs(1000)), Some(75));
    }
}
