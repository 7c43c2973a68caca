//! What the two humanoids sense: positions, velocities, and inertias, velocities and forces of
//! every rigid body.

use crate::proprioception::{self, Proprioception};
use angora_sdk::{Observation, Physics, Result, SceneModel, SensationSpec};

/// Which parts are sensed beside the positions of the joints.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// Place of the torso on the ground.
    pub place: bool,
    /// Velocities of the joints.
    pub joint_velocities: bool,
    /// Inertias of bodies about the centre of mass.
    pub inertias: bool,
    /// Velocities of bodies about the centre of mass.
    pub velocities: bool,
    /// Forces of actuators at the joints.
    pub actuators: bool,
    /// Contact forces on bodies.
    pub contacts: bool,
}

/// The sense.
#[derive(Debug, Clone)]
pub struct Anatomy {
    parts: Parts,
    state: Proprioception,
    /// Rigid bodies that are left out, the first ones: the world, or none before revision 5.
    world: usize,
    /// Degrees of freedom whose forces are left out, the first ones: those of the root, or none.
    root: usize,
}

impl Anatomy {
    /// Of these parts; with the rows of the world and the forces of the root, which are all zero,
    /// before revision 5.
    #[must_use]
    pub fn new(parts: Parts, before_5: bool) -> Self {
        Self {
            parts,
            state: Proprioception::new(parts.joint_velocities, f64::INFINITY),
            world: usize::from(!before_5),
            root: if before_5 { 0 } else { 6 },
        }
    }

    /// Learns where the free joint of the root is; its spec.
    pub fn bind(&mut self, model: &SceneModel, root: usize) -> SensationSpec {
        if !self.parts.place {
            self.state.hidden = vec![root, root + 1];
        }
        let bodies = model.body_mass.len() - self.world;
        let parts = self.parts;
        let rows = [
            (parts.inertias, 10 * bodies),
            (parts.velocities, 6 * bodies),
            (parts.actuators, model.nv - self.root),
            (parts.contacts, 6 * bodies),
        ];
        let rows = rows.iter().filter(|(sensed, _)| *sensed);
        let receptors: usize = rows.map(|(_, len)| len).sum();
        proprioception::spec(self.state.len(model.nq, model.nv) + receptors)
    }

    /// Writes the sense.
    ///
    /// # Errors
    /// A spec that is not of this sense.
    pub fn write(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let parts = self.parts;
        let world = self.world;
        let rows = [
            (parts.inertias, &physics.cinert()[10 * world..]),
            (parts.velocities, &physics.cvel()[6 * world..]),
            (parts.actuators, &physics.qfrc_actuator()[self.root..]),
            (parts.contacts, &physics.cfrc_ext()[6 * world..]),
        ];
        let rows = rows.into_iter().filter(|(sensed, _)| *sensed);
        let rows = rows.flat_map(|(_, row)| row.iter().copied());
        let state = self.state.values(physics.qpos(), physics.qvel());
        proprioception::write(state.chain(rows), out)
    }
}
