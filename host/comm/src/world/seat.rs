//! Where processes run, and on which processors.

/// Where a process runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Name of its host.
    pub host: String,
    /// Number of its node, from 0, in the order of the nodes' first ranks.
    pub node: usize,
    /// Its number among the processes of its node, from 0.
    pub local: usize,
    /// Whether it was told that all are to work, however few processors there are.
    pub all_work: bool,
    /// Processors that it may use, ascending.
    pub processors: Vec<usize>,
}

impl Seat {
    /// Reads a seat as its process has written it: first rank of the node, place in the node, whether
    /// all are to work, number of processors, processors, host.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut number = || {
            let (first, others) = rest.split_at_checked(8)?;
            rest = others;
            usize::try_from(u64::from_le_bytes(first.try_into().ok()?)).ok()
        };
        let (node, local, all_work, n) = (number()?, number()?, number()? != 0, number()?);
        let processors = (0..n).map(|_| number()).collect::<Option<Vec<_>>>()?;
        Some(Self {
            host: String::from_utf8_lossy(rest).into_owned(),
            node,
            local,
            all_work,
            processors,
        })
    }
}

/// Processors that this process may use, by number where the system says so.
pub(super) fn allowed_processors() -> Vec<usize> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.and_then(|list| ranges(list.trim()))
        .unwrap_or_else(|| {
            let n = std::thread::available_parallelism().map_or(1, usize::from);
            (0..n).collect()
        })
}

/// More than a machine has.
const MOST_PROCESSORS: usize = 1 << 16;

/// The numbers of a list such as `0-3,8`.
pub(super) fn ranges(list: &str) -> Option<Vec<usize>> {
    let mut numbers = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if last.saturating_sub(first) >= MOST_PROCESSORS - numbers.len() {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_read_as_the_system_writes_them() {
        assert_eq!(ranges("0-2,5,8-9"), Some(vec![0, 1, 2, 5, 8, 9]));
        assert_eq!(ranges("3"), Some(vec![3]));
        assert_eq!(ranges("all"), None);
        assert_eq!(ranges("0-18446744073709551614"), None, "it fills no memory");
        assert_eq!(ranges("3,0-65535"), None);
        assert!(!allowed_processors().is_empty());
    }
}
