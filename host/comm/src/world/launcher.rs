//! Whether a launcher has started this process, and which.

/// What the environment says of a launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Launcher {
    /// Its name, for messages.
    pub name: &'static str,
    /// Processes that it has started.
    pub size: usize,
    /// Which MPI its processes speak, where that is certain.
    pub flavour: Option<&'static str>,
}

/// Each launcher's variable for the number of processes; first those that say the most.
const LAUNCHERS: [(&str, &str, Option<&str>); 5] = [
    ("OMPI_COMM_WORLD_SIZE", "Open MPI's mpirun", Some("openmpi")),
    ("PMI_SIZE", "MPICH's mpiexec", Some("mpich")),
    ("PMIX_SIZE", "a PMIx launcher", None),
    ("MPI_LOCALNRANKS", "MPICH's mpiexec", Some("mpich")),
    ("SLURM_STEP_NUM_TASKS", "srun", None),
];

impl Launcher {
    /// The launcher of a process with these variables; `None` for a process of its own. A single
    /// process needs no MPI, whoever has started it.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        LAUNCHERS.iter().find_map(|(key, name, flavour)| {
            let size: usize = variable(key)?.trim().parse().ok()?;
            (size > 1).then_some(Self {
                name,
                size,
                flavour: *flavour,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Option<Launcher> {
        Launcher::of(|key| {
            let found = variables.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn launchers_are_known_by_their_variables() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("OMPI_COMM_WORLD_SIZE", "1")]), None);
        assert_eq!(of(&[("PMI_SIZE", "many")]), None);
        let openmpi = of(&[("OMPI_COMM_WORLD_SIZE", "4"), ("PMIX_SIZE", "4")]);
        assert_eq!(
            openmpi.map(|l| (l.size, l.flavour)),
            Some((4, Some("openmpi")))
        );
        let mpich = of(&[("PMI_SIZE", "2")]);
        assert_eq!(mpich.and_then(|l| l.flavour), Some("mpich"));
        // An allocation of many tasks in which one process was started without srun.
        assert_eq!(of(&[("SLURM_NTASKS", "8")]), None);
        assert_eq!(
            of(&[("SLURM_STEP_NUM_TASKS", "8")]).map(|l| l.size),
            Some(8)
        );
    }
}
