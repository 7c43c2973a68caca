//! Sandboxed modules: equal to their native twins, and harmless whatever they do.
#![allow(clippy::unwrap_used, reason = "a test")]

mod artefacts;
mod cache;
mod damage;
mod form;
mod hostile;
mod module;
mod parity;
