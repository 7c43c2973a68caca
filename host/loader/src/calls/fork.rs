//! A plugin that forks and returns twice: the child must not go on with the run.

use super::slot;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A byte that is 1 in this process and 0 in one that was forked from it.
static MARK: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

/// Makes the mark. Without it (kernels before 4.14) forks are not noticed.
pub(super) fn watch() {
    // SAFETY: a new page of this process, which nothing else knows of; it is never unmapped.
    unsafe {
        let len = 4096;
        let page = libc::mmap(
            std::ptr::null_mut(),
            len,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if page == libc::MAP_FAILED {
            return;
        }
        if libc::madvise(page, len, libc::MADV_WIPEONFORK) == 0 {
            page.cast::<u8>().write(1);
            MARK.store(page.cast(), Ordering::Release);
        } else {
            libc::munmap(page, len);
        }
    }
}

/// Whether this process was forked from the one that began the run.
#[inline]
pub(super) fn is_child() -> bool {
    let mark = MARK.load(Ordering::Relaxed);
    // SAFETY: the page stays mapped, and nobody writes to it.
    !mark.is_null() && unsafe { mark.read_volatile() } == 0
}

/// Ends the child, which has returned from a call; the parent goes on.
#[cold]
pub(super) fn end() -> ! {
    if let Some(place) = slot::here() {
        super::guards::say(&[
            "error: ",
            place.name,
            ", call ",
            place.call,
            ": it forked and returned in the child too; the child process is ended, the run goes on in its parent\n",
        ]);
    }
    // SAFETY: ends the process without the exit handlers of the parent.
    unsafe { libc::_exit(super::PLUGIN.into()) }
}
