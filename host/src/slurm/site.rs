//! What a cluster wants of a job: one TOML file a site.

use crate::config::{ConfigError, Source};
use crate::slurm::TimeLimit;
use angora_core::{folder, suggest};
use schemars::JsonSchema;
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};
use toml::Table;

/// A site, as its file says; an empty one where there is none.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Account that is charged.
    pub account: Option<String>,
    /// Partition, or several with commas.
    pub partition: Option<String>,
    /// Quality of service.
    pub qos: Option<String>,
    /// Further options of sbatch, one a line, as they stand behind `#SBATCH`.
    pub sbatch: Vec<String>,
    /// Modules to load before the run.
    pub modules: Vec<String>,
    /// Lines of shell before the run, after the modules; one that fails ends the job.
    pub setup: Vec<String>,
    /// What starts the tasks: `srun`, `mpirun` or `none`; where absent, `srun` for several tasks
    /// and `none` for one.
    pub launcher: Option<Launcher>,
    /// Options of the launcher.
    pub launcher_options: Vec<String>,
    /// The program on the nodes; where absent, the one that writes the script.
    pub program: Option<String>,
    /// Seconds before the time limit at which SLURM warns the run; 180 where absent.
    pub notice_secs: u64,
    /// How often a job goes back into the queue before it is left for a person to look at; 100
    /// where absent.
    pub max_requeues: u64,
    /// What a job asks for where the command line does not say.
    pub defaults: Resources,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            account: None,
            partition: None,
            qos: None,
            sbatch: Vec::new(),
            modules: Vec::new(),
            setup: Vec::new(),
            launcher: None,
            launcher_options: Vec::new(),
            program: None,
            notice_secs: 180,
            max_requeues: 100,
            defaults: Resources::default(),
        }
    }
}

/// What starts the tasks of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Launcher {
    /// SLURM's own.
    Srun,
    /// That of Open MPI or MPICH.
    Mpirun,
    /// The script itself: one task.
    None,
}

/// What a job asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Resources {
    /// Nodes; 1 where absent.
    pub nodes: Option<u64>,
    /// Processes on each node; 1 where absent.
    pub tasks_per_node: Option<u64>,
    /// Cores, and threads, of each process; those of the setting `threads` on the command line, or
    /// 1, where absent.
    pub cpus_per_task: Option<u64>,
    /// GPUs on each node: a number, or `type:number`.
    pub gpus_per_node: Option<String>,
    /// Time limit of each segment of the run: `12:00:00`, `1-12:00:00`, `90` (minutes), `2h 30m`.
    pub time: Option<TimeLimit>,
    /// Memory of each node: `16G`.
    pub mem: Option<String>,
}

impl Resources {
    /// These, and others where these do not say.
    #[must_use]
    pub fn or(self, others: &Self) -> Self {
        let text = |a: Option<String>, b: &Option<String>| a.or_else(|| b.clone());
        Self {
            nodes: self.nodes.or(others.nodes),
            tasks_per_node: self.tasks_per_node.or(others.tasks_per_node),
            cpus_per_task: self.cpus_per_task.or(others.cpus_per_task),
            gpus_per_node: text(self.gpus_per_node, &others.gpus_per_node),
            time: self.time.or(others.time),
            mem: text(self.mem, &others.mem),
        }
    }
}

impl Site {
    /// Finds a site by the name of its file in [`site_folder`], or by its file.
    ///
    /// # Errors
    /// There is none, or something in it is wrong.
    pub fn find(which: &str) -> Result<Self, ConfigError> {
        let is_file = which.contains(std::path::MAIN_SEPARATOR) || which.ends_with(".toml");
        if is_file {
            return Self::read(Path::new(which));
        }
        let Some(folder) = site_folder() else {
            let problem = "sites lie in ~/.config/angora/sites, and HOME is not set; name a file";
            return Err(ConfigError::new(Source::CommandLine, "--site", problem));
        };
        let path = folder.join(format!("{which}.toml"));
        if path.is_file() {
            return Self::read(&path);
        }
        let hint = match site_names() {
            Ok(names) => suggest::hint(which, names.iter().map(String::as_str)),
            Err(error) => format!("the folder cannot be read: {error}"),
        };
        let problem = format!("there is no site {which:?} in {}; {hint}", folder.display());
        Err(ConfigError::new(Source::CommandLine, "--site", problem))
    }

    /// Reads the file of a site.
    ///
    /// # Errors
    /// It cannot be read, or something in it is wrong.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let origin = Source::File(path.into());
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::new(origin.clone(), "file", e.to_string()))?;
        Self::parse(&text, &origin)
    }

    fn parse(text: &str, origin: &Source) -> Result<Self, ConfigError> {
        let error = |key: &str, problem: String| ConfigError::new(origin.clone(), key, problem);
        let table: Table = text
            .parse()
            .map_err(|e: toml::de::Error| error("TOML", e.to_string()))?;
        let known = site_keys();
        if let Some(key) = unknown_key(&table, &known) {
            let hint = suggest::hint(&key, known.iter().map(|(key, _)| key.as_str()));
            return Err(error(&key, format!("there is no such key; {hint}")));
        }
        let site: Self = serde_path_to_error::deserialize(table).map_err(|e| {
            let key = e.path().to_string();
            let problem = e.into_inner().to_string();
            error(&key, problem.lines().next().unwrap_or("").to_owned())
        })?;
        site.check().map_err(|(key, problem)| error(key, problem))?;
        Ok(site)
    }

    /// What would be another line of the script, or none of sbatch's options.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let texts = [
            ("account", &self.account),
            ("partition", &self.partition),
            ("qos", &self.qos),
            ("program", &self.program),
            ("defaults.gpus_per_node", &self.defaults.gpus_per_node),
            ("defaults.mem", &self.defaults.mem),
        ];
        for (key, text) in texts {
            let Some(text) = text else { continue };
            if text.is_empty() || text.chars().any(char::is_control) {
                return Err((key, format!("expected a word on one line, not {text:?}")));
            }
        }
        let defaults = &self.defaults;
        let counts = [
            ("defaults.nodes", defaults.nodes),
            ("defaults.tasks_per_node", defaults.tasks_per_node),
            ("defaults.cpus_per_task", defaults.cpus_per_task),
        ];
        if let Some((key, _)) = counts.iter().find(|(_, count)| *count == Some(0)) {
            return Err((key, "it is 0, expected at least 1".into()));
        }
        for line in &self.sbatch {
            check_option(line).map_err(|problem| ("sbatch", problem))?;
        }
        Ok(())
    }
}

