//! The connections that are served: how many at once, and how long each may take.
//!
//! Whoever can connect may send half a request and fall silent. A connection that waits for a
//! request holds a place only as long as no other needs it, and never longer than [`Limits::head`].

mod places;
mod stall;

use axum::Router;
use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use places::{Answering, Place, Places};
use rustix::process::{Resource, getrlimit};
use stall::Unstalled;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// File descriptors that are kept for run folders, the pages and the process itself.
const RESERVED: u64 = 40;
/// Most connections at once, however many files may be open.
const MOST: usize = 256;
/// Fewest connections at once: a browser opens six, and two may look.
const FEWEST: usize = 12;
/// Wait after a connection could not be accepted.
const PAUSE: Duration = Duration::from_millis(20);
/// What a connection hears for which there is no place.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\n\r\n\
    The monitor serves as many connections as it can; close some of its pages.\n";

/// How many connections are served at once, and how long each may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once. A new one takes the place of the one that has waited longest for a
    /// request; where all are being answered, it is refused with status 503.
    pub connections: usize,
    /// Longest wait for the head of a request, also on a connection that stays open after an
    /// answer.
    pub head: Duration,
    /// Longest wait for the body of a request.
    pub body: Duration,
    /// Longest wait for a browser that takes nothing of its answer.
    pub stall: Duration,
}

impl Default for Limits {
    /// As many connections as the process's limit of open files leaves room for.
    fn default() -> Self {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let room = usize::try_from(files.saturating_sub(RESERVED)).unwrap_or(MOST);
        Self {
            connections: room.clamp(FEWEST, MOST),
            head: Duration::from_secs(15),
            body: Duration::from_secs(15),
            stall: Duration::from_secs(30),
        }
    }
}

/// Serves until `ending` is true and open connections are answered.
pub(super) async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    ending: watch::Receiver<bool>,
) {
    let places = Places::new(limits.connections);
    let mut connections = JoinSet::new();
    let mut done = ending.clone();
    loop {
        tokio::select! {
            _ = done.wait_for(|ended| *ended) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (place, evicted) = places.take();
                    match place {
                        Some(place) => {
                            let app = app.clone();
                            connections.spawn(connection(stream, app, place, limits, ending.clone()));
                        }
                        // It may have no room for the words; then it is only closed.
                        None => drop(stream.try_write(FULL)),
                    }
                    if evicted {
                        // The one that went closes its file before the next one comes.
                        tokio::task::yield_now().await;
                    }
                }
                Err(error) if is_of_connection(&error) => {}
                // No file can be opened: whoever waits longest makes room.
                Err(_) => {
                    places.evict();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Whether only the connection that was to be accepted is lost.
fn is_of_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    let kinds = [
        ConnectionAborted,
        ConnectionRefused,
        ConnectionReset,
        Interrupted,
    ];
    kinds.contains(&error.kind())
}

async fn connection(
    stream: TcpStream,
    app: Router,
    place: Place,
    limits: Limits,
    mut ending: watch::Receiver<bool>,
) {
    // Events are small and must not wait for more of them.
    let _ = stream.set_nodelay(true);
    let app = TowerToHyperService::new(app);
    let seat = place.clone();
    let service = service_fn(move |request| {
        let answering = seat.answering();
        let answer = app.call(request);
        async move {
            let answer = answer.await?;
            Ok::<_, Infallible>(answer.map(|body| Counted {
                body,
                _answering: answering,
            }))
        }
    });
    let io = TokioIo::new(Unstalled::new(stream, limits.stall));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    tokio::select! {
        // A connection that breaks concerns only whoever had it.
        _ = connection.as_mut() => return,
        () = place.evicted() => return,
        _ = ending.wait_for(|ended| *ended) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// An answer; its connection counts as being answered until all of it is handed on.
struct Counted {
    body: Body,
    _answering: Answering,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
