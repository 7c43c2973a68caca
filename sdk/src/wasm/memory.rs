//! Memory for what the host hands over at each call: small blocks that were given back are kept by
//! size and handed out again. A tenth of a call's cost, against the allocator that Rust brings.
#![allow(unsafe_code, reason = "an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::{self, null_mut};

/// Sizes of blocks that are kept: 16, 32, ... 16384 bytes.
const CLASSES: usize = 11;
const SMALLEST: usize = 16;

#[global_allocator]
static MEMORY: Blocks = Blocks([const { Cell::new(null_mut()) }; CLASSES]);

/// For each size the blocks that are free, each of which holds the address of the next.
struct Blocks([Cell<*mut u8>; CLASSES]);

// SAFETY: a module has one thread.
unsafe impl Sync for Blocks {}

/// The class of a layout; what is larger than all comes from Rust's own allocator.
fn class(layout: Layout) -> Option<usize> {
    let size = layout.size().max(layout.align()).max(SMALLEST);
    let class = (size.next_power_of_two() / SMALLEST).trailing_zeros() as usize;
    (class < CLASSES).then_some(class)
}

// SAFETY: a block of a class is as large as it says and aligned to that, so that it fits every
// layout of the class; it is either in use or in one list.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class(layout) else {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc(layout) };
        };
        let block = self.0[class].get();
        if block.is_null() {
            let size = SMALLEST << class;
            // SAFETY: a power of two, which is not zero.
            return unsafe { System.alloc(Layout::from_size_align_unchecked(size, size)) };
        }
        // SAFETY: `dealloc` wrote the address of the next free block there.
        self.0[class].set(unsafe { block.cast::<*mut u8>().read() });
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(class) = class(layout) else {
            // SAFETY: as the caller promises.
            return unsafe { System.dealloc(block, layout) };
        };
        // SAFETY: the block is free now, and no smaller than an address.
        unsafe { block.cast::<*mut u8>().write(self.0[class].get()) };
        self.0[class].set(block);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size is one of a layout.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (class(layout), class(wanted)) {
            (Some(old), Some(new)) if old == new => block,
            // SAFETY: as the caller promises; both are the System's own.
            (None, None) => unsafe { System.realloc(block, layout, size) },
            // SAFETY: both blocks hold what is copied, and the old one is given back.
            _ => unsafe {
                let new = self.alloc(wanted);
                if !new.is_null() {
                    ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                    self.dealloc(block, layout);
                }
                new
            },
        }
    }
}
