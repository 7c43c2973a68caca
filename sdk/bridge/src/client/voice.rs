//! The end of what a process writes to standard error.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Bytes that are kept.
const KEPT: usize = 4096;
/// How long the last words of a process that is gone may take.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Listens in a thread of its own, so that nobody who writes much has to wait.
#[derive(Debug)]
pub struct Voice {
    kept: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
}

impl Voice {
    /// Listens to a pipe until it ends.
    pub fn listen(mut pipe: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = kept.clone();
        let listener = thread::spawn(move || {
            let mut bytes = [0; KEPT];
            while let Ok(count) = pipe.read(&mut bytes) {
                if count == 0 {
                    break;
                }
                let mut kept = keep.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&bytes[..count]);
                let too_many = kept.len().saturating_sub(KEPT);
                kept.drain(..too_many);
            }
        });
        Self { kept, listener }
    }

    /// The end of what a process wrote that is gone.
    pub fn last(&self) -> String {
        let begun = Instant::now();
        while !self.listener.is_finished() && begun.elapsed() < LAST_WORDS {
            thread::sleep(Duration::from_millis(1));
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    }
}
