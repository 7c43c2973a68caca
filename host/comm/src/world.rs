//! The processes of a run.
//!
//! A [`World`] is one process alone, or those that a launcher (mpirun, srun) has started. All
//! waiting is done here, over transfers that do not block: for a while at full attention, then
//! giving way to others, and not for ever.
#![allow(unsafe_code, reason = "calls the table of the MPI library")]

mod error;
#[doc(hidden)]
pub mod fuzzing;
mod launcher;
mod library;
mod seat;
mod table;
mod transfer;
mod wait;
mod window;

pub use error::WorldError;
pub use library::installed as installed_mpi_libraries;
pub use seat::Seat;
pub use transfer::Group;
pub use wait::Patience;
use window::Board;
pub use window::{Gate, Window};

use launcher::Launcher;
use seat::allowed_processors;
use std::ffi::c_int;
use std::sync::OnceLock;
use std::time::Duration;
use table::{Layout, Table, text};

/// How long a process waits for others, unless a run says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// The processes of a run, as one of them sees them.
#[derive(Debug)]
pub struct World {
    rank: usize,
    /// One per rank.
    seats: Vec<Seat>,
    /// Processes that were started and rest.
    resting: usize,
    mpi: Option<Mpi>,
    /// The wait that was set, before what phases need.
    timeout: Duration,
    patience: Patience,
    /// Which transfer each process of this node has come to.
    board: Option<Board>,
}

#[derive(Debug, Clone, Copy)]
struct Mpi(&'static Table);

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MPI {}", library_name(self))
    }
}

/// For those who must end all processes from wherever they are.
static STARTED: OnceLock<Mpi> = OnceLock::new();
/// For messages.
static NAME: OnceLock<String> = OnceLock::new();

/// Set to keep processes of one node from sharing memory; they then send messages, as between
/// nodes. For systems that give a container too little shared memory.
const MESSAGES_ONLY: &str = "ANGORA_MPI_MESSAGES_ONLY";

/// Set to let all processes work where a node has fewer processors than processes.
const ALL_WORK: &str = "ANGORA_MPI_ALL_WORK";

/// Ends the processes of all ranks with an exit code; returns where this process is alone.
pub fn abort(code: u8) {
    if let Some(Mpi(table)) = STARTED.get() {
        // SAFETY: MPI was started.
        unsafe { (table.abort)(c_int::from(code.max(1))) };
    }
}

/// `rank 2 on node1` where several processes run, for messages.
#[must_use]
pub fn this_rank() -> Option<String> {
    NAME.get().cloned()
}

/// Ends MPI where it was started; every rank must call it.
pub fn finish() {
    if let Some(Mpi(table)) = STARTED.get() {
        // SAFETY: MPI was started, and the caller has no transfer under way.
        unsafe { (table.finish)() };
    }
}

/// What MPI is called, in one line.
fn library_name(table: &Table) -> String {
    let name = describe(table, text::LIBRARY);
    let line = name.lines().next().unwrap_or_default();
    let short: Vec<&str> = line
        .split(',')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    short.join(" ")
}

fn describe(table: &Table, what: c_int) -> String {
    let mut buffer = vec![0_u8; 8192];
    // SAFETY: the buffer is as long as it says.
    let len = unsafe { (table.describe)(what, buffer.as_mut_ptr(), buffer.len() as c_int) };
    buffer.truncate(usize::try_from(len).unwrap_or(0));
    String::from_utf8_lossy(&buffer)
        .trim_end_matches('\0')
        .to_owned()
}

impl World {
    /// One process.
    #[must_use]
    pub fn solo() -> Self {
        Self {
            rank: 0,
            seats: vec![Seat {
                host: String::new(),
                node: 0,
                local: 0,
                all_work: false,
                processors: allowed_processors(),
            }],
            resting: 0,
            mpi: None,
            timeout: DEFAULT_TIMEOUT,
            patience: Patience::new(DEFAULT_TIMEOUT, false),
            board: None,
        }
    }

