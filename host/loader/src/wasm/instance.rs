//! One instance of a module, and what becomes of its traps.

use super::component::one_line;
use super::engine::{STACK, Sandbox};
use super::v1::bindings::{self, Fault as ModuleFault};
use crate::checks::{Result, fault};
use crate::error::{PluginFault, Who};
use angora_plugin_api::{Fault, FaultCode};
use std::sync::Arc;
use wasmtime::component::Linker;
use wasmtime::{ResourceLimiter, Store, Trap, WasmBacktrace};

/// Longest text of a module that goes into a message, bytes.
const LONGEST_TEXT: usize = 2000;
/// Memory that an entry of a table counts for, bytes.
const TABLE_ENTRY: usize = 16;

/// An instance; `B` are the calls of its kind.
pub struct Instance<B> {
    pub who: Arc<Who>,
    sandbox: Arc<Sandbox>,
    store: Store<State>,
    bindings: B,
    /// After a trap nothing holds of what the module believes of itself.
    stopped: bool,
}

/// What the host keeps of an instance.
pub struct State {
    /// Most memory, bytes.
    memory: usize,
    used: usize,
    /// Whether it has asked for more.
    denied: bool,
    /// Message and place of a panic.
    last_words: Option<(String, String)>,
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let bytes = |entries: usize| entries.saturating_mul(TABLE_ENTRY);
        Ok(self.grow(bytes(current), bytes(desired)))
    }

    fn instances(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        64
    }

    fn tables(&self) -> usize {
        64
    }
}

impl State {
    /// A call begins: what happened in those before is not why this one ends.
    fn begin(&mut self) {
        self.denied = false;
        self.last_words = None;
    }

    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.memory {
            self.denied = true;
            return false;
        }
        self.used = used;
        true
    }
}

impl bindings::host::Host for State {
    fn panicked(&mut self, message: String, location: String) {
        self.last_words = Some((cut(message), cut(location)));
    }
}

impl bindings::types::Host for State {}

impl<B> Instance<B> {
    /// Makes an instance with what `instantiate` does.
    pub fn new(
        who: Arc<Who>,
        sandbox: Arc<Sandbox>,
        instantiate: impl FnOnce(&mut Store<State>, &Linker<State>) -> Result<B, Refused>,
    ) -> Result<Self> {
        let state = State {
            memory: sandbox.limits.memory(),
            used: 0,
            denied: false,
            last_words: None,
        };
        let mut store = Store::new(&sandbox.engine, state);
        store.limiter(|state| state);
        store.epoch_deadline_trap();
        allow(&mut store, &sandbox);
        let mut linker = Linker::new(&sandbox.engine);
        let linked = bindings::add_to_linker(&mut linker).map_err(Refused::Trap);
        let made = linked.and_then(|()| instantiate(&mut store, &linker));
        let bindings = made.map_err(|refused| {
            let what = match refused {
                Refused::Missing(reason) => Fault::new(FaultCode::Unsupported, reason),
                Refused::Trap(error) => describe(&error, store.data(), &sandbox),
            };
            fault(&who, "load", what)
        })?;
        Ok(Self {
            who,
            sandbox,
            store,
            bindings,
            stopped: false,
        })
    }

    /// Calls the module.
    pub fn call<R>(
        &mut self,
        call: &'static str,
        run: impl FnOnce(&B, &mut Store<State>) -> wasmtime::Result<std::result::Result<R, ModuleFault>>,
    ) -> Result<R> {
        if self.stopped {
            let before = Fault::new(FaultCode::Poisoned, "it was stopped before");
            return Err(fault(&self.who, call, before));
        }
        self.store.data_mut().begin();
        allow(&mut self.store, &self.sandbox);
        match run(&self.bindings, &mut self.store) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(said)) => Err(self.said(call, said)),
            Err(error) => Err(self.trapped(call, &error)),
        }
    }

    #[cold]
    fn said(&self, call: &'static str, said: ModuleFault) -> PluginFault {
        let mut what = Fault::new(FaultCode::from_code(said.code), cut(said.message));
        what.field = cut(said.field);
        fault(&self.who, call, what)
    }

    #[cold]
    fn trapped(&mut self, call: &'static str, error: &wasmtime::Error) -> PluginFault {
        self.stopped = true;
        let what = describe(error, self.store.data(), &self.sandbox);
        fault(&self.who, call, what)
    }
}

/// Why there is no instance.
pub enum Refused {
    /// The module does not export what its manifest says.
    Missing(String),
    /// It was stopped as it began.
    Trap(wasmtime::Error),
}

/// Time and fuel for one call.
fn allow(store: &mut Store<State>, sandbox: &Sandbox) {
    store.set_epoch_deadline(sandbox.deadline());
    if let Some(fuel) = sandbox.limits.fuel {
        // It fails where the engine does not count, and this one does.
        let _ = store.set_fuel(fuel);
    }
}

/// A trap in words.
fn describe(error: &wasmtime::Error, state: &State, sandbox: &Sandbox) -> Fault {
    let limits = &sandbox.limits;
    let mut said = if let Some((message, location)) = &state.last_words {
        let mut panic = Fault::new(FaultCode::Panic, message);
        panic.location.clone_from(location);
        return panic;
    } else {
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Fault::new(
                FaultCode::Deadline,
                format!(
                    "it was stopped after {} ms (wasm.deadline_ms)",
                    limits.deadline_ms
                ),
            ),
            Some(Trap::OutOfFuel) => Fault::new(
                FaultCode::Deadline,
                format!(
                    "it used up its {} units of fuel (wasm.fuel)",
                    limits.fuel.unwrap_or_default()
                ),
            ),
            Some(Trap::StackOverflow) => Fault::new(
                FaultCode::Trap,
                format!(
                    "its calls are nested too deep for a stack of {} KiB",
                    STACK >> 10
                ),
            ),
            Some(Trap::MemoryOutOfBounds) => {
                Fault::new(FaultCode::Trap, "it used an address outside of its memory")
            }
            // A module that is denied memory traps by itself.
            Some(Trap::UnreachableCodeReached) | None if state.denied => Fault::new(
                FaultCode::Trap,
                format!(
                    "it asked for more than {} MiB of memory (wasm.memory_mib)",
                    limits.memory_mib
                ),
            ),
            Some(Trap::UnreachableCodeReached) => Fault::new(
                FaultCode::Trap,
                "it gave up without saying why (`unreachable`)",
            ),
            Some(trap) => {
                let words = trap.to_string();
                let words = words.strip_prefix("wasm trap: ").unwrap_or(&words);
                Fault::new(FaultCode::Trap, words)
            }
            None => Fault::new(FaultCode::Invalid, cut(one_line(error.root_cause()))),
        }
    };
    let frames = error
        .downcast_ref::<WasmBacktrace>()
        .map(WasmBacktrace::frames);
    if let Some(name) = frames.and_then(|frames| frames.first()?.func_name()) {
        said.location = cut(format!("function {name}"));
    }
    said
}

/// A text of a module, cut to what a message can hold.
fn cut(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        text.push_str(" ...");
    }
    text
}
