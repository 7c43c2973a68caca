//! What tasks for hands have in common: where the fingertips are, and what moving costs.

use crate::{Fault, JointModel, Observation, Physics, PhysicsMut, Random, Result, SceneModel};
use crate::{SignalSpec, parts, signal};

/// The parts of a hand by the roles `fingertip` (sites, the thumb last), `hand_joint`, `actuator`
/// (less those in `wrist_actuator`) and `tendon`; the last three roles may be missing.
#[derive(Debug, Clone)]
pub struct Hand {
    fingertips: Vec<usize>,
    /// Joints with their angle in the pose `rest`.
    resting: Vec<(JointModel, f64)>,
    actuators: Vec<usize>,
    tendons: Vec<usize>,
}

impl Hand {
    /// Looks the parts up.
    ///
    /// # Errors
    /// Fewer than two fingertips; roles of another kind.
    pub fn bind(model: &SceneModel) -> Result<Self> {
        let fingertips = parts::sites(model, "fingertip")?;
        if fingertips.len() < 2 {
            let message = "a hand has at least a finger and a thumb";
            return Err(Fault::failed(message).on("fingertip"));
        }
        let mut actuators = Vec::new();
        if parts::has(model, "actuator") {
            actuators = parts::actuators(model, "actuator")?;
        }
        if parts::has(model, "wrist_actuator") {
            let wrist = parts::actuators(model, "wrist_actuator")?;
            actuators.retain(|actuator| !wrist.contains(actuator));
        }
        let tendons = match parts::has(model, "tendon") {
            true => parts::tendons(model, "tendon")?,
            false => Vec::new(),
        };
        let mut resting = Vec::new();
        for (name, angle) in model.poses.get("rest").into_iter().flatten() {
            let joint = model.joints.get(name).cloned();
            let missing = || Fault::failed("the pose names a joint that there is not").on(name);
            resting.push((joint.ok_or_else(missing)?, *angle));
        }
        Ok(Self {
            fingertips,
            resting,
            actuators,
            tendons,
        })
    }

    /// Number of fingers with the thumb, which is the last.
    #[must_use]
    pub fn fingers(&self) -> usize {
        self.fingertips.len()
    }

    /// Place of a fingertip, world frame, m.
    ///
    /// # Panics
    /// For a finger that there is not.
    #[must_use]
    pub fn fingertip(&self, physics: Physics<'_, '_>, finger: usize) -> [f64; 3] {
        let at = 3 * self.fingertips[finger];
        let place = &physics.site_xpos()[at..at + 3];
        [place[0], place[1], place[2]]
    }

    /// Writes the places of all fingertips one after another, m.
    ///
    /// # Panics
    /// For fewer than three numbers per finger.
    pub fn fingertips(&self, physics: Physics<'_, '_>, places: &mut [f64]) {
        for (finger, place) in places.chunks_exact_mut(3).enumerate() {
            place.copy_from_slice(&self.fingertip(physics, finger));
        }
    }

    /// Puts the hand at rest; each angle moves by a normal deviate times `noise` times the width of
    /// its range, and stays within it.
    pub fn rest(&self, random: &mut Random, noise: f64, physics: &mut PhysicsMut<'_, '_>) {
        for (joint, angle) in &self.resting {
            let mut angle = *angle;
            if let (true, Some((low, high))) = (noise > 0.0, joint.range) {
                angle = (angle + noise * (high - low) * random.normal()).clamp(low, high);
            }
            physics.qpos_mut()[joint.qpos] = angle;
        }
    }

    /// The signals that [`write`](Self::write) writes: `fingertip_position` (m), and where the hand
    /// has such parts `actuator_force` (of all but the wrist's actuators; N m) and `tendon_length`
    /// (m).
    #[must_use]
    pub fn signals(&self) -> Vec<SignalSpec> {
        let all = [
            signal("fingertip_position", 3 * self.fingertips.len(), "m"),
            signal("actuator_force", self.actuators.len(), "N m"),
            signal("tendon_length", self.tendons.len(), "m"),
        ];
        all.into_iter().filter(|signal| signal.len > 0).collect()
    }

    /// Writes those signals.
    ///
    /// # Errors
    /// A spec without them.
    pub fn write(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        self.fingertips(physics, out.signal_mut("fingertip_position")?);
        if !self.actuators.is_empty() {
            let forces = out.signal_mut("actuator_force")?;
            pick(physics.actuator_force(), &self.actuators, forces);
        }
        if !self.tendons.is_empty() {
            let lengths = out.signal_mut("tendon_length")?;
            pick(physics.ten_length(), &self.tendons, lengths);
        }
        Ok(())
    }
}

fn pick(values: &[f64], indices: &[usize], out: &mut [f64]) {
    for (value, &index) in out.iter_mut().zip(indices) {
        *value = values[index];
    }
}