    /// The processes that a launcher has started together with this one, or this one alone. MPI is
    /// touched under a launcher only. To be called once.
    ///
    /// `None` for a process that has nothing to do but to [`finish`]: where a node has more
    /// processes than processors, the last ones rest. They would take turns with the others, each
    /// reading the weights for a few environments, and all would be slower;
    /// `ANGORA_MPI_ALL_WORK`, set for any process, makes them work.
    ///
    /// # Errors
    /// There is no library for the launcher's MPI, or it is that of another one.
    pub fn join() -> Result<Option<Self>, WorldError> {
        let Some(launcher) = Launcher::of(|key| std::env::var(key).ok()) else {
            return Ok(Some(Self::solo()));
        };
        let (path, table) = library::open(&launcher)?;
        let mut layout = Layout::default();
        // SAFETY: `layout` is written before the call returns.
        let code = unsafe { (table.start)(&raw mut layout) };
        if code != 0 {
            return Err(WorldError::Library {
                path,
                reason: format!("MPI does not start under {}", launcher.name),
            });
        }
        let mpi = *STARTED.get_or_init(|| Mpi(table));
        if layout.size as usize != launcher.size {
            return Err(WorldError::Launcher {
                launcher: launcher.name,
                said: launcher.size,
                seen: layout.size as usize,
                path,
                library: library_name(table),
            });
        }
        Self::launched(mpi, &layout)
    }

    /// Those that work, if this process is one of them.
    fn launched(mpi: Mpi, layout: &Layout) -> Result<Option<Self>, WorldError> {
        let mut world = Self::seated(mpi, layout)?;
        let started = world.size();
        let works = |seat: &Seat| seat.local < processors(world.on_node(seat.node));
        let working = world.seats.iter().filter(|seat| works(seat)).count();
        // Where several are bound to one processor, the first ones alone would leave others idle.
        let crammed = world.seats.iter().any(|seat| {
            let kept = || world.on_node(seat.node).filter(|seat| works(seat));
            processors(kept()) < kept().count()
        });
        let all_work = crammed || world.seats.iter().any(|seat| seat.all_work);
        if working < started && !all_work {
            let goes_on = works(world.seat());
            let mut layout = Layout::default();
            // SAFETY: every process calls it; `layout` is written before the call returns.
            let code = unsafe { (mpi.0.part)(c_int::from(goes_on), &raw mut layout) };
            if code != 0 {
                return Err(world.failed("parting from those that rest", mpi.0));
            }
            if !goes_on {
                return Ok(None);
            }
            world = Self::seated(mpi, &layout)?;
            world.resting = started - working;
        }
        NAME.get_or_init(|| format!("rank {} on {}", world.rank, world.seat().host));
        let bytes = Gate::bytes(world.node_size());
        world.board = world.node_window(bytes).map(Board::new);
        Ok(Some(world))
    }

    /// All that a layout has, with what they say of themselves.
    fn seated(mpi: Mpi, layout: &Layout) -> Result<Self, WorldError> {
        let (rank, size) = (layout.rank as usize, layout.size as usize);
        let host = describe(mpi.0, text::HOST);
        let mut world = Self {
            rank,
            seats: vec![
                Seat {
                    host: host.clone(),
                    node: 0,
                    local: 0,
                    all_work: false,
                    processors: Vec::new(),
                };
                size
            ],
            resting: 0,
            mpi: Some(mpi),
            timeout: DEFAULT_TIMEOUT,
            patience: Patience::new(DEFAULT_TIMEOUT, true),
            board: None,
        };
        let processors = allowed_processors();
        let mut mine: Vec<u8> = Vec::new();
        for number in [
            layout.node_first as usize,
            layout.node_rank as usize,
            usize::from(std::env::var_os(ALL_WORK).is_some()),
            processors.len(),
        ]
        .into_iter()
        .chain(processors)
        {
            mine.extend((number as u64).to_le_bytes());
        }
        mine.extend(host.as_bytes());
        let all = world.all_gather_any("starting", &mine)?;
        let seats: Vec<Seat> = all.iter().filter_map(|bytes| Seat::read(bytes)).collect();
        let mut firsts: Vec<usize> = seats.iter().map(|seat| seat.node).collect();
        firsts.sort_unstable();
        firsts.dedup();
        world.seats = seats
            .into_iter()
            .map(|seat| Seat {
                node: firsts.binary_search(&seat.node).unwrap_or(0),
                ..seat
            })
            .collect();
        assert_eq!(world.seats.len(), size, "a seat per rank");
        Ok(world)
    }

