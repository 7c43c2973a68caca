//! Calls into MuJoCo whose fatal errors come back as values (`csrc/guard.c`).
//!
//! MuJoCo reports a fatal error through a handler that must not return; by default the process
//! ends. The C shim marks the place before each call and jumps back to it. Only C frames lie
//! in between, never a Rust frame.

// The shim and MuJoCo are C.
#![allow(unsafe_code)]

use mujoco_rs::{
    mujoco_c::{mjData, mjModel, mjrContext, mjvScene},
    wrappers::{MjData, MjModel, MjvCamera, MjvOption, MjvScene},
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
    fn angora_guard_install(end: extern "C" fn(*const c_char));
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
    fn angora_guard_allocate(m: *const mjModel) -> c_int;
    fn angora_guard_probe(m: *const mjModel) -> c_int;
    fn angora_guard_make_context(
        m: *const mjModel,
        width: c_int,
        height: c_int,
        plain: c_int,
        con: *mut mjrContext,
    ) -> c_int;
    fn angora_guard_free_context(con: *mut mjrContext);
    fn angora_guard_see(
        m: *const mjModel,
        d: *mut mjData,
        opt: *const MjvOption,
        cam: *const MjvCamera,
        scn: *mut mjvScene,
    ) -> c_int;
    fn angora_guard_draw(
        scn: *mut mjvScene,
        con: *const mjrContext,
        width: c_int,
        height: c_int,
        rgb: *mut u8,
    ) -> c_int;
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
    unsafe { angora_guard_install(end) }
}

/// A fatal error where there is nowhere to return to: in MuJoCo's compiler.
extern "C" fn end(text: *const c_char) {
    // SAFETY: a text of this thread, ended by NUL.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    angora_loader::calls::fail(&format!("MuJoCo failed: {}", text.trim()));
}

/// Data of a model. There has been memory for it a moment before: MuJoCo would end the process
/// where there is none.
pub(crate) fn make_data(model: &Arc<MjModel>) -> Result<Data, Failure> {
    // SAFETY: the model is valid; the data that is made does not outlive the call.
    outcome(unsafe { angora_guard_allocate(model.ffi()) })?;
    Data::try_new(model.clone()).map_err(|error| Failure::Error(error.to_string()))
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

/// Uploads a model to OpenGL for pictures of up to `size` (height, width); `plain` leaves out
/// multisampling and shadows.
///
/// # Safety
/// An OpenGL context must be current on this thread.
pub(crate) unsafe fn make_context(
    model: &MjModel,
    size: (usize, usize),
    plain: bool,
) -> Result<Box<mjrContext>, Failure> {
    let (height, width) = sides(size);
    let mut context = Box::new_uninit();
    let plain = c_int::from(plain);
    // SAFETY: the model is valid, the context is there to be written; the rest is the caller's.
    outcome(unsafe {
        angora_guard_make_context(model.ffi(), width, height, plain, context.as_mut_ptr())
    })?;
    // SAFETY: MuJoCo has filled it, since there was no error.
    Ok(unsafe { context.assume_init() })
}

/// Frees what a context holds in OpenGL.
///
/// # Safety
/// The OpenGL context in which it was made must be current, and it must not be used again.
pub(crate) unsafe fn free_context(context: &mut mjrContext) {
    // SAFETY: the caller's.
    unsafe { angora_guard_free_context(context) }
}

/// Fills a scene with what a camera sees.
///
/// # Safety
/// The scene must be one of the data's model, and the camera one that it has.
pub(crate) unsafe fn see(
    data: &mut Data,
    option: &MjvOption,
    camera: &MjvCamera,
    scene: &mut MjvScene,
) -> Result<(), Failure> {
    let (m, d) = pointers(data);
    // SAFETY: the pointers are valid and belong together, as the caller promises.
    outcome(unsafe { angora_guard_see(m, d, option, camera, scene.ffi_mut()) })
}

/// Draws a scene into `picture`, bottom row first.
///
/// # Panics
/// For a picture that is not of `size` (height, width): a mistake of the host.
///
/// # Safety
/// The OpenGL context in which `context` was made must be current, and context and scene must be
/// those of one model.
pub(crate) unsafe fn draw(
    scene: &mut MjvScene,
    context: &mjrContext,
    size: (usize, usize),
    picture: &mut [u8],
) -> Result<(), Failure> {
    assert_eq!(picture.len(), 3 * size.0 * size.1, "size of the picture");
    let (height, width) = sides(size);
    // SAFETY: the pointers are valid and belong together, as the caller promises; the picture
    // has the size that is named.
    outcome(unsafe {
        angora_guard_draw(
            scene.ffi_mut(),
            context,
            width,
            height,
            picture.as_mut_ptr(),
        )
    })
}

/// Height and width as C takes them.
fn sides((height, width): (usize, usize)) -> (c_int, c_int) {
    let side = |pixels| c_int::try_from(pixels).expect("pictures are much smaller");
    (side(height), side(width))
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
