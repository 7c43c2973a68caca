//! Fatal signals and exits inside a call of a plugin.
//!
//! What happens outside of calls is left as it was: the handlers that were there before run, so
//! that traps of modules, stack overflows and aborts of the host end as they always did.

use super::incident::{self, Incident, Kind, signal_name};
use super::slot::{self, Place};
use super::{PLUGIN, fork, watch};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

const FATAL: [c_int; 5] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
];

/// The handlers that were there before, in the order of [`FATAL`]: written once, before ours can
/// run.
static mut BEFORE: [MaybeUninit<libc::sigaction>; 5] = [MaybeUninit::uninit(); 5];
/// The two ends of a pipe that wakes the watchdog.
static PIPE: [AtomicI32; 2] = [const { AtomicI32::new(-1) }; 2];
/// Whether a thread has crashed; the first one is told of.
static CRASHED: AtomicBool = AtomicBool::new(false);
/// Whether the process ends because the host says so.
static LEAVING: AtomicBool = AtomicBool::new(false);

/// Starts the watchdog and sets the handlers; once for a process, before the first plugin is
/// loaded.
pub fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut ends = [-1; 2];
        // SAFETY: the array has room for the two ends.
        if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) } == 0 {
            PIPE[0].store(ends[0], Ordering::Release);
            PIPE[1].store(ends[1], Ordering::Release);
        }
        fork::watch();
        install();
        // SAFETY: the function takes and returns nothing, and stays where it is.
        unsafe { libc::atexit(on_exit) };
        let watchdog = std::thread::Builder::new().name("angora-watchdog".into());
        if let Err(error) = watchdog.spawn(|| watch::run()) {
            eprintln!("warning: plugins that hang are not noticed: {error}");
        }
    });
}

/// The process is going to call `exit`, and means it.
pub fn leave() {
    LEAVING.store(true, Ordering::Release);
}

fn install() {
    for (k, signal) in FATAL.into_iter().enumerate() {
        // SAFETY: the handler does only what a signal handler may; it runs on the alternate stack
        // that the standard library gives to each of its threads, where there is one. Nothing
        // else reads or writes the place of the old handler yet.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_signal;
            action.sa_sigaction = handler as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
            libc::sigemptyset(&raw mut action.sa_mask);
            let before = (&raw mut BEFORE).cast::<libc::sigaction>().add(k);
            libc::sigaction(signal, std::ptr::null(), before);
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    if let Some(place) = slot::here()
        && is_own(info)
    {
        crashed(place, signal);
    }
    chain(signal, info, context);
}

/// Whether the thread itself is the cause, not another process that sent the signal.
fn is_own(info: *mut libc::siginfo_t) -> bool {
    if info.is_null() {
        return true;
    }
    // SAFETY: the system gives the address of what it knows of the signal; the sender is there
    // for codes up to 0.
    unsafe { (*info).si_code > 0 || (*info).si_pid() == libc::getpid() }
}

/// Ends the process for a crash inside a call. Async-signal-safe.
fn crashed(place: Place, signal: c_int) -> ! {
    let first = !CRASHED.swap(true, Ordering::AcqRel);
    if !fork::is_child() {
        // A little more than the other thread takes at most.
        let longest = incident::SAVING + Duration::from_secs(1);
        if first {
            let message = Message { place, signal };
            // SAFETY: the bytes of a plain value; a pipe takes so few at once.
            let written = unsafe {
                libc::write(
                    PIPE[1].load(Ordering::Acquire),
                    (&raw const message).cast(),
                    size_of::<Message>(),
                )
            };
            if usize::try_from(written) == Ok(size_of::<Message>()) {
                park(longest);
            }
        } else {
            park(longest);
        }
    }
    say(&[
        "error: ",
        place.name,
        ", call ",
        place.call,
        ": it crashed: ",
        signal_name(signal),
        "\n",
    ]);
    // SAFETY: ends the process at once.
    unsafe { libc::_exit(PLUGIN.into()) }
}

/// What a thread that crashed tells the watchdog.
#[derive(Clone, Copy)]
struct Message {
    place: Place,
    signal: c_int,
}

/// Waits in the signal handler while another thread ends the process.
fn park(longest: Duration) {
    let piece = libc::timespec {
        tv_sec: 0,
        tv_nsec: 10_000_000,
    };
    for _ in 0..longest.as_millis() / 10 {
        // SAFETY: a valid time; what is left of it is not asked for.
        unsafe { libc::nanosleep(&raw const piece, std::ptr::null_mut()) };
    }
}

/// Waits for a crash, or so long.
pub(super) fn wait_for_crash(longest: Duration) -> Option<(Place, c_int)> {
    let pipe = PIPE[0].load(Ordering::Acquire);
    if pipe < 0 {
        std::thread::sleep(longest);
        return None;
    }
    let mut waited = libc::pollfd {
        fd: pipe,
        events: libc::POLLIN,
        revents: 0,
    };
    let millis = c_int::try_from(longest.as_millis()).unwrap_or(c_int::MAX);
    let mut message = MaybeUninit::<Message>::uninit();
    // SAFETY: one entry to wait for; the message has room for its bytes, which are taken for one
    // only where all of them were read, as `crashed` wrote them in this process.
    unsafe {
        if libc::poll(&raw mut waited, 1, millis.max(1)) != 1 {
            return None;
        }
        let read = libc::read(pipe, message.as_mut_ptr().cast(), size_of::<Message>());
        let message =
            (usize::try_from(read) == Ok(size_of::<Message>())).then(|| message.assume_init())?;
        Some((message.place, message.signal))
    }
}

/// Hands a signal to the handler that was there before.
fn chain(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let Some(k) = FATAL.iter().position(|fatal| *fatal == signal) else {
        return;
    };
    // SAFETY: `install` wrote the old handler before this one could run. A function of three
    // arguments was registered as such, else it takes one.
    unsafe {
        let before = (&raw const BEFORE).cast::<libc::sigaction>().add(k).read();
        match before.sa_sigaction {
            libc::SIG_IGN => {}
            libc::SIG_DFL => {
                // The instruction is run again, and ends the process as it would have.
                libc::sigaction(signal, &raw const before, std::ptr::null_mut());
                if info.is_null() || (*info).si_code <= 0 {
                    libc::raise(signal);
                }
            }
            handler if before.sa_flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                    std::mem::transmute(handler);
                handler(signal, info, context);
            }
            handler => {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}

/// Somebody has called `exit`. `_exit` and a system call cannot be noticed.
extern "C" fn on_exit() {
    if fork::is_child() || LEAVING.load(Ordering::Acquire) {
        return;
    }
    let place = slot::here();
    if place.is_none() && !incident::is_armed() {
        return;
    }
    incident::end(&Incident {
        place,
        kind: Kind::Exited,
    });
}

/// Writes to standard error, without a lock and without memory.
pub(super) fn say(parts: &[&str]) {
    for part in parts {
        // SAFETY: the bytes of a text.
        unsafe { libc::write(libc::STDERR_FILENO, part.as_ptr().cast(), part.len()) };
    }
}
