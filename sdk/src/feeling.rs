//! What a body feels of itself: proprioception and touch, read through indices that were looked
//! up once.

use crate::{
    JointModel, Observation, Physics, Result, SceneModel, SensationSpec, Sense, TouchMode, names,
    parts, sensation,
};

/// Angles and speeds of the joints of a role: the sense of proprioception.
#[derive(Debug, Clone)]
pub struct Proprioception {
    joints: Vec<JointModel>,
    names: Vec<String>,
}

impl Proprioception {
    /// Of the joints that play `role`.
    ///
    /// # Errors
    /// A role that the body lacks, or that is not played by joints.
    pub fn bind(model: &SceneModel, role: &str) -> Result<Self> {
        let joints = parts::joints(model, role)?;
        let names = parts::names(model, role);
        Ok(Self { joints, names })
    }

    /// The joints, in the order of the role.
    #[must_use]
    pub fn joints(&self) -> &[JointModel] {
        &self.joints
    }

    /// All positions (rad, m), then all velocities (rad/s, m/s).
    #[must_use]
    pub fn sensation(&self) -> SensationSpec {
        let velocities = self.names.iter().map(|name| format!("{name}_velocity"));
        SensationSpec {
            unit: "mixed".into(),
            elements: names::named(self.names.iter().cloned().chain(velocities)),
            ..sensation(Sense::Proprioception, 2 * self.joints.len())
        }
    }

    /// Writes the sense.
    ///
    /// # Errors
    /// A spec without the sense.
    pub fn write(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let place = out.sense_mut(Sense::Proprioception)?;
        let (positions, velocities) = place.split_at_mut(self.joints.len());
        let receptors = positions.iter_mut().zip(velocities);
        for ((position, velocity), joint) in receptors.zip(&self.joints) {
            *position = physics.qpos()[joint.qpos] as f32;
            *velocity = physics.qvel()[joint.qvel] as f32;
        }
        Ok(())
    }
}

/// The touch sensors of a body, the role `touch`, as its [`TouchMode`] lets them be felt.
#[derive(Debug, Clone)]
pub struct Touch {
    addresses: Vec<usize>,
    names: Vec<String>,
    mode: TouchMode,
}

impl Touch {
    /// `None` where the body has no such sensors or they are off.
    ///
    /// # Errors
    /// A role `touch` that is not played by sensors of one value.
    pub fn bind(model: &SceneModel) -> Result<Option<Self>> {
        if model.touch == TouchMode::Off || !parts::has(model, "touch") {
            return Ok(None);
        }
        let addresses = parts::sensors(model, "touch")?;
        let mode = model.touch;
        let names = parts::names(model, "touch");
        Ok((!addresses.is_empty()).then_some(Self {
            addresses,
            names,
            mode,
        }))
    }

    /// One value per sensor, in the order of the role.
    #[must_use]
    pub fn sensation(&self) -> SensationSpec {
        SensationSpec {
            low: Some(0.0),
            high: (self.mode == TouchMode::Boolean).then_some(1.0),
            unit: match self.mode {
                TouchMode::Raw => "N".into(),
                _ => String::new(),
            },
            elements: names::named(self.names.iter().cloned()),
            ..sensation(Sense::Touch, self.addresses.len())
        }
    }

    /// Writes the sense.
    ///
    /// # Errors
    /// A spec without the sense.
    pub fn write(&self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let forces = physics.sensordata();
        let place = out.sense_mut(Sense::Touch)?;
        for (receptor, &address) in place.iter_mut().zip(&self.addresses) {
            *receptor = felt(self.mode, forces[address]);
        }
        Ok(())
    }
}

/// What is felt of a force (N).
fn felt(mode: TouchMode, force: f64) -> f32 {
    match mode {
        TouchMode::Raw => force as f32,
        TouchMode::Boolean => f32::from(u8::from(force > 0.0)),
        TouchMode::Log => force.max(0.0).ln_1p() as f32,
        TouchMode::Off => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touch_is_felt_as_its_mode_says() {
        assert_eq!(felt(TouchMode::Raw, 2.5), 2.5);
        assert_eq!(felt(TouchMode::Boolean, 1e-9), 1.0);
        assert_eq!(felt(TouchMode::Boolean, 0.0), 0.0);
        assert_eq!(felt(TouchMode::Log, std::f64::consts::E - 1.0), 1.0);
        assert_eq!(felt(TouchMode::Log, 0.0), 0.0);
    }
}
