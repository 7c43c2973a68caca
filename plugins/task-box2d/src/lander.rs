//! The lander of LunarLander without chance: given terrain, start and dispersion of its engines.
//! Gymnasium's numbers.

use crate::engine::{Hinge, Motion, Outline, Part, Vector, World};
use angora_sdk::Random;
use serde::{Deserialize, Serialize};

/// Lengths are given in units of 1/30 m.
const UNIT: f64 = 1.0 / 30.0;
/// Control steps per second.
const RATE: f64 = 50.0;
/// Width of the world, m.
const WIDTH: f64 = 20.0;
/// Height of the world, m.
const HEIGHT: f64 = 400.0 * UNIT;
/// Height of the landing place as the lander sees it, m. The ground is a little lower.
const PAD: f64 = HEIGHT / 4.0;
/// Outline of the hull.
const HULL: [Vector; 6] = [
    [-14.0, 17.0],
    [-17.0, 0.0],
    [-17.0, -10.0],
    [17.0, -10.0],
    [17.0, 0.0],
    [14.0, 17.0],
];
/// From the hull to its legs.
const LEG_AWAY: f64 = 20.0;
const LEG_DOWN: f64 = 18.0;
/// Points of the terrain.
const POINTS: usize = 11;
/// Impulses of the engines, N s.
const MAIN_POWER: f64 = 13.0;
const SIDE_POWER: f64 = 0.6;

/// What chance decides at the start of an episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Heights that the terrain is smoothed from, m.
    pub heights: [f64; POINTS + 1],
    /// Force on the hull in the first step, N.
    pub force: Vector,
    /// Dispersion in the first step, each in -1..1.
    pub dispersion: Vector,
}

impl Start {
    /// A start at random.
    pub fn draw(random: &mut Random) -> Self {
        Self {
            heights: std::array::from_fn(|_| random.uniform(0.0, HEIGHT / 2.0)),
            force: std::array::from_fn(|_| random.uniform(-1000.0, 1000.0)),
            dispersion: dispersion(random),
        }
    }
}

/// How far the engines' jets go astray in a step, each in -1..1.
pub fn dispersion(random: &mut Random) -> Vector {
    std::array::from_fn(|_| random.uniform(-1.0, 1.0))
}

/// What the engines do in a step.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Engines {
    /// Power of the main engine, 0 or 0.5..1.
    pub main: f64,
    /// Power of a side engine, 0 or 0.5..1; negative is the left one.
    pub side: f64,
}

impl Engines {
    /// Those of a choice: nothing, left, main, right.
    #[must_use]
    pub fn chosen(choice: usize) -> Self {
        let (main, side) = match choice {
            1 => (0.0, -1.0),
            2 => (1.0, 0.0),
            3 => (0.0, 1.0),
            _ => (0.0, 0.0),
        };
        Self { main, side }
    }

    /// Those of an action in [-1, 1]; what is beyond is clipped.
    #[must_use]
    pub fn throttled(main: f64, side: f64) -> Self {
        let (main, side) = (main.clamp(-1.0, 1.0), side.clamp(-1.0, 1.0));
        Self {
            main: if main > 0.0 { (main + 1.0) * 0.5 } else { 0.0 },
            side: if side.abs() > 0.5 { side } else { 0.0 },
        }
    }
}

/// What a step gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// For coming nearer, slower, more upright, on its legs.
    pub shaping: f64,
    /// For the fuel of the main engine, negative.
    pub main: f64,
    /// For the fuel of the side engines, negative.
    pub side: f64,
    /// For the end: 100 at rest, -100 for a crash; the other terms are then 0.
    pub end: f64,
}

impl Outcome {
    /// Whether the episode is over.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.end != 0.0
    }
}

/// A lander over its terrain.
#[derive(Debug)]
pub struct Lander {
    world: World,
    hull: usize,
    legs: [usize; 2],
    potential: f64,
}

impl Lander {
    /// Builds a world and makes the first step, without engines.
    #[must_use]
    pub fn new(start: &Start, gravity: f64) -> Self {
        let mut lander = Self::built(start, gravity);
        lander.world.push(lander.hull, start.force);
        lander.step(Engines::default(), start.dispersion);
        lander
    }

    /// In mid-flight: hull and legs, and what the shaping of the step before came to.
    #[must_use]
    pub fn flying(start: &Start, gravity: f64, parts: &[Motion; 3], potential: f64) -> Self {
        let mut lander = Self::built(start, gravity);
        let [first, second] = lander.legs;
        for (part, motion) in [lander.hull, first, second].into_iter().zip(parts) {
            lander.world.place(part, motion);
        }
        lander.potential = potential;
        lander
    }

    fn built(start: &Start, gravity: f64) -> Self {
        let mut world = World::new(gravity);
        world.add_ground(terrain(&start.heights));
        let corners = HULL.map(|[x, y]| [x * UNIT, y * UNIT]);
        let hull = world.add(&Part {
            outline: Outline::Polygon(&corners),
            position: [WIDTH / 2.0, HEIGHT],
            angle: 0.0,
            density: 5.0,
            friction: 0.1,
            category: 0x10,
        });
        let legs = [-1.0, 1.0].map(|side| leg(&mut world, hull, side));
        Self {
            world,
            hull,
            legs,
            potential: 0.0,
        }
    }

