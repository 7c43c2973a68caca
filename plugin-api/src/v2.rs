//! The second revision of the contract's tables, beside the first: tables with ids
//! `angora.<kind>/2`, and kinds that came later. Everything that [`v1`](crate::v1) says of calls,
//! threads and memory holds here too; plugins of both revisions load.
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
    pub mod distribution;
    pub mod event;
    pub mod host;
    pub mod preprocessor;
    pub mod scene_task;
    pub mod task;
}

pub use payload::preprocessor::{
    Abilities, MotorContext, PreprocessorContext, PreprocessorSpec, Progress,
};
