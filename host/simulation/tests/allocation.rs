//! A control step allocates nothing on Rust's heap.
#![allow(unsafe_code, reason = "an allocator that counts")]
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{compose::compose, physics::Physics};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: passed on to the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: passed on to the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_control_step_allocates_nothing() {
    let scene: SceneSpec = serde_json::from_value(serde_json::json!({
        "mjcf": include_str!("../../../plugins/task-locomotion/assets/plane-half-cheetah.xml"),
        "default_body": "any",
        "substeps": 5,
        "contact_forces": true,
    }))
    .unwrap();
    let body: BodySpec = serde_json::from_value(serde_json::json!({
        "mjcf": include_str!("../../../plugins/body-half-cheetah/assets/half-cheetah.xml"),
    }))
    .unwrap();
    let scene = compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap();
    let mut physics = Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.forward().unwrap();

    let before = COUNT.with(Cell::get);
    let mut contacts = 0;
    for step in 0..500_u32 {
        physics.apply_action(&[(step as f32).sin(); 6]);
        physics.step().unwrap();
        contacts += physics.views().contacts.len();
    }
    assert!(contacts > 0);
    assert_eq!(COUNT.with(Cell::get) - before, 0);
}
