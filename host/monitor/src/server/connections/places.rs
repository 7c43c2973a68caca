//! Who holds a place, and who gives it up first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The places of a server.
#[derive(Clone)]
pub(super) struct Places {
    most: usize,
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    /// Counts changes: what changed longer ago has the smaller number.
    clock: u64,
    holders: BTreeMap<u64, Holder>,
    next: u64,
}

struct Holder {
    /// Answers that are being given.
    answers: usize,
    /// When it began to wait.
    since: u64,
    evict: Arc<Notify>,
}

/// The place of a connection, until the last clone is dropped.
#[derive(Clone)]
pub(super) struct Place(Arc<Held>);

struct Held {
    places: Places,
    key: u64,
    evict: Arc<Notify>,
}

/// While it exists, its connection is not evicted.
pub(super) struct Answering(Place);

impl Places {
    pub fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            table: Arc::default(),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, and whether another connection had to give it up; `None` where all connections are
    /// being answered.
    pub fn take(&self) -> (Option<Place>, bool) {
        let full = self.table().holders.len() >= self.most;
        if full && !self.evict() {
            return (None, false);
        }
        let mut table = self.table();
        let key = table.next;
        table.next += 1;
        let evict = Arc::new(Notify::new());
        let since = table.tick();
        let holder = Holder {
            answers: 0,
            since,
            evict: evict.clone(),
        };
        table.holders.insert(key, holder);
        drop(table);
        let held = Held {
            places: self.clone(),
            key,
            evict,
        };
        (Some(Place(Arc::new(held))), full)
    }

    /// Ends the connection that has waited longest for a request; whether there was one.
    pub fn evict(&self) -> bool {
        let mut table = self.table();
        let waiting = table
            .holders
            .iter()
            .filter(|(_, holder)| holder.answers == 0);
        let Some(key) = waiting
            .min_by_key(|(_, holder)| holder.since)
            .map(|(key, _)| *key)
        else {
            return false;
        };
        if let Some(holder) = table.holders.remove(&key) {
            holder.evict.notify_one();
        }
        true
    }
}

impl Table {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }
}

impl Place {
    /// Marks the connection as being answered.
    pub fn answering(&self) -> Answering {
        if let Some(holder) = self.0.places.table().holders.get_mut(&self.0.key) {
            holder.answers += 1;
        }
        Answering(self.clone())
    }

    /// Ready when another connection needs the place.
    pub async fn evicted(&self) {
        self.0.evict.notified().await;
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut table = self.0.0.places.table();
        let now = table.tick();
        if let Some(holder) = table.holders.get_mut(&self.0.0.key) {
            holder.answers -= 1;
            holder.since = now;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.places.table().holders.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_waiting_gives_up_its_place() {
        let places = Places::new(2);
        let (first, evicted) = places.take();
        let first = first.expect("a place");
        assert!(!evicted);
        let second = places.take().0.expect("a place");
        // The first has been answered in between: the second waits longer now.
        drop(first.answering());
        let (third, evicted) = places.take();
        let third = third.expect("a place");
        assert!(evicted);
        let keys = |places: &Places| places.table().holders.keys().copied().collect::<Vec<_>>();
        assert_eq!(keys(&places), [first.0.key, third.0.key]);
        drop(second);
        assert_eq!(keys(&places), [first.0.key, third.0.key]);
        drop(first);
        assert_eq!(keys(&places), [third.0.key]);
    }

    #[test]
    fn who_is_answered_keeps_its_place() {
        let places = Places::new(1);
        let only = places.take().0.expect("a place");
        let answering = only.answering();
        assert!(places.take().0.is_none());
        assert!(!places.evict());
        drop(answering);
        assert!(places.take().0.is_some());
    }
}
