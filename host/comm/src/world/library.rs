//! The MPI library: found beside the host, opened only under a launcher, never closed.
#![allow(unsafe_code, reason = "opens a library and reads its table")]

use super::error::WorldError;
use super::launcher::Launcher;
use super::table::{SYMBOL, Table, VERSION};
use std::path::{Path, PathBuf};

/// Names a library; goes before all others.
pub const VARIABLE: &str = "ANGORA_MPI_LIBRARY";

const FILE: &str = "libangora_mpi.so";

/// Where the library of a launcher's MPI may be: `comm/<flavour>/` beside the host.
fn candidates(launcher: &Launcher, beside: &Path) -> Vec<PathBuf> {
    let flavours: &[&str] = match &launcher.flavour {
        Some(flavour) => std::slice::from_ref(flavour),
        None => &["openmpi", "mpich"],
    };
    let folder = beside.join("comm");
    flavours
        .iter()
        .map(|flavour| folder.join(flavour).join(FILE))
        .collect()
}

/// The libraries that are there, by the MPI that they are built with.
#[must_use]
pub fn installed() -> Vec<(&'static str, PathBuf)> {
    let folder = beside_host().join("comm");
    ["openmpi", "mpich"]
        .into_iter()
        .map(|flavour| (flavour, folder.join(flavour).join(FILE)))
        .filter(|(_, path)| path.is_file())
        .collect()
}

fn beside_host() -> PathBuf {
    let host = std::env::current_exe().unwrap_or_default();
    host.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Finds and opens the library of a launcher's MPI.
pub fn open(launcher: &Launcher) -> Result<(PathBuf, &'static Table), WorldError> {
    let looked = match std::env::var_os(VARIABLE) {
        Some(path) => vec![PathBuf::from(path)],
        None => candidates(launcher, &beside_host()),
    };
    let Some(path) = looked.iter().find(|path| path.is_file()) else {
        return Err(WorldError::Missing {
            launcher: launcher.name,
            size: launcher.size,
            looked,
        });
    };
    let table = table(path).map_err(|reason| WorldError::Library {
        path: path.clone(),
        reason,
    })?;
    Ok((path.clone(), table))
}

fn table(path: &Path) -> Result<&'static Table, String> {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
    // Global: Open MPI opens components of its own, which look for its symbols.
    // SAFETY: the library is ours, or the user has named it; it runs no code when it is opened.
    let library =
        unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }.map_err(|error| {
            // The cause is in the source; the error itself only says that it failed.
            std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
        })?;
    // MPI has threads and exit handlers: the library stays open for ever.
    let library = std::mem::ManuallyDrop::new(library);
    // SAFETY: the symbol is a static `Table`, whose first field tells its version.
    let table = unsafe { library.get::<*const Table>(SYMBOL.as_bytes()) }
        .map_err(|_| format!("it has no symbol {SYMBOL}: it is not Angora's MPI library"))?;
    // SAFETY: as above; only the version is read before it is known.
    let version = unsafe { (**table).version };
    if version != VERSION {
        return Err(format!(
            "it is of version {version}, this host needs {VERSION}; build it again with `./angora setup`"
        ));
    }
    // SAFETY: of this version, in a library that is never closed.
    Ok(unsafe { &**table })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_library_of_ours_is_refused() {
        let here = std::env::current_exe().expect("a path");
        assert!(table(&here).is_err());
        let launcher = Launcher {
            name: "srun",
            size: 2,
            flavour: None,
        };
        let paths = candidates(&launcher, Path::new("/opt/angora"));
        assert_eq!(
            paths,
            [
                Path::new("/opt/angora/comm/openmpi/libangora_mpi.so"),
                Path::new("/opt/angora/comm/mpich/libangora_mpi.so"),
            ]
        );
    }
}
