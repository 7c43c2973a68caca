//! Objects of a plugin, which is called once more when they are dropped.

use super::{Name, inside};
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

/// An object that is dropped under its contribution's name.
pub struct Owned<T> {
    name: Name,
    object: ManuallyDrop<T>,
}

impl<T> Owned<T> {
    /// Owns an object of a contribution.
    pub fn new(name: Name, object: T) -> Self {
        Self {
            name,
            object: ManuallyDrop::new(object),
        }
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

impl<T> DerefMut for Owned<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.object
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        let object = &mut self.object;
        // SAFETY: it is dropped here and nowhere else, and not used again.
        inside(self.name, "drop", || unsafe { ManuallyDrop::drop(object) });
    }
}
