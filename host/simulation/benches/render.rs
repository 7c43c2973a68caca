//! Pictures of the reaching scene: the renderer alone, and whole control steps by sight.
//!
//! In software, `LP_NUM_THREADS=0` lets the calling thread draw alone, which is the quickest.
#![allow(clippy::unwrap_used, reason = "a bench")]

use angora_loader::{Catalogue, Discovery};
use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{
    Blueprint, TaskChoice,
    compose::compose,
    physics::Physics,
    render::{Camera, Quality, Renderer},
};
use divan::{Bencher, counter::ItemsCount};

const FRAMES: usize = 200;

fn main() {
    divan::main();
}

fn physics() -> Physics {
    let scene: SceneSpec = serde_json::from_value(serde_json::json!({
        "mjcf": include_str!("../../../plugins/task-reach-planar/assets/table.xml"),
        "default_body": "any",
        "substeps": 8,
    }))
    .unwrap();
    let body: BodySpec = serde_json::from_value(serde_json::json!({
        "mjcf": include_str!("../../../plugins/body-planar-arm/assets/planar-arm.xml"),
    }))
    .unwrap();
    let scene = compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap();
    let mut physics = Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.forward().unwrap();
    physics
}

/// A renderer for one kind of picture, drawn over and over; nothing moves.
fn drawn(bencher: Bencher, pixels: usize, quality: Quality) {
    let mut physics = physics();
    let camera = Camera::named(physics.model(), "top").unwrap();
    let mut renderer = Renderer::new(physics.model(), pixels, pixels, quality).unwrap();
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        for _ in 0..FRAMES {
            divan::black_box(renderer.draw(&mut physics, &camera).unwrap());
        }
    });
}

#[divan::bench(args = [32, 64, 84, 200])]
fn plain(bencher: Bencher, pixels: usize) {
    drawn(bencher, pixels, Quality::Plain);
}

#[divan::bench(args = [64, 480], sample_count = 5)]
fn fine(bencher: Bencher, pixels: usize) {
    drawn(bencher, pixels, Quality::Fine);
}

/// What a renderer takes to make, after the first of the process.
#[divan::bench]
fn renderer(bencher: Bencher) {
    let physics = physics();
    bencher.bench_local(|| Renderer::new(physics.model(), 64, 64, Quality::Plain).unwrap());
}

/// Whole control steps through the plugins, by state and by sight.
#[divan::bench(args = ["ReachPlanar-v1", "ReachPlanarVisual-v1"])]
fn steps(bencher: Bencher, task: &str) {
    let catalogue = catalogue();
    let choice = TaskChoice {
        task: task.into(),
        ..TaskChoice::default()
    };
    let blueprint = Blueprint::new(&catalogue, choice).unwrap();
    let mut environment = blueprint.build(1, 0).unwrap();
    let mut sensation = vec![0.0; blueprint.spec().sensation_len()];
    environment.reset(&mut sensation).unwrap();
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        for step in 0..FRAMES {
            let action = [(step as f32 * 0.7).sin(); 2];
            let outcome = environment.step(&action, &mut sensation).unwrap();
            if outcome.ending.is_end() {
                environment.reset(&mut sensation).unwrap();
            }
        }
    });
}

/// The first-party plugins, which must have been built.
fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().unwrap();
    let target = exe.ancestors().nth(2).unwrap();
    let mut discovery = Discovery::default();
    for plugin in ["task_reach_planar", "body_planar_arm"] {
        let path = target.join(format!("lib{plugin}.so"));
        discovery.name(&path.display().to_string()).unwrap();
    }
    Catalogue::new(discovery)
}
