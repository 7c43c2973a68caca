//! `angora-host`: parse, dispatch, exit code; nothing else.

use angora_host::{args::Arguments, commands, error::HostError, report};
use angora_loader::calls::guards;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments = Arguments::read();
    report::note_working_directory();
    end_all_after_a_panic();
    commands::end_with_benchmark();
    // A check of a plugin is told apart by how its process ends.
    if !arguments.is_check() {
        guards::start();
    }
    match commands::dispatch(arguments) {
        Ok(code) => {
            angora_comm::finish();
            ExitCode::from(code)
        }
        Err(error) => {
            let code = report::error(&error);
            if matches!(error, HostError::Peer { .. }) {
                // Whoever has failed prints it and ends all; not before it is printed.
                std::thread::sleep(Duration::from_secs(5));
            }
            // The other processes of a run would wait for this one for ever.
            angora_comm::abort(code);
            ExitCode::from(code)
        }
    }
}

/// Unwinding would end MPI, which waits for the other processes, which wait for this one.
fn end_all_after_a_panic() {
    /// What shells say of a program whose reader is gone: 128 and SIGPIPE.
    const NOBODY_READS: u8 = 141;
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if nobody_reads(panic) {
            angora_comm::abort(NOBODY_READS);
            guards::leave();
            std::process::exit(NOBODY_READS.into());
        }
        print(panic);
        angora_comm::abort(101);
    }));
}

/// Whether it is `angora runs | head`: `println!` panics where the reader has seen enough.
fn nobody_reads(panic: &std::panic::PanicHookInfo<'_>) -> bool {
    let said = panic.payload_as_str().unwrap_or_default();
    said.starts_with("failed printing to stdout") && said.contains("Broken pipe")
}
