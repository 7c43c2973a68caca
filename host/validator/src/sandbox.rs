//! A process of its own for each check.

use crate::bench::Job;
use crate::finding::Finding;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Most bytes of a process's output that are kept.
const MOST_OUTPUT: u64 = 1 << 16;

/// How a check is run apart: the program is given the job as JSON on its standard input and the
/// name of the file for the finding as its last argument.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// The program, and what it is told before the file's name.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// How long a check may take.
    pub time_limit: Duration,
}

/// What came of a process.
pub(crate) struct Outcome {
    pub finding: Finding,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    /// Runs a check to its end, or kills it.
    pub(crate) fn run(&self, job: &Job) -> Outcome {
        let answer = Answer::new();
        let outcome = |finding| Outcome {
            finding,
            stdout: String::new(),
            stderr: String::new(),
        };
        let mut child = match self.start(job, &answer.0) {
            Ok(child) => child,
            Err(error) => {
                let message = format!("the process of the check does not start: {error}");
                return outcome(Finding::crashed(message));
            }
        };
        let (stdout, stderr) = (listen(child.stdout.take()), listen(child.stderr.take()));
        let status = self.wait(&mut child);
        let hear = |listener: JoinHandle<String>| listener.join().unwrap_or_default();
        let (stdout, stderr) = (hear(stdout), hear(stderr));
        let finding = match status {
            Err(error) => Finding::crashed(format!("the process was lost: {error}")),
            Ok(None) => Finding::crashed(format!(
                "it was killed after {} s",
                self.time_limit.as_secs_f64()
            )),
            Ok(Some(status)) => answer.read().unwrap_or_else(|| {
                Finding::crashed(format!(
                    "the process {}{}",
                    end(status),
                    last_words(&stderr)
                ))
            }),
        };
        Outcome {
            finding,
            stdout,
            stderr,
        }
    }

    fn start(&self, job: &Job, answer: &Path) -> std::io::Result<Child> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(answer)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A process that does not listen says why itself.
            let _ = stdin.write_all(&serde_json::to_vec(job)?);
        }
        Ok(child)
    }

    /// How it ended; `None` where it had to be killed.
    fn wait(&self, child: &mut Child) -> std::io::Result<Option<ExitStatus>> {
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if start.elapsed() > self.time_limit {
                child.kill()?;
                child.wait()?;
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Reads a pipe to its end, so that the process never waits for it.
fn listen<R: Read + Send + 'static>(pipe: Option<R>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let Some(mut pipe) = pipe else {
            return String::new();
        };
        let mut kept = Vec::new();
        let _ = pipe.by_ref().take(MOST_OUTPUT).read_to_end(&mut kept);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        String::from_utf8_lossy(&kept).into_owned()
    })
}

/// How a process ended, in words.
fn end(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let name = match signal {
            4 => " (illegal instruction)",
            6 => " (abort)",
            7 => " (bus error)",
            8 => " (arithmetic error)",
            9 => " (killed; out of memory?)",
            11 => " (segmentation fault)",
            _ => "",
        };
        return format!("ended by signal {signal}{name}");
    }
    format!("ended with {status} and without an answer")
}

/// The last line of what it said, for a message.
fn last_words(stderr: &str) -> String {
    let line = stderr.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.map_or_else(String::new, |line| format!("; its last words: {line}"))
}

/// The file of a finding; gone with this.
struct Answer(PathBuf);

impl Answer {
    fn new() -> Self {
        static TURN: AtomicU64 = AtomicU64::new(0);
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let name = format!("angora-check-{}-{turn}.json", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn read(&self) -> Option<Finding> {
        serde_json::from_slice(&std::fs::read(&self.0).ok()?).ok()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
