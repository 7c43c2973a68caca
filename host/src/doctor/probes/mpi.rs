//! MPI: what starts processes, what builds the communicator library, and that library.

use crate::doctor::ask::{Answer, ask, find_program, install};
use crate::doctor::{Finding, Subject};
use std::path::PathBuf;

pub fn probe(_: &Subject) -> Vec<Finding> {
    let launcher = ["mpirun", "mpiexec"].into_iter().find_map(find_program);
    let version = launcher
        .as_ref()
        .map(|program| match ask(program, &["--version"]) {
            Answer::Said(text) => name_of(&text),
            _ => "an MPI that does not say which".to_owned(),
        });
    let compiler = find_program("mpicc");
    let library = communicator_library();
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let finding = match (&launcher, &version, &library) {
        (Some(program), Some(version), Some(library)) => {
            let summary = format!(
                "{version} ({}), communicator library {}",
                program.display(),
                library.display()
            );
            Finding::ok("mpi", summary)
        }
        (Some(program), Some(version), None) => {
            let summary = format!(
                "{version} ({}), but the communicator library is not built: runs are of one process, with threads",
                program.display()
            );
            let fix = if compiler.is_some() {
                "./angora setup".to_owned()
            } else {
                let packages = install(packages(version), "mpicc");
                format!("{packages} && ./angora setup")
            };
            Finding::absent("mpi", summary).fix(fix)
        }
        _ => {
            let packages = install("openmpi-bin libopenmpi-dev", "Open MPI or MPICH");
            let fix = format!("{packages}   or, without root, pip install mpich");
            let summary = "no mpirun: runs are of one process, with threads";
            Finding::absent("mpi", summary).fix(fix)
        }
    };
    vec![
        finding
            .fact("launcher", path(&launcher))
            .fact("version", version)
            .fact("compiler", path(&compiler))
            .fact("library", path(&library)),
    ]
}

/// The library through which the host speaks MPI, if it is built: beside the program, or in
/// `comm` there.
fn communicator_library() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    let name = format!(
        "{}angora_mpi{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    [folder.join(&name), folder.join("comm").join(&name)]
        .into_iter()
        .find(|file| file.is_file())
}

/// `mpirun (Open MPI) 4.1.4` of Open MPI; of MPICH a table with `Version: 4.0.2` in it.
fn name_of(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    if let Some((_, version)) = first.split_once("(Open MPI) ") {
        return format!("Open MPI {}", version.trim());
    }
    if text.contains("HYDRA") {
        let version = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("Version:"));
        return format!("MPICH {}", version.unwrap_or_default().trim());
    }
    first.trim().to_owned()
}

/// What has `mpicc` for a launcher on Debian.
fn packages(version: &str) -> &'static str {
    if version.starts_with("MPICH") {
        "libmpich-dev"
    } else {
        "libopenmpi-dev"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First lines of the real ones.
    #[test]
    fn launchers_are_told_apart() {
        let open =
            "mpirun (Open MPI) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/";
        assert_eq!(name_of(open), "Open MPI 4.1.4");
        let hydra = "HYDRA build details:\n    Version:                                 4.0.2\n    Release Date: x";
        assert_eq!(name_of(hydra), "MPICH 4.0.2");
        assert_eq!(packages("MPICH 4.0.2"), "libmpich-dev");
    }
}
