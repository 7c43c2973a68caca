//! Processes of the host under a launcher.

use crate::artefacts::target;
use crate::host::{Host, Outcome};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// An MPI of this machine, with the host's library for it.
#[derive(Debug, Clone)]
pub struct Mpi {
    flavour: &'static str,
    launcher: String,
}

/// How the host is started.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// The launcher with its own arguments; empty for a process alone.
    prefix: Vec<String>,
    /// Variables of the environment.
    variables: Vec<(String, String)>,
    label: String,
}

impl Mpi {
    /// The MPI of a flavour (`openmpi`, `mpich`); says that the test is left out where it is not
    /// there.
    #[must_use]
    pub fn find(flavour: &'static str) -> Option<Self> {
        let there = |name: &String| {
            let output = Command::new(name).arg("--version").output();
            let said = output.map(|o| String::from_utf8_lossy(&o.stdout).to_lowercase());
            let word = if flavour == "openmpi" {
                "open"
            } else {
                "hydra"
            };
            said.is_ok_and(|said| said.contains(word))
        };
        let names = [format!("mpirun.{flavour}"), "mpirun".to_owned()];
        let mpi = names
            .into_iter()
            .find(there)
            .map(|launcher| Self { flavour, launcher });
        let mpi = mpi.filter(|mpi| mpi.library().is_file());
        if mpi.is_none() {
            println!("skipped: there is no {flavour}, or no library of the host for it");
        }
        mpi
    }

    /// The host's library for it.
    #[must_use]
    pub fn library(&self) -> PathBuf {
        let folder = target().join("comm").join(self.flavour);
        folder.join("libangora_mpi.so")
    }

    /// Of so many processes, which all work; more than processors are allowed, and root may start
    /// them.
    #[must_use]
    pub fn of(&self, processes: usize) -> Launch {
        Launch {
            prefix: self.prefix(processes),
            variables: vec![("ANGORA_MPI_ALL_WORK".to_owned(), "1".to_owned())],
            label: format!("{}-{processes}", self.flavour),
        }
    }

    /// Of so many processes on two processors.
    #[must_use]
    pub fn crowded(&self, processes: usize) -> Launch {
        let pinned = ["taskset", "--cpu-list", "0,1"].map(str::to_owned);
        Launch::behind([pinned.to_vec(), self.prefix(processes)].concat())
    }

    fn prefix(&self, processes: usize) -> Vec<String> {
        let mut prefix = self.launcher();
        prefix.extend(["-np".to_owned(), processes.to_string()]);
        prefix
    }

    pub(crate) fn launcher(&self) -> Vec<String> {
        let mut words = vec![self.launcher.clone()];
        if self.flavour == "openmpi" {
            words.extend(["--allow-run-as-root", "--oversubscribe"].map(str::to_owned));
        }
        words
    }
}

impl Launch {
    /// A process without a launcher.
    #[must_use]
    pub fn solo() -> Self {
        Self {
            label: "solo".to_owned(),
            ..Self::default()
        }
    }

    /// Behind words of one's own.
    #[must_use]
    pub fn behind(prefix: Vec<String>) -> Self {
        Self {
            prefix,
            ..Self::default()
        }
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self.label = format!("{}-{}", self.label, name.to_lowercase());
        self
    }

    /// A word for it, for names of folders.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl Host {
    /// Runs a command of the host to its end, started so.
    ///
    /// # Panics
    /// The launcher cannot be started.
    #[must_use]
    pub fn launch(&self, launch: &Launch, arguments: &[&str]) -> Outcome {
        let child = self.start_launched(launch, arguments);
        self.finish(child)
    }

    /// Runs two processes with command lines of their own.
    ///
    /// # Panics
    /// The launcher cannot be started.
    #[must_use]
    pub fn launch_two(&self, mpi: &Mpi, first: &[&str], second: &[&str]) -> Outcome {
        let one = ["-np".to_owned(), "1".to_owned()];
        let prefix = [mpi.launcher(), one.to_vec()].concat();
        let mut command = self.launched(&Launch::behind(prefix), first);
        command
            .arg(":")
            .args(&one)
            .arg(target().join("angora-host"))
            .args(second);
        self.finish(command.spawn().expect("the launcher starts"))
    }

    /// Starts a command of the host and leaves it running.
    ///
    /// # Panics
    /// The launcher cannot be started.
    #[must_use]
    pub fn start_launched(&self, launch: &Launch, arguments: &[&str]) -> Child {
        let mut command = self.launched(launch, arguments);
        command.spawn().expect("the launcher starts")
    }

    fn launched(&self, launch: &Launch, arguments: &[&str]) -> Command {
        let alone = self.command(arguments);
        let mut command = match launch.prefix.split_first() {
            None => self.command(arguments),
            Some((launcher, rest)) => {
                let mut command = Command::new(launcher);
                command
                    .args(rest)
                    .arg(alone.get_program())
                    .args(alone.get_args());
                command.current_dir(self.folder());
                for (name, value) in alone.get_envs() {
                    match value {
                        Some(value) => command.env(name, value),
                        None => command.env_remove(name),
                    };
                }
                command
            }
        };
        let variables = launch.variables.iter().map(|(name, value)| (name, value));
        command
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Waits for the end of a command.
    ///
    /// # Panics
    /// It cannot be waited for.
    #[must_use]
    pub fn finish(&self, child: Child) -> Outcome {
        let output = child.wait_with_output().expect("it ends");
        Outcome {
            code: output.status.code(),
            stdout: self.normalise(&output.stdout),
            stderr: self.normalise(&output.stderr),
        }
    }

    /// Waits until the only run has saved so many cycles; its folder.
    ///
    /// # Panics
    /// It does not within a minute.
    #[must_use]
    pub fn wait_for_checkpoint(&self, cycles: u64) -> PathBuf {
        let saved = |run: &Path| {
            let name = std::fs::read_to_string(run.join("checkpoints/latest")).ok()?;
            name.trim().strip_prefix("cycle-")?.parse::<u64>().ok()
        };
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            let runs = std::fs::read_dir(self.folder().join("runs"))
                .into_iter()
                .flatten();
            let found = runs
                .filter_map(|run| Some(run.ok()?.path()))
                .find(|run| saved(run).is_some_and(|n| n >= cycles));
            if let Some(run) = found {
                return run;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no run has saved cycle {cycles} within a minute");
    }

    /// The process of a rank below a launcher.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn process_of_rank(&self, launcher: u32, rank: usize) -> u32 {
        let names = ["OMPI_COMM_WORLD_RANK", "PMI_RANK"];
        let entries = std::fs::read_dir("/proc").expect("Linux");
        let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let found = numbers.into_iter().find(|process: &u32| {
            let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            let mut variables = environment.split(|byte| *byte == 0);
            let of_rank = variables.any(|variable| {
                names
                    .iter()
                    .any(|name| variable == format!("{name}={rank}").as_bytes())
            });
            of_rank && is_below(*process, launcher)
        });
        found.expect("a process of that rank")
    }
}

/// Whether a process descends from another.
fn is_below(process: u32, ancestor: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The parent follows the state, which follows the name in brackets.
    let parent = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().nth(1));
    match parent.and_then(|parent| parent.parse().ok()) {
        Some(parent) if parent == ancestor => true,
        Some(parent) if parent > 1 => is_below(parent, ancestor),
        _ => false,
    }
}
