//! Questions to other programs, with a time limit.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a program answered.
#[derive(Debug)]
pub enum Answer {
    /// There is no such program.
    Missing,
    /// Standard output of one that ended well.
    Said(String),
    /// One that failed: how it ended, and its standard error.
    Failed { ended: String, said: String },
    /// One that did not end within the limit.
    Silent,
}

const LIMIT: Duration = Duration::from_secs(20);

/// Runs a program to its end, or to the limit.
pub fn ask(program: &Path, arguments: &[&str]) -> Answer {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return Answer::Missing;
    };
    let output = child.stdout.take().map(read_all);
    let error = child.stderr.take().map(read_all);
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < LIMIT => thread::sleep(Duration::from_millis(10)),
            _ => {
                // It may have ended in this moment.
                let _ = child.kill();
                let _ = child.wait();
                return Answer::Silent;
            }
        }
    };
    let text = |reader: Option<thread::JoinHandle<String>>| {
        let joined = reader.and_then(|reader| reader.join().ok());
        joined.unwrap_or_default().trim().to_owned()
    };
    if status.success() {
        return Answer::Said(text(output));
    }
    Answer::Failed {
        ended: status.to_string(),
        said: text(error),
    }
}

/// Reads while the program runs: a full pipe would stop it.
fn read_all(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read until then is the answer.
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A program on the search path.
pub fn find_program(name: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| {
            file.metadata()
                .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}

/// The command that installs packages, or words where the system is not Debian's.
pub fn install(packages: &str, what: &str) -> String {
    if Path::new("/etc/debian_version").exists() {
        format!("apt-get install {packages}")
    } else {
        format!("install {what} (the packages are called {packages} on Debian)")
    }
}
