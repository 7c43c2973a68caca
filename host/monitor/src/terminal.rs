//! Progress on the terminal: a live panel where there is one, a line a cycle elsewhere.

mod panel;
mod sparkline;

use crate::numbers::{clock, short, thousands};
use angora_core::CycleReport;
use console::{Term, truncate_str};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use sparkline::Curve;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

static UNREAD: AtomicBool = AtomicBool::new(false);

/// Prints a line to standard error. Output is never worth the work that it is about: if nobody
/// reads it, it is lost, without a panic.
pub fn say(line: fmt::Arguments<'_>) {
    if writeln!(io::stderr(), "{line}").is_err() {
        UNREAD.store(true, Ordering::Relaxed);
    }
}

/// Whether a line could not be printed.
#[must_use]
pub fn is_unread() -> bool {
    UNREAD.load(Ordering::Relaxed)
}

/// Writes to standard error; standard output is for data.
#[derive(Debug)]
pub struct Terminal {
    panel: Option<ProgressBar>,
    cycles: u64,
    first: u64,
    start: Instant,
    returns: Curve,
}

impl Terminal {
    /// For a run of `cycles` cycles of which `done` are done.
    #[must_use]
    pub fn new(cycles: u64, done: u64) -> Self {
        let panel = std::io::stderr().is_terminal().then(|| panel(cycles, done));
        Self {
            panel,
            cycles,
            first: done,
            start: Instant::now(),
            returns: Curve::default(),
        }
    }

    /// Shows a cycle.
    pub fn cycle(&mut self, report: &CycleReport) {
        if let Some(mean) = report.get("rollout/ep_rew_mean") {
            self.returns.push(mean);
        }
        match &self.panel {
            Some(panel) => {
                let width = usize::from(Term::stderr().size().1).saturating_sub(1);
                let lines = panel::lines(report, &self.returns);
                let lines = lines.map(|line| truncate_str(&line, width, "…").into_owned());
                panel.set_message(lines.join("\n"));
                panel.set_position(report.cycle);
            }
            None => {
                let done = (report.cycle - self.first).max(1);
                let left = self.cycles.saturating_sub(report.cycle);
                let per_cycle = self.start.elapsed().as_secs_f64() / done as f64;
                say(format_args!(
                    "cycle {}/{}  {}  {} left",
                    report.cycle,
                    self.cycles,
                    summary(report),
                    clock(per_cycle * left as f64)
                ));
            }
        }
    }

    /// Prints a line above the panel.
    pub fn print(&self, line: &str) {
        match &self.panel {
            Some(panel) => panel.suspend(|| say(format_args!("{line}"))),
            None => say(format_args!("{line}")),
        }
    }

    /// Leaves the last state on the screen.
    pub fn finish(&self) {
        if let Some(panel) = &self.panel {
            panel.abandon();
        }
    }
}

fn panel(cycles: u64, done: u64) -> ProgressBar {
    let panel = ProgressBar::with_draw_target(Some(cycles), ProgressDrawTarget::stderr())
        .with_finish(ProgressFinish::Abandon);
    if let Ok(style) = ProgressStyle::with_template(
        "{bar:20.cyan} {percent:>3} %  cycle {pos}/{len}  {elapsed}, {eta} left\n{msg}",
    ) {
        panel.set_style(style.progress_chars("━╸─"));
    }
    panel.set_position(done);
    panel.reset_eta();
    // A cycle may take long; time goes on.
    panel.enable_steady_tick(Duration::from_secs(1));
    panel
}

/// What matters of a cycle, in one line.
fn summary(report: &CycleReport) -> String {
    let mut parts = vec![format!("steps {}", thousands(report.total_steps))];
    match report.get("rollout/ep_rew_mean") {
        Some(mean) => {
            let n = report.get("rollout/episodes").unwrap_or(0.0);
            parts.push(format!("return {} (n {n})", short(mean)));
        }
        None => parts.push("return - (no episode has finished)".into()),
    }
    for (label, name) in [
        ("success", "rollout/success_rate"),
        ("goals", "rollout/goals_reached_mean"),
        ("length", "rollout/ep_len_mean"),
        ("kl", "train/approx_kl"),
        ("ev", "train/explained_variance"),
    ] {
        if let Some(value) = report.get(name) {
            parts.push(format!("{label} {}", short(value)));
        }
    }
    if let Some(rate) = report.get("time/cycle_fps") {
        parts.push(format!("{} steps/s", thousands(rate as u64)));
    }
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_without_episodes_says_so() {
        let report = CycleReport::default();
        assert!(summary(&report).contains("no episode has finished"));
    }
}
