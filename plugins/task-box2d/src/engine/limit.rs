//! Limits of hinges as in Box2D 2.3, in which the tasks were made, on top of 2.4.
//!
//! They differ in two ways. A limit of 2.3 counts only once the angle is beyond it, where 2.4 slows
//! down what would be beyond it after the step. And 2.3 corrects positions for longer: until a
//! hinge was beyond its limit by no more than the slop before the last iteration, where 2.4 is
//! content with twice that.

use super::{Hinge, Numbers, TIMESTEP, vector};
use box2d_rs::b2_body::BodyPtr;
use box2d_rs::b2_common::{B2_ANGULAR_SLOP, B2_LINEAR_SLOP, B2_MAX_ANGULAR_CORRECTION};
use box2d_rs::b2_joint::{B2jointPtr, JointAsDerivedMut};
use box2d_rs::b2_math::{B2Rot, B2vec2, b2_cross, b2_mul_rot_by_vec2};
use box2d_rs::joints::b2_revolute_joint::B2revoluteJoint;

/// A hinge of the engine.
pub(super) struct Limited {
    joint: B2jointPtr<Numbers>,
    parts: [usize; 2],
    anchors: [B2vec2; 2],
    reference: f32,
    limits: [f32; 2],
    /// What the motor was told.
    speed: f32,
    active: Active,
}

/// The limit that counts in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Active {
    None,
    Lower,
    Upper,
}

impl Limited {
    pub fn new(joint: B2jointPtr<Numbers>, hinge: &Hinge) -> Self {
        Self {
            joint,
            parts: hinge.parts,
            anchors: hinge.anchors.map(vector),
            reference: hinge.reference as f32,
            limits: hinge.limits.map(|limit| limit as f32),
            speed: hinge.speed as f32,
            active: Active::None,
        }
    }

    #[cfg(test)]
    pub fn joint(&self) -> &B2jointPtr<Numbers> {
        &self.joint
    }

    pub fn into_joint(self) -> B2jointPtr<Numbers> {
        self.joint
    }

    /// The two parts.
    pub fn parts(&self) -> [usize; 2] {
        self.parts
    }

    /// Does something with the engine's hinge.
    pub fn with<T>(&self, change: impl FnOnce(&mut B2revoluteJoint<Numbers>) -> T) -> T {
        match self.joint.borrow_mut().as_derived_mut() {
            JointAsDerivedMut::ERevoluteJoint(joint) => change(joint),
            _ => unreachable!("a hinge is a revolute joint"),
        }
    }

    /// Sets the motor: speed in rad/s, largest torque in N m.
    pub fn drive(&mut self, speed: f32, torque: f32) {
        self.speed = speed;
        self.with(|joint| joint.set_max_motor_torque(torque));
    }

    /// Before a step: turns the limits on only beyond them. A motor that pushes against a limit
    /// holds still instead, which comes to the same, but spares the solver two constraints that
    /// undo each other in each of its iterations.
    pub fn prepare(&mut self) {
        let angle = self.with(|joint| joint.get_joint_angle());
        self.active = if angle <= self.limits[0] {
            Active::Lower
        } else if angle >= self.limits[1] {
            Active::Upper
        } else {
            Active::None
        };
        let pushes = match self.active {
            Active::None => false,
            Active::Lower => self.speed < 0.0,
            Active::Upper => self.speed > 0.0,
        };
        self.with(|joint| {
            joint.enable_limit(self.active != Active::None);
            joint.set_motor_speed(if pushes { 0.0 } else { self.speed });
        });
    }

    /// How far the hinge is beyond the limit that counts.
    fn beyond(&self, poses: &[Pose]) -> f32 {
        let [a, b] = self.parts.map(|part| poses[part].angle);
        let angle = b - a - self.reference;
        match self.active {
            Active::None => 0.0,
            Active::Lower => self.limits[0] - angle,
            Active::Upper => angle - self.limits[1],
        }
    }

