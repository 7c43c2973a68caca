//! Cores that this process may use, of those that the machine has.

use crate::doctor::{Finding, Subject, cgroup};

pub fn probe(_: &Subject) -> Vec<Finding> {
    // What `threads` is where it is not set: the set of cores and the quota.
    let usable = std::thread::available_parallelism().map_or(1, usize::from);
    let machine = online().unwrap_or(usable);
    let allowed = allowed();
    let quota = cgroup::cores();
    let mut summary = format!("{usable} of {machine} cores may be used");
    if let Some(allowed) = &allowed {
        summary.push_str(&format!(" (set {allowed}"));
        if let Some(quota) = quota {
            summary.push_str(&format!(", quota {quota:.1}"));
        }
        summary.push(')');
    }
    let asked: Option<usize> = std::env::var("SLURM_CPUS_PER_TASK")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut finding = Finding::ok("cores", &summary);
    if let Some(asked) = asked.filter(|asked| *asked < usable) {
        let summary = format!("{summary}, and SLURM gave this task {asked}");
        finding = Finding::ok("cores", summary).fix(format!("give runs --threads {asked}"));
    }
    vec![
        finding
            .fact("usable", usable)
            .fact("machine", machine)
            .fact("set", allowed)
            .fact("quota", quota),
    ]
}

/// Of a list like `0-3,8`.
fn count(list: &str) -> Option<usize> {
    let parts = list.trim().split(',').map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        (last + 1).checked_sub(first)
    });
    parts.sum()
}

fn online() -> Option<usize> {
    count(&std::fs::read_to_string("/sys/devices/system/cpu/online").ok()?)
}

/// The cores that the scheduler may give this process, as a list.
fn allowed() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    Some(line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_of_a_list_are_counted() {
        assert_eq!(count("0-3,8\n"), Some(5));
        assert_eq!(count("0"), Some(1));
        assert_eq!(count(""), None);
    }
}
