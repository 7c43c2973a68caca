//! Server-sent events.

use crate::client::{Event, Request};
use crate::runs::{self, Plan};
use crate::served::Served;
use serde_json::Value;
use std::time::{Duration, Instant};

fn row<'e>(event: &'e Event, key: &str) -> Option<&'e Value> {
    event.data["changed"]
        .as_array()?
        .iter()
        .find(|row| row["key"] == key)
}

#[test]
fn a_new_line_is_told_within_two_seconds() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        done: 5,
        ..Plan::default()
    };
    let run = runs::write(folder.path(), "r", &plan);
    let served = Served::folder(folder.path());
    let mut events = Request::get("/api/events").events(served.address);
    let hello = events.next().expect("an event");
    assert_eq!(hello.name, "hello");
    for cycle in 6..=8 {
        let start = Instant::now();
        runs::append(&run, "metrics.jsonl", &runs::line(&plan, cycle, 0));
        let event = events.find(|event| row(event, "r").is_some_and(|row| row["cycle"] == cycle));
        assert_eq!(event.name, "changes");
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }
    let late = runs::write(folder.path(), "late", &plan);
    events.find(|event| row(event, "late").is_some());
    std::fs::remove_dir_all(late).expect("was there");
    let event = events.find(|event| event.data["gone"] != serde_json::json!([]));
    assert_eq!(event.data["gone"], serde_json::json!(["late"]));
}

#[test]
fn a_browser_that_comes_back_is_told_what_it_missed() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        done: 5,
        ..Plan::default()
    };
    let run = runs::write(folder.path(), "r", &plan);
    runs::write(folder.path(), "quiet", &Plan::default());
    let served = Served::folder(folder.path());
    let mut events = Request::get("/api/events").events(served.address);
    let id = events.next().expect("an event").id;
    drop(events);
    runs::append(&run, "metrics.jsonl", &runs::line(&plan, 6, 0));
    served.wait("r", "has the new line", |row| row["cycle"] == 6);
    let back = Request::get("/api/events").header("last-event-id", &id);
    let mut events = back.events(served.address);
    assert_eq!(events.next().expect("an event").name, "hello");
    let event = events.next().expect("an event");
    assert_eq!(event.name, "changes");
    assert_eq!(row(&event, "r").expect("is told")["cycle"], 6);
    assert!(row(&event, "quiet").is_none());
    // What another server has told means nothing here.
    let back = Request::get("/api/events").header("last-event-id", "0123.7");
    let mut events = back.events(served.address);
    assert_eq!(events.next().expect("an event").name, "hello");
    assert_eq!(events.next().expect("an event").name, "reset");
}

#[test]
fn a_server_ends_though_browsers_listen() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::folder(folder.path());
    let mut events = Request::get("/api/events").events(served.address);
    assert_eq!(events.next().expect("an event").name, "hello");
    let took = served.end();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(events.next().is_none());
}
