//! A server of its own for each test.

use crate::client::{Answer, Request};
use angora_monitor::server::{Knowledge, Limits, Options, Readers, Server, Setting};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A server that ends with the test.
pub struct Served {
    pub address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The token of these servers.
pub const TOKEN: &str = "a-secret-of-length";

/// How tests serve a folder, unless they say otherwise.
pub fn options(folder: &Path) -> Options {
    Options {
        folders: vec![folder.to_owned()],
        bind: [127, 0, 0, 1].into(),
        port: Some(0),
        token: TOKEN.into(),
        readers: Readers::Anyone,
        limits: Limits::default(),
        base_path: String::new(),
        hosts: Vec::new(),
        read_only: false,
        page: None,
        knowledge: Knowledge {
            version: "0.0.0-test".into(),
            settings: vec![Setting {
                key: "ppo.learning_rate".into(),
                default: "0.001".into(),
                meaning: "Step size of Adam.".into(),
            }],
            defaults: Box::new(|experiment| {
                let mut defaults = experiment.clone();
                defaults["ppo"]["learning_rate"] = json!(0.001);
                defaults["seed"] = json!(1);
                Some(defaults)
            }),
        },
    }
}

impl Served {
    pub fn folder(folder: &Path) -> Self {
        Self::with(options(folder))
    }

    pub fn with(options: Options) -> Self {
        let server = Server::bind(options).expect("a free port");
        let address = server.address();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let ended = async {
                let _ = ended.await;
            };
            server.run_until(ended).expect("serves");
        });
        Self {
            address,
            end: Some(end),
            thread: Some(thread),
        }
    }

    pub fn ask(&self, request: &Request) -> Answer {
        request.answer(self.address)
    }

    pub fn get(&self, target: &str) -> Value {
        let answer = self.ask(&Request::get(target));
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }

    pub fn csrf(&self) -> String {
        let session = self.ask(&Request::get("/api/session").token(TOKEN));
        let session = session.json();
        // None is told where nothing can be changed.
        session["csrf"].as_str().unwrap_or_default().to_owned()
    }

    /// A change, as our own pages make it.
    pub fn post(&self, target: &str, body: &Value) -> Answer {
        let request = Request::post(target, body).header("x-angora-csrf", &self.csrf());
        let request = request.token(TOKEN);
        self.ask(&request.header("origin", &format!("http://{}", self.address)))
    }

    /// The rows of the overview.
    pub fn rows(&self, parameters: &str) -> Vec<Value> {
        let overview = self.get(&format!("/api/overview?{parameters}"));
        overview["rows"].as_array().expect("rows").clone()
    }

    /// The row of a run.
    pub fn row(&self, key: &str) -> Value {
        let rows = self.rows("trashed=1&limit=20000");
        let row = rows.into_iter().find(|row| row["key"] == key);
        row.unwrap_or(Value::Null)
    }

    /// Waits until something holds of the row of a run; fails after a while.
    pub fn wait(&self, key: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let row = self.row(key);
            if holds(&row) {
                return row;
            }
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "{key}: never {what}: {row}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it, and says how long that took.
    pub fn end(mut self) -> Duration {
        let start = Instant::now();
        self.finish();
        start.elapsed()
    }

    fn finish(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().expect("ends");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Keys of rows.
pub fn keys(rows: &[Value]) -> Vec<String> {
    let keys = rows
        .iter()
        .map(|row| row["key"].as_str().unwrap_or_default());
    keys.map(str::to_owned).collect()
}
