//! Gathering and optimisation allocate nothing after the first cycle: a counting allocator says.
#![allow(
    unsafe_code,
    reason = "a global allocator is unsafe by its trait; it forwards to the system's"
)]

use angora_comm::World;
use angora_host::config::{Layers, preset_for, resolve};
use angora_host::packages::discover;
use angora_host::run::build_engine;
use angora_loader::Catalogue;
use angora_plugin_api::ActionSpec;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

struct Counting;

static ARMED: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicU64 = AtomicU64::new(0);

fn count() {
    if ARMED.load(Ordering::Relaxed) {
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: everything is forwarded to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test only: the counter is the process's.
#[test]
fn gathering_and_optimisation_allocate_nothing_after_the_first_cycle() {
    // The plugins lie beside the test binary's folder: <target>/debug/plugins or debug itself.
    let exe = std::env::current_exe().expect("a path");
    let debug = exe
        .ancestors()
        .nth(2)
        .expect("the target folder")
        .to_owned();
    for (task, threads, distribution, cell) in [
        ("CartPole-v1", 1, "categorical", "ffn"),
        ("CartPole-v1", 2, "categorical", "ffn"),
        ("CartPole-v1", 2, "categorical", "lstm"),
        // 512 rows and 256 gates a slice: more than one right operand of a product holds.
        ("CartPole-v1", 2, "categorical", "lstm in long chunks"),
        ("Pendulum-v1", 1, "beta", "gru"),
        ("Pendulum-v1", 2, "beta", "ffn"),
        ("Pendulum-v1", 1, "multi-categorical", "ffn"),
        // Declared by a plugin.
        ("Pendulum-v1", 2, "squashed-gaussian", "ffn"),
        // 4 x 512 steps: the limit of 1000 falls into what is counted.
        ("HalfCheetah-v5", 2, "gaussian", "ffn"),
        // Falls often: endings, resets, contacts.
        ("Hopper-v5", 2, "beta", "ffn"),
    ] {
        // Of the ways to start a chunk the one with most to do.
        let start = if cell == "gru" { "carried" } else { "stored" };
        let (cell, chunk) = match cell {
            "lstm in long chunks" => ("lstm", 32),
            cell => (cell, 16),
        };
        // Chunks of a cell; single steps of a brain without.
        let minibatch = match (cell, chunk) {
            ("ffn", _) => 64,
            (_, 16) => 512,
            _ => 1024,
        };
        // Nearest to the body first; motor noise is for continuous actions.
        let preprocessors = match task {
            "CartPole-v1" => r#"["sensory-noise", "normalise-sensations", "normalise-rewards"]"#,
            "Pendulum-v1" => {
                r#"["motor-noise", "sensory-noise", "normalise-sensations", "normalise-rewards"]"#
            }
            _ => r#"["normalise-sensations", "normalise-rewards"]"#,
        };
        let horizon = if task.ends_with("-v5") { 512 } else { 128 };
        let chunks = match chunk {
            16 => String::new(),
            _ => format!("\nchunk_length = {chunk}"),
        };
        let mut layers = Layers::default();
        layers
            .text(
                &format!(
                    "task = \"{task}\"\nhorizon = {horizon}\nthreads = {threads}\npreprocessors = {preprocessors}\n[distribution]\nkind = \"{distribution}\"\n[brain_config]\ncell = \"{cell}\"\n[ppo]\nminibatch_size = {minibatch}{chunks}\ntile = \"longest-runs\"\nchunk_start = \"{start}\""
                ),
                angora_host::config::Source::CommandLine,
            )
            .expect("valid settings");
        // Only the kind of action matters to resolving.
        let action = if distribution == "categorical" {
            ActionSpec::Discrete { n: 2 }
        } else {
            ActionSpec::Box {
                low: vec![-1.0],
                high: vec![1.0],
            }
        };
        let none = preset_for("none", task, &action).expect("there is one");
        let experiment = resolve(&layers.over(none), &action, cell != "ffn").expect("resolves");
        let named: Vec<String> = [
            "task_classic_control",
            "task_locomotion",
            "body_half_cheetah",
            "body_hopper",
            "brain_feedforward",
            "preprocessor_noise",
            "distribution_squashed_gaussian",
            "preprocessor_normalise",
        ]
        .iter()
        .map(|name| debug.join(format!("lib{name}.so")).display().to_string())
        .collect();
        let catalogue =
            Catalogue::new(discover(&named, &[]).expect("built by `cargo build --workspace`"));
        let mut engine = build_engine(&catalogue, &experiment, World::solo()).expect("builds");
        engine.begin().expect("begins");
        engine.cycle().expect("the first cycle");
        for _ in 0..3 {
            ARMED.store(true, Ordering::SeqCst);
            COUNT.store(0, Ordering::SeqCst);
            engine.gather_and_optimise().expect("a cycle");
            ARMED.store(false, Ordering::SeqCst);
            let allocations = COUNT.load(Ordering::SeqCst);
            assert_eq!(allocations, 0, "{task}, {threads} threads, {cell}, {chunk}");
        }
    }
}
