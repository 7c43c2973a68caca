//! The end that asks.

mod keeper;
#[cfg(test)]
mod tests;
mod voice;

use crate::greeting::{Content, Greeting, Line, Refusal, VERSION};
use crate::layout::{CALL, ENDING, LONGEST_TEXT, Layout, RESET, SEED, STATUS, STEP, TEXT_LEN};
use crate::memory::{self, Memory, VARIABLE};
use angora_plugin_api::Ending;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;
use voice::Voice;

/// How long a server may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(2);

/// What can go wrong with a server.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// It cannot be started.
    #[error("it cannot be started: {0}")]
    Start(io::Error),
    /// It has no environment.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// It could not do what it was asked.
    #[error("{0}")]
    Failed(String),
    /// It is gone.
    #[error("the process has ended ({status}){}", last(.said))]
    Died {
        /// How.
        status: String,
        /// The last that it wrote to standard error; may be empty.
        said: String,
    },
    /// It does not keep to the protocol.
    #[error("it does not keep to the protocol: {0}")]
    Protocol(String),
}

fn last(said: &str) -> String {
    match said.trim().lines().last() {
        Some(line) => format!(": {line}"),
        None => String::new(),
    }
}

/// A server, and what it shares. It ends with this.
#[derive(Debug)]
pub struct Client {
    child: Child,
    /// Until it is told to end.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    voice: Voice,
    /// Of the memory, until it is mapped.
    file: Option<NamedTempFile>,
    open: Option<Open>,
}

/// What there is once the server has greeted.
#[derive(Debug)]
struct Open {
    greeting: Greeting,
    layout: Layout,
    memory: Memory,
}

impl Client {
    /// Starts a server in a process group of its own, and writes what it reads before it greets.
    /// The whole group is killed when this is dropped or the process ends, however it ends.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(mut command: Command, preamble: &[u8]) -> Result<Self, BridgeError> {
        let file = memory::file().map_err(BridgeError::Start)?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env(VARIABLE, file.path());
        let mut child = keeper::start(command).map_err(BridgeError::Start)?;
        let missing = || BridgeError::Start(io::Error::other("there are no pipes"));
        let mut requests = child.stdin.take().ok_or_else(missing)?;
        let answers = child.stdout.take().ok_or_else(missing)?;
        let voice = Voice::listen(child.stderr.take().ok_or_else(missing)?);
        // Whoever ends before it has read all says why when it is asked for its greeting.
        let _ = requests.write_all(preamble);
        Ok(Self {
            child,
            requests: Some(requests),
            answers: BufReader::new(answers),
            voice,
            file: Some(file),
            open: None,
        })
    }

    /// Waits for the greeting, the first time.
    ///
    /// # Errors
    /// A refusal, a death, or another protocol.
    pub fn greeting(&mut self) -> Result<&Greeting, BridgeError> {
        Ok(&self.opened()?.greeting)
    }

    fn opened(&mut self) -> Result<&mut Open, BridgeError> {
        if self.open.is_none() {
            let greeting = self.greet()?;
            let layout = Layout::new(&greeting.spec, greeting.frame);
            let wrong = |error| BridgeError::Protocol(format!("its memory: {error}"));
            let file = self
                .file
                .take()
                .ok_or_else(|| wrong(io::Error::other("it is gone")))?;
            let memory = Memory::map(file.as_file(), layout.bytes()).map_err(wrong)?;
            self.open = Some(Open {
                greeting,
                layout,
                memory,
            });
        }
        self.open
            .as_mut()
            .ok_or_else(|| BridgeError::Protocol("it has not greeted".into()))
    }

    fn greet(&mut self) -> Result<Greeting, BridgeError> {
        let mut line = Vec::new();
        if self.answers.read_until(b'\n', &mut line).is_err() {
            return Err(self.died());
        }
        if line.is_empty() {
            return Err(self.died());
        }
        let read: Line = serde_json::from_slice(&line).map_err(|error| {
            let line = String::from_utf8_lossy(&line);
            BridgeError::Protocol(format!("it greets with {line:?}: {error}"))
        })?;
        if read.angora_bridge != VERSION {
            let message = format!("it speaks version {}, not {VERSION}", read.angora_bridge);
            return Err(BridgeError::Protocol(message));
        }
        match read.content {
            Content::Greeting(greeting) => Ok(*greeting),
            Content::Refusal { refusal } => Err(BridgeError::Refused(refusal)),
        }
    }

    /// Starts an episode; writes its first sensation and signals.
    ///
    /// # Errors
    /// A failure or a death.
    pub fn reset(
        &mut self,
        seed: u64,
        sensation: &mut [f32],
        signals: &mut [f64],
    ) -> Result<(), BridgeError> {
        self.opened()?.memory.set(SEED, seed);
        self.ask(RESET)?;
        self.observe(sensation, signals)
    }

    /// One control step; writes what it led to. Allocates nothing.
    ///
    /// # Errors
    /// A failure or a death.
    pub fn step(
        &mut self,
        action: &[f32],
        sensation: &mut [f32],
        signals: &mut [f64],
        terms: &mut [f64],
    ) -> Result<Ending, BridgeError> {
        let Open { memory, layout, .. } = self.opened()?;
        memory.write(layout.action.start, action);
        self.ask(STEP)?;
        self.observe(sensation, signals)?;
        let Open { memory, layout, .. } = self.opened()?;
        memory.read(layout.terms.start, terms);
        let code = memory.get::<u32>(ENDING);
        Ending::from_code(code)
            .ok_or_else(|| BridgeError::Protocol(format!("a step ends with {code}")))
    }

    fn observe(&mut self, sensation: &mut [f32], signals: &mut [f64]) -> Result<(), BridgeError> {
        let Open { memory, layout, .. } = self.opened()?;
        memory.read(layout.sensation.start, sensation);
        memory.read(layout.signals.start, signals);
        Ok(())
    }

    /// Asks, and waits for the answer.
    fn ask(&mut self, call: u32) -> Result<(), BridgeError> {
        self.opened()?.memory.set(CALL, call);
        let told = self.requests.as_mut().map(|pipe| pipe.write_all(b"."));
        let answered = matches!(told, Some(Ok(()))) && self.answers.read_exact(&mut [0]).is_ok();
        if !answered {
            return Err(self.died());
        }
        let Open { memory, layout, .. } = self.opened()?;
        if memory.get::<u32>(STATUS) == 0 {
            return Ok(());
        }
        let mut text = vec![0; LONGEST_TEXT.min(memory.get::<u32>(TEXT_LEN) as usize)];
        memory.read::<u8>(layout.text.start, &mut text);
        Err(BridgeError::Failed(
            String::from_utf8_lossy(&text).into_owned(),
        ))
    }

    /// What is left of it.
    fn died(&mut self) -> BridgeError {
        // Its pipe has ended, so it ends too, if it has not.
        keeper::end(&mut self.child);
        let status = self.child.wait().map(|status| status.to_string());
        BridgeError::Died {
            status: status.unwrap_or_else(|error| error.to_string()),
            said: self.voice.last(),
        }
    }
}

impl Drop for Client {
    /// Tells it to end; it may have something to close. One that has not begun has not.
    fn drop(&mut self) {
        self.requests = None;
        let begun = Instant::now();
        let running = |child: &mut Child| matches!(child.try_wait(), Ok(None));
        while self.open.is_some() && running(&mut self.child) && begun.elapsed() < FAREWELL {
            thread::sleep(Duration::from_millis(1));
        }
        keeper::end(&mut self.child);
        let _ = self.child.wait();
    }
}
