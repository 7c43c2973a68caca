//! What is wrong is found before anything is submitted or written.

use super::support::{Cluster, SETTINGS};

const RUN: [&str; 3] = ["--", "--task", "CartPole-v1"];

#[test]
fn nothing_that_is_wrong_reaches_the_queue() {
    let cluster = Cluster::new();
    let sites = cluster.path(".config/angora/sites");
    std::fs::create_dir_all(&sites).unwrap();
    std::fs::write(sites.join("juwels.toml"), "acount = \"lab\"\n").unwrap();
    std::fs::write(sites.join("raven.toml"), "launcher = \"none\"\n").unwrap();
    let hour = ["--time", "1:00:00"];
    let cases: &[(&[&str], &[&str], i32, &str)] = &[
        (
            &["--site", "juwles", "--time", "1:00:00"],
            &[],
            2,
            "error: command line: --site: there is no site \"juwles\" in FOLDER/.config/angora/sites; did you mean juwels?",
        ),
        (
            &["--site", "juwels", "--time", "1:00:00"],
            &[],
            3,
            "error: FOLDER/.config/angora/sites/juwels.toml: acount: there is no such key; did you mean account?",
        ),
        (
            &["--site", "nowhere.toml", "--time", "1:00:00"],
            &[],
            3,
            "error: nowhere.toml: file: No such file or directory",
        ),
        (
            &["--time", "1:00:60"],
            &[],
            2,
            "error: invalid value '1:00:60' for '--time <TIME>': expected a time like 12:00:00, 1-12:00:00 (days-hours:minutes:seconds), 90 (minutes) or 2h 30m, not \"1:00:60\"",
        ),
        (
            &[],
            &[],
            2,
            "error: command line: --time: a job needs a time limit: add --time 12:00:00",
        ),
        (
            &["--time", "2"],
            &[],
            2,
            "error: command line: --time: 00:02:00 are no more than the 180 seconds before the end",
        ),
        (
            &["--array-seeds", "5..1", "--time", "1:00:00"],
            &[],
            2,
            "error: invalid value '5..1' for '--array-seeds <SEEDS>': expected seeds like 1..5",
        ),
        (
            &hour,
            &["--cycels", "3"],
            2,
            "error: unexpected argument '--cycels' found",
        ),
        (
            &hour,
            &["--set", "ppo.clip_rang=0.1"],
            2,
            "error: command line: ppo.clip_rang: there is no such setting; did you mean ppo.clip_range?",
        ),
        // Seen only when the brain is built.
        (
            &hour,
            &["--freeze", "polcy"],
            2,
            "error: command line: freeze: there is no region \"polcy\" in this brain; it has, nearest first: policy",
        ),
        (
            &hour,
            &["--load-region", "policy=nothing"],
            2,
            "error: command line: load_regions: there is no run",
        ),
        (
            &hour,
            &["--resume", "latest"],
            2,
            "error: command line: --resume: --name says",
        ),
        (
            &hour,
            &["--wall-clock", "5"],
            2,
            "error: command line: --wall-clock: --time in front",
        ),
        (
            &["--array-seeds", "1..2", "--time", "1:00:00"],
            &["--seed", "4"],
            2,
            "error: command line: --seed: --array-seeds has the seeds",
        ),
        (
            &["--site", "raven", "--nodes", "2", "--time", "1:00:00"],
            &[],
            2,
            "error: command line: --nodes: 2 nodes with 1 tasks each need a launcher",
        ),
        (
            &["--name", "../x", "--time", "1:00:00"],
            &[],
            2,
            "error: invalid value '../x' for '--name <NAME>': a run's name has",
        ),
    ];
    for (submit, run, code, message) in cases {
        let arguments = [&["submit"], *submit, &RUN, *run].concat();
        let outcome = cluster.call(&[], &arguments);
        assert!(
            outcome.stderr.starts_with(message),
            "{arguments:?}: {}\nexpected {message}",
            outcome.stderr
        );
        assert_eq!(outcome.code, Some(*code), "{arguments:?}");
        assert!(!cluster.path("runs").exists(), "{arguments:?}");
        assert!(!cluster.path("slurm").exists(), "{arguments:?}");
    }
}

