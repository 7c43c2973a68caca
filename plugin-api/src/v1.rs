//! Contract 1: the tables that cross the boundary of a native plugin.
//!
//! The root ([`root::PluginRoot`]) is frozen for the whole of contract 1. Everything else is an
//! *extension*: a table with an id `angora.<kind>/<revision>`, whose layout is checked on its own
//! when the host asks for it. A released table is never edited; a change is a new id beside it.
//!
//! Each call says in brackets in which thread and state it is made, and whether it is hot:
//! - `[load]` once, on the thread that loads the plugin;
//! - `[setup]` when an environment is built, on any one thread;
//! - `[episode, hot]` for each control step, on whichever gatherer thread owns the object then;
//!   must not allocate;
//! - `[between cycles]` while no object of the plugin is stepped.
//!
//! An object is never called from two threads at once, but may move between threads (`Send`).
//! Slices belong to the host and are valid for the call alone. Text and blobs that a plugin
//! returns are `RVec<u8>`, which the host frees through the plugin's own allocator.
//! Cold data is UTF-8 JSON of the types in [`payload`].
#![allow(
    unsafe_code,
    non_local_definitions,
    non_camel_case_types,
    missing_docs,
    clippy::all,
    reason = "abi_stable's derive macros expand to code that these lints refuse"
)]

pub mod payload;

/// What only a native plugin has.
macro_rules! native {
    ($($item:item)*) => { $(#[cfg(not(target_family = "wasm"))] $item)* };
}

native! {
    pub mod body;
    pub mod brain;
    pub mod fault;
    pub mod preprocessor;
    pub mod reward;
    pub mod root;
    pub mod scene_task;
    pub mod task;

    pub use abi_stable;
}
