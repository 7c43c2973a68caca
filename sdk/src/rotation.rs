//! Rotations as unit quaternions (w, x, y, z), MuJoCo's order.

use crate::Random;

/// A rotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rotation([f64; 4]);

impl Rotation {
    /// No rotation.
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0]);

    /// Of a quaternion, w x y z, which need not have length 1; all zeros are taken as they are.
    #[must_use]
    pub fn new(quaternion: [f64; 4]) -> Self {
        let length = quaternion.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length == 0.0 {
            return Self(quaternion);
        }
        Self(quaternion.map(|x| x / length))
    }

    /// The first four numbers of a slice, as MuJoCo's arrays have them.
    ///
    /// # Panics
    /// For a shorter slice.
    #[must_use]
    pub fn of(quaternion: &[f64]) -> Self {
        Self::new([quaternion[0], quaternion[1], quaternion[2], quaternion[3]])
    }

    /// By an angle (rad) about an axis, which need not have length 1.
    #[must_use]
    pub fn about(axis: [f64; 3], angle: f64) -> Self {
        let length = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
        let [x, y, z] = axis.map(|x| x / length * (angle / 2.0).sin());
        Self([(angle / 2.0).cos(), x, y, z])
    }

    /// Uniform over all rotations (Shoemake, "Uniform random rotations", Graphics Gems III, 1992).
    pub fn uniform(random: &mut Random) -> Self {
        let split = random.unit();
        let (first, second) = (
            std::f64::consts::TAU * random.unit(),
            std::f64::consts::TAU * random.unit(),
        );
        let (small, large) = ((1.0 - split).sqrt(), split.sqrt());
        Self([
            large * second.cos(),
            small * first.sin(),
            small * first.cos(),
            large * second.sin(),
        ])
    }

    /// The quaternion, w x y z.
    #[must_use]
    pub fn quaternion(self) -> [f64; 4] {
        self.0
    }

    /// The same rotation backwards.
    #[must_use]
    pub fn inverse(self) -> Self {
        let [w, x, y, z] = self.0;
        Self([w, -x, -y, -z])
    }

    /// First `other`, then this one.
    #[must_use]
    pub fn after(self, other: Self) -> Self {
        let ([a, b, c, d], [w, x, y, z]) = (self.0, other.0);
        Self([
            a * w - b * x - c * y - d * z,
            a * x + b * w + c * z - d * y,
            a * y - b * z + c * w + d * x,
            a * z + b * y - c * x + d * w,
        ])
    }

    /// The same rotation with w >= 0, where a rotation has one quaternion (but for half turns).
    #[must_use]
    pub fn canonical(self) -> Self {
        if self.0[0] < 0.0 {
            return Self(self.0.map(|x| -x));
        }
        self
    }

    /// Angle of the rotation from this one to another, 0 to pi: the distance on SO(3).
    #[must_use]
    pub fn angle_to(self, other: Self) -> f64 {
        let between = other.after(self.inverse()).0;
        // More exact near 0 than an arc cosine of w.
        let vector = between[1..].iter().map(|x| x * x).sum::<f64>().sqrt();
        2.0 * vector.atan2(between[0].abs())
    }

    /// A vector, turned.
    #[must_use]
    pub fn turn(self, vector: [f64; 3]) -> [f64; 3] {
        let [x, y, z] = vector;
        let turned = self.after(Self([0.0, x, y, z])).after(self.inverse()).0;
        [turned[1], turned[2], turned[3]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    fn near(found: [f64; 3], expected: [f64; 3]) {
        for (a, b) in found.into_iter().zip(expected) {
            assert!((a - b).abs() < 1e-12, "{found:?} {expected:?}");
        }
    }

    #[test]
    fn quarter_turns_take_axes_to_axes_and_compose_in_order() {
        let about_x = Rotation::about([2.0, 0.0, 0.0], FRAC_PI_2);
        let about_z = Rotation::about([0.0, 0.0, 1.0], FRAC_PI_2);
        near(about_x.turn([0.0, 1.0, 0.0]), [0.0, 0.0, 1.0]);
        near(
            about_z.after(about_x).turn([0.0, 0.0, 1.0]),
            [1.0, 0.0, 0.0],
        );
        near(about_x.inverse().turn([0.0, 0.0, 1.0]), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn the_distance_is_folded_and_knows_no_sign() {
        let turned = |angle| Rotation::about([1.0, 2.0, 3.0], angle);
        for (angle, distance) in [(0.3, 0.3), (-0.3, 0.3), (PI, PI), (1.5 * PI, 0.5 * PI)] {
            let found = Rotation::IDENTITY.angle_to(turned(angle));
            assert!((found - distance).abs() < 1e-12, "{angle}: {found}");
        }
        let flipped = Rotation::new(turned(0.3).quaternion().map(|x| -x));
        assert!(turned(0.3).angle_to(flipped) < 1e-12);
        assert_eq!(flipped.canonical(), turned(0.3));
        // Where an arc cosine of w would give 0 or 1.5e-8.
        assert!((Rotation::IDENTITY.angle_to(turned(1e-9)) - 1e-9).abs() < 1e-15);
    }

    /// The angle of a uniform rotation has the density (1 - cos a) / pi on [0, pi]
    /// (Miles, Biometrika 52, 1965), so its mean is pi / 2 + 2 / pi.
    #[test]
    fn uniform_rotations_have_the_angles_that_they_should() {
        let mut random = Random::new(3);
        let n = 20_000;
        let angles: Vec<f64> = (0..n)
            .map(|_| Rotation::IDENTITY.angle_to(Rotation::uniform(&mut random)))
            .collect();
        let mean = angles.iter().sum::<f64>() / f64::from(n);
        assert!((mean - (FRAC_PI_2 + 2.0 / PI)).abs() < 0.02, "{mean}");
        let below = angles.iter().filter(|a| **a < FRAC_PI_2).count() as f64 / f64::from(n);
        assert!((below - (FRAC_PI_2 - 1.0) / PI).abs() < 0.01, "{below}");
    }
}