#[test]
fn without_sbatch_the_script_is_written_and_the_command_said() {
    let cluster = Cluster::new();
    let submit = ["submit", "--name", "job", "--time", "1:00:00"];
    let arguments = [&submit[..], &RUN].concat();
    // Nothing is on the search path.
    let outcome = cluster.call(&[("PATH", "/nonexistent")], &arguments);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr,
        "script    FOLDER/runs/slurm/job.sh\nerror: sbatch is not here, so nothing is submitted; the script is written, and on the cluster `sbatch FOLDER/runs/slurm/job.sh` submits it\n"
    );
    assert!(cluster.path("runs/slurm/job.sh").is_file());

    let outcome = cluster.call(&[("FAKE_REFUSE", "Invalid account")], &arguments);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stderr
            .contains("sbatch: error: Invalid account; the script stays in"),
        "{}",
        outcome.stderr
    );
}

/// The file may change while the job waits: its copy does not, nor does the run.
#[test]
fn a_job_keeps_the_settings_that_it_was_submitted_with() {
    let cluster = Cluster::new();
    let settings = "task = \"CartPole-v1\"\npreset = \"none\"\ncycles = 2\nhorizon = 64\n";
    std::fs::write(cluster.path("run.toml"), settings).unwrap();
    let submit = [
        "submit", "--name", "job", "--time", "1:00:00", "--", "run.toml",
    ];
    let outcome = cluster.call(&[("PATH", "/nonexistent")], &submit);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    std::fs::write(cluster.path("run.toml"), "task = \"Pendulum-v1\"\n").unwrap();
    let status = std::process::Command::new("bash")
        .arg(cluster.path("runs/slurm/job.sh"))
        .current_dir(cluster.host.folder())
        .status();
    assert!(status.unwrap().success());
    let experiment = std::fs::read_to_string(cluster.path("runs/job/experiment.toml")).unwrap();
    assert!(experiment.contains("CartPole-v1"), "{experiment}");

    // And a job of that name with other settings is not submitted.
    let outcome = cluster.call(&[], &submit);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.starts_with("error: command line: "),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("the run job has been begun with"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_run_of_a_name_is_begun_once() {
    let cluster = Cluster::new();
    let run = |more: &[&str]| {
        let named = ["run", "--quiet", "--resume-or-begin", "mine"];
        cluster.host.call(&[&named[..], &SETTINGS, more].concat())
    };
    // What a process left that was killed at once.
    std::fs::create_dir_all(cluster.path("runs/mine")).unwrap();
    std::fs::write(cluster.path("runs/mine/.writer"), "").unwrap();
    assert_eq!(run(&[]).code, Some(0));
    let folder = cluster.path("runs/mine");
    let before = crate::determinism::latest_checkpoint(&folder);
    let again = run(&[]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(
        before == crate::determinism::latest_checkpoint(&folder),
        "it was complete"
    );

    let other = run(&["--set", "ppo.discount=0.9"]);
    assert_eq!(other.code, Some(2));
    assert_eq!(
        other.stderr,
        "error: command line: ppo.discount: the run mine has been begun with 0.99, not with 0.9; take another name, or go on with it as it is: `angora-host run --resume runs/mine`\n"
    );
    // Threads and checkpoints may be others.
    let threads = run(&["--threads", "1", "--set", "checkpoint.every=7"]);
    assert_eq!(threads.code, Some(0), "{}", threads.stderr);

    std::fs::create_dir_all(cluster.path("runs/pictures")).unwrap();
    std::fs::write(cluster.path("runs/pictures/a.png"), "").unwrap();
    let arguments = [
        "run",
        "--resume-or-begin",
        "pictures",
        "--task",
        "CartPole-v1",
    ];
    let outcome = cluster.host.call(&arguments);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr,
        "error: runs/pictures exists but is not an Angora run folder; choose another name\n"
    );
}

/// A run that has reached its threshold is over, however often its job is started.
#[test]
fn a_solved_run_is_not_begun_again() {
    let cluster = Cluster::new();
    let run = [
        "run",
        "--quiet",
        "--resume-or-begin",
        "mine",
        "--task",
        "CartPole-v1",
    ];
    let arguments = [&run[..], &["--stop-at-threshold"]].concat();
    let outcome = cluster.host.call(&arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let folder = cluster.path("runs/mine");
    let before = crate::determinism::latest_checkpoint(&folder);
    let outcome = cluster.host.call(&arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(before == crate::determinism::latest_checkpoint(&folder));
}
