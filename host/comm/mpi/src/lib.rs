//! MPI behind a table of C calls (`table.rs`), which the host loads under a launcher.
//!
//! The host must run where there is no MPI, so nothing of it is linked with one. This library is
//! built against the MPI that is there and does as little as it can: every transfer is
//! non-blocking, so that the host decides how to wait, for how long, and what to say then.
#![allow(
    unsafe_code,
    reason = "the table is C on one side and MPI on the other"
)]

#[path = "../../src/world/table.rs"]
mod table;

use mpi::ffi;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;
use std::time::Duration;
use table::{Layout, Table, VERSION, text};

/// What is under way, and what went wrong.
struct State {
    request: ffi::MPI_Request,
    /// Those that go on, then groups of them.
    groups: Vec<ffi::MPI_Comm>,
    node: ffi::MPI_Comm,
    /// Whether some rest.
    parted: bool,
    error: c_int,
}

/// A handle of MPI is a number or a pointer into its library, valid in every thread.
struct Handles(State);

// SAFETY: MPI was asked for serialised calls from any thread, and the mutex serialises them.
unsafe impl Send for Handles {}

static STATE: Mutex<Option<Handles>> = Mutex::new(None);

/// The table that the host looks for.
#[unsafe(no_mangle)]
pub static ANGORA_MPI: Table = Table {
    version: VERSION,
    start,
    part,
    describe,
    group,
    all_gather,
    exchange,
    broadcast,
    poll,
    window,
    abort,
    finish,
};

const SUCCESS: c_int = ffi::MPI_SUCCESS as c_int;
/// Before there is an error of MPI's own.
const NOT_STARTED: c_int = -1;

fn world() -> ffi::MPI_Comm {
    // SAFETY: a constant of the library, written before any of its code runs.
    unsafe { ffi::RSMPI_COMM_WORLD }
}

fn byte() -> ffi::MPI_Datatype {
    // SAFETY: as in `world`.
    unsafe { ffi::RSMPI_UINT8_T }
}

/// Runs a call on the state; remembers what it returns where that is an error.
fn with(call: impl FnOnce(&mut State) -> c_int) -> c_int {
    let Ok(mut guard) = STATE.lock() else {
        return NOT_STARTED;
    };
    let Some(Handles(state)) = guard.as_mut() else {
        return NOT_STARTED;
    };
    let code = call(state);
    if code != SUCCESS {
        state.error = code;
    }
    code
}

unsafe extern "C" fn start(layout: *mut Layout) -> c_int {
    let Some((universe, threading)) = mpi::initialize_with_threading(mpi::Threading::Serialized)
    else {
        return NOT_STARTED;
    };
    // MPI ends in `finish`, not when this goes out of scope.
    std::mem::forget(universe);
    if threading < mpi::Threading::Serialized {
        return NOT_STARTED;
    }
    // SAFETY: MPI runs.
    let (found, node) = unsafe {
        ffi::MPI_Comm_set_errhandler(world(), ffi::RSMPI_ERRORS_RETURN);
        places(world())
    };
    let state = State {
        // SAFETY: a constant of the library.
        request: unsafe { ffi::RSMPI_REQUEST_NULL },
        groups: vec![world()],
        node,
        parted: false,
        error: SUCCESS,
    };
    let Ok(mut guard) = STATE.lock() else {
        return NOT_STARTED;
    };
    *guard = Some(Handles(state));
    // SAFETY: the caller gives a valid place.
    unsafe { layout.write(found) };
    SUCCESS
}

