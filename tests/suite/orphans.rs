//! Starts that end badly leave no process behind, and end with the right exit code.
//!
//! A few starts are made here. `ANGORA_STARTS=1000` makes so many.

use angora_tests::Host;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// In the environment of the host and of all that it starts.
const MARK: &str = "ANGORA_TESTS_START";

/// How a start ends.
#[derive(Clone, Copy)]
enum Fate {
    /// The plugin does this in a step; the exit code of the run.
    Lie(&'static str, i32),
    /// The host is killed while workers in Python step environments.
    HostKilled,
    /// A worker in Python stops answering.
    WorkerHangs,
}

const FATES: [Fate; 7] = [
    Fate::Lie("hang-in-step", 4),
    Fate::Lie("exit-in-step", 4),
    Fate::Lie("crash-in-step", 4),
    Fate::Lie("abort-in-step", 4),
    Fate::Lie("fork-in-step", 0),
    Fate::HostKilled,
    Fate::WorkerHangs,
];

const SMALL: [&str; 10] = [
    "run",
    "--quiet",
    "--preset",
    "none",
    "--environments",
    "2",
    "--horizon",
    "32",
    "--set",
    "ppo.minibatch_size=64",
];

/// Processes that bear a mark and have not ended.
fn marked(mark: &str) -> Vec<u32> {
    let wanted = format!("{MARK}={mark}");
    let numbers = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.parse().ok()
    });
    let bears = |process: &u32| {
        // Of one that has ended there is none.
        let environment =
            std::fs::read(Path::new("/proc").join(process.to_string()).join("environ"));
        let environment = environment.unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == wanted.as_bytes())
    };
    numbers.filter(bears).collect()
}

fn is_python(process: u32) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{process}/comm"));
    name.is_ok_and(|name| name.starts_with("python"))
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(120), "not {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .args([name, &process.to_string()])
        .status();
    assert!(sent.is_ok_and(|status| status.success()));
}

/// A run in Python that goes on until `harm` is done to it, which gets the host and its two workers.
fn in_python(host: &Host, mark: &str, harm: impl FnOnce(u32, &[u32])) -> ExitStatus {
    let endless = [
        "--task",
        "gym:CartPole-v1",
        "--cycles",
        "1000000",
        "--set",
        "evaluation.every_cycles=0",
        // Python takes a while to start.
        "--set",
        "plugin_timeout_secs=15",
    ];
    let mut child = host.start_in(&[(MARK, mark)], &[&SMALL[..], &endless].concat());
    let mut workers = Vec::new();
    until("training", || {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        workers = marked(mark);
        workers.retain(|process| is_python(*process));
        let runs = std::fs::read_dir(host.folder().join("runs"));
        let trains =
            |run: &Path| std::fs::metadata(run.join("metrics.jsonl")).is_ok_and(|m| m.len() > 0);
        runs.into_iter()
            .flatten()
            .any(|run| trains(&run.unwrap().path()))
            && workers.len() >= 2
    });
    harm(child.id(), &workers);
    child.wait().unwrap()
}

#[test]
fn no_process_is_left_behind() {
    let starts = std::env::var("ANGORA_STARTS")
        .ok()
        .and_then(|n| n.parse().ok());
    let starts: usize = starts.unwrap_or(FATES.len());
    for start in 0..starts {
        let host = Host::new();
        host.add_plugin("misbehaving");
        let mark = format!("{}-{start}", std::process::id());
        let (what, code, expected) = match FATES[start % FATES.len()] {
            Fate::Lie(lie, expected) => {
                let lie = format!("task_config.lie={lie}");
                let limit = "plugin_timeout_secs=1";
                let task = [
                    "--task", "Liar-v0", "--cycles", "1", "--set", &lie, "--set", limit,
                ];
                let outcome = host.call_in(&[(MARK, &mark)], &[&SMALL[..], &task].concat());
                (lie, outcome.code, Some(expected))
            }
            Fate::HostKilled => {
                let status = in_python(&host, &mark, |host, _| signal("-KILL", host));
                ("a host that is killed".into(), status.code(), None)
            }
            Fate::WorkerHangs => {
                let status = in_python(&host, &mark, |_, workers| signal("-STOP", workers[0]));
                ("a worker that hangs".into(), status.code(), Some(4))
            }
        };
        assert_eq!(code, expected, "start {start}: {what}");
        until(&format!("all gone after start {start}: {what}"), || {
            marked(&mark).is_empty()
        });
    }
    println!("{starts} starts, 0 processes left behind");
}
