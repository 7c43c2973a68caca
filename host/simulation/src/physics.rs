//! One simulation: a composed model and its state.

// Slices over MuJoCo's arrays.
#![allow(unsafe_code)]

mod control;
mod divergence;
mod error;
pub(crate) mod guard;
mod poses;
mod snapshot;
#[cfg(test)]
mod tests;

pub use control::Drive;
pub(crate) use control::actuator;
pub use error::PhysicsError;
pub use poses::Poses;

use crate::{
    compose::{ComposedScene, Rest},
    views::{Contact, Views},
};
use guard::{Data, Failure};
use mujoco_rs::{
    mujoco_c::{mj_version, mjVERSION_HEADER},
    wrappers::MjModel,
};
use std::{ffi::c_int, slice, sync::Arc};

/// The version of MuJoCo that this build needs: 3017000 is 3.17.0.
pub const EXPECTED_MUJOCO: u32 = mjVERSION_HEADER;

/// The version of the MuJoCo library that is loaded, written as [`EXPECTED_MUJOCO`] is.
#[must_use]
pub fn linked_mujoco() -> u32 {
    // SAFETY: it takes nothing and returns a number.
    u32::try_from(unsafe { mj_version() }).unwrap_or(0)
}

/// One simulation. It shares its model with others and may move between threads.
///
/// Call [`reset`](Self::reset), write a pose, [`forward`](Self::forward); then, each control
/// step, [`apply_action`](Self::apply_action) and [`step`](Self::step). None of the last two
/// allocates once the greatest number of contacts has been seen.
///
/// After an error of `step` or `forward` both return it again until a `reset` or `restore`.
#[derive(Debug)]
pub struct Physics {
    data: Data,
    model: Arc<MjModel>,
    sizes: Sizes,
    substeps: c_int,
    settling_steps: c_int,
    contact_forces: bool,
    drive: Drive,
    /// Under what an episode settles.
    rest: Rest,
    contacts: Vec<Contact>,
    /// Why it cannot go on.
    failure: Option<PhysicsError>,
}

/// Lengths of MuJoCo's arrays, in objects.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    nq: usize,
    nv: usize,
    nu: usize,
    na: usize,
    nbody: usize,
    ngeom: usize,
    nsite: usize,
    nmocap: usize,
    nsensordata: usize,
    ntendon: usize,
}

impl Sizes {
    fn of(model: &MjModel) -> Self {
        Self {
            nq: model.qpos0().len(),
            nv: model.dof_damping().len(),
            nu: model.actuator_ctrlrange().len(),
            na: usize::try_from(model.ffi().na).unwrap_or(0),
            nbody: model.body_mass().len(),
            ngeom: model.geom_type().len(),
            nsite: model.site_pos().len(),
            nmocap: model.body_mocapid().iter().filter(|&&id| id >= 0).count(),
            nsensordata: usize::try_from(model.nsensordata()).unwrap_or(0),
            ntendon: model.tendon_range().len(),
        }
    }
}

impl Physics {
    /// A simulation at the reference pose; call [`forward`](Self::forward) before reading
    /// derived quantities.
    ///
    /// # Errors
    /// [`PhysicsError::Engine`] where memory runs out.
    pub fn new(scene: &ComposedScene) -> Result<Self, PhysicsError> {
        guard::install();
        let count = |option, steps: u32| {
            c_int::try_from(steps).map_err(|_| PhysicsError::Option {
                option,
                message: format!("{steps} is too many"),
            })
        };
        Ok(Self {
            data: make_data(&scene.model)?,
            model: scene.model.clone(),
            sizes: Sizes::of(&scene.model),
            substeps: count("substeps", scene.substeps)?,
            settling_steps: count("settling_time", scene.settling_steps)?,
            contact_forces: scene.contact_forces,
            drive: scene.drive.clone(),
            rest: scene.rest.clone(),
            contacts: Vec::with_capacity(64),
            failure: None,
        })
    }

    /// The model, shared.
    #[must_use]
    pub fn model(&self) -> &Arc<MjModel> {
        &self.model
    }

