//! `angora-host`: parse, dispatch, exit code; nothing else.

use angora_host::{args::Arguments, commands, report};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::read();
    match commands::dispatch(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report::error(&error),
    }
}
