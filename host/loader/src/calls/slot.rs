//! The call that a thread is in.

use super::{Name, fork};
use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The slot of a thread: written by the thread alone, read by its signal handlers and the
/// watchdog. It has a cache line of its own.
#[derive(Default)]
#[repr(align(64))]
pub(super) struct Slot {
    /// Odd inside a call; another number for each call.
    sequence: AtomicU64,
    name: Text,
    call: Text,
}

/// A text that is never freed.
#[derive(Default)]
struct Text {
    begin: AtomicPtr<u8>,
    len: AtomicUsize,
}

impl Text {
    fn set(&self, text: &'static str) {
        self.begin
            .store(text.as_ptr().cast_mut(), Ordering::Relaxed);
        self.len.store(text.len(), Ordering::Relaxed);
    }

    /// # Safety
    /// Nothing may have been `set` in the meantime that was not read before.
    unsafe fn get(&self) -> &'static str {
        let begin = self.begin.load(Ordering::Relaxed);
        if begin.is_null() {
            return "";
        }
        let len = self.len.load(Ordering::Relaxed);
        // SAFETY: `set` stored both halves of one text, which lives for ever; the caller knows
        // that it has not stored another one since.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(begin, len)) }
    }
}

/// A call of a contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// `plugin NAME VERSION, task "ID"`.
    pub name: &'static str,
    /// The call: `step`.
    pub call: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, call {}", self.name, self.call)
    }
}

impl Slot {
    /// The number of the call that the thread is in, if it is in one.
    pub(super) fn sequence(&self) -> Option<u64> {
        let sequence = self.sequence.load(Ordering::Acquire);
        (!sequence.is_multiple_of(2)).then_some(sequence)
    }

    /// The call of a number; `None` once the thread has left it.
    pub(super) fn place(&self, sequence: u64) -> Option<Place> {
        let (begin, len) = (&self.name, &self.call);
        let halves = [begin, len].map(|text| {
            let begin = text.begin.load(Ordering::Relaxed);
            (begin, text.len.load(Ordering::Relaxed))
        });
        std::sync::atomic::fence(Ordering::Acquire);
        if self.sequence.load(Ordering::Relaxed) != sequence {
            return None;
        }
        let [name, call] = halves.map(|(begin, len)| {
            // SAFETY: the number is still the same, so both halves were those of one text, which
            // lives for ever.
            unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(begin, len)) }
        });
        Some(Place { name, call })
    }
}

thread_local! {
    /// Read by signal handlers: no destructor, no initialisation.
    static CURRENT: Cell<Option<&'static Slot>> = const { Cell::new(None) };
    static LEASE: Cell<Option<Lease>> = const { Cell::new(None) };
}

/// Every slot that was ever made.
static SLOTS: Mutex<Vec<&'static Slot>> = Mutex::new(Vec::new());
/// Those whose threads have ended.
static FREE: Mutex<Vec<&'static Slot>> = Mutex::new(Vec::new());

/// Gives a slot back when its thread ends.
struct Lease(&'static Slot);

impl Drop for Lease {
    fn drop(&mut self) {
        if self.0.sequence().is_some() {
            // `exit` runs this inside the call that it was called in, which is still to be named.
            return;
        }
        CURRENT.set(None);
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(self.0);
    }
}

#[cold]
fn take() -> &'static Slot {
    let free = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let slot = free.unwrap_or_else(|| {
        let slot: &'static Slot = Box::leak(Box::default());
        let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        slots.push(slot);
        slot
    });
    CURRENT.set(Some(slot));
    // A call in a destructor of the thread has a slot that is not given back.
    let _ = LEASE.try_with(|lease| lease.set(Some(Lease(slot))));
    slot
}

/// All slots, for the watchdog.
pub(super) fn all() -> Vec<&'static Slot> {
    SLOTS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The call that this thread is in. May be called by a signal handler.
pub(super) fn here() -> Option<Place> {
    let slot = CURRENT.try_with(Cell::get).ok()??;
    slot.sequence()?;
    // SAFETY: this thread itself is inside the call, so it stores nothing.
    let (name, call) = unsafe { (slot.name.get(), slot.call.get()) };
    Some(Place { name, call })
}

/// Makes this thread ready for calls, so that the first one allocates nothing either.
pub fn prepare_thread() {
    CURRENT.get().unwrap_or_else(take);
}

/// Runs a call of a contribution under its name. Allocates nothing after the first time on a
/// thread. Within another call the outer name stays.
pub fn inside<T>(name: Name, call: &'static str, work: impl FnOnce() -> T) -> T {
    let _leave = enter(name, call);
    work()
}

/// Leaves the call.
struct Leave(Option<&'static Slot>);

#[inline]
fn enter(name: Name, call: &'static str) -> Leave {
    let slot = CURRENT.get().unwrap_or_else(take);
    let sequence = slot.sequence.load(Ordering::Relaxed);
    if !sequence.is_multiple_of(2) {
        return Leave(None);
    }
    slot.name.set(name.text());
    slot.call.set(call);
    slot.sequence.store(sequence + 1, Ordering::Release);
    Leave(Some(slot))
}

impl Drop for Leave {
    #[inline]
    fn drop(&mut self) {
        let Some(slot) = self.0 else { return };
        if fork::is_child() {
            fork::end();
        }
        let sequence = slot.sequence.load(Ordering::Relaxed);
        slot.sequence.store(sequence + 1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_knows_its_call() {
        let name = Name::new("plugin a 1.0.0, task \"T-v0\"");
        assert_eq!(here(), None);
        let (outer, nested) = inside(name, "step", || {
            let nested = inside(Name::new("another"), "reset", here);
            (here(), nested)
        });
        let expected = Place {
            name: name.text(),
            call: "step",
        };
        assert_eq!((outer, nested), (Some(expected), Some(expected)));
        assert_eq!(here(), None);
        // A panic leaves the call too.
        let panic = std::panic::catch_unwind(|| inside(name, "step", || panic!("told to")));
        assert!(panic.is_err());
        assert_eq!(here(), None);
    }

    #[test]
    fn another_thread_sees_a_call_until_it_returns() {
        let (enter, entered) = std::sync::mpsc::channel();
        let (leave, left) = std::sync::mpsc::channel::<()>();
        let name = Name::new("plugin seen 1.0.0, task \"T-v0\"");
        let thread = std::thread::spawn(move || {
            inside(name, "reset", || {
                enter.send(()).expect("waited for");
                left.recv().expect("told to leave");
            });
        });
        entered.recv().expect("it enters");
        let places = || {
            let slots = all().into_iter();
            let inside = slots.filter_map(|slot| slot.place(slot.sequence()?));
            inside.filter(|place| place.name == name.text()).count()
        };
        assert_eq!(places(), 1);
        leave.send(()).expect("it waits");
        thread.join().expect("it ends");
        assert_eq!(places(), 0);
    }
}
