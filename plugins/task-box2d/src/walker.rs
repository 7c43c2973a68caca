//! The walker of BipedalWalker without chance: given terrain and start. Gymnasium's numbers.

use crate::engine::{Hinge, Motion, Outline, Part, Vector, World};
use angora_sdk::Random;
use serde::{Deserialize, Serialize};

/// Lengths are given in units of 1/30 m.
const UNIT: f64 = 1.0 / 30.0;
/// Control steps per second.
const RATE: f64 = 50.0;
/// Width and height of what a spectator sees, which scale velocities, m.
const VIEW: Vector = [600.0 * UNIT, 400.0 * UNIT];
/// Points of the terrain, and their distance, m.
const POINTS: usize = 200;
const PIECE: f64 = 14.0 * UNIT;
/// Height of the terrain where it is level, m.
const LEVEL: f64 = VIEW[1] / 4.0;
/// Points before the terrain becomes uneven.
const START_PAD: usize = 20;
/// Points at the end that need not be walked.
const END_PAD: usize = 10;
/// Outline of the hull.
const HULL: [Vector; 5] = [
    [-30.0, 9.0],
    [6.0, 9.0],
    [34.0, 1.0],
    [34.0, -8.0],
    [-30.0, -8.0],
];
/// From the hull's origin down to the hips.
const LEG_DOWN: f64 = -8.0 * UNIT;
/// Length of an upper or lower leg, m.
const LEG: f64 = 34.0 * UNIT;
/// Greatest torque of a motor, N m.
const TORQUE: f64 = 80.0;
/// Greatest speeds of hips and knees, rad/s.
const SPEEDS: [f64; 2] = [4.0, 6.0];
/// Rays of the lidar, and their length, m.
const RAYS: usize = 10;
const RANGE: f64 = 160.0 * UNIT;

/// What chance decides at the start of an episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Heights of the points of the terrain, m.
    pub heights: Vec<f64>,
    /// Horizontal force on the hull in the first step, N.
    pub force: f64,
}

impl Start {
    /// A start at random: the slope of the terrain wanders, and is drawn back to the level.
    pub fn draw(random: &mut Random) -> Self {
        let (mut height, mut slope) = (LEVEL, 0.0);
        let mut left = START_PAD;
        let mut pause = false;
        let heights = (0..POINTS).map(|point| {
            if !pause {
                let home = LEVEL - height;
                let pull = if home == 0.0 { 0.0 } else { home.signum() };
                slope = 0.8 * slope + 0.01 * pull;
                if point > START_PAD {
                    slope += random.uniform(-1.0, 1.0) * UNIT;
                }
                height += slope;
            }
            left -= 1;
            pause = left == 0;
            if pause {
                left = END_PAD / 2 + random.index(END_PAD - END_PAD / 2);
            }
            height
        });
        Self {
            heights: heights.collect(),
            force: random.uniform(-5.0, 5.0),
        }
    }
}

/// What a step gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// For coming forward with the hull level.
    pub shaping: f64,
    /// For the torques, negative.
    pub effort: f64,
    /// For a fall, -100; the other terms are then 0.
    pub fall: f64,
    /// Whether the episode is over.
    pub ends: bool,
    /// Whether the end of the terrain is reached.
    pub arrived: bool,
}

/// A walker on its terrain.
#[derive(Debug)]
pub struct Walker {
    world: World,
    hull: usize,
    lower_legs: [usize; 2],
    /// Hip and knee of one leg, then of the other.
    hinges: [usize; 4],
    potential: f64,
}

impl Walker {
    /// Builds a world and makes the first step, without torques.
    #[must_use]
    pub fn new(start: &Start) -> Self {
        let mut walker = Self::built(start);
        walker.world.push(walker.hull, [start.force, 0.0]);
        walker.step([0.0; 4]);
        walker
    }

    /// In mid-flight: the hull and both legs, each upper and lower, and what the shaping of the
    /// step before came to.
    #[must_use]
    pub fn flying(start: &Start, parts: &[Motion; 5], potential: f64) -> Self {
        let mut walker = Self::built(start);
        for (part, motion) in parts.iter().enumerate() {
            walker.world.place(walker.hull + part, motion);
        }
        walker.potential = potential;
        walker
    }

    fn built(start: &Start) -> Self {
        let mut world = World::new(-10.0);
        for edge in terrain(&start.heights) {
            world.add_ground([(edge, 2.5)]);
        }
        let place = [PIECE * START_PAD as f64 / 2.0, LEVEL + 2.0 * LEG];
        let corners = HULL.map(|[x, y]| [x * UNIT, y * UNIT]);
        let hull = world.add(&Part {
            outline: Outline::Polygon(&corners),
            position: place,
            angle: 0.0,
            density: 5.0,
            friction: 0.1,
            category: 0x20,
        });
        let [first, second] = [-1.0, 1.0].map(|side| leg(&mut world, hull, place, side));
        Self {
            world,
            hull,
            lower_legs: [first.lower, second.lower],
            hinges: [first.hip, first.knee, second.hip, second.knee],
            potential: 0.0,
        }
    }

