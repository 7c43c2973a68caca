//! Made by wasmtime from the WIT files of second revisions.
#![allow(missing_docs, reason = "generated; the WIT files say what each is")]

mod preprocessor {
    wasmtime::component::bindgen!({
        path: ["../../plugin-api/wit/v1", "../../plugin-api/wit/v2"],
        world: "angora:plugin/preprocessor-module@2.0.0",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::v1::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::v1::bindings::host,
        },
    });
}

mod distribution {
    wasmtime::component::bindgen!({
        path: ["../../plugin-api/wit/v1", "../../plugin-api/wit/v2"],
        world: "angora:plugin/distribution-module@2.0.0",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::v1::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::v1::bindings::host,
        },
    });
}

pub use distribution::DistributionModulePre;
pub use preprocessor::{PreprocessorModule, PreprocessorModulePre};
