//! Memory of the machine, and the limit of this process.

use super::gib;
use crate::doctor::{Finding, Subject, cgroup};

pub fn probe(_: &Subject) -> Vec<Finding> {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let (total, available) = (line(&text, "MemTotal:"), line(&text, "MemAvailable:"));
    let limit = cgroup::memory();
    let (Some(total), Some(available)) = (total, available) else {
        return vec![Finding::absent(
            "memory",
            "the system does not say how much there is",
        )];
    };
    let mut summary = format!("{} of {} are free", gib(available), gib(total));
    if let Some(limit) = limit {
        summary.push_str(&format!("; this process may use {}", gib(limit)));
    }
    vec![
        Finding::ok("memory", summary)
            .fact("total_bytes", total)
            .fact("available_bytes", available)
            .fact("limit_bytes", limit),
    ]
}

/// `MemTotal:  123 kB`, in bytes.
fn line(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(1024 * kib)
}
