//! `plugin check`: holds a plugin to what the engine relies on.

use crate::args::CheckArguments;
use crate::commands::print_json;
use crate::error::HostError;
use crate::packages::discover;
use crate::report::program;
use angora_validator::{CHECKS, Job, Report, Sandbox, Selection, Surroundings, examine, validate};
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use std::time::Duration;

/// Does what the command line says; 1 where a plugin does not conform.
pub fn check(arguments: &CheckArguments) -> Result<u8, HostError> {
    if arguments.list {
        return list(arguments.json).map(|()| 0);
    }
    let selection = Selection::new(&arguments.only, &arguments.of)
        .map_err(|unknown| HostError::Usage(unknown.to_string()))?;
    let reports = reports(arguments, &selection)?;
    if reports.iter().all(|report| report.checks.is_empty()) {
        return Err(HostError::Usage(nothing_selected(arguments)));
    }
    if arguments.json {
        print_json(&reports)?;
    } else {
        for report in &reports {
            let text = if arguments.markdown {
                report.markdown()
            } else {
                report.text(!arguments.problems)
            };
            print!("{text}");
        }
    }
    Ok(u8::from(!reports.iter().all(|report| report.conforms)))
}

fn reports(arguments: &CheckArguments, selection: &Selection) -> Result<Vec<Report>, HostError> {
    let plugin = arguments.plugin.clone().unwrap_or_default();
    let mut discovery = discover(&[plugin], &[])?;
    let checked = discovery.named().len();
    for beside in &arguments.with {
        discovery.name(beside)?;
    }
    let program = std::env::current_exe().map_err(HostError::io(Path::new("angora-host")))?;
    let sandbox = Sandbox {
        program,
        arguments: ["plugin", "run-check"].map(str::to_owned).to_vec(),
        time_limit: Duration::from_secs(arguments.time_limit),
    };
    let sandbox = (!arguments.in_process).then_some(&sandbox);
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let at_once = arguments.jobs.unwrap_or_else(cores);
    let found = discovery.named().iter().take(checked);
    Ok(found
        .map(|plugin| {
            let mut around = Surroundings::new(plugin, &discovery);
            around.task.clone_from(&arguments.task);
            around.body.clone_from(&arguments.body);
            let report = validate(plugin, &around, selection, sandbox, at_once, &progress);
            clear_progress();
            report
        })
        .collect())
}

/// Counts on a terminal, and nowhere else.
fn progress(done: usize, all: usize) {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        let _ = write!(stderr, "\r{done} of {all} checks ");
    }
}

fn clear_progress() {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        let _ = write!(stderr, "\r\x1b[K");
    }
}

fn nothing_selected(arguments: &CheckArguments) -> String {
    let plugin = arguments.plugin.as_deref().unwrap_or_default();
    format!(
        "no check is left: the plugin contributes nothing that --only {:?} and --of {:?} are \
         about; `{} plugin info {plugin}` shows what it contributes",
        arguments.only.join(","),
        arguments.of.join(","),
        program()
    )
}

fn list(json: bool) -> Result<(), HostError> {
    if json {
        return print_json(&CHECKS);
    }
    for check in CHECKS {
        println!("{:<26} {}", check.id, check.about);
    }
    Ok(())
}

/// One check in this process, for [`Sandbox`]: the job comes on standard input, the finding goes
/// into a file.
pub fn run_check(answer: &Path) -> Result<(), HostError> {
    let mut job = String::new();
    let stdin = Path::new("standard input");
    std::io::stdin()
        .read_to_string(&mut job)
        .map_err(HostError::io(stdin))?;
    let job: Job = serde_json::from_str(&job)
        .map_err(|e| HostError::Usage(format!("this is for `plugin check` alone: {e}")))?;
    let finding = serde_json::to_vec(&examine(&job));
    let finding = finding.map_err(|e| HostError::Run(format!("JSON: {e}")))?;
    angora_core::file::replace(answer, &finding).map_err(HostError::io(answer))
}
