//! The real `angora-host` in a folder of its own.

use crate::artefacts::{library, module, target};
use crate::repository;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// First-party plugins, linked onto the search path of every test.
const PLUGINS: &[&str] = &[
    "body-arms",
    "body-half-cheetah",
    "body-hopper",
    "body-inverted-pendulum",
    "body-locomotion",
    "body-planar-arm",
    "body-planar-fingers",
    "body-shadow-hand",
    "brain-feedforward",
    "brain-sensorimotor",
    "brain-visual",
    "preprocessor-noise",
    "distribution-squashed-gaussian",
    "preprocessor-normalise",
    "reward-dexterity",
    "task-arms",
    "task-box2d",
    "task-classic-control",
    "task-gymnasium",
    "task-hanoi",
    "task-inverted-pendulum",
    "task-locomotion",
    "task-manipulate",
    "task-memory",
    "task-reach",
    "task-reach-planar",
];

/// A place to run the host in.
#[derive(Debug)]
pub struct Host {
    folder: TempDir,
}

/// What a call gave.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// An empty folder with the first-party plugins on the search path.
    ///
    /// # Panics
    /// There is no place for temporary files.
    #[must_use]
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).expect("a folder for plugins");
        for plugin in PLUGINS {
            let library = library(plugin);
            let name = library.file_name().unwrap_or_default();
            std::os::unix::fs::symlink(&library, plugins.join(name)).expect("a link to a plugin");
        }
        Self { folder }
    }

    /// Where it runs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a plugin of the tests on the search path as well.
    ///
    /// # Panics
    /// It cannot be linked.
    pub fn add_plugin(&self, plugin: &str) {
        let library = library(plugin);
        let name = library.file_name().unwrap_or_default();
        let link = self.folder().join("plugins").join(name);
        std::os::unix::fs::symlink(&library, link).expect("a link to a plugin");
    }

    /// Puts a plugin's module on the search path; says whether there is one on this machine.
    ///
    /// # Panics
    /// It cannot be linked.
    #[must_use]
    pub fn add_module(&self, plugin: &str) -> bool {
        let Some(module) = module(plugin) else {
            return false;
        };
        let name = module.file_name().unwrap_or_default();
        let link = self.folder().join("plugins").join(name);
        std::os::unix::fs::symlink(&module, link).expect("a link to a module");
        true
    }

    /// A command that is to be run here.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(target().join("angora-host"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env("ANGORA_PLUGIN_PATH", self.folder().join("plugins"))
            .env("XDG_CACHE_HOME", self.folder().join("cache"))
            .env("HOME", self.folder())
            // For the bridge to Python.
            .env("PYTHONPATH", repository().join("native/gymnasium"))
            .env_remove("ANGORA_PROGRAM")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("ANGORA_REGISTRY")
            .env_remove("ANGORA_KEY_PASSWORD")
            .env_remove("DOCKER_CONFIG")
            .env_remove("SLURM_JOB_ID")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// The host cannot be started.
    #[must_use]
    pub fn call(&self, arguments: &[&str]) -> Outcome {
        self.call_in(&[], arguments)
    }

    /// As [`call`](Self::call), with more variables.
    ///
    /// # Panics
    /// The host cannot be started.
    #[must_use]
    pub fn call_in(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Outcome {
        let output = self
            .command(arguments)
            .envs(environment.iter().copied())
            .output()
            .expect("the host starts");
        Outcome {
            code: output.status.code(),
            stdout: self.normalise(&output.stdout),
            stderr: self.normalise(&output.stderr),
        }
    }

    /// Runs a command to its end on a terminal of so many columns and 40 lines; the last screen,
    /// without the spaces at the end of lines, and the exit code.
    ///
    /// # Panics
    /// `script` of util-linux cannot be started.
    #[must_use]
    pub fn call_on_terminal(&self, columns: u16, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
        const LINES: u16 = 40;
        let command = self.command(arguments);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted: Vec<String> = words
            .map(|word| format!("'{}'", word.to_string_lossy().replace('\'', "'\\''")))
            .collect();
        let typed = format!(
            "stty columns {columns} rows {LINES}; exec {}",
            quoted.join(" ")
        );
        let mut script = Command::new("script");
        script
            .args(["--quiet", "--return", "--command", &typed, "/dev/null"])
            .current_dir(self.folder())
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        let output = script.output().expect("util-linux has `script`");
        let mut terminal = vt100::Parser::new(LINES, columns, 0);
        terminal.process(&output.stdout);
        let lines = terminal.screen().rows(0, columns);
        let lines = lines.map(|line| self.normalise(line.trim_end().as_bytes()));
        (lines.collect(), output.status.code())
    }

    /// Starts a command and leaves it running.
    ///
    /// # Panics
    /// The host cannot be started.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.start_in(&[], arguments)
    }

    /// As [`start`](Self::start), with more variables.
    ///
    /// # Panics
    /// The host cannot be started.
    #[must_use]
    pub fn start_in(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Child {
        self.command(arguments)
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the host starts")
    }

    /// Starts a command and hands on what it says to standard error.
    ///
    /// # Panics
    /// The host cannot be started.
    #[must_use]
    pub fn start_aloud(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the host starts")
    }

    /// The only run below a folder.
    ///
    /// # Panics
    /// There is none, or more than one.
    #[must_use]
    pub fn only_run(&self, runs: &str) -> PathBuf {
        let entries = std::fs::read_dir(self.folder().join(runs)).expect("a folder of runs");
        let runs: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs[0].clone()
    }

    /// Paths of this machine become words.
    pub(crate) fn normalise(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes)
            .replace(&self.folder().display().to_string(), "FOLDER")
            .replace(&target().display().to_string(), "TARGET")
    }
}
