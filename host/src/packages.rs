//! Installed packages among the plugins of a run, and what a user has written down about
//! registries and keys.

mod find;
mod folders;
mod lock;
mod registries;
mod trusted;

pub use find::{catalogue, discover, find_plugins, installed};
pub use folders::{config, data, home};
pub use lock::{Reproduced, reproduce, with_origins};
pub use registries::location;
pub use trusted::{load as load_trust, path as trust_path, save as save_trust};
