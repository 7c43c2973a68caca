//! Calls into MuJoCo whose fatal errors come back as values (`csrc/guard.c`).
//!
//! MuJoCo reports a fatal error through a handler that must not return; by default the process
//! ends. The C shim marks the place before each call and jumps back to it. Only C frames lie
//! in between, never a Rust frame.

// The shim and MuJoCo are C.
#![allow(unsafe_code)]

use mujoco_rs::{
    mujoco_c::{mjData, mjModel},
    wrappers::{MjData, MjModel},
};
use std::{
    ffi::{CStr, c_char, c_int},
    sync::Arc,
};

/// The data of one simulation.
pub(crate) type Data = MjData<Arc<MjModel>>;

const ERROR: c_int = 1;
const DIVERGED: c_int = 2;

unsafe extern "C" {
    fn angora_guard_install();
    fn angora_guard_text() -> *const c_char;
    fn angora_guard_step(
        m: *const mjModel,
        d: *mut mjData,
        substeps: c_int,
        contact_forces: c_int,
        time: *mut f64,
    ) -> c_int;
    fn angora_guard_forward(m: *const mjModel, d: *mut mjData) -> c_int;
    fn angora_guard_reset(m: *const mjModel, d: *mut mjData) -> c_int;
    fn angora_guard_probe(m: *const mjModel) -> c_int;
    #[cfg(test)]
    fn angora_guard_overflow(d: *mut mjData) -> c_int;
}

/// Why a guarded call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A fatal error, in MuJoCo's words. The data may only be dropped.
    Error(String),
    /// A warning counter says that numbers were bad.
    Diverged,
}

/// Silences MuJoCo's own output, on the screen and in `MUJOCO_LOG.TXT`, and catches its errors.
pub(crate) fn install() {
    // SAFETY: idempotent and serialised by pthread_once; every path of this crate into MuJoCo
    // begins with `compose`, which calls this first.
    unsafe { angora_guard_install() }
}

/// `substeps` physics steps, then the contact forces if asked. `time` receives the time, s, at
/// which the last substep began.
pub(crate) fn step(
    data: &mut Data,
    substeps: c_int,
    contact_forces: bool,
    time: &mut f64,
) -> Result<(), Failure> {
    let (m, d) = pointers(data);
    // SAFETY: the pointers are valid and belong together; `time` outlives the call.
    outcome(unsafe { angora_guard_step(m, d, substeps, c_int::from(contact_forces), time) })
}

/// Computes all derived quantities of the present state.
pub(crate) fn forward(data: &mut Data) -> Result<(), Failure> {
    let (m, d) = pointers(data);
    // SAFETY: the pointers are valid and belong together.
    outcome(unsafe { angora_guard_forward(m, d) })
}

/// Back to the reference pose, with everything else zero.
pub(crate) fn reset(data: &mut Data) -> Result<(), Failure> {
    let (m, d) = pointers(data);
    // SAFETY: the pointers are valid and belong together.
    outcome(unsafe { angora_guard_reset(m, d) })
}

/// Whether data can be made for the model and evaluated at its reference pose.
pub(crate) fn probe(model: &MjModel) -> Result<(), Failure> {
    // SAFETY: the model is valid; the data that is made does not outlive the call.
    outcome(unsafe { angora_guard_probe(model.ffi()) })
}

/// A true fatal error of MuJoCo: it is asked for more stack than there is.
#[cfg(test)]
pub(crate) fn overflow(data: &mut Data) -> Result<(), Failure> {
    let (_, d) = pointers(data);
    // SAFETY: the pointer is valid; the request fails before it touches memory.
    outcome(unsafe { angora_guard_overflow(d) })
}

/// Model and data as MuJoCo takes them.
fn pointers(data: &mut Data) -> (*const mjModel, *mut mjData) {
    let model: *const mjModel = data.model().ffi();
    // SAFETY: MuJoCo itself keeps the data consistent; nothing is swapped out here.
    let data: *mut mjData = unsafe { data.ffi_mut() };
    (model, data)
}

/// The shim's answer.
fn outcome(code: c_int) -> Result<(), Failure> {
    match code {
        ERROR => {
            // SAFETY: a text of this thread, ended by NUL, that the next guarded call
            // overwrites; it is copied here.
            let text = unsafe { CStr::from_ptr(angora_guard_text()) };
            Err(Failure::Error(text.to_string_lossy().trim().to_owned()))
        }
        DIVERGED => Err(Failure::Diverged),
        _ => Ok(()),
    }
}