/// Whether a line can stand behind `#SBATCH`.
///
/// # Errors
/// What was expected.
pub fn check_option(line: &str) -> Result<(), String> {
    if line.starts_with('-') && !line.chars().any(char::is_control) {
        return Ok(());
    }
    Err(format!(
        "expected an option of sbatch on one line, like --hint=nomultithread, not {line:?}"
    ))
}

/// Where the files of sites lie: `$XDG_CONFIG_HOME/angora/sites`, or `~/.config/angora/sites`.
#[must_use]
pub fn site_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let config = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| Path::new(&home).join(".config")))?;
    Some(config.join("angora/sites"))
}

/// Names of the sites that have a file, sorted.
///
/// # Errors
/// Their folder is there and cannot be read.
pub fn site_names() -> io::Result<Vec<String>> {
    let entries = match site_folder() {
        Some(folder) => folder::entries(&folder)?,
        None => Vec::new(),
    };
    let name = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        Some(name.strip_suffix(".toml")?.to_owned())
    };
    Ok(entries.iter().filter_map(name).collect())
}

/// The keys of a site's file, dotted, each with its meaning.
#[must_use]
pub fn site_keys() -> Vec<(String, String)> {
    let mut keys = Vec::new();
    for (prefix, schema) in [
        ("", schemars::schema_for!(Site)),
        ("defaults.", schemars::schema_for!(Resources)),
    ] {
        let schema = schema.to_value();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if name != "defaults" {
                let meaning = property["description"].as_str().unwrap_or_default();
                keys.push((format!("{prefix}{name}"), meaning.replace('\n', " ")));
            }
        }
    }
    keys
}

fn unknown_key(table: &Table, known: &[(String, String)]) -> Option<String> {
    let is_known = |key: &String| known.iter().any(|(known, _)| known == key);
    for (name, value) in table {
        match (name.as_str(), value) {
            ("defaults", toml::Value::Table(defaults)) => {
                let mut keys = defaults.keys().map(|name| format!("defaults.{name}"));
                if let Some(key) = keys.find(|key| !is_known(key)) {
                    return Some(key);
                }
            }
            // Of the wrong type, which reading it says.
            ("defaults", _) => {}
            _ if !is_known(name) => return Some(name.clone()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Site, String> {
        Site::parse(text, &Source::File("site.toml".into())).map_err(|e| e.to_string())
    }

    #[test]
    fn a_site_says_what_a_job_asks_for() {
        let site = parse(
            "account = \"lab\"\nmodules = [\"gcc/12\"]\nlauncher = \"mpirun\"\nnotice_secs = 60\n[defaults]\nnodes = 2\ntime = \"1-00\"",
        )
        .expect("valid");
        assert_eq!(site.launcher, Some(Launcher::Mpirun));
        assert_eq!(site.defaults.time.map(TimeLimit::secs), Some(86400));
        let asked = Resources {
            nodes: Some(3),
            ..Resources::default()
        };
        let resources = asked.or(&site.defaults);
        assert_eq!(
            (resources.nodes, resources.time),
            (Some(3), site.defaults.time)
        );
        assert_eq!(parse("").expect("all keys are optional"), Site::default());
    }

    #[test]
    fn every_wrong_key_and_value_has_its_message() {
        let cases = [
            (
                "acount = \"lab\"",
                "site.toml: acount: there is no such key; did you mean account?",
            ),
            (
                "[defaults]\nnode = 2",
                "site.toml: defaults.node: there is no such key; did you mean defaults.nodes?",
            ),
            (
                "launcher = \"slurm\"",
                "site.toml: launcher: unknown variant `slurm`, expected one of `srun`, `mpirun`, `none`",
            ),
            (
                "[defaults]\ntime = \"soon\"",
                "site.toml: defaults.time: expected a time like 12:00:00, 1-12:00:00 (days-hours:minutes:seconds), 90 (minutes) or 2h 30m, not \"soon\"",
            ),
            (
                "[defaults]\nnodes = 0",
                "site.toml: defaults.nodes: it is 0, expected at least 1",
            ),
            (
                "account = \"a\\nb\"",
                "site.toml: account: expected a word on one line, not \"a\\nb\"",
            ),
            (
                "sbatch = [\"hint=nomultithread\"]",
                "site.toml: sbatch: expected an option of sbatch on one line, like --hint=nomultithread, not \"hint=nomultithread\"",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).expect_err(text), expected);
        }
    }
}
