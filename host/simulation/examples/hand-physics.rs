//! Speed of the Shadow hand against its error, for several settings of the physics: the table in
//! the README of `body-shadow-hand`.
//!
//! Rates are control steps of 0.04 s per second of processor time of this thread, the best of
//! three interleaved rounds, against those of Euler at 2 ms. The error is what has become of a
//! state after five random actions, against Euler at 0.25 ms: the root of the mean square over the
//! 24 joints, and the angle between the blocks; the median and the 90th percentile of 60 states.
//! Depth is that of the deepest contact which is seen at the end of an action, in the same way.
#![allow(clippy::unwrap_used, reason = "a measurement")]

use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec, TouchMode};
use angora_sdk::{Body, Random};
use angora_simulation::{
    compose::{ComposedScene, compose},
    physics::Physics,
};
use body_shadow_hand::{Config, ShadowHand};
use std::time::{Duration, Instant};

const BLOCK: &str = r#"
<mujoco model="block">
  <worldbody>
    <body name="block" pos="0.36 0 0.1">
      <joint type="free" damping="0.01"/>
      <geom type="box" size="0.025 0.025 0.025" density="567" condim="4" friction="1 0.005 0.0001"/>
    </body>
  </worldbody>
</mujoco>"#;
const EMPTY: &str = "<mujoco model=\"empty\"><worldbody/></mujoco>";

/// Seconds of a control step.
const CONTROL_STEP: f64 = 0.04;
const STATES: usize = 60;
const ACTIONS: usize = 5;
const TIMED_STEPS: usize = 400;
const ROUNDS: usize = 3;

/// A row of the table.
struct Variant {
    name: &'static str,
    timestep: f64,
    integrator: &'static str,
    solver: &'static str,
    cone: &'static str,
    iterations: u32,
    touch: TouchMode,
}

const SHIPPED: Variant = Variant {
    name: "Euler 2 ms, Newton, pyramidal (the original)",
    timestep: 0.002,
    integrator: "Euler",
    solver: "Newton",
    cone: "pyramidal",
    iterations: 20,
    touch: TouchMode::Raw,
};
const REFERENCE: Variant = Variant {
    name: "reference",
    timestep: 0.000_25,
    ..SHIPPED
};

#[rustfmt::skip]
const VARIANTS: [Variant; 16] = [
    SHIPPED,
    Variant { name: "Euler 4 ms", timestep: 0.004, ..SHIPPED },
    Variant { name: "Euler 5 ms", timestep: 0.005, ..SHIPPED },
    Variant { name: "Euler 8 ms", timestep: 0.008, ..SHIPPED },
    Variant { name: "implicitfast 1 ms", timestep: 0.001, integrator: "implicitfast", ..SHIPPED },
    Variant { name: "implicitfast 2 ms", integrator: "implicitfast", ..SHIPPED },
    Variant { name: "implicitfast 4 ms", timestep: 0.004, integrator: "implicitfast", ..SHIPPED },
    Variant { name: "implicitfast 5 ms", timestep: 0.005, integrator: "implicitfast", ..SHIPPED },
    Variant { name: "implicitfast 8 ms", timestep: 0.008, integrator: "implicitfast", ..SHIPPED },
    Variant { name: "implicit 4 ms", timestep: 0.004, integrator: "implicit", ..SHIPPED },
    Variant { name: "RK4 4 ms", timestep: 0.004, integrator: "RK4", ..SHIPPED },
    Variant { name: "Euler 4 ms, elliptic", timestep: 0.004, cone: "elliptic", ..SHIPPED },
    Variant { name: "Euler 4 ms, CG", timestep: 0.004, solver: "CG", ..SHIPPED },
    Variant { name: "Euler 4 ms, PGS", timestep: 0.004, solver: "PGS", ..SHIPPED },
    Variant { name: "Euler 4 ms, 3 iterations", timestep: 0.004, iterations: 3, ..SHIPPED },
    Variant { name: "Euler 4 ms, no touch", timestep: 0.004, touch: TouchMode::Off, ..SHIPPED },
];

impl Variant {
    fn compose(&self, world: &str) -> ComposedScene {
        let scene = SceneSpec {
            mjcf: world.into(),
            default_body: "shadow-hand".into(),
            control_timestep: Some(CONTROL_STEP),
            ..SceneSpec::default()
        };
        let config = Config {
            touch: self.touch,
            ..Config::default()
        };
        let body: BodySpec = ShadowHand::describe("shadow-hand", config).unwrap();
        let physics = PhysicsOptions {
            timestep: Some(self.timestep),
            integrator: Some(self.integrator.into()),
            solver: Some(self.solver.into()),
            cone: Some(self.cone.into()),
            iterations: Some(self.iterations),
        };
        compose(&scene, &[], &body, &[], &physics).unwrap()
    }
}

/// Positions, velocities and warm start, from which all variants go on.
struct State {
    qpos: Vec<f64>,
    qvel: Vec<f64>,
    warm_start: Vec<f64>,
}

/// What became of a state.
struct End {
    /// Positions.
    qpos: Vec<f64>,
    /// How deep anything sank into another on the way, m.
    depth: f64,
}

/// What a variant makes of all states: joints and block, rad; contacts, mm.
#[derive(Clone)]
struct Errors {
    joints: Vec<f64>,
    block: Vec<f64>,
    depth: Vec<f64>,
}

/// The scene of one world in one variant.
struct Trial {
    scene: ComposedScene,
    physics: Physics,
    block: bool,
}

fn random_action(random: &mut Random) -> Vec<f32> {
    (0..20).map(|_| random.uniform(-1.0, 1.0) as f32).collect()
}

