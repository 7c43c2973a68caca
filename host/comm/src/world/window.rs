//! Memory that the processes of a node share, and how they take turns in it.
#![allow(unsafe_code, reason = "shares memory with other processes")]

use super::{World, WorldError};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shared memory, never given back before the process ends.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: it is memory; who touches which part of it when is settled through a `Gate`.
unsafe impl Send for Window {}
// SAFETY: as above.
unsafe impl Sync for Window {}

impl Window {
    pub(crate) fn new(start: *mut u8, len: usize) -> Option<Self> {
        NonNull::new(start).map(|start| Self { start, len })
    }

    /// `n` numbers from byte `offset` on.
    ///
    /// # Safety
    /// No process writes them while the slice lives.
    ///
    /// # Panics
    /// They lie outside, or not on a boundary of their size.
    #[must_use]
    pub unsafe fn numbers<'w, T: Number>(&self, offset: usize, n: usize) -> &'w [T] {
        // SAFETY: within the window, aligned; any bits are a number; the caller sees to the rest.
        unsafe { std::slice::from_raw_parts(self.place(offset, n), n) }
    }

    /// The same, to write.
    ///
    /// # Safety
    /// Nobody else reads or writes them while the slice lives.
    ///
    /// # Panics
    /// As [`numbers`](Self::numbers).
    #[must_use]
    pub unsafe fn numbers_mut<'w, T: Number>(&self, offset: usize, n: usize) -> &'w mut [T] {
        // SAFETY: as in `numbers`.
        unsafe { std::slice::from_raw_parts_mut(self.place(offset, n), n) }
    }

    fn place<T: Number>(&self, offset: usize, n: usize) -> *mut T {
        assert!(
            offset + n * size_of::<T>() <= self.len,
            "outside the window"
        );
        // SAFETY: within the window.
        let place: *mut T = unsafe { self.start.as_ptr().add(offset) }.cast();
        assert!(place.is_aligned(), "between the boundaries of a window");
        place
    }

    fn counter(&self, k: usize) -> &AtomicU64 {
        let place: *mut u64 = self.place::<u64>(k * Gate::STRIDE, 1);
        // SAFETY: within the window, aligned, and only ever touched as an atomic.
        unsafe { AtomicU64::from_ptr(place) }
    }
}

/// What may lie in shared memory: any bits are one.
pub trait Number: Copy {}
impl Number for f32 {}
impl Number for f64 {}
impl Number for u64 {}

/// A barrier of some ranks, in the first bytes of a window. Whatever a process has written before
/// it comes, the others see after it has let them through.
#[derive(Debug)]
pub struct Gate {
    window: Window,
    ranks: Vec<usize>,
    /// Which of them this process is.
    own: Option<usize>,
    /// How often this process has come.
    turn: u64,
}

impl Gate {
    /// Bytes apart, so that ranks do not share a cache line.
    const STRIDE: usize = 128;

    /// Bytes at the start of a window that a gate of so many ranks takes.
    #[must_use]
    pub fn bytes(ranks: usize) -> usize {
        ranks * Self::STRIDE
    }

    /// Of these ranks; `own` is the place of this process among them.
    #[must_use]
    pub fn new(window: Window, ranks: Vec<usize>, own: Option<usize>) -> Self {
        Self {
            window,
            ranks,
            own,
            turn: 0,
        }
    }

    /// Place of this process among the ranks, and their number.
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        self.own.map(|own| (own, self.ranks.len()))
    }

    /// Waits until all have come as often as this process; others pass at once.
    ///
    /// # Errors
    /// Some did not; they are named.
    pub fn pass(&mut self, world: &World, what: &'static str) -> Result<(), WorldError> {
        let Some(own) = self.own else {
            return Ok(());
        };
        self.turn += 1;
        let counter = self.window.counter(own);
        counter.store(self.turn, Ordering::Release);
        let late = |k: &usize| self.window.counter(*k).load(Ordering::Acquire) < self.turn;
        let mut next = 0;
        let come = world.patience().wait(|| {
            // Those before `next` have come.
            while next < self.ranks.len() && !late(&next) {
                next += 1;
            }
            next == self.ranks.len()
        });
        if come {
            return Ok(());
        }
        let seats = world.seats();
        let name = |k: usize| format!("rank {} on {}", self.ranks[k], seats[self.ranks[k]].host);
        let missing: Vec<String> = (0..self.ranks.len()).filter(late).map(name).collect();
        Err(world.lost(what, missing.join(", ")))
    }
}

/// Where the processes of a node say which transfer they have come to.
#[derive(Debug)]
pub(super) struct Board {
    window: Window,
    /// Transfers that this process has come to.
    turn: u64,
}

impl Board {
    /// In a window with room for a counter per process ([`Gate::bytes`]).
    pub fn new(window: Window) -> Self {
        Self { window, turn: 0 }
    }

    /// This process, with its place on the node, has come to the next transfer.
    pub fn come(&mut self, local: usize) {
        self.turn += 1;
        let counter = self.window.counter(local);
        counter.store(self.turn, Ordering::Release);
    }

    /// Whether a process of the node has not come as far as this one.
    pub fn is_late(&self, local: usize) -> bool {
        self.window.counter(local).load(Ordering::Acquire) < self.turn
    }
}
