//! Progress on the terminal: a bar where there is one, a line a cycle elsewhere.

use angora_core::CycleReport;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;

/// Writes to standard error; standard output is for data.
#[derive(Debug)]
pub struct Terminal {
    bar: Option<ProgressBar>,
    cycles: u64,
    first: u64,
    start: Instant,
}

impl Terminal {
    /// For a run of `cycles` cycles of which `done` are done.
    #[must_use]
    pub fn new(cycles: u64, done: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(cycles), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template(
                "{bar:24} cycle {pos}/{len}  {msg}  {elapsed} elapsed, {eta} left",
            ) {
                bar.set_style(style);
            }
            bar.set_position(done);
            bar.reset_eta();
            bar
        });
        Self {
            bar,
            cycles,
            first: done,
            start: Instant::now(),
        }
    }

    /// Shows a cycle.
    pub fn cycle(&self, report: &CycleReport) {
        let summary = summary(report);
        match &self.bar {
            Some(bar) => {
                bar.set_message(summary);
                bar.set_position(report.cycle);
            }
            None => {
                let done = (report.cycle - self.first).max(1);
                let left = self.cycles.saturating_sub(report.cycle);
                let per_cycle = self.start.elapsed().as_secs_f64() / done as f64;
                eprintln!(
                    "cycle {}/{}  {summary}  {} left",
                    report.cycle,
                    self.cycles,
                    clock(per_cycle * left as f64)
                );
            }
        }
    }

    /// Leaves the last state on the screen.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.abandon();
        }
    }
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
        ("length", "rollout/ep_len_mean"),
        ("kl", "train/approx_kl"),
        ("ev", "train/explained_variance"),
    ] {
        if let Some(value) = report.get(name) {
            parts.push(format!("{label} {}", short(value)));
        }
    }
    if let Some(rate) = report.get("time/fps") {
        parts.push(format!("{} steps/s", thousands(rate as u64)));
    }
    parts.join("  ")
}

/// Four significant digits or so.
fn short(value: f64) -> String {
    match value.abs() {
        x if x >= 1000.0 => format!("{value:.0}"),
        x if x >= 10.0 => format!("{value:.1}"),
        x if x >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn clock(secs: f64) -> String {
    let secs = secs.round() as u64;
    format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(12), "12");
        assert_eq!(clock(3_725.4), "01:02:05");
        assert_eq!(short(475.26), "475.3");
    }

    #[test]
    fn a_cycle_without_episodes_says_so() {
        let report = CycleReport::default();
        assert!(summary(&report).contains("no episode has finished"));
    }
}
