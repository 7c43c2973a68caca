//! What changes, as server-sent events: one stream a browser, which goes on where it broke off.

use super::error::ApiError;
use super::{Shared, State};
use crate::index::{Changes, Summary};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

/// Changes are sent at most this often.
const PAUSE: Duration = Duration::from_millis(500);
/// More runs than so many are not told one by one.
const MANY: usize = 200;
const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Stream {
    shared: Arc<Shared>,
    /// Its place among the streams.
    _place: OwnedSemaphorePermit,
    revisions: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
    /// Revision that the browser knows.
    known: u64,
    waiting: VecDeque<Event>,
    sent: Instant,
}

/// `GET api/events`.
pub(super) async fn events(shared: State, headers: HeaderMap) -> Result<Response, ApiError> {
    let shared = shared.0;
    let place = shared.streams.clone().try_acquire_owned();
    let place = place.map_err(|_| ApiError::busy(shared.most_streams))?;
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()).unwrap_or_default();
    let (revision, _) = shared.index.all();
    let seen = last
        .split_once('.')
        .filter(|(boot, _)| *boot == shared.index.boot)
        .and_then(|(_, revision)| revision.parse::<u64>().ok())
        .filter(|seen| shared.index.since(*seen).is_some());
    let mut stream = Stream {
        revisions: shared.index.subscribe(),
        ending: shared.ending.clone(),
        known: seen.unwrap_or(revision),
        waiting: VecDeque::new(),
        sent: Instant::now(),
        _place: place,
        shared,
    };
    let hello = json!({ "boot": stream.shared.index.boot, "rev": stream.known });
    stream.send("hello", &hello);
    if seen.is_none() && !last.is_empty() {
        stream.send("reset", &json!({ "rev": stream.known }));
    }
    let events = stream::unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    let sse = Sse::new(events).keep_alive(keep_alive);
    // Proxies that collect an answer before they pass it on would hold it back for ever.
    Ok(([("x-accel-buffering", "no")], sse).into_response())
}

impl Stream {
    fn send(&mut self, name: &str, data: &serde_json::Value) {
        let id = format!("{}.{}", self.shared.index.boot, self.known);
        let event = Event::default().id(id).event(name).data(data.to_string());
        self.waiting.push_back(event);
    }

    /// The next event; `None` when the server ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if *self.ending.borrow() {
                return None;
            }
            if *self.revisions.borrow_and_update() <= self.known {
                tokio::select! {
                    changed = self.revisions.changed() => changed.ok()?,
                    _ = self.ending.changed() => {}
                }
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep_until(self.sent + PAUSE) => {}
                _ = self.ending.changed() => continue,
            }
            self.sent = Instant::now();
            let changes = self.shared.index.since(self.known);
            self.tell(changes);
        }
    }

    fn tell(&mut self, changes: Option<Changes>) {
        let Some(changes) = changes else {
            self.known = *self.revisions.borrow();
            self.send("reset", &json!({ "rev": self.known }));
            return;
        };
        self.known = changes.revision;
        let data = if changes.changed.len() > MANY {
            json!({ "rev": changes.revision, "many": true, "changed": [], "gone": changes.gone })
        } else {
            let rows: Vec<&Summary> = changes.changed.iter().map(Arc::as_ref).collect();
            json!({ "rev": changes.revision, "changed": rows, "gone": changes.gone })
        };
        self.send("changes", &data);
    }
}
