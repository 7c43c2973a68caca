//! Requests that are half sent, answers that nobody takes: they hold nobody else up.

use crate::client::Request;
use crate::runs::{self, Plan};
use crate::served::{Served, TOKEN, options};
use angora_monitor::server::{Limits, Options};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tempfile::TempDir;

/// No test waits for so long.
const NEVER: Duration = Duration::from_secs(3_600);

fn served(limits: Limits) -> (TempDir, Served) {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    let served = Served::with(Options {
        limits,
        ..options(folder.path())
    });
    (folder, served)
}

fn patient() -> Limits {
    Limits {
        connections: 4,
        head: NEVER,
        body: NEVER,
        stall: NEVER,
    }
}

/// A connection on which something has been said.
fn said(served: &Served, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.address).expect("connects");
    // It may be closed already.
    let _ = stream.write_all(text.as_bytes());
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a limit");
    stream
}

/// Everything that is heard until the other end closes.
fn heard(mut stream: TcpStream) -> String {
    let mut text = String::new();
    // A connection that is cut may be reset.
    let _ = stream.read_to_string(&mut text);
    text
}

#[test]
fn half_sent_requests_make_room() {
    let (_folder, served) = served(patient());
    let halves: Vec<TcpStream> = (0..40)
        .map(|i| match i % 3 {
            0 => said(&served, ""),
            1 => said(&served, "GET /api/overview HTTP/1.1\r\nhost: local"),
            _ => said(
                &served,
                "POST /api/marks HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{",
            ),
        })
        .collect();
    for _ in 0..10 {
        assert_eq!(served.ask(&Request::get("/api/session")).status, 200);
    }
    drop(halves);
}

#[test]
fn a_request_must_come_in_time() {
    let limits = Limits {
        head: Duration::from_millis(30),
        ..patient()
    };
    let (_folder, served) = served(limits);
    for text in ["", "GET /api/session HTTP/1.1\r\nhost: localh"] {
        let heard = heard(said(&served, text));
        assert!(!heard.contains("200 OK"), "{heard}");
    }
    // A connection that stays open after an answer is closed, too.
    let text = "GET /api/session HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let heard = heard(said(&served, text));
    assert!(heard.contains("200 OK"), "{heard}");
}

#[test]
fn a_body_must_come_in_time() {
    let limits = Limits {
        body: Duration::from_millis(30),
        ..patient()
    };
    let (_folder, served) = served(limits);
    let head = format!(
        "POST /api/runs/r/marks HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\
         x-angora-csrf: {}\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{{\"no",
        served.csrf()
    );
    let heard = heard(said(&served, &head));
    assert!(
        heard.contains("408") && heard.contains("not complete within"),
        "{heard}"
    );
    let answer = served.post("/api/runs/r/marks", &json!({"note": "n"}));
    assert_eq!(answer.status, 200);
}

#[test]
fn an_answer_must_be_taken() {
    let limits = Limits {
        connections: 1,
        stall: Duration::from_millis(30),
        ..patient()
    };
    let (folder, served) = served(limits);
    let videos = folder.path().join("r/videos");
    std::fs::create_dir_all(&videos).expect("a folder");
    // More than sockets hold.
    std::fs::write(videos.join("a.mp4"), vec![0; 64 << 20]).expect("writes");
    let idle = said(
        &served,
        "GET /api/runs/r/files/videos/a.mp4 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    );
    // The only place is taken until nobody has read for too long.
    let start = std::time::Instant::now();
    let request = "GET /api/session HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    while !heard(said(&served, request)).contains("200 OK") {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "never free again"
        );
    }
    drop(idle);
}

#[test]
fn streams_leave_places_for_requests() {
    let (_folder, served) = served(patient());
    let streams: Vec<_> = (0..2)
        .map(|_| {
            let mut events = Request::get("/api/events").events(served.address);
            events.next().expect("hello");
            events
        })
        .collect();
    let answer = served.ask(&Request::get("/api/events"));
    assert_eq!(answer.status, 503);
    assert!(answer.message().contains("2 pages"), "{}", answer.message());
    assert_eq!(served.ask(&Request::get("/api/session")).status, 200);
    drop(streams);
}