    /// Time since the reset, s.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.data.ffi().time
    }

    /// Positions `[nq]`.
    #[must_use]
    pub fn qpos(&self) -> &[f64] {
        self.data.qpos()
    }

    /// Velocities `[nv]`.
    #[must_use]
    pub fn qvel(&self) -> &[f64] {
        self.data.qvel()
    }

    /// Actuator inputs `[nu]`.
    #[must_use]
    pub fn ctrl(&self) -> &[f64] {
        self.data.ctrl()
    }

    /// Sensor values of the last evaluation.
    #[must_use]
    pub fn sensordata(&self) -> &[f64] {
        self.data.sensordata()
    }

    /// Contacts of the last evaluation.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// MuJoCo's data, for what this crate does not offer.
    ///
    /// # Safety
    /// The data must stay that of [`model`](Self::model): it must not be swapped with another's.
    #[must_use]
    pub unsafe fn data_mut(&mut self) -> &mut mujoco_rs::wrappers::MjData<Arc<MjModel>> {
        &mut self.data
    }

    /// The same, for the rest of this crate.
    pub(crate) fn data(&mut self) -> &mut Data {
        &mut self.data
    }

    /// Back to the reference pose: velocities, inputs, forces, warm start and time are zero.
    /// Derived quantities are not valid before [`forward`](Self::forward). An earlier failure
    /// is forgotten.
    ///
    /// # Errors
    /// [`PhysicsError::Engine`] where memory runs out.
    pub fn reset(&mut self) -> Result<(), PhysicsError> {
        if matches!(self.failure, Some(PhysicsError::Engine { .. })) {
            // MuJoCo was left in mid-call: that data may only be dropped.
            self.data = make_data(&self.model)?;
        }
        self.failure = None;
        self.contacts.clear();
        let done = guard::reset(&mut self.data);
        done.map_err(|failure| self.fail(failure, 0.0))
    }

    /// Computes all derived quantities of the present state, and takes no time.
    ///
    /// # Errors
    /// [`PhysicsError::Diverged`] where an input is not a number, [`PhysicsError::Engine`] for
    /// a fatal error of MuJoCo.
    pub fn forward(&mut self) -> Result<(), PhysicsError> {
        self.usable()?;
        let time = self.time();
        if let Err(failure) = guard::forward(&mut self.data) {
            return Err(self.fail(failure, time));
        }
        self.collect_contacts();
        Ok(())
    }

    /// Writes the actuator inputs for an action in the body's control mode; see
    /// [`Drive::apply`].
    ///
    /// # Panics
    /// For an action whose length is not that of [`Drive::action`]: a mistake of the host.
    pub fn apply_action(&mut self, action: &[f32]) {
        let Self {
            data, drive, sizes, ..
        } = self;
        let raw = data.ffi();
        // SAFETY: MuJoCo's own arrays of these lengths, which do not overlap and live as long
        // as the exclusively borrowed data.
        let (qpos, ctrl) = unsafe { (view(raw.qpos, sizes.nq), view_mut(raw.ctrl, sizes.nu)) };
        drive.apply(action, qpos, ctrl);
    }

    /// One control step: its physics steps, then the contact forces where the scene asks for
    /// them, with no further evaluation.
    ///
    /// # Errors
    /// [`PhysicsError::Diverged`] where a position, velocity, acceleration or input is not a
    /// number or beyond 1e10 (MuJoCo on its own would go back to the reference pose and say
    /// nothing), [`PhysicsError::Engine`] for a fatal error of MuJoCo.
    pub fn step(&mut self) -> Result<(), PhysicsError> {
        self.advance(self.substeps)
    }

    /// Lets the scene settle as it asks to, under the action 0 or what scene or body say in its
    /// place, and sets the time back to 0.
    /// Call [`forward`](Self::forward) before reading derived quantities.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn settle(&mut self) -> Result<(), PhysicsError> {
        if self.settling_steps == 0 {
            return Ok(());
        }
        match self.rest.clone() {
            Rest::Action(action) => self.apply_action(&action),
            Rest::Inputs(inputs, activations) => {
                let views = self.views();
                views.ctrl.copy_from_slice(&inputs);
                for &(address, activation) in activations.iter() {
                    views.act[address] = activation;
                }
            }
        }
        self.advance(self.settling_steps)?;
        // SAFETY: only a number is written.
        unsafe { self.data.ffi_mut() }.time = 0.0;
        Ok(())
    }

    fn advance(&mut self, steps: c_int) -> Result<(), PhysicsError> {
        self.usable()?;
        let mut time = 0.0;
        let done = guard::step(&mut self.data, steps, self.contact_forces, &mut time);
        if let Err(failure) = done {
            return Err(self.fail(failure, time));
        }
        self.collect_contacts();
        Ok(())
    }

    /// Puts the simulation into a recorded state: resets it, then writes time (s), positions
    /// `[nq]`, velocities `[nv]` and the solver's warm start `[nv]`.
    ///
    /// # Errors
    /// [`PhysicsError::State`] for slices of the wrong length; those of [`reset`](Self::reset).
    pub fn place(
        &mut self,
        time: f64,
        qpos: &[f64],
        qvel: &[f64],
        warm_start: &[f64],
    ) -> Result<(), PhysicsError> {
        let Sizes { nq, nv, .. } = self.sizes;
        if qpos.len() != nq || qvel.len() != nv || warm_start.len() != nv {
            return Err(PhysicsError::State {
                message: format!("the model has {nq} positions and {nv} velocities"),
            });
        }
        self.reset()?;
        // SAFETY: only a number is written.
        unsafe { self.data.ffi_mut() }.time = time;
        self.data.qpos_mut().copy_from_slice(qpos);
        self.data.qvel_mut().copy_from_slice(qvel);
        self.data.qacc_warmstart_mut().copy_from_slice(warm_start);
        Ok(())
    }

    /// The whole state as slices; see [`Views`] for what is fresh when.
    pub fn views(&mut self) -> Views<'_> {
        let Sizes {
            nq,
            nv,
            nu,
            na,
            nbody,
            ngeom,
            nsite,
            nmocap,
            nsensordata,
            ntendon,
        } = self.sizes;
        let raw = self.data.ffi();
        // SAFETY: MuJoCo's own arrays, of the lengths that its header gives them, which do not
        // overlap. The exclusive borrow of `self` keeps MuJoCo from running meanwhile.
        unsafe {
            Views {
                time: raw.time,
                qpos: view_mut(raw.qpos, nq),
                qvel: view_mut(raw.qvel, nv),
                ctrl: view_mut(raw.ctrl, nu),
                act: view_mut(raw.act, na),
                act_dot: view(raw.act_dot, na),
                actuator_length: view(raw.actuator_length, nu),
                actuator_velocity: view(raw.actuator_velocity, nu),
                mocap_pos: view_mut(raw.mocap_pos, 3 * nmocap),
                mocap_quat: view_mut(raw.mocap_quat, 4 * nmocap),
                sensordata: view(raw.sensordata, nsensordata),
                xpos: view(raw.xpos, 3 * nbody),
                xquat: view(raw.xquat, 4 * nbody),
                xipos: view(raw.xipos, 3 * nbody),
                site_xpos: view(raw.site_xpos, 3 * nsite),
                site_xmat: view(raw.site_xmat, 9 * nsite),
                geom_xpos: view(raw.geom_xpos, 3 * ngeom),
                cvel: view(raw.cvel, 6 * nbody),
                cinert: view(raw.cinert, 10 * nbody),
                cfrc_ext: view(raw.cfrc_ext, 6 * nbody),
                qfrc_actuator: view(raw.qfrc_actuator, nv),
                actuator_force: view(raw.actuator_force, nu),
                qfrc_constraint: view(raw.qfrc_constraint, nv),
                ten_length: view(raw.ten_length, ntendon),
                contacts: &self.contacts,
            }
        }
    }

    /// The failure that must be cleared first, if there is one.
    fn usable(&self) -> Result<(), PhysicsError> {
        self.failure.clone().map_or(Ok(()), Err)
    }

    /// Remembers a failure and says it.
    fn fail(&mut self, failure: Failure, time: f64) -> PhysicsError {
        let error = match failure {
            Failure::Error(message) => PhysicsError::Engine { message },
            Failure::Diverged => PhysicsError::Diverged {
                time,
                what: divergence::describe(&self.data),
            },
        };
        self.failure = Some(error.clone());
        error
    }

    /// Copies MuJoCo's contacts, whose memory the next evaluation reuses.
    fn collect_contacts(&mut self) {
        self.contacts.clear();
        self.contacts
            .extend(self.data.contact().iter().map(|contact| Contact {
                geom1: contact.geom[0],
                geom2: contact.geom[1],
                distance: contact.dist,
                position: contact.pos,
            }));
    }
}

/// Data for a model at its reference pose.
fn make_data(model: &Arc<MjModel>) -> Result<Data, PhysicsError> {
    guard::make_data(model).map_err(|failure| PhysicsError::Engine {
        message: match failure {
            Failure::Error(message) => message,
            Failure::Diverged => "its data cannot be made".into(),
        },
    })
}

/// A slice over `len` numbers of MuJoCo's.
///
/// # Safety
/// As [`slice::from_raw_parts`], where `len` is not 0.
unsafe fn view<'a>(data: *const f64, len: usize) -> &'a [f64] {
    if len == 0 {
        return &[];
    }
    // SAFETY: passed on to the caller.
    unsafe { slice::from_raw_parts(data, len) }
}

/// A slice over `len` numbers of MuJoCo's, to be written.
///
/// # Safety
/// As [`slice::from_raw_parts_mut`], where `len` is not 0.
unsafe fn view_mut<'a>(data: *mut f64, len: usize) -> &'a mut [f64] {
    if len == 0 {
        return &mut [];
    }
    // SAFETY: passed on to the caller.
    unsafe { slice::from_raw_parts_mut(data, len) }
}
