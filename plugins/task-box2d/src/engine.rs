//! The few things of Box2D that the tasks need: a ground of edges, convex parts, hinges with motors
//! and limits, contacts, rays. Lengths in m, times in s, angles in rad; numbers go in and come out
//! as f64, the engine computes in f32.

mod limit;

use box2d_rs::b2_body::{B2body, B2bodyDef, B2bodyType, BodyPtr};
use box2d_rs::b2_contact::B2contactDynTrait;
use box2d_rs::b2_fixture::{B2filter, B2fixtureDef};
use box2d_rs::b2_joint::B2JointDefEnum;
use box2d_rs::b2_math::B2vec2;
use box2d_rs::b2_shape::ShapeDefPtr;
use box2d_rs::b2_world::{B2world, B2worldPtr};
use box2d_rs::b2_world_callbacks::B2contactListener;
use box2d_rs::b2rs_common::UserDataType;
use box2d_rs::joints::b2_revolute_joint::{B2revoluteJoint, B2revoluteJointDef};
use box2d_rs::shapes::b2_edge_shape::B2edgeShape;
use box2d_rs::shapes::b2_polygon_shape::B2polygonShape;
use limit::{Limited, Start};
use std::cell::RefCell;
use std::rc::Rc;

/// Time of a step.
const TIMESTEP: f32 = 1.0 / 50.0;
/// Iterations of the solver for velocities and for positions.
const ITERATIONS: (i32, i32) = (180, 60);
/// Category of the ground, which is all that parts touch.
const GROUND: u16 = 1;
/// Most parts of a world.
const MOST_PARTS: usize = 5;

/// A place or direction.
pub type Vector = [f64; 2];

/// A convex part that moves.
#[derive(Debug, Clone, Copy)]
pub struct Part<'p> {
    /// Its outline, or half the sides of a box.
    pub outline: Outline<'p>,
    /// Where its origin is at first.
    pub position: Vector,
    /// How it is turned at first.
    pub angle: f64,
    /// kg/m².
    pub density: f64,
    /// Coefficient of friction.
    pub friction: f64,
    /// Category of collisions.
    pub category: u16,
}

/// What a part looks like.
#[derive(Debug, Clone, Copy)]
pub enum Outline<'p> {
    /// Corners of a convex polygon about the origin.
    Polygon(&'p [Vector]),
    /// Half the width and height of a box about the origin.
    Box(f64, f64),
}

/// A hinge with a motor and limits.
#[derive(Debug, Clone, Copy)]
pub struct Hinge {
    /// The two parts.
    pub parts: [usize; 2],
    /// Where it is on each.
    pub anchors: [Vector; 2],
    /// Angle of the second part less that of the first where the hinge's angle is 0.
    pub reference: f64,
    /// Limits of the angle.
    pub limits: [f64; 2],
    /// Speed of the motor, rad/s.
    pub speed: f64,
    /// Largest torque of the motor, N m.
    pub torque: f64,
}

/// How a part moves: place of its origin, velocity of its centre of mass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Place of the origin.
    pub position: Vector,
    /// How it is turned.
    pub angle: f64,
    /// Velocity of the centre of mass.
    pub velocity: Vector,
    /// Angular velocity.
    pub spin: f64,
}

/// What touches the ground.
#[derive(Debug, Clone, Copy, Default)]
struct Touch {
    /// Whether a part has ever begun to.
    struck: [bool; MOST_PARTS],
    /// Whether a part has begun to since any of its contacts ended.
    rests: [bool; MOST_PARTS],
    /// Contacts that there are.
    contacts: usize,
}

/// Bodies are numbered from 1 on; the ground is 0.
#[derive(Clone, Default)]
pub(crate) struct Numbers;

impl UserDataType for Numbers {
    type Fixture = ();
    type Body = usize;
    type Joint = ();
}

/// A world. Dropping it takes it apart, since its parts hold each other.
pub struct World {
    world: B2worldPtr<Numbers>,
    parts: Vec<BodyPtr<Numbers>>,
    hinges: Vec<Limited>,
    /// Hinges in the order in which the engine solves them.
    order: Vec<usize>,
    ground: Vec<BodyPtr<Numbers>>,
    touch: Rc<RefCell<Touch>>,
}

