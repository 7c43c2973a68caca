//! The pages and what they show, over HTTP on this machine.

mod api;
mod assets;
mod body;
mod connections;
mod error;
pub mod fuzzing;
mod host;
mod live;
mod parameters;
mod security;
mod token;

use crate::index::{Index, Watcher};
use crate::series::Cache;
use axum::Router;
use axum::middleware;
use security::Gate;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub use connections::Limits;
pub use host::{Knowledge, Setting};
pub use token::random_hex as random_token;

/// Where it listens unless it is told otherwise; the next free port where that is taken.
pub const PORT: u16 = 8427;
/// Ports that are tried.
const TRIES: u16 = 64;
/// Time that open connections have when it ends.
const GRACE: Duration = Duration::from_secs(2);

/// How the monitor is to be served.
pub struct Options {
    /// Folders of runs, or runs.
    pub folders: Vec<PathBuf>,
    /// Address to listen at.
    pub bind: IpAddr,
    /// Port; the first free one from [`PORT`] where absent, any free one where 0.
    pub port: Option<u16>,
    /// Secret that a browser has to show once. Whatever changes something always needs it.
    pub token: String,
    /// Who may read.
    pub readers: Readers,
    /// Connections at once, and how long each may take.
    pub limits: Limits,
    /// Path under which a proxy shows the pages: `/node/x/8427`.
    pub base_path: String,
    /// Names, beside those of this machine, under which browsers may ask.
    pub hosts: Vec<String>,
    /// Whether nothing may be changed, marks neither.
    pub read_only: bool,
    /// Folder from which the pages are read at each request, instead of those that are built in.
    pub page: Option<PathBuf>,
    /// What the host knows of settings.
    pub knowledge: Knowledge,
}

/// Who may read what the monitor shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Whoever can connect: only where nobody else uses the machine.
    Anyone,
    /// Whoever has the token.
    WithToken,
}

/// What keeps the monitor from starting.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Another address than loopback that anyone may read.
    #[error("{0} can be reached from other machines: reading needs a token there")]
    NeedsToken(IpAddr),
    /// A token that is empty.
    #[error("the token is empty; expected a secret")]
    EmptyToken,
    /// A base path that is none.
    #[error("base path {0:?}: expected something like /node/name/8427")]
    BasePath(String),
    /// The port is taken, or the address is not one of this machine.
    #[error("cannot listen at {address}: {source}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The runtime does not start.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Everything that handlers share.
struct Shared {
    index: Arc<Index>,
    cache: Cache,
    knowledge: Knowledge,
    gate: Gate,
    page: Option<PathBuf>,
    base_path: String,
    /// Streams of events that can still begin. They never end by themselves, and must leave places
    /// for other requests.
    streams: Arc<Semaphore>,
    most_streams: usize,
    /// Turns true when the server ends.
    ending: watch::Receiver<bool>,
}

type State = axum::extract::State<Arc<Shared>>;

/// A monitor that listens.
pub struct Server {
    listener: std::net::TcpListener,
    address: SocketAddr,
    options: Options,
}

impl Server {
    /// Claims the address.
    ///
    /// # Errors
    /// It cannot be served there, or may not be.
    pub fn bind(options: Options) -> Result<Self, ServerError> {
        if options.token.is_empty() {
            return Err(ServerError::EmptyToken);
        }
        if !options.bind.is_loopback() && options.readers == Readers::Anyone {
            return Err(ServerError::NeedsToken(options.bind));
        }
        let base = &options.base_path;
        let path = base.strip_prefix('/').unwrap_or(base);
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
        if !path.chars().all(plain) || path.contains("//") || path.contains("..") {
            return Err(ServerError::BasePath(base.clone()));
        }
        let ports = match options.port {
            Some(port) => port..=port,
            None => PORT..=PORT + TRIES,
        };
        let mut failure = None;
        for port in ports {
            let address = SocketAddr::new(options.bind, port);
            match std::net::TcpListener::bind(address) {
                Ok(listener) => {
                    listener.set_nonblocking(true)?;
                    let address = listener.local_addr()?;
                    return Ok(Self {
                        listener,
                        address,
                        options,
                    });
                }
                Err(source) if source.kind() == io::ErrorKind::AddrInUse => {
                    failure.get_or_insert(ServerError::Bind { address, source });
                }
                Err(source) => return Err(ServerError::Bind { address, source }),
            }
        }
        Err(failure.unwrap_or_else(|| io::Error::other("there is no port to try").into()))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Address for a browser of this machine, with the token.
    #[must_use]
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            ip if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
            ip => ip,
        };
        let address = SocketAddr::new(ip, self.address.port());
        let base = normal_base(&self.options.base_path);
        let token = &self.options.token;
        format!("http://{address}{base}/?token={token}")
    }

    /// Serves until Ctrl-C or SIGTERM.
    ///
    /// # Errors
    /// The runtime does not start.
    pub fn run(self) -> Result<(), ServerError> {
        self.run_until(async {
            let interrupted = tokio::signal::ctrl_c();
            let terminated = async {
                use tokio::signal::unix::{SignalKind, signal};
                match signal(SignalKind::terminate()) {
                    Ok(mut signal) => {
                        signal.recv().await;
                    }
                    Err(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = interrupted => {}
                () = terminated => {}
            }
        })
    }

    /// Serves until a future is ready.
    ///
    /// # Errors
    /// The runtime does not start.
    pub fn run_until(
        self,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServerError> {
        // One thread answers; what takes long runs on a few others.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(4)
            .thread_name("monitor-read")
            .enable_io()
            .enable_time()
            .build()?;
        let outcome = runtime.block_on(self.serve(end));
        runtime.shutdown_timeout(GRACE);
        outcome
    }

    async fn serve(
        self,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServerError> {
        let (ended, ending) = watch::channel(false);
        let index = Arc::new(Index::new(&self.options.folders, token::random_hex()));
        let watcher = Watcher::start(index.clone());
        let listener = TcpListener::from_std(self.listener)?;
        let limits = self.options.limits;
        let app = router(self.options, index, ending.clone());
        let server = connections::serve(listener, app, limits, ending.clone());
        tokio::spawn(async move {
            end.await;
            ended.send_replace(true);
        });
        let mut late = ending;
        let overdue = async {
            let _ = late.wait_for(|ended| *ended).await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = server => {}
            () = overdue => {}
        }
        drop(watcher);
        Ok(())
    }
}

/// `/node/x` or empty.
fn normal_base(base: &str) -> String {
    match base.trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}

fn router(options: Options, index: Arc<Index>, ending: watch::Receiver<bool>) -> Router {
    let base_path = normal_base(&options.base_path);
    let most_streams = (options.limits.connections / 2).max(1);
    let shared = Arc::new(Shared {
        index,
        cache: Cache::default(),
        knowledge: options.knowledge,
        gate: Gate::new(
            options.hosts,
            &options.token,
            options.readers,
            options.read_only,
            &base_path,
        ),
        page: options.page,
        base_path: base_path.clone(),
        streams: Arc::new(Semaphore::new(most_streams)),
        most_streams,
        ending,
    });
    let app = Router::new()
        .nest("/api", api::routes())
        .fallback(assets::asset);
    let app = match base_path.as_str() {
        "" => app,
        // Proxies either strip the path or leave it: both arrive.
        path => Router::new().nest(path, app.clone()).merge(app),
    };
    // The guard comes first: what it refuses is not read.
    app.layer(middleware::from_fn_with_state(
        options.limits.body,
        body::whole,
    ))
    .layer(middleware::from_fn_with_state(
        shared.clone(),
        security::guard,
    ))
    .with_state(shared)
}
