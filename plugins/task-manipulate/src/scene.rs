//! The block in the scene: found once by name, then read and written by index.

use angora_sdk::{Fault, JointModel, Physics, PhysicsMut, Result, Rotation, SceneModel, parts};

/// Index of the ghost that shows the goal, among the mocap bodies: the world's stand first.
const GHOST: usize = 0;

/// The block.
#[derive(Debug, Clone)]
pub struct Block {
    joint: JointModel,
    /// Index of the site in the middle of the palm.
    palm_center: usize,
}

impl Block {
    /// Looks the block and the palm up.
    ///
    /// # Errors
    /// A model without them.
    pub fn bind(model: &SceneModel) -> Result<Self> {
        let joint = model.joints.get("block").cloned();
        let palm = parts::sites(model, "palm_center")?;
        let missing = |what: &str| Fault::failed("the model lacks it").on(what);
        Ok(Self {
            joint: joint.ok_or_else(|| missing("block"))?,
            palm_center: *palm.first().ok_or_else(|| missing("palm_center"))?,
        })
    }

    /// Puts it somewhere.
    pub fn place(&self, position: [f64; 3], rotation: Rotation, physics: &mut PhysicsMut<'_, '_>) {
        let at = self.joint.qpos;
        physics.qpos_mut()[at..at + 3].copy_from_slice(&position);
        physics.qpos_mut()[at + 3..at + 7].copy_from_slice(&rotation.quaternion());
    }

    /// Place of its centre, m.
    pub fn position<'p>(&self, physics: Physics<'p, '_>) -> &'p [f64] {
        &physics.qpos()[self.joint.qpos..self.joint.qpos + 3]
    }

    /// Its orientation.
    pub fn rotation(&self, physics: Physics<'_, '_>) -> Rotation {
        Rotation::of(&physics.qpos()[self.joint.qpos + 3..])
    }

    /// Its velocity in the world's frame (m/s), then its angular velocity in its own (rad/s).
    pub fn velocity<'p>(&self, physics: Physics<'p, '_>) -> &'p [f64] {
        &physics.qvel()[self.joint.qvel..self.joint.qvel + 6]
    }

    /// Height of its centre over the middle of the palm, m; it is dropped below 0.
    pub fn height(&self, physics: Physics<'_, '_>) -> f64 {
        self.position(physics)[2] - physics.site_xpos()[3 * self.palm_center + 2]
    }

    /// Turns the ghost to the goal.
    pub fn show(goal: Rotation, physics: &mut PhysicsMut<'_, '_>) {
        let ghost = &mut physics.mocap_quat_mut()[4 * GHOST..4 * GHOST + 4];
        ghost.copy_from_slice(&goal.quaternion());
    }
}
