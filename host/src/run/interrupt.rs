//! Ctrl-C and SIGTERM: the first finishes the cycle and saves, the second ends at once.

use crate::error::HostError;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Which signal came, if any.
#[derive(Debug, Clone)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system refuses the handlers.
    pub fn listen() -> Result<Self, HostError> {
        let signal = Arc::new(AtomicUsize::new(0));
        for (number, code) in [(SIGINT, 130), (SIGTERM, 143)] {
            let second = Arc::new(AtomicBool::new(false));
            // In this order: the first signal finds the flag unset, then sets it.
            signal_hook::flag::register_conditional_shutdown(number, code, second.clone())
                .and_then(|_| signal_hook::flag::register(number, second))
                .and_then(|_| {
                    let value = usize::try_from(number).unwrap_or(0);
                    signal_hook::flag::register_usize(number, signal.clone(), value)
                })
                .map_err(|e| HostError::Run(format!("cannot listen for signals: {e}")))?;
        }
        Ok(Self { signal })
    }

    /// The exit code of the signal that came: 130 for Ctrl-C, 143 for SIGTERM.
    #[must_use]
    pub fn code(&self) -> Option<u8> {
        match i32::try_from(self.signal.load(Ordering::Relaxed)) {
            Ok(SIGINT) => Some(130),
            Ok(SIGTERM) => Some(143),
            _ => None,
        }
    }
}
