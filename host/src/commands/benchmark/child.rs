//! The processes of a run: this very program, in a group of its own, so that Ctrl-C reaches it through
//! the benchmark alone.

use crate::error::HostError;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Variable that names the process with which this one ends.
const PARENT: &str = "ANGORA_BENCHMARK_PARENT";

/// Where the processes of a run write.
#[derive(Debug, Clone)]
pub struct Outlets {
    /// File that what they say is appended to.
    pub log: PathBuf,
    /// File for what the evaluation finds.
    pub answer: PathBuf,
}

impl Outlets {
    /// Of a run, below the folder of the benchmark.
    #[must_use]
    pub fn of(folder: &Path, run: &str) -> Self {
        Self {
            log: folder.join("logs").join(format!("{run}.log")),
            answer: folder.join("logs").join(format!("{run}.evaluation.json")),
        }
    }

    /// The last line in which a process says what is wrong, or the last line at all.
    #[must_use]
    pub fn problem(&self, status: ExitStatus) -> String {
        let mut text = String::new();
        let read = File::open(&self.log).and_then(|mut file| file.read_to_string(&mut text));
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let error = lines().rev().find_map(|line| line.strip_prefix("error: "));
        let said = error.or_else(|| lines().next_back());
        match (read, said, status.signal()) {
            (_, _, Some(signal)) => format!("its process was ended by signal {signal}"),
            (Ok(_), Some(said), None) => said.to_owned(),
            _ => format!("its process ended with {status} and said nothing"),
        }
    }
}

/// Starts the training of a run, or what is left of it.
///
/// # Errors
/// The process cannot be started.
pub fn train(
    settings: &Path,
    run: &str,
    runs: &Path,
    tag: &str,
    lock: Option<&Path>,
    outlets: &Outlets,
) -> Result<Child, HostError> {
    let mut command = command()?;
    command.arg("run").arg(settings);
    command.args(["--resume-or-begin", run, "--tag", tag]);
    command.args(["--threads", "1", "--quiet"]);
    command.arg("--runs").arg(runs);
    if let Some(lock) = lock {
        command.arg("--locked").arg(lock);
    }
    command.stdout(Stdio::null());
    start(command, outlets)
}

/// Starts the evaluation of a run.
///
/// # Errors
/// The process cannot be started.
pub fn evaluate(
    run: &Path,
    plan: &angora_benchmark::EvaluationPlan,
    locked: bool,
    outlets: &Outlets,
) -> Result<Child, HostError> {
    let mut command = command()?;
    command.arg("evaluate").arg(run);
    let (episodes, seed) = (plan.episodes.to_string(), plan.seed.to_string());
    command.args(["--episodes", &episodes, "--seed", &seed]);
    command.args(["--checkpoint", &plan.checkpoint]);
    command.args(["--threads", "1", "--json"]);
    if locked {
        command.arg("--locked");
    }
    let answer = &outlets.answer;
    command.stdout(File::create(answer).map_err(HostError::io(answer))?);
    start(command, outlets)
}

fn command() -> Result<Command, HostError> {
    let program = std::env::current_exe().map_err(HostError::io(Path::new("angora-host")))?;
    let mut command = Command::new(program);
    command
        .env(PARENT, std::process::id().to_string())
        .stdin(Stdio::null())
        .process_group(0);
    Ok(command)
}

fn start(mut command: Command, outlets: &Outlets) -> Result<Child, HostError> {
    let log = &outlets.log;
    let file = OpenOptions::new().create(true).append(true).open(log);
    command.stderr(file.map_err(HostError::io(log))?);
    command
        .spawn()
        .map_err(HostError::io(Path::new(command.get_program())))
}

/// In a process that a benchmark has started: from now on it saves and ends when the benchmark is
/// gone, however that went.
pub fn end_with_benchmark() {
    let parent = std::env::var(PARENT)
        .ok()
        .and_then(|text| text.parse().ok());
    let Some(parent) = parent.and_then(Pid::from_raw) else {
        return;
    };
    // Where the system has no such signal, the process goes on to its end, and the next call waits.
    let _ = set_parent_process_death_signal(Some(Signal::TERM));
    // It may have been gone before that.
    if getppid() != Some(parent) {
        std::process::exit(143);
    }
}
