//! One training over several processes: the same checkpoint, bitwise; and what happens when one of
//! them dies, hangs, is another program or is cut off.

use crate::determinism::latest_checkpoint;
use angora_tests::{Host, Launch, Mpi, Outcome};
use std::path::Path;
use std::time::{Duration, Instant};

const CART_POLE: &[&str] = &[
    "--task",
    "CartPole-v1",
    "--set",
    "preprocessors=[\"sensory-noise\",\"normalise-sensations\",\"normalise-rewards\"]",
];
const RECALL: &[&str] = &[
    "--task",
    "DelayedRecall-v1",
    "--set",
    "task_config.delay=5",
    "--set",
    "brain_config.cell=lstm",
    "--set",
    "ppo.chunk_length=8",
];
const SMALL: &[&str] = &[
    "--preset",
    "none",
    "--cycles",
    "5",
    "--environments",
    "9",
    "--horizon",
    "64",
    "--set",
    "ppo.minibatch_size=192",
];

fn run(host: &Host, launch: &Launch, runs: &str, settings: &[&[&str]]) -> Outcome {
    let mut arguments = vec!["run", "--quiet", "--runs", runs];
    arguments.extend(settings.concat());
    host.launch(launch, &arguments)
}

fn checkpoint(host: &Host, launch: &Launch, runs: &str, settings: &[&[&str]]) -> Files {
    let outcome = run(host, launch, runs, settings);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    latest_checkpoint(&host.only_run(runs))
}

type Files = Vec<(String, Vec<u8>)>;

/// Processes 1 to 4 with one and two threads each, for brains that remember and brains that do not.
#[test]
fn processes_and_threads_do_not_change_a_run() {
    let Some(mpi) = Mpi::find("openmpi") else {
        return;
    };
    for settings in [CART_POLE, RECALL] {
        let host = Host::new();
        let one = checkpoint(&host, &Launch::solo(), "one", &[settings, SMALL]);
        for processes in 1..=4 {
            for threads in ["1", "2"] {
                let runs = format!("{processes}-{threads}");
                let settings = [settings, SMALL, &["--threads", threads]];
                let found = checkpoint(&host, &mpi.of(processes), &runs, &settings);
                assert!(found == one, "{processes} processes x {threads} threads");
            }
        }
    }
}

/// MPICH as well as Open MPI; messages as between nodes as well as shared memory; only some that
/// learn; a physics scene; chunks that are carried; an update that stops early.
#[test]
fn how_processes_come_together_does_not_change_a_run() {
    let Some(openmpi) = Mpi::find("openmpi") else {
        return;
    };
    let messages = openmpi.of(3).with("ANGORA_MPI_MESSAGES_ONLY", "1");
    let host = Host::new();
    let one = checkpoint(&host, &Launch::solo(), "one", &[CART_POLE, SMALL]);
    assert!(checkpoint(&host, &messages, "messages", &[CART_POLE, SMALL]) == one);
    for learners in ["1", "2"] {
        let settings = [CART_POLE, SMALL, &["--optimizers", learners]];
        assert!(checkpoint(&host, &openmpi.of(3), learners, &settings) == one);
        let runs = format!("messages-{learners}");
        assert!(checkpoint(&host, &messages, &runs, &settings) == one);
    }
    if let Some(mpich) = Mpi::find("mpich") {
        assert!(checkpoint(&host, &mpich.of(3), "mpich", &[CART_POLE, SMALL]) == one);
    }
    let carried: &[&str] = &["--set", "ppo.chunk_start=carried"];
    let far: &[&str] = &["--set", "ppo.target_kl=0.0005", "--optimizers", "1"];
    let scene: &[&str] = &["--task", "HalfCheetah-v5", "--distribution", "beta"];
    for (name, settings) in [
        ("carried", [RECALL, SMALL, carried]),
        ("far", [CART_POLE, SMALL, far]),
        ("scene", [scene, SMALL, &[]]),
    ] {
        let one = checkpoint(&host, &Launch::solo(), &format!("{name}-one"), &settings);
        for launch in [&openmpi.of(2), &messages] {
            let runs = format!("{name}-{}", launch.label());
            assert!(checkpoint(&host, launch, &runs, &settings) == one, "{runs}");
        }
    }
}

