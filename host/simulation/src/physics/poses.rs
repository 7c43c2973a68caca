//! Poses of bodies that belong to the present positions.

use super::{Physics, PhysicsError, make_data};
use crate::physics::guard::Data;

/// Computes body poses in memory of its own, so that a simulation is not touched by being looked
/// at: after a step, the poses in [`Views`](crate::views::Views) are those of the last evaluation
/// inside the step, one physics step late.
#[derive(Debug)]
pub struct Poses {
    data: Data,
}

impl Poses {
    /// For a simulation and all others of the same model.
    ///
    /// # Errors
    /// [`PhysicsError::Engine`] where memory runs out.
    pub fn new(physics: &Physics) -> Result<Self, PhysicsError> {
        let data = make_data(physics.model())?;
        Ok(Self { data })
    }

    /// Where each geom is at the reference pose, m. Of new poses only: others have moved on.
    pub(crate) fn reference(mut self) -> Vec<[f64; 3]> {
        self.data.kinematics();
        self.data.geom_xpos().to_vec()
    }

    /// The pose of each body: place, m, then orientation, w x y z.
    ///
    /// # Panics
    /// For a simulation of another model: a mistake of the host.
    pub fn of(&mut self, physics: &Physics) -> impl Iterator<Item = [f64; 7]> {
        let (own, other) = (&mut self.data, &physics.data);
        own.qpos_mut().copy_from_slice(other.qpos());
        own.mocap_pos_mut().copy_from_slice(other.mocap_pos());
        own.mocap_quat_mut().copy_from_slice(other.mocap_quat());
        own.kinematics();
        let places = self.data.xpos().iter().zip(self.data.xquat());
        places.map(|([x, y, z], [qw, qx, qy, qz])| [*x, *y, *z, *qw, *qx, *qy, *qz])
    }
}
