//! Packages and registries: sharing plugins, and what those cannot do who would abuse that.

mod author;
pub mod fixture;
mod folder;
mod hostile;
mod interrupted;
mod oracles;
mod package;
mod refusals;
mod server;
mod stripping;
mod trust;
mod versions;

use angora_tests::Outcome;

/// What a command prints, which must succeed.
#[track_caller]
fn done(outcome: Outcome) -> String {
    assert_eq!(
        outcome.code,
        Some(0),
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    outcome.stdout
}

/// What a command says that must fail with an exit code.
#[track_caller]
fn says(outcome: Outcome, code: i32) -> String {
    assert_eq!(
        outcome.code,
        Some(code),
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    outcome.stderr
}
