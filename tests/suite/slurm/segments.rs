//! However a job is cut up, it is one run.

use super::support::{Cluster, assert_same, last_segment, lines};
use std::time::Instant;

#[test]
fn a_job_that_is_warned_and_requeued_equals_an_uninterrupted_run() {
    let cluster = Cluster::new();
    let outcome = cluster.submit(&[("FAKE_LIMITS", "2")], &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "100\n");
    assert_eq!(
        cluster.log(),
        [
            "100 segment 0 ended with 0",
            "100 segment 1 ended with 0",
            "100 segment 2 ended with 0"
        ],
        "{}",
        cluster.output()
    );
    let run = cluster.path("runs/job");
    assert_eq!(last_segment(&run), 2);
    assert_same(&run, &cluster.uninterrupted("1"));
    assert_eq!(
        cluster
            .output()
            .matches("job       100 saved and requeued")
            .count(),
        2,
        "{}",
        cluster.output()
    );
}

/// Through srun, as the site says; each seed is a run of its own.
#[test]
fn an_array_of_seeds_is_as_many_runs() {
    let cluster = Cluster::new();
    std::fs::write(
        cluster.path("site.toml"),
        "launcher = \"srun\"\nlauncher_options = [\"--mpi=none\"]\n",
    )
    .unwrap();
    let array = [
        "--site",
        "site.toml",
        "--array-seeds",
        "3,7",
        "--array-parallel",
        "1",
    ];
    let outcome = cluster.submit(&[("FAKE_LIMITS", "1")], &array);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(
        cluster.log(),
        [
            "100_1 segment 0 ended with 0",
            "100_1 segment 1 ended with 0",
            "100_0 segment 0 ended with 0",
            "100_0 segment 1 ended with 0"
        ],
        "{}",
        cluster.output()
    );
    for seed in ["3", "7"] {
        let run = cluster.path(&format!("runs/job-seed-{seed}"));
        assert_eq!(last_segment(&run), 1);
        assert_same(&run, &cluster.uninterrupted(seed));
    }
    let options = std::fs::read_to_string(cluster.path("slurm/srun-options")).unwrap();
    assert_eq!(
        options,
        "--ntasks=1\n--cpus-per-task=1\n--kill-on-bad-exit=1\n--mpi=none\n"
    );
}

/// SIGTERM to the steps alone, as where a site preempts: the run says 75 and is requeued.
#[test]
fn a_step_that_is_terminated_is_requeued() {
    let cluster = Cluster::new();
    let environment = [("FAKE_LIMITS", "1"), ("FAKE_SIGNAL", "STEP")];
    let outcome = cluster.submit(&environment, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(cluster.log().len(), 2, "{}", cluster.output());
    assert_same(&cluster.path("runs/job"), &cluster.uninterrupted("1"));
}

/// SIGTERM to the script: cancelled, or out of time. It is saved, does not come back by itself,
/// and goes on when it is submitted again.
#[test]
fn a_cancelled_job_is_saved_and_stays_away_until_it_is_submitted_again() {
    let cluster = Cluster::new();
    let environment = [("FAKE_LIMITS", "1"), ("FAKE_SIGNAL", "TERM")];
    let outcome = cluster.submit(&environment, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(cluster.log(), ["100 segment 0 ended with 75"]);
    let said = format!(
        "job       ended by SLURM, saved; `sbatch {}` goes on",
        cluster.path("runs/slurm/job.sh").display()
    );
    assert!(cluster.output().contains(&said), "{}", cluster.output());

    let outcome = cluster.submit(&[], &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let run = cluster.path("runs/job");
    assert_eq!(last_segment(&run), 1);
    assert_same(&run, &cluster.uninterrupted("1"));
}

#[test]
fn a_job_that_cannot_be_requeued_says_how_it_goes_on() {
    let cluster = Cluster::new();
    let environment = [("FAKE_LIMITS", "9"), ("FAKE_NO_REQUEUE", "1")];
    let outcome = cluster.submit(&environment, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(cluster.log(), ["100 segment 0 ended with 75"]);
    let output = cluster.output();
    assert!(
        output.contains("saved, but SLURM does not requeue it"),
        "{output}"
    );

    // And one that comes back again and again does so as often as its site allows.
    let cluster = Cluster::new();
    std::fs::write(cluster.path("site.toml"), "max_requeues = 1\n").unwrap();
    let outcome = cluster.submit(&[("FAKE_LIMITS", "9")], &["--site", "site.toml"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(
        cluster.log(),
        ["100 segment 0 ended with 0", "100 segment 1 ended with 75"]
    );
    assert!(
        cluster.output().contains("saved after 1 requeues"),
        "{}",
        cluster.output()
    );
}

const ENDLESS: [&str; 7] = [
    "run",
    "--quiet",
    "--task",
    "CartPole-v1",
    "--cycles",
    "1000000",
    "--resume-or-begin",
];

#[test]
fn the_wall_clock_ends_a_run_in_time_and_it_goes_on() {
    let cluster = Cluster::new();
    let run = cluster.path("runs/clock");
    // Where this machine is so busy that a segment has no time for a cycle, there are more of them.
    let (mut cycles, mut segments, mut went_on) = (0, 0, 0);
    while went_on < 2 {
        segments += 1;
        assert!(segments < 20, "{cycles} cycles in {segments} segments");
        let start = Instant::now();
        let outcome = cluster
            .host
            .call(&[&ENDLESS[..], &["clock", "--wall-clock", "3s"]].concat());
        assert_eq!(outcome.code, Some(75), "{}", outcome.stderr);
        // Long before its cycles are over, however busy this machine is.
        assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
        let done = lines(&run).len();
        assert!(done >= cycles, "{done} cycles after {cycles}");
        went_on += usize::from(done > cycles);
        cycles = done;
        if done == 0 {
            continue;
        }
        let latest = std::fs::read_to_string(run.join("checkpoints/latest")).unwrap();
        assert_eq!(
            latest,
            format!("cycle-{done:06}"),
            "the last cycle is saved"
        );
    }
}

#[test]
fn signals_of_batch_systems_save_and_exit_with_75() {
    let alone: &[(&str, &str)] = &[];
    let slurm: &[(&str, &str)] = &[("SLURM_JOB_ID", "1")];
    let cases = [
        (alone, &["-USR1"][..], 75),
        // Told by SLURM and by the script.
        (alone, &["-USR1", "-USR1"], 75),
        (slurm, &["-TERM", "-TERM"], 75),
        (slurm, &["-INT"], 130),
        (alone, &["-TERM"], 143),
    ];
    for (environment, signals, code) in cases {
        let cluster = Cluster::new();
        let mut child = cluster
            .host
            .start_in(environment, &[&ENDLESS[..], &["job"]].concat());
        let metrics = cluster.path("runs/job/metrics.jsonl");
        let start = Instant::now();
        while std::fs::metadata(&metrics).map_or(0, |m| m.len()) == 0 {
            assert!(
                start.elapsed().as_secs() < 60,
                "waiting for the first cycle"
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        for signal in signals {
            let id = child.id().to_string();
            let sent = std::process::Command::new("kill")
                .args([*signal, id.as_str()])
                .status();
            assert!(sent.unwrap().success());
        }
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signals:?}");
        let done = lines(&cluster.path("runs/job")).len();
        let latest = std::fs::read_to_string(cluster.path("runs/job/checkpoints/latest")).unwrap();
        assert_eq!(latest, format!("cycle-{done:06}"), "{signals:?}");
    }
}