// SAFETY: the engine counts references without atomics, so that no two threads may hold references
// to one object. All references to the objects of a world are in the `World` itself or in those
// objects: none is ever given away, and neither this crate nor the engine keeps any in a static or
// thread-local variable. They thus move to another thread all together.
#[allow(unsafe_code)]
unsafe impl Send for World {}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl World {
    /// An empty world with a vertical gravity in m/s².
    #[must_use]
    pub fn new(gravity: f64) -> Self {
        let world = B2world::new(vector([0.0, gravity]));
        let touch = Rc::new(RefCell::new(Touch::default()));
        let listener = Rc::new(RefCell::new(Listener(touch.clone())));
        world.borrow_mut().set_contact_listener(listener);
        Self {
            world,
            parts: Vec::with_capacity(MOST_PARTS),
            hinges: Vec::new(),
            order: Vec::new(),
            ground: Vec::new(),
            touch,
        }
    }

    /// Adds a body of the ground with these edges, each with its friction.
    pub fn add_ground(&mut self, edges: impl IntoIterator<Item = ([Vector; 2], f64)>) {
        let body = B2world::create_body(self.world.clone(), &B2bodyDef::default());
        for ([from, to], friction) in edges {
            let mut edge = B2edgeShape::default();
            edge.set_two_sided(vector(from), vector(to));
            let fixture = B2fixtureDef {
                friction: friction as f32,
                filter: B2filter {
                    category_bits: GROUND,
                    mask_bits: u16::MAX,
                    group_index: 0,
                },
                ..fixture(Rc::new(RefCell::new(edge)))
            };
            B2body::create_fixture(body.clone(), &fixture);
        }
        self.ground.push(body);
    }

    /// Adds a part; its number.
    ///
    /// # Panics
    /// For one part too many.
    pub fn add(&mut self, part: &Part<'_>) -> usize {
        let number = self.parts.len();
        assert!(number < MOST_PARTS, "a world of {MOST_PARTS} parts at most");
        let body = B2bodyDef {
            body_type: B2bodyType::B2DynamicBody,
            position: vector(part.position),
            angle: part.angle as f32,
            user_data: Some(number + 1),
            ..B2bodyDef::default()
        };
        let body = B2world::create_body(self.world.clone(), &body);
        let mut shape = B2polygonShape::default();
        match part.outline {
            Outline::Polygon(corners) => {
                let corners: Vec<B2vec2> = corners.iter().map(|at| vector(*at)).collect();
                shape.set(&corners);
            }
            Outline::Box(half_width, half_height) => {
                shape.set_as_box(half_width as f32, half_height as f32);
            }
        }
        let fixture = B2fixtureDef {
            density: part.density as f32,
            friction: part.friction as f32,
            filter: B2filter {
                category_bits: part.category,
                mask_bits: GROUND,
                group_index: 0,
            },
            ..fixture(Rc::new(RefCell::new(shape)))
        };
        B2body::create_fixture(body.clone(), &fixture);
        self.parts.push(body);
        number
    }

    /// Joins two parts; the number of the hinge.
    pub fn join(&mut self, hinge: &Hinge) -> usize {
        let [a, b] = hinge.parts.map(|part| self.parts[part].clone());
        let mut definition = B2revoluteJointDef::<Numbers>::default();
        definition.base.body_a = Some(a);
        definition.base.body_b = Some(b);
        definition.local_anchor_a = vector(hinge.anchors[0]);
        definition.local_anchor_b = vector(hinge.anchors[1]);
        definition.reference_angle = hinge.reference as f32;
        definition.enable_limit = true;
        definition.lower_angle = hinge.limits[0] as f32;
        definition.upper_angle = hinge.limits[1] as f32;
        definition.enable_motor = true;
        definition.motor_speed = hinge.speed as f32;
        definition.max_motor_torque = hinge.torque as f32;
        let definition = B2JointDefEnum::RevoluteJoint(definition);
        let joint = self.world.borrow_mut().create_joint(&definition);
        self.hinges.push(Limited::new(joint, hinge));
        let pairs: Vec<[usize; 2]> = self.hinges.iter().map(Limited::parts).collect();
        self.order = order(&pairs, self.parts.len());
        self.hinges.len() - 1
    }

