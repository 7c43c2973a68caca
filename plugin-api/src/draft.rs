//! Extensions in draft: how contract 1 grows.
//!
//! A draft has the id under which it will be released, and may change until then; a host that
//! finds another layout than its own under the id goes on as if the plugin did not have it.
//! Nothing that a run needs depends on a draft. When it is released its file moves to
//! [`v1`](crate::v1), unchanged, and is never edited again.
#![allow(
    unsafe_code,
    non_local_definitions,
    non_camel_case_types,
    missing_docs,
    clippy::all,
    reason = "abi_stable's derive macros expand to code that these lints refuse"
)]

pub mod provenance;
pub mod settings;
