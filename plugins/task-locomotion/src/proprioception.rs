//! The sense of the body's own state: positions, then velocities.

use angora_sdk::{Observation, Result, SceneModel, SensationSpec, Sense, sensation};

/// How positions and velocities become a sense.
#[derive(Debug, Clone, Copy)]
pub struct Proprioception {
    /// Position that is not sensed: how far the body has come.
    pub hidden: Option<usize>,
    /// Largest magnitude of a velocity that is sensed.
    pub speed_limit: f64,
}

impl Proprioception {
    /// Its spec.
    #[must_use]
    pub fn spec(self, model: &SceneModel) -> SensationSpec {
        let receptors = model.nq - usize::from(self.hidden.is_some()) + model.nv;
        SensationSpec {
            unit: "mixed".into(),
            ..sensation(Sense::Proprioception, receptors)
        }
    }

    /// The sensed values, as f64.
    pub fn values<'p>(self, qpos: &'p [f64], qvel: &'p [f64]) -> impl Iterator<Item = f64> + 'p {
        let seen = move |(at, _): &(usize, &f64)| Some(*at) != self.hidden;
        let positions = qpos.iter().enumerate().filter(seen).map(|(_, q)| *q);
        let limit = self.speed_limit;
        positions.chain(qvel.iter().map(move |v| v.clamp(-limit, limit)))
    }

    /// Writes the sense.
    ///
    /// # Errors
    /// A spec that is not of this sense.
    pub fn write(self, qpos: &[f64], qvel: &[f64], out: &mut Observation<'_>) -> Result<()> {
        let place = out.sense_mut(Sense::Proprioception)?;
        for (receptor, value) in place.iter_mut().zip(self.values(qpos, qvel)) {
            *receptor = value as f32;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_position_is_hidden_and_velocities_are_limited() {
        let sense = Proprioception {
            hidden: Some(1),
            speed_limit: 10.0,
        };
        let values: Vec<f64> = sense.values(&[1.0, 2.0, 30.0], &[-11.0, 4.0]).collect();
        assert_eq!(values, [1.0, 30.0, -10.0, 4.0]);
    }
}