    /// One step.
    pub fn step(&mut self) {
        for hinge in &mut self.hinges {
            hinge.prepare();
        }
        let starts: Vec<Start> = self.parts.iter().map(Start::of).collect();
        let (velocity, position) = ITERATIONS;
        self.world.borrow_mut().step(TIMESTEP, velocity, position);
        if self.touch.borrow().contacts == 0 {
            limit::settle(&self.parts, &starts, &self.hinges, &self.order, position);
        }
    }

    /// How a part moves.
    #[must_use]
    pub fn motion(&self, part: usize) -> Motion {
        let body = self.parts[part].borrow();
        let (position, velocity) = (body.get_position(), body.get_linear_velocity());
        Motion {
            position: [position.x.into(), position.y.into()],
            angle: body.get_angle().into(),
            velocity: [velocity.x.into(), velocity.y.into()],
            spin: body.get_angular_velocity().into(),
        }
    }

    /// Puts a part elsewhere.
    pub fn place(&mut self, part: usize, motion: &Motion) {
        let mut body = self.parts[part].borrow_mut();
        body.set_transform(vector(motion.position), motion.angle as f32);
        body.set_linear_velocity(vector(motion.velocity));
        body.set_angular_velocity(motion.spin as f32);
    }

    /// Whether a part is awake: it sleeps when it has not moved for a while.
    #[must_use]
    pub fn awake(&self, part: usize) -> bool {
        self.parts[part].borrow().is_awake()
    }

    /// A force in N on the centre of mass, for one step.
    pub fn push(&mut self, part: usize, force: Vector) {
        let mut body = self.parts[part].borrow_mut();
        body.apply_force_to_center(vector(force), true);
    }

    /// An impulse in N s at a place of the world.
    pub fn kick(&mut self, part: usize, impulse: Vector, at: Vector) {
        let mut body = self.parts[part].borrow_mut();
        body.apply_linear_impulse(vector(impulse), vector(at), true);
    }

    /// Angle of a hinge, and its speed in rad/s.
    #[must_use]
    pub fn hinge(&self, hinge: usize) -> (f64, f64) {
        let read = |joint: &mut B2revoluteJoint<Numbers>| {
            let (angle, speed) = (joint.get_joint_angle(), joint.get_joint_speed());
            (angle.into(), speed.into())
        };
        self.hinges[hinge].with(read)
    }

    /// Sets the motor of a hinge: speed in rad/s, largest torque in N m.
    pub fn drive(&mut self, hinge: usize, speed: f64, torque: f64) {
        self.hinges[hinge].drive(speed as f32, torque as f32);
    }

    /// Whether a part has ever touched the ground.
    #[must_use]
    pub fn struck(&self, part: usize) -> bool {
        self.touch.borrow().struck[part]
    }

    /// Whether a part has begun to touch the ground since any of its contacts ended.
    #[must_use]
    pub fn rests(&self, part: usize) -> bool {
        self.touch.borrow().rests[part]
    }

    /// How far along a ray the ground is, 0..1; 1 where there is none.
    #[must_use]
    pub fn ray(&self, from: Vector, to: Vector) -> f64 {
        let mut nearest = 1.0;
        let see = |fixture: box2d_rs::b2_fixture::FixturePtr<Numbers>, _, _, fraction: f32| {
            if fixture.borrow().get_filter_data().category_bits & GROUND == 0 {
                return -1.0;
            }
            nearest = fraction;
            fraction
        };
        self.world.borrow().ray_cast(see, vector(from), vector(to));
        nearest.into()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let mut world = self.world.borrow_mut();
        for hinge in self.hinges.drain(..) {
            world.destroy_joint(hinge.into_joint());
        }
        for body in self.parts.drain(..).chain(self.ground.drain(..)) {
            world.destroy_body(body);
        }
    }
}

/// Hinges in the order in which the engine meets them, for parts that hang together: from the part
/// that was made last, each part's latest hinge first.
fn order(pairs: &[[usize; 2]], parts: usize) -> Vec<usize> {
    let mut met: Vec<usize> = Vec::with_capacity(pairs.len());
    let mut waiting: Vec<usize> = parts.checked_sub(1).into_iter().collect();
    while let Some(part) = waiting.pop() {
        for (hinge, [a, b]) in pairs.iter().enumerate().rev() {
            if (*a == part || *b == part) && !met.contains(&hinge) {
                met.push(hinge);
                waiting.push(if *a == part { *b } else { *a });
            }
        }
    }
    met
}