    /// One step with engines, whose jets go astray by the dispersion, each in -1..1.
    pub fn step(&mut self, engines: Engines, dispersion: Vector) -> Outcome {
        self.fire(engines, dispersion);
        self.world.step();
        let seen = self.observation();
        let before = std::mem::replace(&mut self.potential, potential(&seen));
        let end = if !self.world.awake(self.hull) {
            100.0
        } else if self.world.struck(self.hull) || seen[0].abs() >= 1.0 {
            -100.0
        } else {
            0.0
        };
        if end != 0.0 {
            return Outcome {
                shaping: 0.0,
                main: 0.0,
                side: 0.0,
                end,
            };
        }
        Outcome {
            shaping: self.potential - before,
            main: -(0.30 * engines.main),
            side: -(0.03 * engines.side.abs()),
            end,
        }
    }

    /// Place and velocity along and up, angle and its velocity, all scaled; whether the legs
    /// touch.
    #[must_use]
    pub fn observation(&self) -> [f64; 8] {
        let Motion {
            position: [x, y],
            angle,
            velocity: [vx, vy],
            spin,
        } = self.motion();
        let [left, right] = self.legs_down();
        [
            (x - WIDTH / 2.0) / (WIDTH / 2.0),
            (y - (PAD + LEG_DOWN * UNIT)) / (HEIGHT / 2.0),
            vx * (WIDTH / 2.0) / RATE,
            vy * (HEIGHT / 2.0) / RATE,
            angle,
            20.0 * spin / RATE,
            f64::from(u8::from(left)),
            f64::from(u8::from(right)),
        ]
    }

    /// How the hull moves.
    #[must_use]
    pub fn motion(&self) -> Motion {
        self.world.motion(self.hull)
    }

    /// Whether the legs touch the ground.
    #[must_use]
    pub fn legs_down(&self) -> [bool; 2] {
        self.legs.map(|leg| self.world.rests(leg))
    }

    fn fire(&mut self, engines: Engines, dispersion: Vector) {
        let Motion {
            position: [x, y],
            angle,
            ..
        } = self.motion();
        let (s, c) = angle.sin_cos();
        let [d0, d1] = dispersion.map(|d| d * UNIT);
        if engines.main > 0.0 {
            let out = 4.0 * UNIT + 2.0 * d0;
            let jet = [s * out - c * d1, -c * out - s * d1];
            let power = MAIN_POWER * engines.main;
            let impulse = jet.map(|part| -part * power);
            self.world
                .kick(self.hull, impulse, [x + jet[0], y + jet[1]]);
        }
        if engines.side != 0.0 {
            let away = 3.0 * d1 + engines.side.signum() * 12.0 * UNIT;
            let jet = [s * d0 - c * away, -c * d0 - s * away];
            let power = SIDE_POWER * engines.side.abs();
            let impulse = jet.map(|part| -part * power);
            let at = [x + jet[0] - s * 17.0 * UNIT, y + jet[1] + c * 14.0 * UNIT];
            self.world.kick(self.hull, impulse, at);
        }
    }
}

/// How good a place is.
fn potential(seen: &[f64; 8]) -> f64 {
    let [x, y, vx, vy, angle, _, left, right] = *seen;
    -100.0 * (x * x + y * y).sqrt() - 100.0 * (vx * vx + vy * vy).sqrt() - 100.0 * angle.abs()
        + 10.0 * left
        + 10.0 * right
}

/// Edges of the ground, each with its friction: a floor, then the terrain.
fn terrain(heights: &[f64; POINTS + 1]) -> Vec<([Vector; 2], f64)> {
    let mut raw = *heights;
    raw[3..=7].fill(PAD);
    let height = |point: usize| {
        let before = raw[(point + POINTS) % (POINTS + 1)];
        0.33 * (before + raw[point] + raw[point + 1])
    };
    let at = |point: usize| [WIDTH / (POINTS - 1) as f64 * point as f64, height(point)];
    let floor = ([[0.0, 0.0], [WIDTH, 0.0]], 0.2);
    let pieces = (0..POINTS - 1).map(|point| ([at(point), at(point + 1)], 0.1));
    std::iter::once(floor).chain(pieces).collect()
}

/// Adds a leg: on the side of -1, or of 1.
fn leg(world: &mut World, hull: usize, side: f64) -> usize {
    let leg = world.add(&Part {
        outline: Outline::Box(2.0 * UNIT, 8.0 * UNIT),
        position: [WIDTH / 2.0 - side * LEG_AWAY * UNIT, HEIGHT],
        angle: 0.05 * side,
        density: 1.0,
        friction: 0.2,
        category: 0x20,
    });
    world.join(&Hinge {
        parts: [hull, leg],
        anchors: [[0.0, 0.0], [side * LEG_AWAY * UNIT, LEG_DOWN * UNIT]],
        reference: 0.05 * side,
        limits: if side < 0.0 { [0.4, 0.9] } else { [-0.9, -0.4] },
        speed: 0.3 * side,
        torque: 40.0,
    });
    leg
}
