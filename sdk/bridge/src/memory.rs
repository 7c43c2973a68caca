//! Memory that two processes share. What one writes the other sees once it has read the byte that
//! was written to a pipe afterwards.
#![allow(
    unsafe_code,
    reason = "another process writes what is read here, so it is reached through pointers that are checked against its length, and never lent as a reference"
)]

use bytemuck::Pod;
use memmap2::MmapRaw;
use std::fs::File;
use std::io;
use tempfile::NamedTempFile;

/// Variable that tells a server the file of the memory.
pub const VARIABLE: &str = "ANGORA_BRIDGE_MEMORY";
/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";

/// A new file for the memory, empty, that only this user can open; its name is removed with it.
///
/// # Errors
/// There is no place for it.
pub fn file() -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("angora-");
    builder
        .tempfile_in(IN_MEMORY)
        .or_else(|_| builder.tempfile())
}

/// The memory.
#[derive(Debug)]
pub struct Memory(MmapRaw);

impl Memory {
    /// Maps a file that has been given a size.
    ///
    /// # Errors
    /// It is not of this size, or cannot be mapped.
    pub fn map(file: &File, bytes: usize) -> io::Result<Self> {
        let memory = Self(MmapRaw::map_raw(file)?);
        if memory.0.len() == bytes {
            return Ok(memory);
        }
        let message = format!("it has {} bytes instead of {bytes}", memory.0.len());
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }

    /// A pointer to `count` values from `at`.
    ///
    /// # Panics
    /// They do not lie within the memory, or not where such a value may lie.
    fn place<T>(&self, at: usize, count: usize) -> *mut T {
        assert!(at + count * size_of::<T>() <= self.0.len() && at.is_multiple_of(align_of::<T>()));
        // SAFETY: within the mapping, which starts at the beginning of a page.
        unsafe { self.0.as_mut_ptr().add(at).cast() }
    }

    /// Copies values out.
    pub fn read<T: Pod>(&self, at: usize, values: &mut [T]) {
        let from = self.place::<T>(at, values.len());
        // SAFETY: within the mapping, any bits are a value, and the slice is this process's own.
        unsafe { std::ptr::copy_nonoverlapping(from, values.as_mut_ptr(), values.len()) }
    }

    /// Copies values in.
    pub fn write<T: Pod>(&self, at: usize, values: &[T]) {
        let to = self.place::<T>(at, values.len());
        // SAFETY: as above.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), to, values.len()) }
    }

    /// Copies one value out.
    pub fn get<T: Pod>(&self, at: usize) -> T {
        let mut value = [T::zeroed()];
        self.read(at, &mut value);
        value[0]
    }

    /// Copies one value in.
    pub fn set<T: Pod>(&self, at: usize, value: T) {
        self.write(at, &[value]);
    }
}