/// A run goes on on another number of processes, and what it stops at is the same.
#[test]
fn resume_evaluate_and_stop_on_any_number_of_processes() {
    let Some(mpi) = Mpi::find("openmpi") else {
        return;
    };
    let host = Host::new();
    let whole = checkpoint(&host, &Launch::solo(), "whole", &[RECALL, SMALL]);
    let every: &[&str] = &["--set", "checkpoint.every=2"];
    checkpoint(&host, &mpi.of(3), "parts", &[RECALL, SMALL, every]);
    let path = host.only_run("parts");
    // Back to the end of cycle 2, as if the run had been cut off there.
    std::fs::write(path.join("checkpoints/latest"), "cycle-000002").unwrap();
    let resume = ["run", "--quiet", "--resume", path.to_str().unwrap()];
    let outcome = host.launch(&mpi.of(2), &resume);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(latest_checkpoint(&path) == whole);

    let evaluated = "evaluation.every_cycles=3";
    let stop = ["run", "--quiet", "--stop-at-threshold", "--seed", "3"];
    let stop: &[&str] = &[&stop[..], &["--set", evaluated]].concat();
    let best = |path: &Path| std::fs::read(path.join("checkpoints/best")).unwrap();
    let solved = |launch: &Launch, runs: &str| {
        let outcome = host.launch(launch, &[stop, CART_POLE, &["--runs", runs]].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let path = host.only_run(runs);
        (latest_checkpoint(&path), best(&path))
    };
    assert!(solved(&mpi.of(2), "solved-2") == solved(&Launch::solo(), "solved-1"));

    let run = host.only_run("solved-1");
    let evaluate = ["evaluate", run.to_str().unwrap(), "-n", "11", "--json"];
    let one = host.launch(&Launch::solo(), &evaluate);
    let three = host.launch(&mpi.of(3), &evaluate);
    assert_eq!(three.code, Some(0), "{}", three.stderr);
    assert_eq!(one.stdout, three.stdout);
}

/// The command line of a run that would go on for long, and what it leaves.
const LONG: &[&str] = &[
    "--cycles",
    "1000000",
    "--set",
    "checkpoint.interval_secs=0.1",
    "--set",
    "rank_timeout_secs=4",
];

/// How a run of three processes ends after `harm`, and in what time.
fn ends_after(mpi: &Mpi, harm: impl FnOnce(u32)) -> (Outcome, Duration) {
    let host = Host::new();
    let arguments = [&["run", "--quiet"], CART_POLE, LONG].concat();
    let child = host.start_launched(&mpi.of(3), &arguments);
    let run = host.wait_for_checkpoint(3);
    let victim = host.process_of_rank(child.id(), 2);
    let start = Instant::now();
    harm(victim);
    let output = host.finish(child);
    let took = start.elapsed();
    // Whatever happened, what was saved is whole, and a run goes on from there.
    let path = run.to_str().unwrap();
    let done = latest_cycle(&run);
    let cycles = (done + 1).to_string();
    let outcome = host.call(&["run", "--quiet", "--resume", path, "--cycles", &cycles]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    (output, took)
}

fn latest_cycle(run: &Path) -> u64 {
    let name = std::fs::read_to_string(run.join("checkpoints/latest")).unwrap();
    name.trim().trim_start_matches("cycle-").parse().unwrap()
}

fn signal(name: &str, process: u32) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status();
    assert!(status.is_ok_and(|status| status.success()));
}

#[test]
fn a_process_that_dies_ends_all() {
    for flavour in ["openmpi", "mpich"] {
        let Some(mpi) = Mpi::find(flavour) else {
            continue;
        };
        let (outcome, took) = ends_after(&mpi, |victim| signal("KILL", victim));
        assert_ne!(outcome.code, Some(0), "{flavour}");
        assert!(took < Duration::from_secs(120), "{flavour}: {took:?}");
    }
}

#[test]
fn a_process_that_hangs_is_named() {
    let Some(mpi) = Mpi::find("openmpi") else {
        return;
    };
    let (outcome, took) = ends_after(&mpi, |victim| signal("STOP", victim));
    assert_ne!(outcome.code, Some(0));
    // Four seconds, and more where cycles are slow.
    let said = &outcome.stderr;
    // Beside it those who have not yet arrived.
    let waited = said.split(" has waited ").nth(1).unwrap_or_default();
    assert!(waited.contains("rank 2 on "), "{said}");
    assert!(took < Duration::from_secs(120), "{took:?}");
}

/// The fault of a plugin in one process: it is named with rank and host, and what was learned is
/// saved by rank 0.
#[test]
fn a_fault_in_one_process_is_named_and_saved() {
    let Some(mpi) = Mpi::find("openmpi") else {
        return;
    };
    let host = Host::new();
    host.add_plugin("misbehaving");
    let liar: &[&str] = &[
        "--task",
        "Liar-v0",
        "--set",
        "task_config.lie=panic-in-step",
        "--set",
        "task_config.rank=1",
        // Else the warm-up meets the fault, before there is anything to save.
        "--set",
        "warm_up=false",
    ];
    let outcome = run(&host, &mpi.of(2), "runs", &[liar, SMALL]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    for part in [
        "error: rank 1 on ",
        "panicked: I was told to",
        "is saved in",
    ] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
    let latest = host.only_run("runs").join("checkpoints/latest");
    let name = std::fs::read_to_string(latest).unwrap();
    assert!(name.trim().ends_with("-fault"), "{name}");
}

/// A plugin that hangs in one process ends all of them, with its name and that of its rank; the last
/// checkpoint is there.
#[test]
fn a_plugin_that_hangs_in_one_process_is_named_and_ends_all() {
    let Some(mpi) = Mpi::find("openmpi") else {
        return;
    };
    let host = Host::new();
    host.add_plugin("misbehaving");
    let liar: &[&str] = &[
        "--task",
        "Liar-v0",
        "--set",
        "task_config.lie=hang-in-step",
        "--set",
        "task_config.rank=1",
        "--set",
        "warm_up=false",
        "--set",
        "plugin_timeout_secs=3",
    ];
    // It returns once no process is left that has its output open.
    let outcome = run(&host, &mpi.of(2), "runs", &[liar, SMALL]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    for part in [
        "error: rank 1 on ",
        "plugin misbehaving 0.1.0, task \"Liar-v0\", call step: it has not returned for 3 s",
    ] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
    assert_eq!(latest_checkpoint(&host.only_run("runs")).len(), 4);
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let Some(mpi) = Mpi::find("openmpi") else {
        return;
    };
    let host = Host::new();
    let one = [&["run", "--quiet"], CART_POLE, SMALL].concat();
    let other = [&one[..], &["--seed", "2"]].concat();
    let outcome = host.launch_two(&mpi, &one, &other);
    assert_ne!(outcome.code, Some(0));
    let said = "its settings have `seed = 2` instead of `seed = 1`";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);

    let few = [
        "--preset",
        "none",
        "--environments",
        "2",
        "--horizon",
        "64",
        "--set",
        "ppo.minibatch_size=64",
    ];
    let outcome = run(&host, &mpi.of(3), "runs", &[CART_POLE, &few]);
    let said = "environments: there are 2 for 3 processes, expected at least one each";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);

    let missing = mpi.of(2).with("ANGORA_MPI_LIBRARY", "/nowhere.so");
    let outcome = run(&host, &missing, "runs", &[CART_POLE, SMALL]);
    let said = "has started 2 processes, but the host has no library for that MPI (looked for /nowhere.so)";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);

    if let Some(mpich) = Mpi::find("mpich") {
        let library = mpich.library().display().to_string();
        let wrong = mpi.of(2).with("ANGORA_MPI_LIBRARY", &library);
        let outcome = run(&host, &wrong, "runs", &[CART_POLE, SMALL]);
        let said = "it is the library of another MPI than the launcher's";
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    assert!(!host.folder().join("runs").exists(), "no run was begun");
}

/// They would take turns with the others. A signal that all get is for those that work.
#[test]
fn processes_without_a_processor_rest() {
    let host = Host::new();
    let one = checkpoint(&host, &Launch::solo(), "one", &[CART_POLE, SMALL]);
    for flavour in ["openmpi", "mpich"] {
        let Some(mpi) = Mpi::find(flavour) else {
            continue;
        };
        let launch = mpi.crowded(4);
        let settings = [&["run", "--runs", flavour], CART_POLE, SMALL].concat();
        let outcome = host.launch(&launch, &settings);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let said = "2 more rest, as there are fewer processors than processes";
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        let many = latest_checkpoint(&host.only_run(flavour));
        assert!(many == one, "{flavour}: another checkpoint");
    }
    let Some(mpi) = Mpi::find("openmpi") else {
        return;
    };
    let endless = ["run", "--quiet", "--cycles", "1000000"];
    let saving = ["--set", "checkpoint.interval_secs=0"];
    let settings = [&endless[..], &saving, CART_POLE].concat();
    let process = host.start_launched(&mpi.crowded(4), &settings);
    let run = host.wait_for_checkpoint(2);
    signal("USR1", process.id());
    let outcome = host.finish(process);
    assert_eq!(outcome.code, Some(75), "{}", outcome.stderr);
    assert!(latest_cycle(&run) >= 2);
}

/// An allocation with a single process needs no MPI, and none is loaded.
#[test]
fn a_process_alone_loads_no_mpi() {
    let host = Host::new();
    let alone = Launch::solo()
        .with("OMPI_COMM_WORLD_SIZE", "1")
        .with("ANGORA_MPI_LIBRARY", "/nowhere.so");
    checkpoint(&host, &alone, "runs", &[CART_POLE, SMALL]);
}
