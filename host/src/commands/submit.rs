//! `submit`: the job of a run, checked as the run would be, written, and handed to SLURM.

use super::choose::Choice;
use super::run::{choose, refuse_other_settings};
use crate::args::{Arguments, Command, RunArguments, SubmitArguments};
use crate::config::{ConfigError, Source};
use crate::error::HostError;
use crate::report::program;
use crate::run::{RunFolder, check, new_name};
use crate::slurm::{Job, Launch, Launcher, Resources, Site};
use angora_core::file;
use clap::Parser;
use std::path::{Path, PathBuf};
use std::process;

/// Variables of the one who submits that a run depends on.
const ENVIRONMENT: [&str; 1] = ["ANGORA_PLUGIN_PATH"];

/// Writes and submits, or prints, the job.
pub fn submit(arguments: &SubmitArguments) -> Result<u8, HostError> {
    let site = match &arguments.site {
        Some(which) => Site::find(which)?,
        None => Site::default(),
    };
    let run = run_arguments(arguments)?;
    let choice = choose(&run, None)?;
    check(&choice.catalogue, &choice.experiment, &run.runs).map_err(choice.origins())?;
    let name = arguments
        .name
        .clone()
        .unwrap_or_else(|| new_name(&choice.experiment.task));
    check_runs_of_that_name(arguments, &choice, &name)?;
    let files = Files::new(&arguments.runs, &name)?;
    let job = job(arguments, &site, &run, &files, name)?;
    warn(&job, &choice);
    let script = job.script(&site);
    if arguments.dry_run {
        print!("{script}");
        return Ok(0);
    }
    files.write(&script, run.settings.file.as_deref())?;
    hand_over(&files, &job)
}

/// Where the files of a job lie, absolute.
struct Files {
    folder: PathBuf,
    script: PathBuf,
    /// A copy of the settings: the file that they were written in may change while a job waits.
    settings: PathBuf,
    /// Output without the number of the job.
    output: PathBuf,
}

impl Files {
    fn new(runs: &Path, name: &str) -> Result<Self, HostError> {
        let runs = std::path::absolute(runs).map_err(HostError::io(runs))?;
        let folder = runs.join("slurm");
        Ok(Self {
            script: folder.join(format!("{name}.sh")),
            settings: folder.join(format!("{name}.toml")),
            output: folder.join(name),
            folder,
        })
    }

    fn write(&self, script: &str, settings: Option<&Path>) -> Result<(), HostError> {
        std::fs::create_dir_all(&self.folder).map_err(HostError::io(&self.folder))?;
        if let Some(path) = settings {
            let text = std::fs::read(path).map_err(HostError::io(path))?;
            file::write(&self.settings, &text).map_err(HostError::io(&self.settings))?;
        }
        file::write(&self.script, script.as_bytes()).map_err(HostError::io(&self.script))
    }
}

fn usage(key: &str, problem: impl Into<String>) -> HostError {
    ConfigError::new(Source::CommandLine, key, problem).into()
}

/// What stands behind `--`, as `run` reads it.
fn run_arguments(arguments: &SubmitArguments) -> Result<RunArguments, HostError> {
    let words = ["angora-host", "run"].into_iter().map(String::from);
    let parsed = Arguments::try_parse_from(words.chain(arguments.run.iter().cloned()));
    let mut run = match parsed.map(|parsed| parsed.command) {
        Ok(Command::Run(run)) => *run,
        Ok(_) => return Err(usage("--", "expected arguments of `run`")),
        Err(error) => error.exit(),
    };
    let decided = [
        (
            "--resume",
            run.resume.is_some(),
            "--name says which run goes on",
        ),
        (
            "--resume-or-begin",
            run.resume_or_begin.is_some(),
            "--name says which run goes on",
        ),
        (
            "--checkpoint",
            run.checkpoint.is_some(),
            "a job goes on from the latest checkpoint",
        ),
        (
            "--wall-clock",
            run.wall_clock.is_some(),
            "--time in front of `--` says how long a segment may take",
        ),
        (
            "--runs",
            run.runs != Path::new("runs"),
            "it belongs in front of `--`",
        ),
        (
            "--seed",
            run.settings.seed.is_some() && arguments.array_seeds.is_some(),
            "--array-seeds has the seeds",
        ),
    ];
    if let Some((flag, _, problem)) = decided.into_iter().find(|(_, given, _)| *given) {
        return Err(usage(flag, problem));
    }
    run.runs.clone_from(&arguments.runs);
    if let Some(seeds) = &arguments.array_seeds {
        run.settings.seed = seeds.all().first().copied();
    }
    Ok(run)
}

/// Runs of that name must be ones that can go on: found out now, not after the queue.
fn check_runs_of_that_name(
    arguments: &SubmitArguments,
    choice: &Choice,
    name: &str,
) -> Result<(), HostError> {
    let mut wanted = choice.experiment.clone();
    let names: Vec<(String, u64)> = match &arguments.array_seeds {
        None => vec![(name.to_owned(), wanted.seed)],
        Some(seeds) => {
            let named = |seed: &u64| (format!("{name}-seed-{seed}"), *seed);
            seeds.all().iter().map(named).collect()
        }
    };
    for (name, seed) in names {
        if let Some(folder) = RunFolder::begun(&arguments.runs, &name)? {
            wanted.seed = seed;
            refuse_other_settings(&folder, &wanted)?;
        }
    }
    Ok(())
}

