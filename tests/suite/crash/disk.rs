//! Disks that fail for a while, folders that go away, readers that have seen enough, odd clocks.

use super::shim::Shim;
use super::{ENOSPC, commands};
use crate::determinism::latest_checkpoint;
use angora_tests::Host;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const LONG: [&str; 11] = [
    "run",
    "--task",
    "CartPole-v1",
    "--preset",
    "none",
    "--horizon",
    "32",
    "--cycles",
    "1000000",
    "--resume-or-begin",
    "job",
];

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "no {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn has_cycles(run: &Path) -> bool {
    std::fs::metadata(run.join("metrics.jsonl")).is_ok_and(|m| m.len() > 0)
}

fn started(host: &Host) -> Child {
    let child = host
        .command(&LONG)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for("cycle", || has_cycles(&host.folder().join("runs/job")));
    child
}

fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

fn checkpoints(run: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(run.join("checkpoints")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A full disk that has room again is nothing that a run remembers: no checkpoint of a fault, no
/// new episodes, the same bits.
#[test]
fn a_disk_that_is_full_for_a_moment_costs_nothing() {
    let shim = Shim::new();
    let whole = Host::new();
    commands::settings(&whole);
    let (outcome, calls) = shim.count(&whole, &commands::TRAIN);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let wanted = commands::job(whole.folder());
    for first in [calls / 2, calls - calls / 4] {
        let host = Host::new();
        commands::settings(&host);
        let (at, until) = (first.to_string(), (first + 2).to_string());
        let variables = [
            ("SHIM_AT", at.as_str()),
            ("SHIM_UNTIL", until.as_str()),
            ("SHIM_DO", ENOSPC),
        ];
        let outcome = shim.call(&host, &commands::TRAIN, &variables);
        assert_eq!(
            outcome.code,
            Some(0),
            "from call {first}: {}",
            outcome.stderr
        );
        assert!(commands::job(host.folder()) == wanted, "from call {first}");
        let names = checkpoints(&host.folder().join("runs/job"));
        let odd = |name: &&String| name.starts_with('.') || name.contains("fault");
        assert_eq!(names.iter().find(odd), None, "from call {first}");
    }
}

/// Nothing is written to a second place; what was learned is saved where the folder is now.
#[test]
fn a_run_folder_that_is_renamed_ends_the_run() {
    let host = Host::new();
    let child = started(&host);
    let [before, after] = ["runs/job", "runs/other"].map(|name| host.folder().join(name));
    std::fs::rename(&before, &after).unwrap();
    let (code, said) = ended(child);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("was moved or renamed"), "{said}");
    assert!(!before.exists(), "it was made again");
    assert_eq!(latest_checkpoint(&after).len(), 4);
    let metrics = std::fs::read_to_string(after.join("metrics.jsonl")).unwrap();
    let done = metrics.lines().count() + 2;
    let outcome = host.call(&[
        "run",
        "--quiet",
        "--resume",
        "other",
        "--cycles",
        &done.to_string(),
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

#[test]
fn a_run_folder_that_is_deleted_ends_the_run() {
    let host = Host::new();
    let child = started(&host);
    let run = host.folder().join("runs/job");
    // Its writer may make a file while it is being removed.
    wait_for("removal", || {
        std::fs::remove_dir_all(&run).is_ok() || !run.exists()
    });
    let (code, said) = ended(child);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("was deleted"), "{said}");
    assert!(!run.exists(), "it was made again");
}

/// Training goes on, saves, and says in its log that nobody reads.
#[test]
fn a_reader_who_has_seen_enough_does_not_end_the_run() {
    let host = Host::new();
    let mut arguments = LONG;
    arguments[8] = "40";
    let mut child = host
        .command(&arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let stderr = child.stderr.take().unwrap();
    BufReader::new(stderr).read_line(&mut first).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let run = host.folder().join("runs/job");
    assert_eq!(latest_checkpoint(&run).len(), 4);
    let events = std::fs::read_to_string(run.join("events.jsonl")).unwrap();
    assert!(
        events.contains("nobody reads the standard error"),
        "{events}"
    );
}

/// A plugin may change the working directory; the run stays where it is.
#[test]
fn a_working_directory_that_changes_moves_no_files() {
    let shim = Shim::new();
    let host = Host::new();
    commands::settings(&host);
    // Before the first file of the run's folder.
    let outcome = shim.disturb(&host, &commands::TRAIN, 1, "chdir");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(latest_checkpoint(&host.folder().join("runs/job")).len(), 4);
}

#[test]
fn a_clock_outside_the_calendar_ends_nothing() {
    let shim = Shim::new();
    for off in ["300000000000", "-3000000000"] {
        let host = Host::new();
        commands::settings(&host);
        let outcome = shim.call(&host, &commands::TRAIN, &[("SHIM_CLOCK", off)]);
        assert_eq!(outcome.code, Some(0), "{off}: {}", outcome.stderr);
        let list = host.call(&["runs", "--json"]);
        assert_eq!(list.code, Some(0), "{off}: {}", list.stderr);
    }
}

/// A limit on the size of files is an error that says so, not the end of the process by a signal.
#[test]
fn places_that_cannot_be_written_say_so() {
    let host = Host::new();
    commands::settings(&host);
    std::fs::write(host.folder().join("file"), "").unwrap();
    let at = |runs: &str| {
        let more = ["--runs", runs];
        host.call(&[&commands::TRAIN[..], &more].concat())
    };
    for (runs, reason) in [("file", "Not a directory"), ("/proc/runs", "No such file")] {
        let outcome = at(runs);
        assert_eq!(outcome.code, Some(1), "{runs}: {}", outcome.stderr);
        let said = &outcome.stderr;
        assert!(
            said.contains(runs) && said.contains(reason),
            "{runs}: {said}"
        );
    }
    let command = host.command(&commands::TRAIN);
    let program = command.get_program().to_string_lossy().into_owned();
    let words: Vec<_> = command.get_args().map(|a| a.to_string_lossy()).collect();
    let mut limited = std::process::Command::new("bash");
    let typed = format!("ulimit -f 1; exec {program} {}", words.join(" "));
    limited.args(["-c", &typed]).current_dir(host.folder());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let output = limited.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("File too large"), "{said}");
}
