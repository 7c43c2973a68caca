//! The engine that compiles and runs modules: deterministic, without anything of the machine.

use super::limits::WasmLimits;
use rustix::process::{Resource, getrlimit};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use wasmtime::{Config, Engine, EngineWeak};

/// Parts into which a deadline is cut: a call is stopped at most one of them too late.
const TICKS: u64 = 50;
/// Address space of an instance, and what is kept free behind it: as much as a module can name, so
/// that the processor finds what lies outside of its memory. It costs no memory.
const WHOLE: (u64, u64) = (4 << 30, 32 << 20);
/// The same where a scheduler limits address space (`ulimit -v`); addresses are compared instead,
/// which makes a call about a twentieth slower.
const SCARCE: (u64, u64) = (4 << 20, 64 << 10);
/// Stack of a module.
pub const STACK: usize = 512 << 10;

/// The engine with its limits and its clock.
pub struct Sandbox {
    pub engine: Engine,
    pub limits: WasmLimits,
    /// Where compiled modules are kept.
    pub cache: Option<PathBuf>,
}

impl Sandbox {
    /// Starts the engine and its clock.
    ///
    /// # Errors
    /// A machine that the engine does not run on.
    pub fn new(limits: WasmLimits, cache: Option<PathBuf>) -> wasmtime::Result<Self> {
        let engine = Engine::new(&config(&limits))?;
        let tick = limits
            .deadline()
            .div_f64(TICKS as f64)
            .max(Duration::from_millis(1));
        let clock = engine.weak();
        std::thread::Builder::new()
            .name("angora-wasm-clock".into())
            .spawn(move || keep_time(&clock, tick))?;
        Ok(Self {
            engine,
            limits,
            cache,
        })
    }

    /// The deadline of a call that starts now, in ticks from now. The present tick has begun.
    pub fn deadline(&self) -> u64 {
        TICKS.min(self.limits.deadline_ms) + 1
    }
}

fn config(limits: &WasmLimits) -> Config {
    let (reservation, guard) = if getrlimit(Resource::As).current.is_none() {
        WHOLE
    } else {
        SCARCE
    };
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .consume_fuel(limits.fuel.is_some())
        // One NaN, whatever the processor: the same results on every machine.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .max_wasm_stack(STACK)
        .memory_reservation(reservation)
        .memory_reservation_for_growth(SCARCE.0)
        .memory_guard_size(guard)
        .guard_before_linear_memory(false);
    config
}

/// Counts ticks of the engine's epoch until the engine is gone.
fn keep_time(engine: &EngineWeak, tick: Duration) {
    let mut last = Instant::now();
    loop {
        std::thread::sleep(tick);
        let Some(engine) = engine.upgrade() else {
            return;
        };
        // A busy machine wakes us late, so ticks are counted by the clock. A process that was
        // stopped and goes on is not late: half of a deadline is all that one waking may take away.
        let passed = (last.elapsed().as_nanos() / tick.as_nanos().max(1)) as u64;
        for _ in 0..passed.min(TICKS / 2) {
            engine.increment_epoch();
        }
        last += tick * u32::try_from(passed).unwrap_or(u32::MAX);
    }
}
