//! A whole cycle, end to end: CartPole-v1, 8 environments x 2048 steps, 3 epochs, minibatch 64,
//! separate 2x64 tanh nets, no preprocessors; gathering and optimisation together.
//!
//! `cargo bench -p angora-host`; items are control steps. The plugins must have been built.

use angora_comm::World;
use angora_host::config::{Layers, Source, preset_for, resolve};
use angora_host::packages::discover;
use angora_host::run::{Engine, build_engine};
use angora_loader::Catalogue;
use angora_plugin_api::ActionSpec;
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

fn engine(threads: usize, preprocessors: &str) -> Engine {
    let mut layers = Layers::default();
    let text = format!(
        "task = \"CartPole-v1\"\ncycles = 1000000\nthreads = {threads}\npreprocessors = {preprocessors}"
    );
    layers
        .text(&text, Source::CommandLine)
        .expect("valid settings");
    let action = ActionSpec::Discrete { n: 2 };
    let none = preset_for("none", "CartPole-v1", &action).expect("there is one");
    let experiment = resolve(&layers.over(none), &action, false).expect("resolves");
    let exe = std::env::current_exe().expect("a path");
    let debug = exe.ancestors().nth(2).expect("the target folder");
    let named: Vec<String> = [
        "task_classic_control",
        "brain_feedforward",
        "preprocessor_normalise",
    ]
    .iter()
    .map(|name| debug.join(format!("lib{name}.so")).display().to_string())
    .collect();
    let catalogue = Catalogue::new(discover(&named, &[]).expect("built by `./angora bench`"));
    let mut engine = build_engine(&catalogue, &experiment, World::solo()).expect("builds");
    engine.begin().expect("begins");
    engine.gather_and_optimise().expect("the first cycle");
    engine
}

const STEPS: usize = 8 * 2048;

#[divan::bench(args = [1, 2], sample_count = 20, sample_size = 1)]
fn cart_pole(bencher: Bencher, threads: usize) {
    let mut engine = engine(threads, "[]");
    bencher
        .counter(ItemsCount::new(STEPS))
        .bench_local(|| engine.gather_and_optimise().expect("a cycle"));
}

#[divan::bench(args = [1, 2], sample_count = 20, sample_size = 1)]
fn cart_pole_gathering_alone(bencher: Bencher, threads: usize) {
    let mut engine = engine(threads, "[]");
    bencher
        .counter(ItemsCount::new(STEPS))
        .bench_local(|| engine.gather_alone().expect("a rollout"));
}

#[divan::bench(args = [2], sample_count = 20, sample_size = 1)]
fn cart_pole_with_normalisers(bencher: Bencher, threads: usize) {
    let mut engine = engine(threads, "[\"normalise-sensations\", \"normalise-rewards\"]");
    bencher
        .counter(ItemsCount::new(STEPS))
        .bench_local(|| engine.gather_and_optimise().expect("a cycle"));
}