    /// One step with torques of hip and knee of one leg, then of the other, each in [-1, 1].
    pub fn step(&mut self, action: [f64; 4]) -> Outcome {
        for (at, torque) in action.into_iter().enumerate() {
            let sign = if torque == 0.0 { 0.0 } else { torque.signum() };
            let strength = TORQUE * torque.abs().clamp(0.0, 1.0);
            self.world
                .drive(self.hinges[at], SPEEDS[at % 2] * sign, strength);
        }
        self.world.step();
        let motion = self.motion();
        let x = motion.position[0];
        let now = 130.0 * x * UNIT - 5.0 * motion.angle.abs();
        let before = std::mem::replace(&mut self.potential, now);
        let arrived = x > (POINTS - END_PAD) as f64 * PIECE;
        if self.world.struck(self.hull) || x < 0.0 {
            return Outcome {
                shaping: 0.0,
                effort: 0.0,
                fall: -100.0,
                ends: true,
                arrived: false,
            };
        }
        let efforts = action.map(|a| 0.00035 * TORQUE * a.abs().clamp(0.0, 1.0));
        Outcome {
            shaping: now - before,
            effort: -efforts.iter().sum::<f64>(),
            fall: 0.0,
            ends: arrived,
            arrived,
        }
    }

    /// The hull, the joints with contacts of the lower legs, and the lidar.
    #[must_use]
    pub fn observation(&self) -> [f64; 24] {
        let motion = self.motion();
        let [vx, vy] = motion.velocity;
        let mut seen = [0.0; 24];
        seen[0] = motion.angle;
        seen[1] = 2.0 * motion.spin / RATE;
        seen[2] = 0.3 * vx * VIEW[0] / RATE;
        seen[3] = 0.3 * vy * VIEW[1] / RATE;
        for (leg, down) in self.legs_down().into_iter().enumerate() {
            let (hip, knee) = (self.hinges[2 * leg], self.hinges[2 * leg + 1]);
            let ((hip, hip_speed), (knee, knee_speed)) =
                (self.world.hinge(hip), self.world.hinge(knee));
            let place = &mut seen[4 + 5 * leg..];
            place[0] = hip;
            place[1] = hip_speed / SPEEDS[0];
            place[2] = knee + 1.0;
            place[3] = knee_speed / SPEEDS[1];
            place[4] = f64::from(u8::from(down));
        }
        let [x, y] = motion.position;
        for (ray, seen) in seen[14..].iter_mut().enumerate() {
            let (s, c) = (1.5 * ray as f64 / RAYS as f64).sin_cos();
            *seen = self.world.ray([x, y], [x + s * RANGE, y - c * RANGE]);
        }
        seen
    }

    /// How the hull moves.
    #[must_use]
    pub fn motion(&self) -> Motion {
        self.world.motion(self.hull)
    }

    /// Whether the lower legs touch the ground.
    #[must_use]
    pub fn legs_down(&self) -> [bool; 2] {
        self.lower_legs.map(|leg| self.world.rests(leg))
    }
}

fn terrain(heights: &[f64]) -> impl Iterator<Item = [Vector; 2]> {
    let at = |(point, height): (usize, f64)| [point as f64 * PIECE, height];
    let pieces = heights.windows(2).enumerate();
    pieces.map(move |(point, pair)| [at((point, pair[0])), at((point + 1, pair[1]))])
}

struct Leg {
    lower: usize,
    hip: usize,
    knee: usize,
}

/// Adds a leg: that of -1, or of 1.
fn leg(world: &mut World, hull: usize, [x, y]: Vector, side: f64) -> Leg {
    let part = |half_width: f64, down: f64| Part {
        outline: Outline::Box(half_width * UNIT, LEG / 2.0),
        position: [x, y - down - LEG_DOWN],
        angle: 0.05 * side,
        density: 1.0,
        friction: 0.2,
        category: 0x20,
    };
    let (top, bottom) = ([0.0, LEG / 2.0], [0.0, -LEG / 2.0]);
    let upper = world.add(&part(4.0, LEG / 2.0));
    let hip = world.join(&Hinge {
        parts: [hull, upper],
        anchors: [[0.0, LEG_DOWN], top],
        reference: 0.05 * side,
        limits: [-0.8, 1.1],
        speed: side,
        torque: TORQUE,
    });
    let lower = world.add(&part(3.2, LEG * 3.0 / 2.0));
    let knee = world.join(&Hinge {
        parts: [upper, lower],
        anchors: [bottom, top],
        reference: 0.0,
        limits: [-1.6, -0.1],
        speed: 1.0,
        torque: TORQUE,
    });
    Leg { lower, hip, knee }
}