    /// One iteration on the positions; whether they were good enough before. Box2D 2.3's
    /// `b2RevoluteJoint::SolvePositionConstraints`.
    fn correct(&self, poses: &mut [Pose]) -> bool {
        let beyond = self.beyond(poses);
        let excess = (beyond - B2_ANGULAR_SLOP).clamp(0.0, B2_MAX_ANGULAR_CORRECTION);
        let back = match self.active {
            Active::None => 0.0,
            Active::Lower => excess,
            Active::Upper => -excess,
        };
        let [ia, ib] = self.parts.map(|part| poses[part].inverse_inertia);
        let impulse = back / (ia + ib);
        let [first, second] = self.parts;
        poses[first].angle -= ia * impulse;
        poses[second].angle += ib * impulse;

        let (a, b) = (&poses[first], &poses[second]);
        let (arm_a, arm_b) = (a.arm(self.anchors[0]), b.arm(self.anchors[1]));
        let apart = b.centre + arm_b - a.centre - arm_a;
        let mass = a.inverse_mass + b.inverse_mass;
        let k11 = mass + ia * arm_a.y * arm_a.y + ib * arm_b.y * arm_b.y;
        let k12 = -ia * arm_a.x * arm_a.y - ib * arm_b.x * arm_b.y;
        let k22 = mass + ia * arm_a.x * arm_a.x + ib * arm_b.x * arm_b.x;
        let inverse = -1.0 / (k11 * k22 - k12 * k12);
        let impulse = B2vec2::new(
            inverse * (k22 * apart.x - k12 * apart.y),
            inverse * (k11 * apart.y - k12 * apart.x),
        );
        poses[first].push(-1.0 * impulse, arm_a);
        poses[second].push(impulse, arm_b);
        apart.length() <= B2_LINEAR_SLOP && beyond <= B2_ANGULAR_SLOP
    }
}

/// Where a part was before a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    centre: B2vec2,
    angle: f32,
}

impl Start {
    pub fn of(body: &BodyPtr<Numbers>) -> Self {
        let body = body.borrow();
        Self {
            centre: body.get_world_center(),
            angle: body.get_angle(),
        }
    }
}

/// After a step in which nothing was touched: corrects the positions anew where a hinge came
/// further beyond its limit than the slop, with the hinges in an order, in so many iterations at
/// most.
pub(super) fn settle(
    parts: &[BodyPtr<Numbers>],
    starts: &[Start],
    hinges: &[Limited],
    order: &[usize],
    iterations: i32,
) {
    // Corrections of positions change no velocities.
    let moved = |(body, start)| Pose::moved(body, start);
    let mut poses: Vec<Pose> = parts.iter().zip(starts).map(moved).collect();
    if !hinges
        .iter()
        .any(|hinge| hinge.beyond(&poses) > B2_ANGULAR_SLOP)
    {
        return;
    }
    for _ in 0..iterations {
        let correct = |good, at: &usize| hinges[*at].correct(&mut poses) && good;
        if order.iter().fold(true, correct) {
            break;
        }
    }
    for (body, pose) in parts.iter().zip(poses) {
        pose.write(body);
    }
}

/// A part while its position is corrected.
struct Pose {
    centre: B2vec2,
    angle: f32,
    local_centre: B2vec2,
    inverse_mass: f32,
    inverse_inertia: f32,
}

impl Pose {
    /// Where the velocities of the step took a part from its start.
    fn moved(body: &BodyPtr<Numbers>, start: &Start) -> Self {
        let body = body.borrow();
        let (mass, local_centre) = (body.get_mass(), body.get_local_center());
        // The engine gives it about the origin.
        let inertia = body.get_inertia() - mass * local_centre.length_squared();
        Self {
            centre: start.centre + TIMESTEP * body.get_linear_velocity(),
            angle: start.angle + TIMESTEP * body.get_angular_velocity(),
            local_centre,
            inverse_mass: 1.0 / mass,
            inverse_inertia: 1.0 / inertia,
        }
    }

    /// From the centre of mass to a hinge.
    fn arm(&self, anchor: B2vec2) -> B2vec2 {
        b2_mul_rot_by_vec2(B2Rot::new(self.angle), anchor - self.local_centre)
    }

    fn push(&mut self, impulse: B2vec2, arm: B2vec2) {
        self.centre += self.inverse_mass * impulse;
        self.angle += self.inverse_inertia * b2_cross(arm, impulse);
    }

    fn write(self, body: &BodyPtr<Numbers>) {
        let turned = b2_mul_rot_by_vec2(B2Rot::new(self.angle), self.local_centre);
        let position = self.centre - turned;
        body.borrow_mut().set_transform(position, self.angle);
    }
}
