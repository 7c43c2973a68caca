//! Jobs on a SLURM cluster: what a site wants, and the script of a job.

mod quote;
mod script;
mod seeds;
mod site;
mod time;

pub use script::{Job, Launch};
pub use seeds::Seeds;
pub use site::{Launcher, Resources, Site, check_option, site_folder, site_keys, site_names};
pub use time::TimeLimit;
