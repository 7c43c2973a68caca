//! A plugin host that trains brains to move simulated bodies.
//!
//! The binary `angora-host` is a thin shell over this library: [`args`] reads the command line,
//! [`commands`] does what it says, [`report`] turns errors into messages and exit codes.

/// As the standard library's, without a panic if nobody reads standard error: no work of this
/// program ends because its output is unread.
macro_rules! eprintln {
    ($($argument:tt)*) => {
        angora_monitor::terminal::say(format_args!($($argument)*))
    };
}

pub mod args;
pub mod commands;
pub mod config;
pub mod doctor;
pub mod error;
#[doc(hidden)]
pub mod fuzzing;
pub mod packages;
pub mod pretrain;
pub mod recording;
pub mod report;
pub mod run;
pub mod slurm;
pub mod templates;
