//! Installed packages among the plugins of a run, and what a user has written down about
//! registries and keys.

mod authority;
mod builds;
mod find;
mod folders;
mod lock;
mod of_run;
mod registries;
mod remembered;
mod trusted;

pub use authority::{AuthorityError, NamedBy, absolute_plugin, python};
pub use builds::{PluginBuild, builds, other_builds};
pub use find::{catalogue, discover, discover_by, installed, remember_named};
pub use folders::{config, data, home, seen};
pub use lock::{Reproduced, Terms, reproduce, with_origins};
pub use of_run::{Admission, Locked, plugins_of_run};
pub use registries::location;
pub use trusted::{load as load_trust, path as trust_path, save as save_trust};
