//! The physics of a scene, as the host lends it to a task for one call.

use angora_plugin_api::v1::scene_task as first;
use angora_plugin_api::v2::scene_task::PhysicsViews;
use first::ContactView;

/// The physics state, to be read. SI units, angles in rad.
#[derive(Clone, Copy)]
pub struct Physics<'r, 'a>(Lent<&'r first::PhysicsViews<'a>, &'r PhysicsViews<'a>>);

/// The physics state, to be read and written.
pub struct PhysicsMut<'r, 'a>(Lent<&'r mut first::PhysicsViews<'a>, &'r mut PhysicsViews<'a>>);

/// The views of a host, of the revision that it speaks.
#[derive(Clone, Copy)]
enum Lent<F, S> {
    /// `angora.scene-task/1`.
    First(F),
    /// `angora.scene-task/2`.
    Second(S),
}

/// What views of both revisions have.
macro_rules! of {
    ($lent:expr, $views:ident => $value:expr) => {
        match $lent {
            Lent::First($views) => $value,
            Lent::Second($views) => $value,
        }
    };
}

/// Accessors that both views have.
macro_rules! read {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl<'r> Physics<'r, '_> {
            $($(#[$doc])* #[must_use] pub fn $name(self) -> &'r [f64] {
                of!(self.0, views => views.$name.as_slice())
            })*
        }
        impl PhysicsMut<'_, '_> {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> &[f64] { of!(&self.0, views => views.$name.as_slice()) })*
        }
    };
}

read! {
    /// Positions `[nq]`.
    qpos,
    /// Velocities `[nv]`.
    qvel,
    /// Actuator inputs `[nu]`.
    ctrl,
    /// Sensor values.
    sensordata,
    /// Places of bodies `[3 each]`, m.
    xpos,
    /// Orientations of bodies, w x y z `[4 each]`.
    xquat,
    /// Centres of mass of bodies `[3 each]`, m.
    xipos,
    /// Places of sites `[3 each]`, m.
    site_xpos,
    /// Rotation matrices of sites, row major `[9 each]`.
    site_xmat,
    /// Places of geoms `[3 each]`, m.
    geom_xpos,
    /// Velocities of bodies about the centre of mass, rotation then translation `[6 each]`.
    cvel,
    /// Inertias of bodies about the centre of mass `[10 each]`.
    cinert,
    /// External forces on bodies, torque then force `[6 each]`; only where the scene asks.
    cfrc_ext,
    /// Actuator forces in joint space `[nv]`.
    qfrc_actuator,
    /// Actuator forces `[nu]`.
    actuator_force,
    /// Forces of constraints (contacts, limits, friction) in joint space `[nv]`.
    qfrc_constraint,
    /// Lengths of tendons.
    ten_length,
}

/// Accessors of what only the second revision has; empty with a host of the first.
macro_rules! read_second {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl<'r> Physics<'r, '_> {
            $($(#[$doc])* #[must_use] pub fn $name(self) -> &'r [f64] {
                match self.0 {
                    Lent::First(_) => &[],
                    Lent::Second(views) => views.$name.as_slice(),
                }
            })*
        }
        impl PhysicsMut<'_, '_> {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> &[f64] {
                match &self.0 {
                    Lent::First(_) => &[],
                    Lent::Second(views) => views.$name.as_slice(),
                }
            })*
        }
    };
}

read_second! {
    /// Activations of muscles and other actuators with a state `[na]`. A task that reads them
    /// requires [`MUSCLES`](crate::capability::MUSCLES).
    act,
    /// Time derivatives of the activations `[na]`, 1/s.
    act_dot,
    /// Lengths of actuators `[nu]`, m or rad.
    actuator_length,
    /// Velocities of actuators `[nu]`, m/s or rad/s.
    actuator_velocity,
}

impl<'r, 'a> Physics<'r, 'a> {
    /// Over the host's views.
    #[doc(hidden)]
    #[must_use]
    pub fn new(views: impl Into<Self>) -> Self {
        views.into()
    }

    /// Time since the episode began, s.
    #[must_use]
    pub fn time(self) -> f64 {
        of!(self.0, views => views.time)
    }

    /// Contacts of geoms.
    #[must_use]
    pub fn contacts(self) -> &'r [ContactView] {
        of!(self.0, views => views.contacts.as_slice())
    }
}

impl<'r, 'a> PhysicsMut<'r, 'a> {
    /// Over the host's views.
    #[doc(hidden)]
    #[must_use]
    pub fn new(views: impl Into<Self>) -> Self {
        views.into()
    }

    /// The same state, to be read.
    #[must_use]
    pub fn read(&self) -> Physics<'_, 'a> {
        Physics(match &self.0 {
            Lent::First(views) => Lent::First(views),
            Lent::Second(views) => Lent::Second(views),
        })
    }

    /// Time since the episode began, s.
    #[must_use]
    pub fn time(&self) -> f64 {
        of!(&self.0, views => views.time)
    }

    /// Contacts of geoms.
    #[must_use]
    pub fn contacts(&self) -> &[ContactView] {
        of!(&self.0, views => views.contacts.as_slice())
    }

    /// Positions `[nq]`, to be written.
    pub fn qpos_mut(&mut self) -> &mut [f64] {
        of!(&mut self.0, views => views.qpos.as_mut_slice())
    }

    /// Velocities `[nv]`, to be written.
    pub fn qvel_mut(&mut self) -> &mut [f64] {
        of!(&mut self.0, views => views.qvel.as_mut_slice())
    }

    /// Actuator inputs `[nu]`, to be written.
    pub fn ctrl_mut(&mut self) -> &mut [f64] {
        of!(&mut self.0, views => views.ctrl.as_mut_slice())
    }

    /// Places of mocap bodies `[3 each]`, to be written.
    pub fn mocap_pos_mut(&mut self) -> &mut [f64] {
        of!(&mut self.0, views => views.mocap_pos.as_mut_slice())
    }

    /// Orientations of mocap bodies, w x y z `[4 each]`, to be written.
    pub fn mocap_quat_mut(&mut self) -> &mut [f64] {
        of!(&mut self.0, views => views.mocap_quat.as_mut_slice())
    }

    /// Activations `[na]`, to be written in `reset`; empty with a host of the first revision.
    pub fn act_mut(&mut self) -> &mut [f64] {
        match &mut self.0 {
            Lent::First(_) => &mut [],
            Lent::Second(views) => views.act.as_mut_slice(),
        }
    }
}

impl<'r, 'a> From<&'r first::PhysicsViews<'a>> for Physics<'r, 'a> {
    fn from(views: &'r first::PhysicsViews<'a>) -> Self {
        Self(Lent::First(views))
    }
}

impl<'r, 'a> From<&'r PhysicsViews<'a>> for Physics<'r, 'a> {
    fn from(views: &'r PhysicsViews<'a>) -> Self {
        Self(Lent::Second(views))
    }
}

impl<'r, 'a> From<&'r mut first::PhysicsViews<'a>> for PhysicsMut<'r, 'a> {
    fn from(views: &'r mut first::PhysicsViews<'a>) -> Self {
        Self(Lent::First(views))
    }
}

impl<'r, 'a> From<&'r mut PhysicsViews<'a>> for PhysicsMut<'r, 'a> {
    fn from(views: &'r mut PhysicsViews<'a>) -> Self {
        Self(Lent::Second(views))
    }
}
