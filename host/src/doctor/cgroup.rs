//! Limits of the control groups that this process is in.

use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";

/// Cores that the quota lets run at a time.
pub fn cores() -> Option<f64> {
    let now = folders("cpu", Path::new("cpu.max"))
        .filter_map(|text| quota(&text))
        .reduce(f64::min);
    now.or_else(|| {
        let quota = first_number("cpu", "cpu.cfs_quota_us").filter(|quota| *quota > 0.0)?;
        Some(quota / first_number("cpu", "cpu.cfs_period_us")?)
    })
}

/// Bytes that may be used.
pub fn memory() -> Option<u64> {
    let limits = folders("memory", Path::new("memory.max"))
        .chain(folders("memory", Path::new("memory.limit_in_bytes")));
    limits
        .filter_map(|text| text.trim().parse().ok())
        // Version 1 writes "no limit" as a number that no machine has.
        .filter(|&bytes: &u64| bytes < 1 << 60)
        .min()
}

/// `max 100000` or `150000 100000`: microseconds in a period.
fn quota(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    Some(quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?)
}

fn first_number(controller: &str, file: &str) -> Option<f64> {
    folders(controller, Path::new(file)).find_map(|text| text.trim().parse().ok())
}

/// A file of this process's groups, innermost first, of both versions of control groups.
fn folders<'f>(controller: &str, file: &'f Path) -> impl Iterator<Item = String> + use<'f> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let places: Vec<PathBuf> = groups
        .lines()
        .filter_map(|line| place(line, controller))
        .collect();
    places.into_iter().flat_map(move |place| {
        let files: Vec<String> = place
            .ancestors()
            .take_while(|folder| folder.starts_with(ROOT))
            .filter_map(|folder| std::fs::read_to_string(folder.join(file)).ok())
            .collect();
        files
    })
}

/// Where the group of a line of `/proc/self/cgroup` lies: `0::/path`, or `4:cpu,cpuacct:/path` if
/// the controller is among those.
fn place(line: &str, controller: &str) -> Option<PathBuf> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let path = path.trim_start_matches('/');
    if controllers.is_empty() {
        return Some(Path::new(ROOT).join(path));
    }
    let has = controllers.split(',').any(|name| name == controller);
    has.then(|| Path::new(ROOT).join(controllers).join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_read() {
        assert_eq!(quota("max 100000\n"), None);
        assert_eq!(quota("150000 100000\n"), Some(1.5));
        let at = |path: &str| Some(PathBuf::from(path));
        assert_eq!(
            place("0::/slice/job", "cpu"),
            at("/sys/fs/cgroup/slice/job")
        );
        assert_eq!(
            place("4:cpu,cpuacct:/job", "cpu"),
            at("/sys/fs/cgroup/cpu,cpuacct/job")
        );
        assert_eq!(place("5:memory:/job", "cpu"), None);
    }
}
