//! The lines of the live panel below its bar.

use super::sparkline::Curve;
use crate::numbers::{bytes, short, thousands};
use angora_core::CycleReport;

/// Characters of the curve.
const CURVE: usize = 24;

/// What a cycle reports, in three lines.
#[must_use]
pub fn lines(report: &CycleReport, returns: &Curve) -> [String; 3] {
    [returned(report, returns), speed(report), learning(report)]
}

fn returned(report: &CycleReport, returns: &Curve) -> String {
    let get = |name: &str| report.get(name);
    let mut parts = Vec::new();
    match get("rollout/ep_rew_mean") {
        None => parts.push("no episode has finished".to_owned()),
        Some(mean) => {
            let spread = get("rollout/ep_rew_std").unwrap_or(0.0);
            let n = get("rollout/episodes").unwrap_or(0.0);
            parts.push(format!("{} ± {} (n {n})", short(mean), short(spread)));
        }
    }
    if let Some(best) = get("rollout/best_ep_rew_mean") {
        parts.push(format!("best {}", short(best)));
    }
    if let Some(rate) = get("rollout/success_rate") {
        parts.push(format!("success {}", percent(rate)));
    }
    if let Some(goals) = get("rollout/goals_reached_mean") {
        parts.push(format!("goals {}", short(goals)));
    }
    parts.push(returns.sparkline(CURVE));
    line("return", &parts)
}

fn speed(report: &CycleReport) -> String {
    let mut parts = Vec::new();
    if let Some(rate) = report.get("time/cycle_fps") {
        parts.push(format!("{} steps/s", thousands(rate as u64)));
    }
    let phases = ["gathering", "optimisation"].map(|phase| {
        let part = report.get(&format!("time/{phase}_fraction"));
        part.map(|part| format!("{phase} {}", percent(part)))
    });
    parts.extend(phases.into_iter().flatten());
    if let Some(memory) = report.get("system/resident_bytes") {
        parts.push(bytes(memory));
    }
    parts.push(format!("step {}", thousands(report.total_steps)));
    line("speed", &parts)
}

fn learning(report: &CycleReport) -> String {
    let parts = [
        ("kl", "train/approx_kl", 1.0),
        ("clipped", "train/clip_fraction", 1.0),
        ("entropy", "train/entropy_loss", -1.0),
        ("explained variance", "train/explained_variance", 1.0),
    ]
    .into_iter()
    .filter_map(|(label, name, sign)| {
        let value = report.get(name)?;
        Some(format!("{label} {}", short(sign * value)))
    });
    line("learning", &parts.collect::<Vec<_>>())
}

fn line(label: &str, parts: &[String]) -> String {
    format!("{label:<9} {}", parts.join("  "))
}

fn percent(part: f64) -> String {
    format!("{:.0} %", 100.0 * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_in_three_lines() {
        let mut report = CycleReport {
            cycle: 3,
            total_steps: 6144,
            ..CycleReport::default()
        };
        let mut curve = Curve::default();
        assert_eq!(
            lines(&report, &curve)[0],
            "return    no episode has finished  "
        );
        for (name, value) in [
            ("rollout/ep_rew_mean", 36.94),
            ("rollout/ep_rew_std", 12.5),
            ("rollout/episodes", 100.0),
            ("rollout/best_ep_rew_mean", 40.0),
            ("rollout/success_rate", 0.834),
            ("time/cycle_fps", 123_456.7),
            ("time/gathering_fraction", 0.41),
            ("time/optimisation_fraction", 0.58),
            ("system/resident_bytes", 98e6),
            ("train/approx_kl", 0.00571),
            ("train/entropy_loss", -0.68),
        ] {
            report.push(name, value);
        }
        curve.push(20.0);
        curve.push(36.94);
        assert_eq!(
            lines(&report, &curve),
            [
                "return    36.9 ± 12.5 (n 100)  best 40.0  success 83 %  ▁█",
                "speed     123,456 steps/s  gathering 41 %  optimisation 58 %  98 MB  step 6,144",
                "learning  kl 0.0057  entropy 0.68",
            ]
        );
    }
}