fn vector([x, y]: Vector) -> B2vec2 {
    B2vec2::new(x as f32, y as f32)
}

fn fixture(shape: ShapeDefPtr) -> B2fixtureDef<Numbers> {
    B2fixtureDef {
        shape: Some(shape),
        ..B2fixtureDef::default()
    }
}

/// Keeps [`Touch`] up to date.
struct Listener(Rc<RefCell<Touch>>);

impl Listener {
    /// Tells the parts of a contact; everything that they touch is ground.
    fn tell(&self, contact: &dyn B2contactDynTrait<Numbers>, tell: impl Fn(&mut Touch, usize)) {
        let contact = contact.get_base();
        for fixture in [contact.get_fixture_a(), contact.get_fixture_b()] {
            let body = fixture.borrow().get_body();
            let number = body.borrow().get_user_data().unwrap_or(0);
            if let Some(part) = number.checked_sub(1) {
                tell(&mut self.0.borrow_mut(), part);
            }
        }
    }
}

impl B2contactListener<Numbers> for Listener {
    fn begin_contact(&mut self, contact: &mut dyn B2contactDynTrait<Numbers>) {
        self.0.borrow_mut().contacts += 1;
        self.tell(contact, |touch, part| {
            touch.struck[part] = true;
            touch.rests[part] = true;
        });
    }

    fn end_contact(&mut self, contact: &mut dyn B2contactDynTrait<Numbers>) {
        self.0.borrow_mut().contacts -= 1;
        self.tell(contact, |touch, part| touch.rests[part] = false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_falls_and_rests() {
        let mut world = World::new(-10.0);
        world.add_ground([([[-5.0, 0.0], [5.0, 0.0]], 0.5)]);
        let part = world.add(&Part {
            outline: Outline::Box(0.5, 0.5),
            position: [0.0, 2.0],
            angle: 0.0,
            density: 1.0,
            friction: 0.5,
            category: 2,
        });
        assert!((world.ray([2.0, 1.0], [2.0, -1.0]) - 0.5).abs() < 1e-6);
        assert_eq!(world.ray([2.0, 1.0], [2.0, 0.5]), 1.0);
        for step in 0..150 {
            let motion = world.motion(part);
            if !world.struck(part) {
                // Free fall, with velocities before positions.
                let fallen = 10.0 / 2500.0 * f64::from(step * (step + 1)) / 2.0;
                assert!((motion.position[1] - (2.0 - fallen)).abs() < 1e-4);
            }
            world.step();
        }
        assert!(world.rests(part) && !world.awake(part));
        assert!((world.motion(part).position[1] - 0.51).abs() < 0.02);
    }

    /// A hull, an upper and a lower leg, another upper and lower leg.
    #[test]
    fn hinges_are_met_from_the_latest_part_on() {
        let walker = [[0, 1], [1, 2], [0, 3], [3, 4]];
        assert_eq!(order(&walker, 5), [3, 2, 0, 1]);
        assert_eq!(order(&[[0, 1], [0, 2]], 3), [1, 0]);
    }

    /// The engine's objects hold each other: without taking them apart they would stay.
    #[test]
    fn a_dropped_world_leaves_nothing() {
        let mut world = World::new(-10.0);
        world.add_ground([([[-5.0, 0.0], [5.0, 0.0]], 0.5)]);
        let part = Part {
            outline: Outline::Box(0.5, 0.5),
            position: [0.0, 0.6],
            angle: 0.0,
            density: 1.0,
            friction: 0.5,
            category: 2,
        };
        let parts = [world.add(&part), world.add(&part)];
        world.join(&Hinge {
            parts,
            anchors: [[0.5, 0.0], [-0.5, 0.0]],
            reference: 0.0,
            limits: [-1.0, 1.0],
            speed: 0.0,
            torque: 1.0,
        });
        for _ in 0..20 {
            world.step();
        }
        assert!(world.struck(0));
        let bodies = [&world.parts[0], &world.ground[0]].map(Rc::downgrade);
        let hinge = Rc::downgrade(world.hinges[0].joint());
        let whole = Rc::downgrade(&world.world);
        drop(world);
        assert!(bodies.iter().all(|body| body.upgrade().is_none()));
        assert!(hinge.upgrade().is_none() && whole.upgrade().is_none());
    }
}