/// Where this process is among those of a communicator, and the communicator of its node.
///
/// # Safety
/// MPI runs, and all of the communicator call it.
unsafe fn places(all: ffi::MPI_Comm) -> (Layout, ffi::MPI_Comm) {
    let mut found = Layout::default();
    // SAFETY: every pointer is to a local of the type that the call writes.
    unsafe {
        ffi::MPI_Comm_rank(all, &raw mut found.rank);
        ffi::MPI_Comm_size(all, &raw mut found.size);
        let mut node = ffi::RSMPI_COMM_NULL;
        ffi::MPI_Comm_split_type(
            all,
            ffi::RSMPI_COMM_TYPE_SHARED,
            found.rank,
            ffi::RSMPI_INFO_NULL,
            &raw mut node,
        );
        ffi::MPI_Comm_rank(node, &raw mut found.node_rank);
        ffi::MPI_Comm_size(node, &raw mut found.node_size);
        found.node_first = found.rank;
        ffi::MPI_Bcast(
            (&raw mut found.node_first).cast(),
            size_of::<c_int>() as c_int,
            byte(),
            0,
            node,
        );
        (found, node)
    }
}

unsafe extern "C" fn part(goes_on: c_int, layout: *mut Layout) -> c_int {
    with(|state| {
        // SAFETY: every process makes these calls; the caller gives a valid place.
        unsafe {
            let mut together = ffi::RSMPI_COMM_NULL;
            let code = ffi::MPI_Comm_split(world(), goes_on, 0, &raw mut together);
            if code != SUCCESS {
                return code;
            }
            ffi::MPI_Comm_set_errhandler(together, ffi::RSMPI_ERRORS_RETURN);
            let (found, node) = places(together);
            (state.groups[0], state.node, state.parted) = (together, node, true);
            layout.write(found);
        }
        SUCCESS
    })
}

unsafe extern "C" fn describe(what: c_int, out: *mut u8, room: c_int) -> c_int {
    // MPI asks for at least so much: MPI_MAX_LIBRARY_VERSION_STRING is 8192 in MPICH.
    let mut buffer = [0_u8; 8192];
    let mut len: c_int = 0;
    let start = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer is as long as the longest of the texts.
    let code = unsafe {
        match what {
            text::HOST => ffi::MPI_Get_processor_name(start, &raw mut len),
            text::LIBRARY => ffi::MPI_Get_library_version(start, &raw mut len),
            _ => {
                let error = STATE
                    .lock()
                    .ok()
                    .and_then(|guard| guard.as_ref().map(|handles| handles.0.error));
                ffi::MPI_Error_string(error.unwrap_or(SUCCESS), start, &raw mut len)
            }
        }
    };
    let len = if code == SUCCESS {
        len.min(room).max(0)
    } else {
        0
    };
    // SAFETY: `out` has room for so many bytes; the buffers are apart.
    unsafe { std::ptr::copy_nonoverlapping(buffer.as_ptr(), out, len as usize) };
    len
}

unsafe extern "C" fn group(belongs: c_int) -> c_int {
    let mut number = 0;
    let code = with(|state| {
        number = state.groups.len() as c_int;
        // SAFETY: every process makes these calls.
        unsafe {
            let mut group = ffi::RSMPI_COMM_NULL;
            let code = ffi::MPI_Comm_split(state.groups[0], belongs, 0, &raw mut group);
            if code == SUCCESS {
                ffi::MPI_Comm_set_errhandler(group, ffi::RSMPI_ERRORS_RETURN);
                state.groups.push(group);
            }
            code
        }
    });
    if code == SUCCESS { number } else { -1 }
}

unsafe extern "C" fn all_gather(
    group: c_int,
    mine: *const u8,
    n: c_int,
    all: *mut u8,
    counts: *const c_int,
    offsets: *const c_int,
) -> c_int {
    // SAFETY: the host keeps the buffers until `poll` says that it is done.
    with(|state| unsafe {
        ffi::MPI_Iallgatherv(
            mine.cast(),
            n,
            byte(),
            all.cast(),
            counts,
            offsets,
            byte(),
            state.groups[group as usize],
            &raw mut state.request,
        )
    })
}

