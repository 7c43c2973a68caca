//! Random states of a scene: what is sensed in them, and where things then are.

use crate::error::HostError;
use angora_comm::{Team, share};
use angora_core::SensationLayout;
use angora_simulation::{Blueprint, Environment, JointRanges, Quantity, SimulationError};

/// Sensations and labels of random states. Pictures are kept as bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct States {
    /// Pixels `[n, P]`.
    pixels: Vec<u8>,
    /// The other senses `[n, S - P]`.
    others: Vec<f32>,
    /// Labels `[n, L]`, in the units of the quantities.
    labels: Vec<f64>,
    /// P, S - P and L.
    lengths: [usize; 3],
    len: usize,
}

/// One thread's share of the states.
struct Share<'s> {
    environment: Environment,
    first: usize,
    pixels: &'s mut [u8],
    others: &'s mut [f32],
    labels: &'s mut [f64],
    outcome: Result<(), SimulationError>,
}

impl States {
    /// Draws the states 0..n. Each depends on the seed and its number alone.
    ///
    /// # Errors
    /// A machine that cannot draw, or a fault of the task.
    pub fn draw(
        blueprint: &Blueprint<'_>,
        quantities: &[Quantity],
        seed: u64,
        n: usize,
        team: &Team,
    ) -> Result<Self, HostError> {
        let layout = SensationLayout::new(&blueprint.spec().sensations);
        let joints = blueprint.joint_ranges().unwrap_or_default();
        let pixels = layout.image_len();
        let lengths = [pixels, layout.len() - pixels, quantities.len()];
        let mut states = Self {
            pixels: vec![0; n * lengths[0]],
            others: vec![0.0; n * lengths[1]],
            labels: vec![0.0; n * lengths[2]],
            lengths,
            len: n,
        };
        let mut shares = Vec::new();
        let mut rest = (
            &mut states.pixels[..],
            &mut states.others[..],
            &mut states.labels[..],
        );
        for rank in 0..team.len() {
            let mine = share(n, team.len(), rank);
            let (pixels, more) = rest.0.split_at_mut(mine.len() * lengths[0]);
            let (others, more_others) = rest.1.split_at_mut(mine.len() * lengths[1]);
            let (labels, more_labels) = rest.2.split_at_mut(mine.len() * lengths[2]);
            rest = (more, more_others, more_labels);
            shares.push(Share {
                environment: blueprint.build(seed, rank as u64)?,
                first: mine.start,
                pixels,
                others,
                labels,
                outcome: Ok(()),
            });
        }
        team.each(&mut shares, |_, share| {
            share.outcome = share.draw(quantities, &joints, lengths);
        });
        for share in shares {
            share.outcome?;
        }
        Ok(states)
    }

    /// For tests: `[n, P]`, `[n, S - P]`, `[n, L]`.
    #[cfg(test)]
    pub fn of(pixels: Vec<u8>, others: Vec<f32>, labels: Vec<f64>, len: usize) -> Self {
        let lengths = [pixels.len(), others.len(), labels.len()].map(|all| all / len);
        Self {
            pixels,
            others,
            labels,
            lengths,
            len,
        }
    }

    /// Number of states.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The pictures of a state, as the sense has them.
    #[must_use]
    pub fn pixels(&self, state: usize) -> &[u8] {
        let n = self.lengths[0];
        &self.pixels[state * n..(state + 1) * n]
    }

    /// The labels of a state.
    #[must_use]
    pub fn labels(&self, state: usize) -> &[f64] {
        let n = self.lengths[2];
        &self.labels[state * n..(state + 1) * n]
    }

    /// Writes the sensation of a state.
    pub fn sensation(&self, state: usize, sensation: &mut [f32]) {
        let (seen, told) = sensation.split_at_mut(self.lengths[0]);
        for (receptor, byte) in seen.iter_mut().zip(self.pixels(state)) {
            *receptor = f32::from(*byte);
        }
        told.copy_from_slice(&self.others[state * told.len()..(state + 1) * told.len()]);
    }
}

impl Share<'_> {
    fn draw(
        &mut self,
        quantities: &[Quantity],
        joints: &JointRanges,
        [pixels, others, labels]: [usize; 3],
    ) -> Result<(), SimulationError> {
        let mut sensation = vec![0.0; pixels + others];
        for i in 0..self.pixels.len() / pixels {
            let number = (self.first + i) as u64;
            self.environment.scatter(number, joints, &mut sensation)?;
            let (seen, told) = sensation.split_at(pixels);
            for (byte, pixel) in self.pixels[i * pixels..].iter_mut().zip(seen) {
                *byte = *pixel as u8;
            }
            self.others[i * others..(i + 1) * others].copy_from_slice(told);
            if let Some(physics) = self.environment.physics_mut() {
                let views = physics.views();
                for (label, quantity) in self.labels[i * labels..].iter_mut().zip(quantities) {
                    *label = quantity.read(&views);
                }
            }
        }
        Ok(())
    }
}
