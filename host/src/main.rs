//! `angora-host`: parse, dispatch, exit code; nothing else.

use angora_host::{args::Arguments, commands, report};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match commands::dispatch(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report::error(&error),
    }
}
