//! The sense of the body's own state: positions, then velocities.

use angora_sdk::{Observation, Result, SceneModel, SensationSpec, Sense, names, sensation};

/// How positions and velocities become a sense.
#[derive(Debug, Clone)]
pub struct Proprioception {
    /// Positions that are not sensed: how far the body has come.
    pub hidden: Vec<usize>,
    /// Whether velocities are sensed.
    pub velocity: bool,
    /// Largest magnitude of a velocity that is sensed.
    pub speed_limit: f64,
}

impl Proprioception {
    /// A sense of velocities up to a limit, or of positions alone.
    #[must_use]
    pub fn new(velocity: bool, speed_limit: f64) -> Self {
        Self {
            hidden: Vec::new(),
            velocity,
            speed_limit,
        }
    }

    /// Number of values of a body with these numbers of positions and velocities.
    #[must_use]
    pub fn len(&self, nq: usize, nv: usize) -> usize {
        nq - self.hidden.len() + if self.velocity { nv } else { 0 }
    }

    /// Its spec, where nothing else is sensed.
    #[must_use]
    pub fn spec(&self, model: &SceneModel) -> SensationSpec {
        let positions = names::positions(model).into_iter().enumerate();
        let seen = positions.filter(|(at, _)| !self.hidden.contains(at));
        let velocities = names::velocities(model)
            .into_iter()
            .filter(|_| self.velocity);
        let velocities = velocities.map(|name| format!("{name}_velocity"));
        SensationSpec {
            elements: names::named(seen.map(|(_, name)| name).chain(velocities)),
            ..spec(self.len(model.nq, model.nv))
        }
    }

    /// The sensed values, as f64.
    pub fn values<'p>(
        &'p self,
        qpos: &'p [f64],
        qvel: &'p [f64],
    ) -> impl Iterator<Item = f64> + 'p {
        let seen = |(at, _): &(usize, &f64)| !self.hidden.contains(at);
        let positions = qpos.iter().enumerate().filter(seen).map(|(_, q)| *q);
        let limit = self.speed_limit;
        let velocities = if self.velocity { qvel } else { &[] };
        positions.chain(velocities.iter().map(move |v| v.clamp(-limit, limit)))
    }

    /// Writes the sense.
    ///
    /// # Errors
    /// A spec that is not of this sense.
    pub fn write(&self, qpos: &[f64], qvel: &[f64], out: &mut Observation<'_>) -> Result<()> {
        write(self.values(qpos, qvel), out)
    }
}

/// The spec of so many values of different units.
#[must_use]
pub fn spec(receptors: usize) -> SensationSpec {
    SensationSpec {
        unit: "mixed".into(),
        ..sensation(Sense::Proprioception, receptors)
    }
}

/// Writes values as they come.
///
/// # Errors
/// A spec without the sense.
pub fn write(values: impl Iterator<Item = f64>, out: &mut Observation<'_>) -> Result<()> {
    let place = out.sense_mut(Sense::Proprioception)?;
    for (receptor, value) in place.iter_mut().zip(values) {
        *receptor = value as f32;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_position_is_hidden_and_velocities_are_limited() {
        let mut sense = Proprioception::new(true, 10.0);
        sense.hidden = vec![1];
        let values: Vec<f64> = sense.values(&[1.0, 2.0, 30.0], &[-11.0, 4.0]).collect();
        assert_eq!(values, [1.0, 30.0, -10.0, 4.0]);
        assert_eq!(sense.len(3, 2), 4);
    }

    #[test]
    fn velocities_can_be_left_out() {
        let sense = Proprioception::new(false, 10.0);
        let values: Vec<f64> = sense.values(&[1.0, 2.0], &[-11.0, 4.0]).collect();
        assert_eq!(values, [1.0, 2.0]);
        assert_eq!(sense.len(2, 2), 2);
    }
}
