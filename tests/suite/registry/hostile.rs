//! A server that lies: it serves the layout of a folder, and spoils what it is told to spoil.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How much of the body is sent before the connection is closed.
    pub sent: Option<usize>,
    /// Never ends.
    pub stalls: bool,
}

impl Answer {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            body: body.into(),
            ..Self::default()
        }
    }

    pub fn with(mut self, header: &str, value: &str) -> Self {
        self.headers.push((header.into(), value.into()));
        self
    }
}

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
}

impl Asked {
    pub fn authorisation(&self) -> Option<&str> {
        self.headers.get("authorization").map(String::as_str)
    }
}

type Spoil = dyn Fn(&Asked, Answer) -> Answer + Send + Sync;

/// A server that ends with its owner.
pub struct Hostile {
    pub port: u16,
    pub asked: Arc<Mutex<Vec<Asked>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Hostile {
    /// Serves the packages of a registry in a folder, each answer spoilt.
    pub fn serve(
        registry: &Path,
        spoil: impl Fn(&Asked, Answer) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (log, ending, root) = (
            Arc::clone(&asked),
            Arc::clone(&stop),
            registry.to_path_buf(),
        );
        let spoil: Arc<Spoil> = Arc::new(spoil);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ending.load(Ordering::Relaxed) {
                    return;
                }
                let (log, root) = (Arc::clone(&log), root.clone());
                let (spoil, ending) = (Arc::clone(&spoil), Arc::clone(&ending));
                let Ok(stream) = stream else { continue };
                std::thread::spawn(move || answer(stream, &root, &spoil, &log, &ending));
            }
        });
        Self {
            port,
            asked,
            stop,
            thread: Some(thread),
        }
    }

    pub fn registry(&self) -> String {
        format!("oci://127.0.0.1:{}", self.port)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(
    stream: TcpStream,
    root: &Path,
    spoil: &Arc<Spoil>,
    log: &Arc<Mutex<Vec<Asked>>>,
    ending: &Arc<AtomicBool>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let asked = read(&mut reader)?;
    log.lock().unwrap().push(asked.clone());
    let answer = spoil(&asked, honest(root, &asked.path));
    let mut head = format!(
        "HTTP/1.1 {} -\r\ncontent-length: {}\r\nconnection: close\r\n",
        answer.status,
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut stream = stream;
    stream.write_all(head.as_bytes()).ok()?;
    let sent = answer.sent.unwrap_or(answer.body.len());
    if asked.method != "HEAD" {
        stream.write_all(&answer.body[..sent]).ok()?;
    }
    while answer.stalls && !ending.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(())
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|n| n.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path,
        headers,
    })
}

/// What the folder has.
fn honest(root: &Path, path: &str) -> Answer {
    let none = Answer::new(404, "{}");
    let path = path.split('?').next().unwrap_or_default();
    let Some(rest) = path.strip_prefix("/v2/") else {
        return none;
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let &[group, name, kind, what] = parts.as_slice() else {
        return none;
    };
    let layout = root.join(group).join(name);
    let Ok(index) = std::fs::read(layout.join("index.json")) else {
        return none;
    };
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    let tag_of = |entry: &serde_json::Value| {
        let tag = entry["annotations"]["org.opencontainers.image.ref.name"].as_str();
        tag.unwrap_or_default().to_owned()
    };
    let entries = index["manifests"].as_array().unwrap();
    if kind == "tags" {
        let tags: Vec<String> = entries.iter().map(tag_of).collect();
        return Answer::new(200, serde_json::json!({"tags": tags}).to_string());
    }
    let tagged = entries.iter().find(|entry| tag_of(entry) == what);
    let digest = tagged.map_or(what, |entry| entry["digest"].as_str().unwrap());
    let Some(hex) = digest.strip_prefix("sha256:") else {
        return none;
    };
    let blob: PathBuf = layout.join("blobs/sha256").join(hex);
    std::fs::read(blob).map_or(none, |bytes| Answer::new(200, bytes))
}
