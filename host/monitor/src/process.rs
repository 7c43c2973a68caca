//! What the process that writes a run is, and what it uses.

use rustix::time::{ClockId, clock_gettime};

/// CPU time of all threads of this process, s.
#[must_use]
pub fn cpu_secs() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Memory of this process that is resident, in bytes, where the system tells (Linux).
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    // Sizes in pages: all, resident, shared, ...
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let resident: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some(resident * rustix::param::page_size() as u64)
}

/// Name of this machine.
#[must_use]
pub fn host() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

/// What tells the processes that share this one's numbering of processes (containers have their
/// own), where the system does.
#[must_use]
pub fn pid_namespace() -> Option<String> {
    let name = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(name.to_string_lossy().into_owned())
}

/// Whether a process of this machine is there, where the system tells.
#[must_use]
pub fn is_alive(pid: u32) -> Option<bool> {
    let processes = std::path::Path::new("/proc");
    processes
        .join("self")
        .exists()
        .then(|| processes.join(pid.to_string()).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_shows() {
        let (cpu, resident) = (cpu_secs(), resident_bytes());
        let mut memory = vec![1_u8; 64 << 20];
        let start = std::time::Instant::now();
        while start.elapsed().as_millis() < 20 {
            memory.iter_mut().step_by(512).for_each(|x| *x += 1);
        }
        assert!(cpu_secs() > cpu);
        if let (Some(before), Some(after)) = (resident, resident_bytes()) {
            assert!(after > before + (32 << 20), "{before} {after}");
        }
        drop(memory);
    }

    #[test]
    fn this_process_is_alive() {
        assert_ne!(is_alive(std::process::id()), Some(false));
        assert_ne!(is_alive(u32::MAX), Some(true));
        assert!(!host().is_empty());
    }
}
