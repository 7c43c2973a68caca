//! Panics of author code become faults.

use angora_plugin_api::v1::fault::Outcome;
use angora_plugin_api::{Fault, FaultCode};
use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Once,
};

thread_local! {
    static LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the place of a panic instead of printing it: the host prints the fault, once.
pub fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            LOCATION.with_borrow_mut(|location| *location = place.unwrap_or_default());
        }));
    });
}

/// Runs author code; a panic is returned as a fault.
pub fn caught<T>(work: impl FnOnce() -> Result<T, Fault>) -> Outcome<T> {
    super::outcome(match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(payload) => {
            let message = payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_else(|| "no message".into());
            let mut fault = Fault::new(FaultCode::Panic, message);
            fault.location = LOCATION.take();
            Err(fault)
        }
    })
}

/// An author's object that is not called again after a panic.
pub struct Guarded<T> {
    /// Always there until it is dropped.
    object: Option<T>,
    poisoned: bool,
}

impl<T> Drop for Guarded<T> {
    /// A panic in an author's `Drop` stays on this side of the boundary too; the object is gone
    /// either way, so there is nobody to tell.
    fn drop(&mut self) {
        let object = self.object.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(object)));
    }
}

impl<T> Guarded<T> {
    /// Around an object.
    pub fn new(object: T) -> Self {
        Self {
            object: Some(object),
            poisoned: false,
        }
    }

    /// Calls it.
    pub fn call<R>(&mut self, work: impl FnOnce(&mut T) -> Result<R, Fault>) -> Outcome<R> {
        let Some(object) = self.object.as_mut().filter(|_| !self.poisoned) else {
            return super::outcome(Err(poisoned()));
        };
        let mut finished = false;
        let outcome = caught(|| {
            let result = work(object);
            finished = true;
            result
        });
        self.poisoned = !finished;
        outcome
    }

    /// Reads it.
    pub fn read<R>(&self, work: impl FnOnce(&T) -> Result<R, Fault>) -> Outcome<R> {
        match &self.object {
            Some(object) if !self.poisoned => caught(|| work(object)),
            _ => super::outcome(Err(poisoned())),
        }
    }
}

fn poisoned() -> Fault {
    Fault::new(FaultCode::Poisoned, "it panicked before")
}
