//! All wanted checks of a plugin.

use crate::bench::{Bench, Job, Subject, Surroundings};
use crate::check::{self, Check};
use crate::finding::{Finding, Judgement, Status};
use crate::report::{Entry, Report};
use crate::sandbox::{Outcome, Sandbox};
use crate::selection::Selection;
use angora_loader::FoundPlugin;
use angora_plugin_api::PluginKind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs one check in this process.
#[must_use]
pub fn examine(job: &Job) -> Finding {
    let run = match check::find(&job.check) {
        Some(check) => check.run,
        None if job.check == FIND_TASK => find_task,
        None => return Finding::failed(format!("there is no check {:?}", job.check)),
    };
    match Bench::new(job) {
        Ok(bench) => run(&bench).unwrap_or_else(Finding::from),
        Err(error) => Finding::failed(error.to_string()),
    }
}

/// What is asked before the checks of a reward: the task in which it is tried.
const FIND_TASK: &str = "find-task";

fn find_task(bench: &Bench) -> Judgement {
    let task = bench.with_reward_task(|_, task| Ok(task.id().to_owned()))?;
    Ok(Finding::passed().repeats(task))
}

/// Runs the selected checks of a plugin, some at once, and tells `progress` of each that is done.
/// Without a sandbox they run in this process, one after another, for a debugger.
#[must_use]
pub fn validate(
    plugin: &FoundPlugin,
    around: &Surroundings,
    selection: &Selection,
    sandbox: Option<&Sandbox>,
    at_once: usize,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Report {
    let subjects = Subject::of(&plugin.manifest);
    let mut work: Vec<(&'static Check, Job)> = Vec::new();
    for subject in &subjects {
        let mut job = Job {
            check: FIND_TASK.to_owned(),
            plugin: plugin.path.clone(),
            of: subject.clone(),
            around: around.clone(),
        };
        let mut selected = selection.of(subject).peekable();
        if selected.peek().is_some() && subject.kind() == Some(PluginKind::Reward) {
            let found = match sandbox {
                Some(sandbox) => sandbox.run(&job).finding,
                None => examine(&job),
            };
            match found.status {
                Status::Passed => job.around = around.with_reward_task(Ok(found.fingerprint)),
                Status::Skipped => job.around = around.with_reward_task(Err(found.message)),
                // Each check finds it out, and says so.
                _ => {}
            }
        }
        work.extend(selected.map(|check| {
            let job = Job {
                check: check.id.to_owned(),
                ..job.clone()
            };
            (check, job)
        }));
    }
    let done = AtomicUsize::new(0);
    let run = |job: &Job| {
        let finding = match sandbox {
            Some(sandbox) => apart(sandbox, job),
            None => examine(job),
        };
        progress(1 + done.fetch_add(1, Ordering::Relaxed), work.len());
        finding
    };
    let (together, one_by_one): (Vec<usize>, Vec<usize>) =
        (0..work.len()).partition(|at| sandbox.is_some() && !work[*at].0.alone);
    let findings: Vec<Mutex<Option<Finding>>> = work.iter().map(|_| Mutex::new(None)).collect();
    let put = |at: usize, finding: Finding| {
        if let Ok(mut place) = findings[at].lock() {
            *place = Some(finding);
        }
    };
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, together.len().max(1)) {
            scope.spawn(|| {
                while let Some(&at) = together.get(next.fetch_add(1, Ordering::Relaxed)) {
                    put(at, run(&work[at].1));
                }
            });
        }
    });
    for at in one_by_one {
        put(at, run(&work[at].1));
    }
    let taken = findings.into_iter().map(|finding| {
        let finding = finding.into_inner().ok().flatten();
        finding.unwrap_or_else(|| Finding::crashed("the check was not run"))
    });
    let mut entries: Vec<Entry> = work
        .iter()
        .zip(taken)
        .map(|((check, job), finding)| Entry {
            check: check.id.to_owned(),
            of: job.of.clone(),
            finding,
        })
        .collect();
    blame(&mut entries);
    Report::new(plugin, entries)
}

/// One check in a process of its own; where its finding has to be the same in another process, in
/// two.
fn apart(sandbox: &Sandbox, job: &Job) -> Finding {
    let Outcome {
        finding,
        stdout,
        stderr,
    } = sandbox.run(job);
    if job.check == "contribution.quiet" && finding.status == Status::Passed {
        return quiet(finding, &stdout, &stderr);
    }
    if finding.status.is_bad() || finding.fingerprint.is_empty() {
        return finding;
    }
    let again = sandbox.run(job).finding;
    if again.status.is_bad() {
        return again;
    }
    if again.fingerprint != finding.fingerprint {
        return Finding::failed(
            "two processes differ: what it says depends on more than its settings and seed",
        );
    }
    finding
}

fn quiet(finding: Finding, stdout: &str, stderr: &str) -> Finding {
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    if !stdout.is_empty() {
        return Finding::failed(format!(
            "it writes to standard output, where --json belongs to the host: {:?}",
            first(stdout)
        ));
    }
    if !stderr.is_empty() {
        return Finding::warning(format!("it writes to standard error: {:?}", first(stderr)));
    }
    finding
}

/// A plugin that failed on the way of one check and is not failed by another fails that one.
fn blame(entries: &mut [Entry]) {
    let subjects: Vec<Subject> = entries.iter().map(|entry| entry.of.clone()).collect();
    for subject in subjects {
        let mine = || entries.iter().filter(|entry| entry.of == subject);
        if mine().any(|entry| entry.finding.status.is_bad()) {
            continue;
        }
        let first = entries
            .iter_mut()
            .find(|entry| entry.of == subject && entry.finding.on_the_way);
        if let Some(entry) = first {
            entry.finding.status = Status::Failed;
        }
    }
}
