//! Made by wasmtime from the contract's WIT files.
#![allow(missing_docs, reason = "generated; the WIT files say what each is")]

mod reward {
    wasmtime::component::bindgen!({
        path: "../../plugin-api/wit/v1",
        world: "reward-module",
    });
}

mod preprocessor {
    wasmtime::component::bindgen!({
        path: "../../plugin-api/wit/v1",
        world: "preprocessor-module",
        with: {
            "angora:plugin/types": super::types,
            "angora:plugin/host": super::host,
        },
    });
}

mod task {
    wasmtime::component::bindgen!({
        path: "../../plugin-api/wit/v1",
        world: "task-module",
        with: {
            "angora:plugin/types": super::types,
            "angora:plugin/host": super::host,
        },
    });
}

mod brain {
    wasmtime::component::bindgen!({
        path: "../../plugin-api/wit/v1",
        world: "brain-module",
        with: {
            "angora:plugin/types": super::types,
            "angora:plugin/host": super::host,
        },
    });
}

pub use brain::BrainModulePre;
pub use preprocessor::{PreprocessorModule, PreprocessorModulePre};
pub use reward::angora::plugin::{host, types};
pub use reward::{RewardModule, RewardModulePre};
pub use task::{TaskModule, TaskModulePre};
pub use types::Fault;

use super::super::instance::State;
use wasmtime::component::{HasSelf, Linker};

/// What a module may call.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    types::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    host::add_to_linker::<_, HasSelf<State>>(linker, |state| state)
}
