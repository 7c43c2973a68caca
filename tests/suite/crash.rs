//! The sweep over file calls: a preloaded shim kills the host at the N-th call that changes a file,
//! lets it write half, or has the call fail. Whatever happens, the same command once more ends as
//! if nothing had been.
//!
//! A few calls of each command are tried here. `ANGORA_SWEEP=all` tries every call.

mod commands;
mod disk;
mod shim;

use shim::Shim;
use std::path::Path;

/// What happens at a call.
const FAULTS: [&str; 5] = ["kill", "killhalf", "half", ENOSPC, EIO];
const ENOSPC: &str = "28";
const EIO: &str = "5";

/// Calls of each command that are tried with each fault.
const POINTS: usize = 4;

/// Files by their path below a folder.
type Files = Vec<(String, Vec<u8>)>;

/// Something that is done in a folder of its own, and what must come of it.
struct Scenario<'s> {
    name: &'s str,
    /// What lies in the folder before.
    prepared: &'s dyn Fn(&angora_tests::Host),
    /// The command that is disturbed, and done again.
    command: &'s [&'s str],
    /// What is done again instead, if it is another one.
    again: Option<&'s [&'s str]>,
    /// What must be the same.
    found: &'s dyn Fn(&Path) -> Files,
}

impl Scenario<'_> {
    /// Tries calls that are spread over all of them; every one that is tried must end well.
    fn sweep(&self) {
        let shim = Shim::new();
        let whole = angora_tests::Host::new();
        (self.prepared)(&whole);
        let (outcome, calls) = shim.count(&whole, self.command);
        assert_eq!(outcome.code, Some(0), "{}: {}", self.name, outcome.stderr);
        let wanted = (self.found)(whole.folder());
        assert!(calls > 0, "{}: it writes nothing", self.name);
        let all = std::env::var("ANGORA_SWEEP").is_ok_and(|wanted| wanted == "all");
        let (mut tried, mut disturbed) = (0, 0);
        for (turn, fault) in FAULTS.iter().enumerate() {
            for call in points(calls, turn, all) {
                let host = angora_tests::Host::new();
                (self.prepared)(&host);
                let first = shim.disturb(&host, self.command, call, fault);
                disturbed += usize::from(first.code != Some(0));
                let again = host.call(self.again.unwrap_or(self.command));
                let place = format!("{}: {fault} at call {call} of {calls}", self.name);
                assert_eq!(again.code, Some(0), "{place}: {}", again.stderr);
                assert!((self.found)(host.folder()) == wanted, "{place}: it differs");
                tried += 1;
            }
        }
        // Not every failed call must end the command, but every kill does.
        assert!(disturbed > 0, "{}: nothing was disturbed", self.name);
        println!("{}: {calls} calls, {tried} tried, 0 lost", self.name);
    }
}

/// Calls spread over all; other ones for each fault.
fn points(calls: usize, turn: usize, all: bool) -> Vec<usize> {
    if all || calls <= POINTS {
        return (1..=calls).collect();
    }
    let of = |k: usize| 1 + (k * FAULTS.len() + turn) * (calls - 1) / (POINTS * FAULTS.len() - 1);
    (0..POINTS).map(of).collect()
}

#[test]
fn points_are_spread_from_the_first_call_to_the_last() {
    let all: Vec<usize> = (0..FAULTS.len())
        .flat_map(|turn| points(100, turn, false))
        .collect();
    assert_eq!(all.len(), POINTS * FAULTS.len());
    assert_eq!((all.iter().min(), all.iter().max()), (Some(&1), Some(&100)));
    assert_eq!(points(3, 1, false), [1, 2, 3]);
}