unsafe extern "C" fn exchange(
    group: c_int,
    mine: *const u8,
    counts: *const c_int,
    offsets: *const c_int,
    theirs: *mut u8,
    their_counts: *const c_int,
    their_offsets: *const c_int,
) -> c_int {
    // SAFETY: the host keeps the buffers until `poll` says that it is done.
    with(|state| unsafe {
        ffi::MPI_Ialltoallv(
            mine.cast(),
            counts,
            offsets,
            byte(),
            theirs.cast(),
            their_counts,
            their_offsets,
            byte(),
            state.groups[group as usize],
            &raw mut state.request,
        )
    })
}

unsafe extern "C" fn broadcast(bytes: *mut u8, n: c_int, root: c_int) -> c_int {
    // SAFETY: the host keeps the buffer until `poll` says that it is done.
    with(|state| unsafe {
        ffi::MPI_Ibcast(
            bytes.cast(),
            n,
            byte(),
            root,
            state.groups[0],
            &raw mut state.request,
        )
    })
}

unsafe extern "C" fn poll() -> c_int {
    let mut done: c_int = 0;
    // SAFETY: the request is that of the transfer under way, or null, which is done.
    let code = with(|state| unsafe {
        ffi::MPI_Test(
            &raw mut state.request,
            &raw mut done,
            ffi::RSMPI_STATUS_IGNORE,
        )
    });
    if code == SUCCESS { done } else { -1 }
}

unsafe extern "C" fn window(bytes: u64) -> *mut c_void {
    let mut base: *mut c_void = null_mut();
    let code = with(|state| {
        let (mut rank, mut window) = (0, unwritten_window());
        let mut own: *mut c_void = null_mut();
        let (mut size, mut unit): (ffi::MPI_Aint, c_int) = (0, 0);
        // SAFETY: all processes of the node make these calls together; the first has the memory.
        unsafe {
            ffi::MPI_Comm_rank(state.node, &raw mut rank);
            let mine = if rank == 0 { bytes as ffi::MPI_Aint } else { 0 };
            let code = ffi::MPI_Win_allocate_shared(
                mine,
                1,
                ffi::RSMPI_INFO_NULL,
                state.node,
                (&raw mut own).cast(),
                &raw mut window,
            );
            if code != SUCCESS {
                return code;
            }
            let code = ffi::MPI_Win_shared_query(
                window,
                0,
                &raw mut size,
                &raw mut unit,
                (&raw mut base).cast(),
            );
            if code != SUCCESS {
                return code;
            }
            if rank == 0 {
                std::ptr::write_bytes(base.cast::<u8>(), 0, bytes as usize);
            }
            ffi::MPI_Barrier(state.node)
        }
    });
    if code == SUCCESS { base } else { null_mut() }
}

/// A window before MPI has written it.
fn unwritten_window() -> ffi::MPI_Win {
    // SAFETY: a constant of the library.
    unsafe { ffi::RSMPI_WIN_NULL }
}

unsafe extern "C" fn abort(code: c_int) {
    // SAFETY: may be called at any time after `start`, from any thread: the process ends here.
    unsafe { ffi::MPI_Abort(world(), code) };
}

unsafe extern "C" fn finish() {
    with(|state| if state.parted { meet(state) } else { SUCCESS });
    // SAFETY: no transfer is under way; nothing of MPI is called any more.
    unsafe { ffi::MPI_Finalize() };
}

/// Waits for all processes, asleep: those that rest do so until here, and MPI itself would keep a
/// processor busy.
fn meet(state: &mut State) -> c_int {
    const NAP: Duration = Duration::from_millis(5);
    // SAFETY: all processes come here once, with nothing else under way.
    let mut code = unsafe { ffi::MPI_Ibarrier(world(), &raw mut state.request) };
    let mut done: c_int = 0;
    while code == SUCCESS && done == 0 {
        // SAFETY: the request is that of the barrier.
        code = unsafe {
            ffi::MPI_Test(
                &raw mut state.request,
                &raw mut done,
                ffi::RSMPI_STATUS_IGNORE,
            )
        };
        if done == 0 {
            std::thread::sleep(NAP);
        }
    }
    code
}
