//! Whether other people use this machine: what listens on its loopback address is theirs, too.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Variables of sessions and jobs on machines that are shared, and what they say.
const SHARED: [(&str, &str); 5] = [
    ("SSH_CONNECTION", "this is an SSH session"),
    ("SLURM_JOB_ID", "this is a SLURM job"),
    ("PBS_JOBID", "this is a PBS job"),
    ("LSB_JOBID", "this is an LSF job"),
    ("JUPYTERHUB_USER", "this is a JupyterHub session"),
];
/// User ids of people; below are system accounts.
const FIRST_PERSON: u32 = 1000;
/// User ids that systemd gives to services while they run, and `nobody`.
const SERVICES: std::ops::RangeInclusive<u32> = 61_184..=65_535;

/// What is known of those who use the machine.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// What the environment says, if it says that the machine is shared.
    pub session: Option<&'static str>,
    /// Our own user id.
    pub own: u32,
    /// People with an account and a login shell.
    pub accounts: BTreeSet<u32>,
    /// People who run processes.
    pub running: BTreeSet<u32>,
}

impl Neighbours {
    /// Those of this machine, where the system tells.
    pub fn look() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            session: SHARED
                .iter()
                .find(|(name, _)| set(name))
                .map(|(_, said)| *said),
            own: rustix::process::getuid().as_raw(),
            accounts: accounts(&std::fs::read_to_string("/etc/passwd").unwrap_or_default()),
            running: running(Path::new("/proc")),
        }
    }

    /// Why the machine counts as shared; `None` if nobody else seems to use it.
    pub fn reason(&self) -> Option<String> {
        if let Some(session) = self.session {
            return Some(session.to_owned());
        }
        let own = Some(self.own).filter(|own| is_person(*own));
        let mut people: BTreeSet<u32> = self.accounts.iter().copied().chain(own).collect();
        if people.len() > 1 {
            return Some(format!(
                "{} people have accounts on this machine",
                people.len()
            ));
        }
        // Accounts of a directory service are not in the file; their processes are seen. Root and
        // the one person that there is are the same.
        people.extend(&self.running);
        let other = people.iter().find(|uid| **uid != self.own);
        let other = other.filter(|_| people.len() > 1);
        other.map(|uid| format!("the user with id {uid} runs programs on this machine"))
    }
}

fn is_person(uid: u32) -> bool {
    uid >= FIRST_PERSON && !SERVICES.contains(&uid)
}

/// People in the text of `/etc/passwd` who can log in.
fn accounts(passwd: &str) -> BTreeSet<u32> {
    let account = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let uid = fields.get(2)?.parse().ok()?;
        let shell = fields.get(6)?.rsplit('/').next()?;
        let can_log_in = !matches!(shell, "nologin" | "false" | "sync");
        (is_person(uid) && can_log_in).then_some(uid)
    };
    passwd.lines().filter_map(account).collect()
}

/// People who own a process.
fn running(processes: &Path) -> BTreeSet<u32> {
    let Ok(entries) = std::fs::read_dir(processes) else {
        return BTreeSet::new();
    };
    let owner = |entry: std::fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_str()?;
        let is_process = name.bytes().all(|byte| byte.is_ascii_digit());
        is_process
            .then(|| entry.metadata().ok())?
            .map(|found| found.uid())
    };
    let owners = entries.filter_map(|entry| owner(entry.ok()?));
    owners.filter(|uid| is_person(*uid)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONE: &str = "root:x:0:0:root:/root:/bin/bash\n\
        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
        nobody:x:65534:65534:nobody:/nonexistent:/bin/sh\n\
        ann:x:1000:1000::/home/ann:/bin/bash\n\
        printer:x:1001:1001::/var:/usr/sbin/nologin\n\
        broken line\n";

    fn of(own: u32, passwd: &str) -> Neighbours {
        Neighbours {
            own,
            accounts: accounts(passwd),
            ..Neighbours::default()
        }
    }

    #[test]
    fn one_person_is_alone() {
        for own in [0, 1000] {
            assert_eq!(of(own, ALONE).reason(), None, "{own}");
        }
        // A container without accounts, as root or as anybody.
        for own in [0, 4711] {
            assert_eq!(of(own, "").reason(), None, "{own}");
        }
        let mut root = of(0, ALONE);
        root.running = BTreeSet::from([1000]);
        assert_eq!(root.reason(), None);
    }

    #[test]
    fn accounts_processes_and_sessions_of_others_count() {
        let two = format!("{ALONE}ben:x:1002:1002::/home/ben:/bin/zsh\n");
        let said = of(1000, &two).reason().expect("shared");
        assert!(said.starts_with("2 people"), "{said}");
        // Accounts of a directory service are not in the file; their processes are seen.
        let mut busy = of(1000, ALONE);
        busy.running = BTreeSet::from([1000, 70_001]);
        let said = busy.reason().expect("shared");
        assert!(said.contains("70001"), "{said}");
        busy.running = BTreeSet::from([1000]);
        assert_eq!(busy.reason(), None);
        busy.session = Some(SHARED[1].1);
        assert_eq!(busy.reason().as_deref(), Some("this is a SLURM job"));
    }

    #[test]
    fn services_are_not_people() {
        assert!(!is_person(65_534) && !is_person(61_184) && !is_person(999));
        assert!(is_person(1000) && is_person(60_000) && is_person(2_000_000));
    }
}
