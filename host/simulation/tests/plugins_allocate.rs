//! A control step of a task from a plugin takes no memory from the system: not in the host, not in
//! the plugins of task, body and reward, whose allocators are their own, and not in MuJoCo. All of
//! them end in `malloc`, which is exchanged here for one that counts.
#![allow(unsafe_code, reason = "an allocator that counts")]
#![allow(clippy::unwrap_used, reason = "a test")]
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use angora_loader::{Catalogue, Discovery};
use angora_simulation::{Blueprint, TaskChoice};
use std::{cell::Cell, ffi::c_void};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    COUNT.with(|count| count.set(count.get() + 1));
}

unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(number: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(pointer: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
}

/// Exported (`-rdynamic` in build.rs), so that libraries which are loaded later find these first.
#[unsafe(no_mangle)]
extern "C" fn malloc(size: usize) -> *mut c_void {
    count();
    // SAFETY: passed on to the C library.
    unsafe { __libc_malloc(size) }
}

#[unsafe(no_mangle)]
extern "C" fn calloc(number: usize, size: usize) -> *mut c_void {
    count();
    // SAFETY: passed on to the C library.
    unsafe { __libc_calloc(number, size) }
}

/// # Safety
/// As that of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void {
    count();
    // SAFETY: passed on to the C library.
    unsafe { __libc_realloc(pointer, size) }
}

/// # Safety
/// As that of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(out: *mut *mut c_void, alignment: usize, size: usize) -> i32 {
    count();
    // SAFETY: passed on to the C library, and written where the caller says.
    unsafe {
        *out = __libc_memalign(alignment, size);
        i32::from((*out).is_null()) * 12
    }
}

fn allocations() -> u64 {
    COUNT.with(Cell::get)
}

const PLUGINS: [&str; 7] = [
    "task_classic_control",
    "task_locomotion",
    "task_manipulate",
    "task_reach",
    "body_half_cheetah",
    "body_shadow_hand",
    "reward_dexterity",
];

fn catalogue() -> Catalogue {
    let exe = std::env::current_exe().unwrap();
    let debug = exe.ancestors().nth(2).unwrap();
    let mut discovery = Discovery::default();
    for plugin in PLUGINS {
        let path = debug.join(format!("lib{plugin}.so"));
        let named = discovery.name(&path.display().to_string());
        named.expect("built by `cargo build --workspace`");
    }
    Catalogue::new(discovery)
}

/// Allocations of plugins are seen at all: a start of an episode copies something.
#[test]
fn what_a_plugin_allocates_is_counted() {
    let catalogue = catalogue();
    let choice = TaskChoice {
        task: "CartPole-v1".into(),
        ..TaskChoice::default()
    };
    let mut environment = Blueprint::new(&catalogue, choice)
        .unwrap()
        .build(1, 0)
        .unwrap();
    let mut sensation = vec![0.0; environment.spec().sensation_len()];
    environment.reset(&mut sensation).unwrap();
    let before = allocations();
    // The plugin serialises, with its own allocator.
    environment.save().unwrap();
    assert!(allocations() > before + 1);
}

#[test]
fn a_control_step_allocates_nothing_in_host_plugins_and_physics() {
    let catalogue = catalogue();
    for task in [
        "ManipulateBlockAsymmetric-v1",
        "NoisyManipulateBlock-v1",
        "Reach-v1",
        "FreeReachSequential-v1",
        "HalfCheetah-v5",
        "CartPole-v1",
    ] {
        let choice = TaskChoice {
            task: task.into(),
            ..TaskChoice::default()
        };
        let blueprint = Blueprint::new(&catalogue, choice).unwrap();
        let mut environment = blueprint.build(1, 0).unwrap();
        let mut sensation = vec![0.0; environment.spec().sensation_len()];
        let mut action = vec![0.0_f32; environment.spec().action.len()];
        environment.reset(&mut sensation).unwrap();
        let mut taken = 0;
        for step in 0..400_u32 {
            for (i, value) in action.iter_mut().enumerate() {
                *value = (0.7 * step as f32 + i as f32).sin();
            }
            if task == "CartPole-v1" {
                action[0] = (step % 2) as f32;
            }
            let before = allocations();
            let outcome = environment.step(&action, &mut sensation).unwrap();
            taken += allocations() - before;
            if outcome.ending.is_end() {
                environment.reset(&mut sensation).unwrap();
            }
        }
        assert_eq!(taken, 0, "{task}");
    }
}