/// Everything decided.
fn job(
    arguments: &SubmitArguments,
    site: &Site,
    run: &RunArguments,
    files: &Files,
    name: String,
) -> Result<Job, HostError> {
    let resources = arguments.resources().or(&site.defaults);
    let time = resources.time.ok_or_else(|| {
        usage(
            "--time",
            "a job needs a time limit: add --time 12:00:00, or `time` under [defaults] of the site",
        )
    })?;
    if site.notice_secs >= time.secs() {
        let problem = format!(
            "{time} are no more than the {} seconds before the end at which the run is warned (`notice_secs` of the site)",
            site.notice_secs
        );
        return Err(usage("--time", problem));
    }
    let launch = launch(&resources, site, run.settings.threads)?;
    let folder = std::env::current_dir().map_err(HostError::io(Path::new(".")))?;
    let text = |path: &Path| match path.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err(HostError::Run(format!(
            "{}: sbatch does not take a folder with line breaks or without a name in UTF-8",
            path.display()
        ))),
    };
    let program = match &site.program {
        Some(program) => program.clone(),
        None => {
            let program =
                std::env::current_exe().map_err(HostError::io(Path::new("angora-host")))?;
            text(&program)?
        }
    };
    let environment = ENVIRONMENT.into_iter().filter_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        Some((name.to_owned(), value))
    });
    Ok(Job {
        name,
        folder: text(&folder)?,
        output: text(&files.output)?,
        script: text(&files.script)?,
        seeds: arguments.array_seeds.clone(),
        parallel: arguments.array_parallel,
        time,
        mem: resources.mem,
        sbatch: arguments.sbatch.clone(),
        environment: environment.collect(),
        program,
        arguments: words_of_run(arguments, run, files, launch.cpus_per_task)?,
        launch,
    })
}

fn launch(resources: &Resources, site: &Site, threads: Option<u64>) -> Result<Launch, HostError> {
    let nodes = resources.nodes.unwrap_or(1);
    let tasks_per_node = resources.tasks_per_node.unwrap_or(1);
    let several = nodes > 1 || tasks_per_node > 1;
    let launcher = site.launcher.unwrap_or(if several {
        Launcher::Srun
    } else {
        Launcher::None
    });
    if several && launcher == Launcher::None {
        let problem = format!(
            "{nodes} nodes with {tasks_per_node} tasks each need a launcher, and the site has `launcher = \"none\"`"
        );
        return Err(usage("--nodes", problem));
    }
    Ok(Launch {
        launcher,
        nodes,
        tasks_per_node,
        cpus_per_task: resources.cpus_per_task.or(threads).unwrap_or(1),
        gpus_per_node: resources.gpus_per_node.clone(),
    })
}

/// The words behind `--`, with the copy of the settings in place of their file, and what the
/// node cannot know.
fn words_of_run(
    arguments: &SubmitArguments,
    run: &RunArguments,
    files: &Files,
    cpus: u64,
) -> Result<Vec<String>, HostError> {
    let utf8 = |path: &Path| {
        path.to_str()
            .map(str::to_owned)
            .ok_or_else(|| HostError::Run(format!("{}: its name is not UTF-8", path.display())))
    };
    let mut words = vec!["--runs".to_owned(), utf8(&arguments.runs)?];
    if run.settings.threads.is_none() {
        words.extend(["--threads".to_owned(), cpus.to_string()]);
    }
    let mut rest = arguments.run.clone();
    if let Some(file) = &run.settings.file {
        let written = utf8(file)?;
        // The only word that is no option and belongs to none; it stands in front of its copy's.
        if let Some(at) = position_of_file(&rest, &written) {
            rest.remove(at);
        }
        words.push(utf8(&files.settings)?);
    }
    words.extend(rest);
    Ok(words)
}

/// Where the file with settings stands: without it the words are read as before, but for it.
fn position_of_file(words: &[String], file: &str) -> Option<usize> {
    (0..words.len())
        .filter(|&at| words[at] == file)
        .find(|&at| {
            let mut without = vec!["angora-host".to_owned(), "run".to_owned()];
            without.extend(
                words
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i != at)
                    .map(|(_, w)| w.clone()),
            );
            matches!(
                Arguments::try_parse_from(without).map(|parsed| parsed.command),
                Ok(Command::Run(run)) if run.settings.file.is_none()
            )
        })
}

/// What is allowed, but may not be meant.
fn warn(job: &Job, choice: &Choice) {
    let device = &choice.experiment.device;
    if job.launch.gpus_per_node.is_some() && device == "cpu" {
        eprintln!("note      the run learns on the CPU (`device`), so the GPUs would be idle");
    }
}

/// To sbatch, where there is one.
fn hand_over(files: &Files, job: &Job) -> Result<u8, HostError> {
    let script = files.script.display();
    eprintln!("script    {script}");
    let output = match process::Command::new("sbatch")
        .arg("--parsable")
        .arg(&files.script)
        .output()
    {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(HostError::Run(format!(
                "sbatch is not here, so nothing is submitted; the script is written, and on the cluster `sbatch {script}` submits it"
            )));
        }
        Err(source) => {
            return Err(HostError::Io {
                path: "sbatch".into(),
                source,
            });
        }
    };
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr);
        return Err(HostError::Run(format!(
            "sbatch refuses the job ({}): {}; the script stays in {script}",
            output.status,
            problem.trim()
        )));
    }
    // number;cluster
    let printed = String::from_utf8_lossy(&output.stdout);
    let number = printed.trim().split(';').next().unwrap_or_default();
    eprintln!("job       {number}");
    match &job.seeds {
        None => eprintln!("run       {}", job.name),
        Some(seeds) => {
            for seed in seeds.all() {
                eprintln!("run       {}-seed-{seed}", job.name);
            }
        }
    }
    eprintln!("output    {}-*.out", files.output.display());
    eprintln!("next      squeue --job {number}   or   {} runs", program());
    println!("{number}");
    Ok(0)
}