impl Trial {
    fn new(variant: &Variant, block: bool) -> Self {
        let scene = variant.compose(if block { BLOCK } else { EMPTY });
        let physics = Physics::new(&scene).unwrap();
        Self {
            scene,
            physics,
            block,
        }
    }

    /// The resting hand, with the block turned at random above it.
    fn start(&mut self, random: &mut Random) {
        self.physics.reset().unwrap();
        let views = self.physics.views();
        for (joint, &angle) in &self.scene.info.poses["rest"] {
            views.qpos[self.scene.info.joints[joint].qpos] = angle;
        }
        if self.block {
            let turn: [f64; 4] = std::array::from_fn(|_| random.normal());
            let length = turn.iter().map(|x| x * x).sum::<f64>().sqrt();
            for (q, x) in views.qpos[3..7].iter_mut().zip(turn) {
                *q = x / length;
            }
        }
        self.physics.forward().unwrap();
    }

    fn dropped(&self) -> bool {
        self.block && self.physics.qpos()[2] < 0.0
    }

    fn act(&mut self, random: &mut Random) {
        self.physics.apply_action(&random_action(random));
        self.physics.step().unwrap();
    }

    /// States in mid-motion, with the block in the hand.
    fn states(&mut self, random: &mut Random) -> Vec<State> {
        let mut states = Vec::new();
        while states.len() < STATES {
            self.start(random);
            for _ in 0..15 {
                self.act(random);
            }
            if !self.dropped() {
                // SAFETY: the data is read.
                #[allow(unsafe_code)]
                let warm_start = unsafe { self.physics.data_mut() }.qacc_warmstart().to_vec();
                states.push(State {
                    qpos: self.physics.qpos().to_vec(),
                    qvel: self.physics.qvel().to_vec(),
                    warm_start,
                });
            }
        }
        states
    }

    /// Where each state goes in five random actions.
    fn ends(&mut self, states: &[State]) -> Vec<End> {
        let from = |(index, state): (usize, &State)| {
            let mut random = Random::new(index as u64);
            self.physics
                .place(0.0, &state.qpos, &state.qvel, &state.warm_start)
                .unwrap();
            self.physics.forward().unwrap();
            let mut depth = 0.0_f64;
            for _ in 0..ACTIONS {
                self.act(&mut random);
                let contacts = self.physics.contacts().iter();
                depth = contacts.map(|c| -c.distance).fold(depth, f64::max);
            }
            End {
                qpos: self.physics.qpos().to_vec(),
                depth,
            }
        };
        states.iter().enumerate().map(from).collect()
    }

    /// Control steps per second of processor time.
    fn rate(&mut self) -> f64 {
        let mut random = Random::new(1);
        self.start(&mut random);
        let before = processor_time();
        for _ in 0..TIMED_STEPS {
            self.act(&mut random);
            if self.dropped() {
                self.start(&mut random);
            }
        }
        TIMED_STEPS as f64 / (processor_time() - before).as_secs_f64()
    }
}

/// Processor time of this thread; where the system does not tell, the time that passes.
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Angle between two unit quaternions, rad.
fn angle(a: &[f64], b: &[f64]) -> f64 {
    let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    2.0 * dot.abs().min(1.0).acos()
}

/// Median and 90th percentile, as a cell of the table.
fn cell(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let at = |part: f64| values[((values.len() - 1) as f64 * part).round() as usize];
    format!("{:.digits$} / {:.digits$}", at(0.5), at(0.9))
}

/// Compares ends with those of the reference.
fn errors(ends: &[End], truth: &[End], block: bool) -> Errors {
    let first = if block { 7 } else { 0 };
    let joints = |a: &End, b: &End| {
        let pairs = a.qpos[first..].iter().zip(&b.qpos[first..]);
        (pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>() / 24.0).sqrt()
    };
    let pairs = || ends.iter().zip(truth);
    let turns = pairs().filter(|_| block);
    Errors {
        joints: pairs().map(|(a, b)| joints(a, b)).collect(),
        block: turns
            .map(|(a, b)| angle(&a.qpos[3..7], &b.qpos[3..7]))
            .collect(),
        depth: ends.iter().map(|end| 1000.0 * end.depth).collect(),
    }
}

fn main() {
    let mut random = Random::new(0);
    let mut columns = Vec::new();
    for block in [false, true] {
        let mut reference = Trial::new(&REFERENCE, block);
        let states = reference.states(&mut random);
        let truth = reference.ends(&states);
        let mut trials: Vec<Trial> = VARIANTS.iter().map(|v| Trial::new(v, block)).collect();
        let mut rates = vec![0.0_f64; trials.len()];
        for _ in 0..ROUNDS {
            for (trial, rate) in trials.iter_mut().zip(&mut rates) {
                *rate = rate.max(trial.rate());
            }
        }
        let ends: Vec<_> = trials.iter_mut().map(|trial| trial.ends(&states)).collect();
        let errors = ends.iter().map(|ends| errors(ends, &truth, block));
        columns.push((rates, errors.collect::<Vec<_>>()));
    }
    println!(
        "| settings | hand alone, steps/s (x) | with block, steps/s (x) | joints alone, rad \
         | joints with block, rad | block, rad | depth, mm |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (index, variant) in VARIANTS.iter().enumerate() {
        let rate = |column: usize| {
            let rates = &columns[column].0;
            format!("{:.0} ({:.2})", rates[index], rates[index] / rates[0])
        };
        let errors = |column: usize| columns[column].1[index].clone();
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            variant.name,
            rate(0),
            rate(1),
            cell(errors(0).joints, 4),
            cell(errors(1).joints, 4),
            cell(errors(1).block, 3),
            cell(errors(1).depth, 1),
        );
    }
}