    /// Number of this process, from 0.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Number of processes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.seats.len()
    }

    /// Whether this process writes the run's files and speaks for all.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.rank == 0
    }

    /// Where the processes run, one per rank.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// Where this process runs.
    #[must_use]
    pub fn seat(&self) -> &Seat {
        &self.seats[self.rank]
    }

    /// Processes that share this node.
    #[must_use]
    pub fn node_size(&self) -> usize {
        self.on_node(self.seat().node).count()
    }

    /// Processes that were started beside these and rest, since their nodes have fewer processors.
    #[must_use]
    pub fn resting(&self) -> usize {
        self.resting
    }

    /// Whether all processes share one node.
    #[must_use]
    pub fn is_one_node(&self) -> bool {
        self.node_size() == self.size()
    }

    /// What the MPI library calls itself; `None` for one process.
    #[must_use]
    pub fn library(&self) -> Option<String> {
        self.mpi.map(|mpi| library_name(mpi.0))
    }

    /// The processes of a node.
    fn on_node(&self, node: usize) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(move |seat| seat.node == node)
    }

    /// Processors that the processes of this node may use together.
    fn node_processors(&self) -> usize {
        processors(self.on_node(self.seat().node))
    }

    /// Threads that each process of this node can have without keeping others waiting.
    #[must_use]
    pub fn fair_threads(&self) -> usize {
        let allowed = std::thread::available_parallelism().map_or(1, usize::from);
        let share = self.node_processors() / self.node_size();
        allowed.min(share).max(1)
    }

    /// From now on waits for others no longer than this. `threads` of this process compute at the
    /// same time; where a node has fewer processors than that makes, waiting gives way sooner.
    pub fn set_patience(&mut self, timeout: Duration, threads: usize) {
        let crowded = self.node_size() * threads > self.node_processors();
        (self.timeout, self.patience) = (timeout, Patience::new(timeout, crowded));
    }

    /// From now on allows others a phase of this length, by what it has taken before, on top of
    /// the time that was set: [`FORECASTS`](Self::FORECASTS) times as long.
    pub fn allow_for(&mut self, phase: Duration) {
        let timeout = self
            .timeout
            .saturating_add(phase.saturating_mul(Self::FORECASTS));
        self.patience = self.patience.with_timeout(timeout);
    }

    /// How much longer than it was forecast a phase may take: shared disks and nodes are slow at
    /// times.
    pub const FORECASTS: u32 = 3;

    /// How this process waits.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// Whether all processes can share memory ([`window`](Self::window)).
    #[must_use]
    pub fn shares_memory(&self) -> bool {
        self.is_one_node() && std::env::var_os(MESSAGES_ONLY).is_none()
    }

    /// Memory that all processes share, zeros at first; `None` where they are on several nodes or
    /// where this process is alone. Every process must ask for the same.
    #[must_use]
    pub fn window(&self, bytes: usize) -> Option<Window> {
        self.is_one_node()
            .then(|| self.node_window(bytes))
            .flatten()
    }

    /// Memory that the processes of this node share.
    fn node_window(&self, bytes: usize) -> Option<Window> {
        let Mpi(table) = self.mpi?;
        if std::env::var_os(MESSAGES_ONLY).is_some() {
            return None;
        }
        // SAFETY: every process of the node calls it; the memory lives until MPI ends.
        let start = unsafe { (table.window)(bytes as u64) };
        Window::new(start.cast(), bytes)
    }

    /// The error of a call that MPI refuses.
    fn failed(&self, what: &'static str, table: &Table) -> WorldError {
        WorldError::Mpi {
            rank: self.rank,
            host: self.seat().host.clone(),
            what,
            reason: describe(table, text::ERROR),
        }
    }

    /// The error of having waited too long.
    pub(crate) fn lost(&self, what: &'static str, whom: String) -> WorldError {
        WorldError::Lost {
            rank: self.rank,
            host: self.seat().host.clone(),
            secs: self.patience.timeout().as_secs(),
            what,
            whom,
        }
    }
}

/// Processors that processes may use together.
fn processors<'s>(seats: impl Iterator<Item = &'s Seat>) -> usize {
    let mut processors: Vec<usize> = seats.flat_map(|seat| &seat.processors).copied().collect();
    processors.sort_unstable();
    processors.dedup();
    processors.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_alone_needs_no_others() {
        let mut world = World::solo();
        let all = world.all_gather_any("a test", b"mine").expect("alone");
        assert_eq!(all, [b"mine".to_vec()]);
        let mut bytes = *b"kept";
        world.broadcast("a test", &mut bytes).expect("alone");
        assert_eq!(&bytes, b"kept");
        world.barrier("a test").expect("alone");
        assert!(world.leads() && world.window(64).is_none());
    }

    #[test]
    fn patience_follows_the_forecast() {
        let secs = Duration::from_secs;
        let mut world = World::solo();
        world.set_patience(secs(600), 1);
        world.allow_for(secs(900));
        assert_eq!(world.patience().timeout(), secs(600 + 3 * 900));
        world.allow_for(secs(1));
        assert_eq!(world.patience().timeout(), secs(603));
        world.allow_for(Duration::MAX / 2);
        assert_eq!(world.patience().timeout(), Duration::MAX);
    }
}
