//! The end that has the environment.

use crate::greeting::{Content, Greeting, Line, Refusal};
use crate::layout::{
    CALL, ENDING, LONGEST_TEXT, Layout, PICTURE, RESET, SEED, STATUS, STEP, TEXT_LEN,
};
use crate::memory::{Memory, VARIABLE};
use angora_plugin_api::{Ending, TaskSpec};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Start an episode.
    Reset {
        /// From which all its chance comes.
        seed: u64,
    },
    /// One control step, with the action that lies in the memory.
    Step,
    /// A picture for people.
    Picture,
}

/// Serves the process that has started this one, over standard input and output.
#[derive(Debug)]
pub struct Server {
    memory: Memory,
    layout: Layout,
    requests: File,
    answers: File,
}

impl Server {
    /// Greets the client.
    ///
    /// # Errors
    /// There is no memory, or nobody listens.
    pub fn begin(
        spec: &TaskSpec,
        frame: Option<[usize; 3]>,
        facts: BTreeMap<String, String>,
    ) -> io::Result<Self> {
        let layout = Layout::new(spec, frame);
        let path = std::env::var_os(VARIABLE).ok_or_else(|| {
            let message = format!("{VARIABLE} is not set: a client starts this, not a person");
            io::Error::new(io::ErrorKind::NotFound, message)
        })?;
        let file = File::options().read(true).write(true).open(&path)?;
        std::fs::remove_file(&path)?;
        file.set_len(layout.bytes() as u64)?;
        let mut server = Self {
            memory: Memory::map(&file, layout.bytes())?,
            layout,
            requests: File::from(io::stdin().as_fd().try_clone_to_owned()?),
            answers: answers()?,
        };
        let greeting = Content::Greeting(Box::new(Greeting {
            spec: spec.clone(),
            frame,
            facts,
        }));
        say(&mut server.answers, greeting)?;
        Ok(server)
    }

    /// Waits for the next request; `None` where the client is gone.
    ///
    /// # Errors
    /// The client asks for what there is not.
    pub fn request(&mut self) -> io::Result<Option<Request>> {
        match self.requests.read_exact(&mut [0]) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        match self.memory.get::<u32>(CALL) {
            RESET => Ok(Some(Request::Reset {
                seed: self.memory.get(SEED),
            })),
            STEP => Ok(Some(Request::Step)),
            PICTURE => Ok(Some(Request::Picture)),
            other => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the client asks for {other}, which there is not"),
            )),
        }
    }

    /// The action of a step.
    pub fn action(&self, action: &mut [f32]) {
        self.memory.read(self.layout.action.start, action);
    }

    /// Writes what an episode begins with, or a step has led to.
    pub fn observe(&self, sensation: &[f32], signals: &[f64]) {
        self.memory.write(self.layout.sensation.start, sensation);
        self.memory.write(self.layout.signals.start, signals);
    }

    /// Writes the outcome of a step.
    pub fn reward(&self, terms: &[f64], ending: Ending) {
        self.memory.write(self.layout.terms.start, terms);
        self.memory.set(ENDING, ending as u32);
    }

    /// Writes a picture of the size that was said.
    pub fn picture(&self, pixels: &[u8]) {
        self.memory.write(self.layout.frame.start, pixels);
    }

    /// Says that the request is done.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn done(&mut self) -> io::Result<()> {
        self.answer(0)
    }

    /// Says why it could not be done.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn failed(&mut self, why: &str) -> io::Result<()> {
        let text = &why.as_bytes()[..why.floor_char_boundary(LONGEST_TEXT)];
        self.memory.write(self.layout.text.start, text);
        self.memory.set(TEXT_LEN, text.len() as u32);
        self.answer(1)
    }

    fn answer(&mut self, status: u32) -> io::Result<()> {
        self.memory.set(STATUS, status);
        self.answers.write_all(b".")
    }
}

/// Says why there is no environment, in place of a greeting.
///
/// # Errors
/// Nobody listens.
pub fn refuse(refusal: Refusal) -> io::Result<()> {
    say(&mut answers()?, Content::Refusal { refusal })
}

/// Standard output, unbuffered.
fn answers() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

fn say(answers: &mut File, content: Content) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Line::new(content))?;
    line.push(b'\n');
    answers.write_all(&line)
}
