//! Same seed, same run: bitwise, for any number of threads and over interruptions.

use angora_tests::Host;
use std::path::Path;

/// Every file of the latest checkpoint, by name.
pub fn latest_checkpoint(run: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = run.join("checkpoints");
    let name = std::fs::read_to_string(folder.join("latest")).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder.join(name.trim()))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    assert_eq!(files.len(), 4, "brain, optimiser, state, manifest");
    files
}

fn train(host: &Host, runs: &str, more: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut arguments = vec!["run", "--runs", runs, "--quiet", "--preset", "none"];
    arguments.extend(more);
    let outcome = host.call(&arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    latest_checkpoint(&host.only_run(runs))
}

fn same_for_any_number_of_threads(task: &[&str]) {
    let form = [
        "--cycles",
        "5",
        "--environments",
        "9",
        "--horizon",
        "64",
        "--set",
        "ppo.minibatch_size=192",
    ];
    same_in_this_form(task, &form);
}

fn same_in_this_form(task: &[&str], common: &[&str]) {
    let host = Host::new();
    let run = |threads: &str| {
        let more = [task, common, &["--threads", threads]].concat();
        train(&host, &format!("runs-{threads}"), &more)
    };
    let one = run("1");
    for threads in ["2", "7"] {
        assert!(
            run(threads) == one,
            "{threads} threads give another checkpoint than 1"
        );
    }
    let other_seed = {
        let more = [task, common, &["--seed", "2"]].concat();
        train(&host, "runs-seed", &more)
    };
    assert!(other_seed != one, "the seed matters");
}

#[test]
fn threads_do_not_change_a_discrete_task() {
    same_for_any_number_of_threads(&["--task", "CartPole-v1"]);
}

#[test]
fn threads_do_not_change_a_burn_device() {
    same_for_any_number_of_threads(&["--task", "Pendulum-v1", "--device", "flex"]);
}

/// Preprocessors with streams of their own, for senses and actions.
const NOISY: &str = "preprocessors=[\"motor-noise\",\"sensory-noise\",\"normalise-sensations\",\
                     \"normalise-rewards\"]";

#[test]
fn threads_do_not_change_a_physics_scene() {
    let task = ["--task", "HalfCheetah-v5", "--distribution", "beta"];
    same_for_any_number_of_threads(&[&task[..], &["--set", NOISY]].concat());
}

/// Pictures are dear, so there are fewer of them: with a memory behind, and without.
#[test]
fn threads_do_not_change_what_is_seen() {
    let form = [
        "--cycles",
        "2",
        "--environments",
        "5",
        "--horizon",
        "32",
        "--set",
        "ppo.minibatch_size=80",
        "--brain",
        "visual-small",
        "--task",
        "ReachPlanarVisual-v1",
    ];
    same_in_this_form(&[], &form);
    same_in_this_form(&["--set", "brain_config.cell=gru"], &form);
}

/// 36 chunks in a tile of 9 environments: four slices where they are taken at once.
#[test]
fn threads_do_not_change_recurrent_brains() {
    for (cell, start) in [("lstm", "stored"), ("gru", "carried")] {
        let cell = format!("brain_config.cell={cell}");
        let start = format!("ppo.chunk_start={start}");
        same_for_any_number_of_threads(&[
            "--task",
            "DelayedRecall-v1",
            "--set",
            "task_config.delay=5",
            "--set",
            "ppo.chunk_length=8",
            "--set",
            &cell,
            "--set",
            &start,
        ]);
    }
}

#[test]
fn a_run_in_two_parts_equals_one_in_one() {
    let recurrent = [
        "--set",
        "brain_config.cell=lstm",
        "--set",
        "ppo.chunk_start=carried",
    ];
    for (task, more) in [
        ("Pendulum-v1", &[][..]),
        ("Hopper-v5", &["--set", NOISY]),
        ("Pendulum-v1", &recurrent),
    ] {
        let host = Host::new();
        // The whole length is known from the start: schedules depend on it.
        let settings = [
            "--task",
            task,
            "--horizon",
            "48",
            "--set",
            "checkpoint.every=2",
            "--cycles",
            "5",
        ];
        let settings = [&settings, more].concat();
        let whole = train(&host, "whole", &settings);
        train(&host, "parts", &settings);
        let run = host.only_run("parts");
        // Back to the end of cycle 2, as if the run had been cut off there.
        std::fs::write(run.join("checkpoints/latest"), "cycle-000002").unwrap();
        let path = run.display().to_string();
        let outcome = host.call(&["run", "--quiet", "--resume", &path, "--threads", "1"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(
            latest_checkpoint(&run) == whole,
            "{task}: the resumed run differs"
        );
    }
}
