//! The script that `submit` writes.

use super::support::Cluster;
use angora_tests::{Host, library, repository, target};
use std::path::Path;

/// What the example's README says gives its `job.sh`, in the folder of another person.
#[test]
fn the_job_of_the_example_is_what_submit_writes() {
    let folder = repository().join("examples/08-many-machines");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let command = readme
        .lines()
        .find_map(|line| {
            line.strip_prefix("./angora submit ")
                .filter(|l| l.contains("--dry-run"))
        })
        .expect("a dry run in the README");
    let host = Host::new();
    let examples = host.folder().join("examples");
    std::fs::create_dir(&examples).unwrap();
    std::os::unix::fs::symlink(&folder, examples.join("08-many-machines")).unwrap();
    let words: Vec<&str> = command.split_whitespace().collect();
    let outcome = host.call_in(
        &[("LP_NUM_THREADS", "0")],
        &[&["submit"], &words[..]].concat(),
    );
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        !host.folder().join("runs").exists(),
        "a dry run writes nothing"
    );
    let script = outcome
        .stdout
        .replace("FOLDER", "/home/you/angora")
        .replace("TARGET", "/home/you/angora/target/debug");
    let path = folder.join("job.sh");
    if std::env::var_os("ANGORA_UPDATE").is_some() {
        std::fs::write(&path, &script).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written == script,
        "job.sh is not what `submit` writes; ANGORA_UPDATE=1 writes it anew:\n{script}"
    );
}

/// Several nodes with GPUs under mpirun: each thing that a site can say has its place.
#[test]
fn everything_of_a_site_is_in_the_script() {
    let host = Host::new();
    let site = r#"
account = "lab 42"
partition = "gpu,long"
qos = "normal"
sbatch = ["--hint=nomultithread", "--mail-type END # ours"]
modules = ["gcc/12", "openmpi/4.1"]
setup = ["export UCX_LOG_LEVEL=error"]
launcher = "mpirun"
launcher_options = ["--bind-to", "core"]
program = "/opt/angora host/angora-host"
notice_secs = 240
max_requeues = 7
[defaults]
nodes = 2
tasks_per_node = 4
cpus_per_task = 8
gpus_per_node = "a100:4"
time = "1-12:00:00"
mem = "64G"
"#;
    std::fs::write(host.folder().join("site.toml"), site).unwrap();
    let submit = ["submit", "--site", "site.toml", "--dry-run", "--name", "n"];
    let more = [
        "--nodes",
        "3",
        "--sbatch=--begin=now+1hour",
        "--array-seeds",
        "1..3",
    ];
    let run = ["--", "--task", "CartPole-v1"];
    let outcome = host.call(&[&submit[..], &more, &run].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    // The GPUs of a run that learns on the CPU are worth a word.
    assert!(
        outcome.stderr.contains("the GPUs would be idle"),
        "{}",
        outcome.stderr
    );
    let head = r#"#!/bin/bash
#SBATCH --job-name=n
#SBATCH --chdir=FOLDER
#SBATCH --output=FOLDER/runs/slurm/n-%A_%a.out
#SBATCH --open-mode=append
#SBATCH --nodes=3
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=8
#SBATCH --gpus-per-node=a100:4
#SBATCH --mem=64G
#SBATCH "--account=lab 42"
#SBATCH --partition=gpu,long
#SBATCH --qos=normal
#SBATCH --time=1-12:00:00
#SBATCH --signal=B:USR1@240
#SBATCH --requeue
#SBATCH --array=0-2
#SBATCH --hint=nomultithread
#SBATCH --mail-type END # ours
#SBATCH --begin=now+1hour
trap "#;
    assert!(outcome.stdout.starts_with(head), "{}", outcome.stdout);
    for part in [
        "\nseeds=(1 2 3)\nseed=${seeds[$SLURM_ARRAY_TASK_ID]}\nname=n-seed-$seed\n",
        "\nmodule load gcc/12\nmodule load openmpi/4.1\nexport UCX_LOG_LEVEL=error\nset +e\n",
        "(\n    mpirun\n    -np\n    12\n    --bind-to\n    core\n    '/opt/angora host/angora-host'\n    run\n",
        "    --wall-clock \"$((129600 - SECONDS))s\"\n    --seed \"$seed\"\n",
        "    --threads\n    8\n",
        "\nmost=7\n",
    ] {
        assert!(outcome.stdout.contains(part), "{part}\n{}", outcome.stdout);
    }
}

/// Blanks, quotes, dollars, line breaks and what a shell would run, in every place where a person
/// can write them; the script is really run.
#[test]
fn hostile_words_arrive_as_they_were_written() {
    let cluster = Cluster::new();
    let nasty = "it's \"a\" $HOME `touch pwned` $(touch pwned) ; * \\ # ! é";
    let plugin = cluster.path(&format!("{nasty}\nplugin"));
    std::fs::create_dir(&plugin).unwrap();
    let tiny = library("tiny-tasks");
    std::os::unix::fs::symlink(&tiny, plugin.join(tiny.file_name().unwrap())).unwrap();
    let settings = format!("{nasty}\nrun.toml");
    std::fs::write(
        cluster.path(&settings),
        "cycles = 2\nhorizon = 64\npreset = \"none\"\n",
    )
    .unwrap();
    // sbatch has no place for a line break or backslash in the names of files.
    let runs = nasty.replace('\\', "");
    let path = cluster.path(&runs).display().to_string();
    let site = format!("program = \"{}\"\n", target().join("angora-host").display());
    std::fs::write(cluster.path("site.toml"), site).unwrap();
    let submit = [
        "submit",
        "--name",
        "job",
        "--time",
        "60",
        "--site",
        "site.toml",
        "--runs",
        &runs,
    ];
    let run = [
        "--",
        settings.as_str(),
        "--plugin",
        plugin.to_str().unwrap(),
        "--task",
        "Identity-v0",
        "--set",
        "ppo.minibatch_size=64",
    ];
    let outcome = cluster.call(&[("FAKE_RUNS", &path)], &[&submit[..], &run].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let log = cluster.log();
    assert_eq!(log, ["100 segment 0 ended with 0"], "{}", outcome.stderr);
    let experiment = Path::new(&path).join("job/experiment.toml");
    let text = std::fs::read_to_string(experiment).unwrap();
    assert!(text.contains("\nplugin"), "{text}");
    assert!(text.contains("cycles = 2"), "{text}");
    assert!(Path::new(&path).join("slurm/job-100.out").is_file());
    let pwned = walk(cluster.host.folder()).any(|name| name == "pwned");
    assert!(!pwned, "a word was run");
}

fn walk(folder: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
}
